/**
 * Checks in one run that a lookup costs the same at 100 clients and at a million: the time of a lookup, of a full rebuild of the
 * address book, and the process's memory. Needs the servers: eval "$(script/services env)". Clients by argument: 1000000.
 */
import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { ObjectId } from 'mongodb';
import { openResources } from '../src/app/open.ts';
import type { Resources } from '../src/app/open.ts';
import { loadConfig } from '../src/config/config.ts';
import { rebuildBook } from '../src/rejudge/address-book-sync.ts';
import { lookUpAddresses } from '../src/store/book-answers.ts';
import type { Database } from '../src/store/mongo.ts';
import { report } from './bench-report.ts';

const largest = Number(process.argv[2] ?? 1_000_000);
const sizes = [100, 10_000, largest];
const BATCH = 10_000;
const LOOK_UPS = 400;
const WARM_UP = 20;
const ADDRESSES_A_MESSAGE = 5;

interface Client {
  readonly _id: ObjectId;
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly company: string;
  readonly notes: string;
}

const domainOf = (number: number): string => `company${number % 50_000}.example`;

function client(number: number): Client {
  const email = `person${number}@${domainOf(number)}`;
  return {
    _id: new ObjectId(),
    name: `Person ${number}`,
    // As people type them: some in capitals, some with a name or an extra space.
    email:
      number % 20 === 0
        ? `Person ${number} <${email}>`
        : number % 20 === 1
          ? ` ${email.toUpperCase()}`
          : email,
    phone: '+44 20 7946 0000',
    company: `Company ${number % 50_000}`,
    notes: '',
  };
}

async function load({ clients }: Database, from: number, to: number): Promise<number> {
  const started = performance.now();
  for (let at = from; at < to; at += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, to - at) }, (_, index) => client(at + index));
    await clients.insertMany(batch, { ordered: false });
  }
  return (performance.now() - started) / 1000;
}

/** Milliseconds per lookup: the addresses of a message, most of them unknown, one a client's. */
async function lookUp(database: Database, number: number): Promise<{ ms: number; isFound: boolean }> {
  const address = `person${number}@${domainOf(number)}`;
  const strangers = Array.from(
    { length: ADDRESSES_A_MESSAGE - 1 },
    (_, index) => `nobody${number}-${index}@elsewhere.example`,
  );
  const started = performance.now();
  const { entries } = await lookUpAddresses(database, [address, ...strangers], {
    asWritten: [address.toUpperCase()],
  });
  return { ms: performance.now() - started, isFound: entries.get(address)?.length === 1 };
}

async function open(): Promise<Resources> {
  const { MONGODB_URI, REDIS_URL } = process.env;
  const env = { MONGODB_URI, REDIS_URL, MONGODB_DB: `docketmail_bench_${randomBytes(4).toString('hex')}` };
  const resources = await openResources(loadConfig(env, { mailboxes: 'optional' }));
  await resources.database.clients.createIndexes([{ key: { email: 1 } }, { key: { emails: 1 } }]);
  return resources;
}

async function rebuild(database: Database): Promise<string> {
  let peak = 0;
  const started = performance.now();
  const done = await rebuildBook(database, {
    enqueue: async () => {},
    progress: () => {
      peak = Math.max(peak, process.memoryUsage().rss);
    },
  });
  const seconds = (performance.now() - started) / 1000;
  return `${seconds.toFixed(1)} s (${done.gained + done.lost} changes, at most ${Math.round(peak / 1e6)} MB)`;
}

const opened: Resources[] = [];
const databases: { readonly size: number; readonly database: Database; readonly times: number[] }[] = [];
try {
  for (const size of sizes) {
    const resources = await open();
    opened.push(resources);
    const { database } = resources;
    databases.push({ size, database, times: [] });
    const loadSeconds = await load(database, 0, size);
    console.log(
      `${size} clients: loaded in ${loadSeconds.toFixed(1)} s; rebuild ${await rebuild(database)}; again ${await rebuild(database)}`,
    );
  }
  // In turn, so that other load on the machine affects all sizes alike.
  for (let round = -WARM_UP; round < LOOK_UPS; round++)
    for (const { size, database, times } of databases) {
      const { ms, isFound } = await lookUp(
        database,
        Math.floor(((round + WARM_UP) / (LOOK_UPS + WARM_UP)) * size),
      );
      if (!isFound) throw new Error('a client was not found');
      if (round >= 0) times.push(ms);
    }
  const of = (times: readonly number[], share: number): number =>
    times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? 0;
  const first = of(databases[0]?.times ?? [], 0.5);
  for (const { size, times } of databases)
    console.log(
      `${size} clients: look-up of ${ADDRESSES_A_MESSAGE} addresses, median ${of(times, 0.5).toFixed(2)} ms, p95 ${of(times, 0.95).toFixed(2)} ms, ratio ${(of(times, 0.5) / first).toFixed(2)}`,
    );
  await report(
    databases.slice(1).map(({ size, times }) => ({
      bench: 'address book',
      what: `look-up among ${size.toLocaleString('en')} clients`,
      value: of(times, 0.5),
      unit: 'ms',
      beside: { what: `${sizes[0]} clients`, value: first },
    })),
  );
} finally {
  for (const resources of opened) {
    await resources.database.db.dropDatabase();
    await resources.close();
  }
}
