/**
 * Whether a look-up costs the same at 100 clients and at a million, in one run: the time of a look-up, of a full rebuild of the
 * address book, and the memory of the process. Needs the servers: eval "$(script/services env)". Clients by argument: 1000000.
 */
import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { ObjectId } from 'mongodb';
import { rebuildBook } from '../src/book-keeper.ts';
import { askBook } from '../src/store/book-answers.ts';
import { ensureIndexes, openDatabase } from '../src/store/mongo.ts';
import type { Database } from '../src/store/mongo.ts';

const uri = process.env['MONGODB_URI'];
if (uri === undefined) throw new Error('MONGODB_URI is not set: eval "$(script/services env)"');
const largest = Number(process.argv[2] ?? 1_000_000);
const sizes = [100, 10_000, largest];
const BATCH = 10_000;
const LOOK_UPS = 400;
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
    // As people type them: some in capitals, some with a name or a stray space.
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

/** Milliseconds of one look-up: the addresses of a message, most of them nobody's, one a client's. */
async function lookUps(
  database: Database,
  size: number,
): Promise<{ median: number; p95: number; found: number }> {
  const times: number[] = [];
  let found = 0;
  for (let round = -20; round < LOOK_UPS; round++) {
    const number = Math.floor(((round + 20) / (LOOK_UPS + 20)) * size);
    const address = `person${number}@${domainOf(number)}`;
    const strangers = Array.from(
      { length: ADDRESSES_A_MESSAGE - 1 },
      (_, index) => `nobody${number}-${index}@elsewhere.example`,
    );
    const started = performance.now();
    const { entries } = await askBook(database, [address, ...strangers], {
      asWritten: [address.toUpperCase()],
    });
    if (round < 0) continue;
    times.push(performance.now() - started);
    if (entries.get(address)?.length === 1) found++;
  }
  times.sort((a, b) => a - b);
  return {
    median: times[Math.floor(times.length / 2)] ?? 0,
    p95: times[Math.floor(times.length * 0.95)] ?? 0,
    found,
  };
}

const database = await openDatabase({
  uri,
  db: `docketmail_bench_${randomBytes(4).toString('hex')}`,
  collections: {
    clients: 'clients',
    communications: 'communications',
    caseUpdates: 'caseUpdates',
    ownPrefix: '',
  },
});
try {
  await ensureIndexes(database);
  await database.clients.createIndexes([{ key: { email: 1 } }, { key: { emails: 1 } }]);
  let loaded = 0;
  let first = 0;
  for (const size of sizes) {
    const loadSeconds = await load(database, loaded, size);
    loaded = size;
    const before = process.memoryUsage().rss;
    let peak = before;
    const started = performance.now();
    const done = await rebuildBook(database, {
      enqueue: async () => {},
      progress: () => {
        peak = Math.max(peak, process.memoryUsage().rss);
      },
    });
    const rebuildSeconds = (performance.now() - started) / 1000;
    const again = performance.now();
    const second = await rebuildBook(database, { enqueue: async () => {}, progress: () => {} });
    const againSeconds = (performance.now() - again) / 1000;
    const { median, p95, found } = await lookUps(database, size);
    first ||= median;
    console.log(
      [
        `${size} clients: loaded in ${loadSeconds.toFixed(1)} s`,
        `rebuild ${rebuildSeconds.toFixed(1)} s (${done.gained} addresses new)`,
        `second rebuild ${againSeconds.toFixed(1)} s (${second.gained + second.lost} changes)`,
        `look-up of ${ADDRESSES_A_MESSAGE} addresses: median ${median.toFixed(2)} ms, p95 ${p95.toFixed(2)} ms, ratio ${(median / first).toFixed(2)}, ${found}/${LOOK_UPS} found`,
        `memory ${Math.round(before / 1e6)} MB before, ${Math.round(peak / 1e6)} MB at most during the rebuild`,
      ].join('; '),
    );
  }
} finally {
  await database.db.dropDatabase();
  await database.client.close();
}
