/**
 * What an idle mailbox costs: a folder of 1,000,000 messages on a scripted server, with a matching ledger, polled once per minute
 * for some hours. Prints commands and bytes per hour. Needs the servers: eval "$(script/services env)". Messages and hours by
 * argument: 1000000 24.
 */
import { randomBytes } from 'node:crypto';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import { openImapSource } from '../src/mailbox/imap/imap.ts';
import { pollMailbox } from '../src/poll/poll.ts';
import type { PolledMailbox } from '../src/poll/poll-run.ts';
import { createCursor } from '../src/store/cursors.ts';
import { ensureIndexes, openDatabase } from '../src/store/mongo.ts';
import { sightingId } from '../src/store/sightings.ts';
import type { SightingDocument } from '../src/store/sightings.ts';
import { openDirectoryStore } from '../src/store/blobs/folder.ts';
import { openScriptedServer } from '../test/support/scripted-imap.ts';
import { letPass } from '../test/support/passing-time.ts';
import { report } from './bench-report.ts';

const [, , count = '1000000', hours = '24'] = process.argv;
const messages = Number(count);
const BATCH = 20_000;
const key = { mailbox: 'large', folder: 'INBOX', epoch: 1 } as const;

const database = await openDatabase({
  uri: process.env['MONGODB_URI'] ?? '',
  db: `docketmail_bench_${randomBytes(4).toString('hex')}`,
  collections: {
    clients: 'clients',
    communications: 'communications',
    caseUpdates: 'caseUpdates',
    ownPrefix: '',
  },
});
await ensureIndexes(database);

/** Counts bytes to and from the server. */
async function openCounter(port: number) {
  const bytes = { sent: 0, received: 0 };
  const server = net.createServer((socket) => {
    const upstream = net.connect(port, '127.0.0.1');
    socket.on('data', (data) => (bytes.sent += data.length)).pipe(upstream);
    upstream.on('data', (data) => (bytes.received += data.length)).pipe(socket);
    for (const end of [socket, upstream]) end.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server listening on TCP has this kind of address. oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { port: (server.address() as AddressInfo).port, bytes, close: () => server.close() };
}

function uidsIn(command: string): string {
  const [from = 1, to = messages] = (command.split(' ').at(-1) ?? '').split(':').map(Number);
  const last = Math.min(to, messages);
  return Array.from({ length: Math.max(0, last - from + 1) }, (_, at) => from + at).join(' ');
}

async function measure(name: string, modseq: boolean): Promise<void> {
  const server = await openScriptedServer({
    capabilities: modseq ? 'IMAP4rev1 CONDSTORE' : 'IMAP4rev1',
    examine: [
      `* ${messages} EXISTS`,
      '* OK [UIDVALIDITY 77] ok',
      `* OK [UIDNEXT ${messages + 1}] ok`,
      ...(modseq ? ['* OK [HIGHESTMODSEQ 12] ok'] : []),
    ],
    answer: (command) => {
      if (command.startsWith('FETCH 1 ')) return ['* 1 FETCH (UID 1)', 'TAG OK done'];
      return command.startsWith('UID SEARCH') ? [`* SEARCH ${uidsIn(command)}`, 'TAG OK done'] : undefined;
    },
  });
  const counter = await openCounter(server.port);
  const source = openImapSource({
    name: key.mailbox,
    host: '127.0.0.1',
    port: counter.port,
    security: 'none',
    user: 'large',
    credential: { kind: 'password', password: 'secret' },
  });
  const mailbox: PolledMailbox = {
    name: key.mailbox,
    role: 'capture',
    folders: ['INBOX'],
    since: null,
    source,
  };
  await database.cursors.deleteMany({});
  await createCursor(database.cursors, key, {
    path: 'INBOX',
    uidValidity: '77',
    uidNext: messages + 1,
    highestModseq: modseq ? '12' : null,
    exists: messages,
    mailboxId: null,
    uidsAscend: true,
  });
  await database.cursors.updateMany({}, { $set: { seenUid: messages, uidNext: messages + 1 } });
  const deps = {
    database,
    blobs: openDirectoryStore({ dir: '/nowhere' }),
    spoolDir: '/nowhere',
    enqueue: async () => {},
    remember: () => {},
    hasRoom: async () => true,
    batch: 500,
    budgetMs: 20_000,
  };
  const poll = async (): Promise<number> => {
    const started = performance.now();
    while ((await pollMailbox(deps, mailbox, new AbortController().signal)).outcome === 'more');
    return performance.now() - started;
  };
  console.log(`${name}: the first comparison of all took ${(await poll()).toFixed(0)} ms`);
  const before = { commands: server.commands.length, ...counter.bytes };
  const times: number[] = [];
  for (let minute = 0; minute < Number(hours) * 60; minute += 1) {
    await letPass(database, 60_000, { rows: false });
    times.push(await poll());
  }
  times.sort((a, b) => a - b);
  const perHour = (now: number, then: number): string =>
    Math.round((now - then) / Number(hours)).toLocaleString('en');
  console.log(
    `${name}: an hour: ${perHour(server.commands.length, before.commands)} commands, ${perHour(counter.bytes.sent, before.sent)} bytes sent, ${perHour(counter.bytes.received, before.received)} received; a poll: median ${times[times.length >> 1]?.toFixed(1)} ms, longest ${times.at(-1)?.toFixed(0)} ms`,
  );
  await report([
    {
      bench: 'idle poll',
      what: `${name}, ${messages.toLocaleString('en')} messages`,
      value: times[times.length >> 1] ?? Number.NaN,
      unit: 'ms',
    },
  ]);
  const kinds = new Map<string, number>();
  for (const command of server.commands.slice(before.commands)) {
    const kind = command.replaceAll(/[\d:]+/gu, 'n');
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  for (const [kind, times_] of kinds)
    console.log(`  ${(times_ / Number(hours)).toFixed(1)} an hour: ${kind}`);
  await source.close();
  counter.close();
  await server.close();
}

try {
  const now = new Date();
  for (let from = 1; from <= messages; from += BATCH) {
    const rows = Array.from({ length: Math.min(BATCH, messages - from + 1) }, (_, at): SightingDocument => ({
      ...key,
      _id: sightingId({ ...key, uid: from + at }),
      uid: from + at,
      internalDate: now,
      size: 1_000,
      role: 'capture',
      inOwnSent: false,
      since: null,
      rawKey: 'raw/00',
      state: 'done',
      messageRef: null,
      attempts: 0,
      attemptsBy: [],
      error: null,
      createdAt: now,
      updatedAt: now,
    }));
    await database.sightings.insertMany(rows, { ordered: false });
  }
  const started = performance.now();
  await database.sightings.countDocuments({ ...key });
  console.log(
    `${messages.toLocaleString('en')} rows are counted in ${(performance.now() - started).toFixed(0)} ms`,
  );
  await measure('with CONDSTORE', true);
  await measure('without CONDSTORE', false);
} finally {
  await database.db.dropDatabase();
  await database.client.close();
}
