/**
 * A client gets an address that thousands of stored messages have: the preview must predict the result, and a second run must
 * change nothing. Real queue, real workers. Needs the servers: eval "$(script/services env)". Messages by argument: 10000.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { openResources } from '../src/app/open.ts';
import { loadConfig } from '../src/config/config.ts';
import { clientChanged } from '../src/rejudge/address-book-sync.ts';
import { readMail } from '../src/mail/read.ts';
import { createMetrics } from '../src/metrics.ts';
import { messageFactsOf } from '../src/decide/facts-from-mail.ts';
import { createLog } from '../src/log.ts';
import { addIngestJobs } from '../src/queue/queues.ts';
import { previewRematch, rematchOf } from '../src/rejudge/rematch.ts';
import { rawKey } from '../src/store/blobs/blobs.ts';
import { deterministicId } from '../src/store/ids.ts';
import { receiveMessages } from '../src/store/messages.ts';
import type { MessageFacts } from '../src/decide/message-facts.ts';
import { startIngestWorkers } from '../src/queue/ingest-workers.ts';
import { report } from './bench-report.ts';

const count = Number(process.argv[2] ?? 10_000);
const folder = await mkdtemp(join(tmpdir(), 'docketmail-bench-'));
const config = loadConfig(
  {
    MONGODB_URI: process.env['MONGODB_URI'],
    MONGODB_DB: `docketmail_bench_${randomBytes(4).toString('hex')}`,
    REDIS_URL: process.env['REDIS_URL'],
    QUEUE_PREFIX: `bench-${randomBytes(4).toString('hex')}`,
    BLOB_DIR: join(folder, 'blobs'),
    SPOOL_DIR: folder,
    OWN_ADDRESSES: 'office@firm.test',
    AUTHENTICATION: 'off',
  },
  { mailboxes: 'optional' },
);
const resources = await openResources(config);
const { database, blobs } = resources;
const { rules, redis } = config;
const reader = resources.reader();
const queues = await resources.queues();
const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** Two of three messages are Dora's; each has its own bytes, like real mail. */
async function messageOf(number: number): Promise<MessageFacts> {
  const from = number % 3 === 2 ? 'otto@away.test' : 'dora@flint.test';
  const raw = Buffer.from(
    `From: ${from}\r\nTo: office@firm.test\r\nSubject: Letter ${number}\r\nDate: Mon, 2 Feb 2026 10:00:00 +0000\r\nMessage-ID: <${number}@flint.test>\r\n\r\nPlease see to ${number}.\r\n`,
  );
  const sha256 = createHash('sha256').update(raw).digest('hex');
  await blobs.put({
    key: rawKey(sha256),
    content: raw,
    size: raw.length,
    sha256,
  });
  const reading = await readMail({ raw });
  return messageFactsOf(reading, { rawKey: rawKey(sha256), internalDate: null, now: new Date(), rules });
}

/** Stores all like the first one received, so that setting up a hundred thousand does not take an hour. */
async function storeAll(): Promise<void> {
  const first = await messageOf(0);
  const sighted = { mailbox: 'office', role: 'capture', inOwnSent: false, backfill: false } as const;
  const [received] = await receiveMessages(database.messages, [
    { authentication: null, id: deterministicId(first.fingerprint), facts: first, sighted },
  ]);
  if (received === undefined) throw new Error('nothing was received');
  for (let at = 1; at < count; at += 500) {
    const facts = await Promise.all(
      Array.from({ length: Math.min(500, count - at) }, async (_, index) => await messageOf(at + index)),
    );
    await database.messages.insertMany(
      facts.map((one) => ({ ...received, ...one, _id: deterministicId(one.fingerprint) })),
    );
  }
}

try {
  const started = performance.now();
  await storeAll();
  await database.messages.updateMany({}, { $set: { state: 'triage' } });
  console.log(`${count} messages stored in ${seconds(started)}`);
  await database.clients.insertOne({ _id: 'dora', name: 'Dora Flint', email: 'Dora@Flint.test' });

  const preview = async () => {
    const since = performance.now();
    const rematch = await rematchOf(database, { clientId: 'dora', rules });
    if (rematch === null) throw new Error('the client is gone');
    const { examined, changes } = await previewRematch({ database, reader, rules }, rematch);
    console.log(`preview: ${changes.links} of ${examined} messages gain a client (${seconds(since)})`);
    return changes.links;
  };
  const enqueue = async (ids: Parameters<typeof addIngestJobs>[2]): Promise<void> =>
    await addIngestJobs(queues, 'message', ids);
  const workers = startIngestWorkers({
    redis,
    queues,
    log: createLog('error'),
    metrics: createMetrics(),
    ingest: { database, blobs, reader, rules, rejudgeSoon: enqueue },
    concurrency: 8,
  });
  const run = async () => {
    const since = performance.now();
    const changed = await clientChanged(database, { clientId: 'dora', rules, enqueue });
    while ((await database.messages.countDocuments({ rejudge: { $gt: 0 } })) > 0) await delay(500);
    const written = await database.communications.countDocuments({ clientId: 'dora' });
    console.log(
      `run: ${changed?.marked ?? 0} jobs, ${written} communications on the record (${seconds(since)})`,
    );
    return written;
  };
  const planned = await preview();
  const begun = performance.now();
  const first = await run();
  const perSecond = (count / (performance.now() - begun)) * 1000;
  await report([
    {
      bench: 're-match',
      what: `${count.toLocaleString('en')} messages`,
      value: perSecond,
      unit: 'per second',
    },
  ]);
  const left = await preview();
  const second = await run();
  await workers.close(10_000);
  const holds = planned === first && left === 0 && second === first;
  console.log(holds ? 'the preview was right, and the second run changed nothing' : 'THE PREVIEW WAS WRONG');
  if (!holds) process.exitCode = 1;
} finally {
  for (const queue of [queues.tick, queues.poll, queues.ingest]) await queue.obliterate({ force: true });
  await database.db.dropDatabase();
  await resources.close();
  await rm(folder, { recursive: true, force: true });
}
