import type { Hono } from 'hono';
import { Gauge } from 'prom-client';
import { describeError } from '../errors.ts';
import type { MailboxHealth } from '../mailbox/mailbox.ts';
import type { Metrics } from '../metrics.ts';
import type { Queues } from '../queues.ts';
import type { BlobStore } from '../store/blobs.ts';
import type { Database } from '../store/mongo.ts';
import { pendingByMailbox } from '../store/sightings.ts';

export interface HealthSources {
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly queues: Queues;
  readonly metrics: Metrics;
  readonly mailboxes: readonly { readonly name: string }[];
  /** Connections of this process's mailboxes. */
  readonly health: () => readonly ({ readonly mailbox: string } & MailboxHealth)[];
}

/** A probe must answer while a server hangs. */
const CHECK_TIMEOUT_MS = 3_000;

/** /health/live: the process answers. /health/ready: its servers answer too, 503 otherwise. /metrics: Prometheus. */
export function mountHealth(app: Hono, sources: HealthSources): void {
  addGauges(sources);
  app.get('/health/live', (context) => context.json({ status: 'ok' }));
  app.get('/health/ready', async (context) => {
    const { database, queues, blobs } = sources;
    const checks = {
      mongodb: await answers(async () => await database.db.command({ ping: 1 })),
      redis: await answers(async () => await queues.ingest.getJobCounts('waiting')),
      blobs: await answers(async () => await blobs.check()),
    };
    const ready = Object.values(checks).every((check) => check === 'ok');
    return context.json({ status: ready ? 'ok' : 'unavailable', ...checks }, ready ? 200 : 503);
  });
  app.get('/metrics', async (context) => {
    const { registry } = sources.metrics;
    return context.text(await registry.metrics(), 200, { 'Content-Type': registry.contentType });
  });
}

async function answers(check: () => Promise<unknown>): Promise<string> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`no answer in ${CHECK_TIMEOUT_MS} ms`)), CHECK_TIMEOUT_MS).unref();
  });
  return await Promise.race([check(), late]).then(
    () => 'ok',
    (error: unknown) => describeError(error),
  );
}

/** Figures of the whole installation, read from the database and Redis when they are asked for. */
function addGauges({ database, queues, metrics, mailboxes, health }: HealthSources): void {
  const registers = [metrics.registry];
  const labelNames = ['mailbox'];
  const oldest = new Gauge({
    name: 'docketmail_oldest_pending_seconds',
    help: 'Age of the oldest pending sighting',
    labelNames,
    registers,
  });
  new Gauge({
    name: 'docketmail_pending_sightings',
    help: 'Sightings that are not at their end',
    labelNames,
    registers,
    async collect() {
      const pending = await pendingByMailbox(database.sightings);
      for (const { name } of mailboxes) {
        const row = pending.find(({ mailbox }) => mailbox === name);
        this.set({ mailbox: name }, row?.count ?? 0);
        oldest.set({ mailbox: name }, row === undefined ? 0 : (Date.now() - row.oldest.getTime()) / 1000);
      }
    },
  });
  new Gauge({
    name: 'docketmail_queue_jobs',
    help: 'Jobs in each queue by state',
    labelNames: ['queue', 'state'],
    registers,
    async collect() {
      for (const queue of [queues.poll, queues.ingest])
        for (const [state, count] of Object.entries(await queue.getJobCounts()))
          this.set({ queue: queue.name, state }, count);
    },
  });
  new Gauge({
    name: 'docketmail_messages',
    help: 'Messages by state',
    labelNames: ['state'],
    registers,
    async collect() {
      for (const state of ['received', 'judged', 'triage', 'quarantined'] as const)
        this.set({ state }, await database.messages.countDocuments({ state }));
    },
  });
  new Gauge({
    name: 'docketmail_mailbox_up',
    help: '1 while the mailbox can be reached from this process',
    labelNames,
    registers,
    collect() {
      for (const { mailbox, state } of health()) this.set({ mailbox }, state === 'ok' ? 1 : 0);
    },
  });
}
