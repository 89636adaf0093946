import type { Hono } from 'hono';
import { Gauge } from 'prom-client';
import { describeError } from '../errors.ts';
import type { MailboxService } from '../connect/mailbox-service.ts';
import { downTooLong } from '../connect/report.ts';
import type { Metrics } from '../metrics.ts';
import type { Queues } from '../queue/queues.ts';
import type { BlobStore } from '../store/blobs/blobs.ts';
import type { Database } from '../store/mongo.ts';
import { countHeld } from '../store/held-updates.ts';
import { undeliveredByMailbox } from '../store/fetches.ts';
import { countMissing } from '../search/index-messages.ts';
import { addMailboxGauges } from './mailbox-gauges.ts';
import { pendingByMailbox } from '../store/sightings.ts';
import { callerOf } from './who.ts';

export interface HealthSources {
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly queues: Queues;
  readonly metrics: Metrics;
  readonly mailboxService: MailboxService;
  /** Whether this process can do anything. Without it, that it answers is all that is known. */
  readonly liveness?: () => { readonly status: 'ok' | 'stuck'; readonly secondsSinceAnswer: number };
}

/** A probe must answer while a server hangs. */
const CHECK_TIMEOUT_MS = 3_000;

/**
 * /health/live: the process answers and is not stuck, 503 otherwise. /health/ready: MongoDB, Redis and blob storage answer it too, 503
 * otherwise; it says nothing of mailboxes: /health/mailboxes does, of the whole installation, with 503 while one has been down for too long.
 * /metrics: Prometheus.
 */
export function mountHealth(app: Hono, sources: HealthSources): void {
  addGauges(sources);
  app.get('/health/live', (context) => {
    const liveness = sources.liveness?.() ?? { status: 'ok' };
    return context.json(liveness, liveness.status === 'ok' ? 200 : 503);
  });
  app.get('/health/ready', async (context) => {
    const { database, queues, blobs } = sources;
    // Outsiders learn which server fails, but neither its name nor the bucket's.
    const say = callerOf(context) !== null ? describeError : () => 'unavailable';
    const checks = {
      mongodb: await answers(async () => await database.db.command({ ping: 1 }), say),
      redis: await answers(async () => await queues.ingest.getJobCounts('waiting'), say),
      blobs: await answers(async () => await blobs.check(), say),
    };
    const ready = Object.values(checks).every((check) => check === 'ok');
    return context.json({ status: ready ? 'ok' : 'unavailable', ...checks }, ready ? 200 : 503);
  });
  app.get('/health/mailboxes', async (context) => {
    const { mailboxService } = sources;
    const reports = await mailboxService.reports();
    const down = new Set(downTooLong(reports, mailboxService.downSeconds).map(({ name }) => name));
    const mailboxes = reports.map(({ name, state, says, since, error, fix }) => ({
      name,
      state,
      says,
      since,
      error,
      fix,
      isDownTooLong: down.has(name),
    }));
    return context.json(
      { status: down.size === 0 ? 'ok' : 'unhealthy', mailboxes },
      down.size === 0 ? 200 : 503,
    );
  });
  app.get('/metrics', async (context) => {
    const { registry } = sources.metrics;
    return context.text(await registry.metrics(), 200, { 'Content-Type': registry.contentType });
  });
}

async function answers(check: () => Promise<unknown>, say: (error: unknown) => string): Promise<string> {
  return await inTime(check()).then(() => 'ok', say);
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`no answer in ${CHECK_TIMEOUT_MS} ms`)), CHECK_TIMEOUT_MS).unref();
  });
  return await Promise.race([work, late]);
}

type AddGauge = (
  name: string,
  help: string,
  labels: readonly string[],
  read: (gauge: Gauge) => Promise<void>,
) => void;

function addWebhookGauges(add: AddGauge, { database }: Pick<HealthSources, 'database'>): void {
  const { endpoints, deliveries } = database;
  add(
    'webhook_oldest_undelivered_timestamp_seconds',
    'When the oldest event was told that an endpoint did not get yet; 0 where it got all',
    ['endpoint'],
    async (gauge) => {
      for (const { _id } of await endpoints.find().toArray()) {
        const [oldest] = await deliveries
          .find({ endpoint: _id, state: 'pending' })
          .sort({ createdAt: 1 })
          .limit(1)
          .toArray();
        gauge.set({ endpoint: _id.toHexString() }, (oldest?.createdAt.getTime() ?? 0) / 1000);
      }
    },
  );
  add('webhook_enabled', '1 while an endpoint is told of events', ['endpoint'], async (gauge) => {
    for (const { _id, isEnabled } of await endpoints.find().toArray())
      gauge.set({ endpoint: _id.toHexString() }, isEnabled ? 1 : 0);
  });
}

function addTriageGauges(add: AddGauge, { database }: Pick<HealthSources, 'database'>): void {
  add(
    'held_case_updates',
    'Case updates that wait for a person, by the reason',
    ['review'],
    async (gauge) => {
      for (const [review, count] of await countHeld(database.caseUpdates)) gauge.set({ review }, count);
    },
  );
}

/** Of a mailbox that nobody ever listed nothing is known, 0 as little as any other number. */
async function listedOnce({ cursors }: Database, names: readonly string[]): Promise<readonly string[]> {
  const listed = new Set(await cursors.distinct('mailbox', { lastPolledAt: { $ne: null } }));
  return names.filter((name) => listed.has(name));
}

const namesOf = ({ admin }: MailboxService): string[] =>
  admin.directory.all().map(({ settings }) => settings.name);

/** Metrics of the whole installation, read from the database and Redis on each request. */
function addGauges(sources: HealthSources): void {
  const { database, queues, metrics, mailboxService } = sources;
  const registers = [metrics.registry];
  addMailboxGauges(mailboxService, metrics.registry);
  /** A server that does not answer takes away its own figures, not all others; /health/ready names it. */
  const add: AddGauge = (name, help, labels, read) =>
    void new Gauge({
      name: `docketmail_${name}`,
      help,
      labelNames: [...labels],
      registers,
      async collect() {
        this.reset();
        await inTime(read(this)).catch(() => {});
      },
    });
  addTriageGauges(add, { database });
  addWebhookGauges(add, { database });
  add('pending_sightings', 'Sightings that are not at their end', ['mailbox'], async (gauge) => {
    const pending = new Map((await pendingByMailbox(database.sightings)).map((row) => [row.mailbox, row]));
    for (const name of namesOf(mailboxService)) gauge.set({ mailbox: name }, pending.get(name)?.count ?? 0);
  });
  add('oldest_pending_seconds', 'Age of the oldest pending sighting', ['mailbox'], async (gauge) => {
    const pending = new Map((await pendingByMailbox(database.sightings)).map((row) => [row.mailbox, row]));
    for (const name of namesOf(mailboxService)) {
      const oldest = pending.get(name)?.oldest;
      gauge.set({ mailbox: name }, oldest === undefined ? 0 : (Date.now() - oldest.getTime()) / 1000);
    }
  });
  add('queue_jobs', 'Jobs in each queue by state', ['queue', 'state'], async (gauge) => {
    for (const queue of [queues.poll, queues.ingest])
      for (const [state, count] of Object.entries(await queue.getJobCounts()))
        gauge.set({ queue: queue.name, state }, count);
  });
  add('messages', 'Messages by state', ['state'], async (gauge) => {
    for (const state of ['received', 'judged', 'triage', 'quarantined'] as const)
      gauge.set({ state }, await database.messages.countDocuments({ state }));
  });
  add('search_missing_messages', 'Messages that search does not find yet', [], async (gauge) => {
    gauge.set(await countMissing(database));
  });
  addFolderGauges(add, sources);
}

function addFolderGauges(add: AddGauge, { database, mailboxService }: HealthSources): void {
  const listed = async (): Promise<readonly string[]> => await listedOnce(database, namesOf(mailboxService));
  add(
    'undelivered_messages',
    'Messages that the mailbox lists and that could not be fetched so far',
    ['mailbox'],
    async (gauge) => {
      const undelivered = await undeliveredByMailbox(database.sightings);
      for (const name of await listed()) gauge.set({ mailbox: name }, undelivered.get(name) ?? 0);
    },
  );
  add('unfound_messages', 'Messages that a folder counts and does not list', ['mailbox'], async (gauge) => {
    const counting = await database.cursors.find({ 'ledger.unfound': { $gt: 0 } }).toArray();
    for (const name of await listed())
      gauge.set(
        { mailbox: name },
        counting
          .filter(({ mailbox }) => mailbox === name)
          .reduce((sum, { ledger }) => sum + (ledger?.unfound ?? 0), 0),
      );
  });
  add(
    'parked_folders',
    'Folders that cannot be opened and are retried rarely',
    ['mailbox'],
    async (gauge) => {
      const parked = await database.cursors.find({ parkedUntil: { $ne: null } }).toArray();
      for (const name of namesOf(mailboxService))
        gauge.set(
          { mailbox: name },
          parked.filter(({ mailbox, parkedUntil }) => mailbox === name && parkedUntil).length,
        );
    },
  );
}
