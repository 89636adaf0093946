/**
 * How long each page takes in a large installation: `npm run bench:pages [-- messages [clients [waiting]]]`, 100,000 messages of
 * 10,000 clients and 2,000 in triage without numbers. A few real messages are ingested, and their rows copied under other ids, people
 * and dates. Each page is asked for in turn by one browser; the times are the server's with the way to it and back. Needs
 * `npm run build` and the servers of script/services.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ObjectId } from 'mongodb';
import { openResources } from '../src/app/open.ts';
import { loadConfig } from '../src/config/config.ts';
import { indexMessages } from '../src/search/index-messages.ts';
import type { CommunicationDocument } from '../src/store/communications.ts';
import type { MessageDocument } from '../src/store/message-document.ts';
import { deterministicId } from '../src/store/ids.ts';
import { report } from './bench-report.ts';

const [messages = 100_000, clients = 10_000, waiting = 2_000] = process.argv.slice(2).map(Number);
const ROUNDS = 40;
const BATCH = 1_000;
const DAY_MS = 24 * 60 * 60_000;
const YEARS_MS = 3 * 365 * DAY_MS;
const WORDS =
  'roof invoice lease boundary survey offer garden contract hearing deadline notary mortgage witness appeal'.split(
    ' ',
  );

const folder = mkdtempSync(join(tmpdir(), 'docketmail-bench-'));
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:IMAP|LMTP|S3)/u.test(name))),
  MONGODB_DB: `docketmail_bench_${randomBytes(4).toString('hex')}`,
  QUEUE_PREFIX: `bench-${randomBytes(4).toString('hex')}`,
  BLOB_DIR: join(folder, 'blobs'),
  SPOOL_DIR: folder,
  STAFF_DOMAINS: 'firm.test',
  AUTHENTICATION: 'off',
  DASHBOARD_PORT: '0',
  LOG_LEVEL: 'info',
  LOG_FORMAT: 'json',
};
mkdirSync(env.BLOB_DIR);
const resources = await openResources(loadConfig(env, { mailboxes: 'optional' }));
const { database } = resources;
const now = Date.now();
const any = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T;
const sentence = (): string => Array.from({ length: 60 }, () => any(WORDS)).join(' ');

try {
  await fill();
  const dashboard = spawn(process.execPath, ['dist/cli.js', 'start', '--roles', 'dashboard'], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  try {
    const origin = await new Promise<string>((resolve) => {
      createInterface(dashboard.stderr).on('line', (line) => {
        const url = /"dashboard":"(http[^"]+)"/u.exec(line)?.[1];
        if (url !== undefined) resolve(url.replace(/\/$/u, ''));
      });
    });
    await measure(origin);
  } finally {
    dashboard.kill();
    await once(dashboard, 'exit');
  }
} finally {
  await database.db.dropDatabase();
  await resources.close();
  rmSync(folder, { recursive: true });
}

async function fill(): Promise<void> {
  const people = Array.from({ length: clients }, (_, at) => ({
    _id: `client-${at}`,
    name: `${any(['Ana', 'Bernd', 'Chiara', 'Dora'])} ${at} ${any(['Souza', 'Holm', 'Conti', 'Novak'])}`,
    company: `Company ${at}`,
    email: `person-${at}@client-${at}.test`,
  }));
  for (let at = 0; at < clients; at += BATCH) await database.clients.insertMany(people.slice(at, at + BATCH));
  const models = await ingestModels();
  for (let at = 0; at < messages; at += BATCH) {
    const copies = Array.from({ length: Math.min(BATCH, messages - at) }, (_, index) =>
      copyOf(models, at + index),
    );
    await database.messages.insertMany(copies.map(({ message }) => message));
    const recorded = copies.flatMap(({ communication }) => communication ?? []);
    if (recorded.length > 0) await database.communications.insertMany(recorded);
  }
  const since = performance.now();
  await indexMessages(database);
  console.log(
    `${messages} messages of ${clients} clients, ${waiting} in triage; rows of search made in ${((performance.now() - since) / 1000).toFixed(0)} s`,
  );
}

interface Models {
  readonly stored: MessageDocument;
  readonly communication: CommunicationDocument;
  readonly triage: MessageDocument;
}

async function ingestModels(): Promise<Models> {
  const mail = join(folder, 'mail');
  mkdirSync(mail);
  const write = (name: string, from: string): void =>
    writeFileSync(
      join(mail, `${name}.eml`),
      `From: ${from}\r\nTo: office@firm.test\r\nSubject: ${name}\r\nDate: Mon, 2 Mar 2026 10:00:00 +0000\r\nMessage-ID: <${name}@client.test>\r\n\r\n${sentence()}\r\n`,
    );
  write('stored', 'Person <person-0@client-0.test>');
  write('waiting', 'Stranger <stranger@away.test>');
  const ingest = spawn(process.execPath, ['dist/cli.js', 'ingest', mail], { env, stdio: 'ignore' });
  await once(ingest, 'exit');
  const stored = await database.messages.findOne({ state: 'stored' });
  const triage = await database.messages.findOne({ state: 'triage' });
  const communication = await database.communications.findOne();
  if (stored === null || triage === null || communication === null)
    throw new Error('the two messages were not ingested as expected');
  return { stored, triage, communication };
}

function copyOf({ stored, communication, triage }: Models, at: number) {
  const digest = randomBytes(32).toString('hex');
  const client = at % clients;
  const isWaiting = at < waiting;
  const model = isWaiting ? triage : stored;
  const from = isWaiting
    ? { name: `Stranger ${at}`, address: `stranger-${at % 300}@away-${at % 300}.test` }
    : { name: `Person ${client}`, address: `person-${client}@client-${client}.test` };
  const date = new Date(now - Math.random() * (isWaiting ? 30 * DAY_MS : YEARS_MS));
  const variantKey = `v1:${digest}`;
  const { entryKey: _entryKey, searchDue: _due, ...rest } = model;
  const message: MessageDocument = {
    ...rest,
    _id: new ObjectId(),
    fingerprint: `v1:${digest}`,
    variantKey,
    messageId: `${digest}@client.test`,
    threadId: `thread-${Math.floor(at / 3)}`,
    subject: `${any(WORDS)} ${any(WORDS)} ${at}`,
    preview: sentence().slice(0, 300),
    participants: model.participants.map((one) => (one.role === 'from' ? { ...one, ...from } : one)),
    date,
    receivedAt: date,
    links: model.links.map((link) => ({ ...link, clientId: `client-${client}` as never })),
  };
  if (isWaiting) return { message, communication: null };
  return {
    message,
    communication: {
      ...communication,
      _id: deterministicId(variantKey, `client-${client}`),
      clientId: `client-${client}` as never,
      messageRef: message._id,
      subject: message.subject,
      message: sentence(),
      reply: sentence(),
      from,
      date,
      threadId: message.threadId,
    },
  };
}

async function measure(origin: string): Promise<void> {
  const ids = (
    await database.messages
      .aggregate<{ _id: ObjectId }>([{ $sample: { size: ROUNDS } }, { $project: { _id: 1 } }])
      .toArray()
  ).map(({ _id }) => _id.toHexString());
  const client = (): string => `client-${Math.floor(Math.random() * clients)}`;
  const pages: Readonly<Record<string, (round: number) => string>> = {
    Today: () => '/',
    Triage: () => '/triage',
    Messages: () => '/messages',
    'Messages, waiting': () => '/messages?state=triage',
    'Messages of an address': () => `/messages?q=person-${Math.floor(Math.random() * clients)}@client-0.test`,
    Message: (round) => `/messages/${ids[round % ids.length] ?? ''}`,
    'Search, two words': () => `/messages?q=${any(WORDS)}+${any(WORDS)}`,
    'Search, a rare word': () => `/messages?q=${Math.floor(Math.random() * messages)}`,
    'Search, a phrase': () => `/messages?q=%22${any(WORDS)}+${any(WORDS)}%22`,
    Clients: () => `/clients?q=${any(['ana', 'holm', 'company'])}+${Math.floor(Math.random() * clients)}`,
    Client: () => `/clients/${client()}`,
    'Search within a client': () => `/clients/${client()}?q=${any(WORDS)}`,
    Cases: () => '/cases',
    Mailboxes: () => '/mailboxes',
    Quarantine: () => '/quarantine',
    Decisions: () => '/decisions',
    'API: messages': () => '/api/messages?limit=50',
    'API: triage': () => '/api/triage?limit=50',
    'API: communications of a client': () => `/api/communications?client=${client()}`,
    'API: search': () => `/api/search?q=${any(WORDS)}`,
  };
  const rows = [];
  for (const [name, pathOf] of Object.entries(pages)) {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const path = pathOf(round);
      const since = performance.now();
      const answer = await fetch(origin + path, { headers: { accept: 'text/html,application/json' } });
      await answer.text();
      times.push(performance.now() - since);
      if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    }
    const sorted = times.toSorted((a, b) => a - b);
    const share = (part: number): number => Math.round(sorted[Math.ceil(part * ROUNDS) - 1] ?? Number.NaN);
    console.log(`${name}: p50 ${share(0.5)} ms, p95 ${share(0.95)} ms, at most ${share(1)} ms`);
    rows.push({ bench: 'pages', what: `${name}, p95`, value: share(0.95), unit: 'ms' });
  }
  console.log(`load ${(loadavg()[0] ?? 0).toFixed(1)}`);
  await report(rows);
}
