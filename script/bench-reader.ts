/**
 * What reading alone costs per message: 600 files of the mail corpora (MAIL_CORPUS, else ../shared/mail), four at a time, through
 * the reader as used by ingest. `npm run bench:reader [-- messages]`. CPU time without process start.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import pLimit from 'p-limit';
import { defaultRules } from '../src/decide/rules.ts';
import { openReader } from '../src/read/reader.ts';
import { rawKey } from '../src/store/blobs/blobs.ts';
import { openDirectoryStore } from '../src/store/blobs/folder.ts';
import { findCorpus } from '../test/corpus/corpus.ts';

const WARM_UP = 40;
const SIDE_BY_SIDE = 4;
const ROUNDS = 3;
/** Of the kernel's clock in /proc, on every common Linux. */
const TICKS_PER_SECOND = 100;

const count = Number(process.argv[2] ?? 600);
const corpus = findCorpus();
if (corpus === null) throw new Error('No corpus: set MAIL_CORPUS to a folder of mail corpora.');
const folder = await mkdtemp(join(tmpdir(), 'docketmail-bench-'));
const blobs = openDirectoryStore({ dir: join(folder, 'blobs') });
const reader = openReader({
  blobs,
  processes: 2,
  maxMessageBytes: 50_000_000,
  timeLimitMs: 30_000,
  spoolDir: folder,
  reading: { authenticate: false, trustedAuthservIds: [], ownRelays: [], caseTags: defaultRules },
});

/** Every n-th of all files that look like messages, so that each corpus has its share. */
async function mixedMessages(): Promise<Buffer[]> {
  const names = await readdir(corpus ?? '', { recursive: true });
  const paths = names
    .filter((name) => /\.(?:eml|raw)$/u.test(name))
    .sort()
    .map((name) => join(corpus ?? '', name));
  const raws: Buffer[] = [];
  for (let at = 0; at < count; at++) {
    const path = paths[at % paths.length] ?? '';
    if ((await stat(path)).isFile()) raws.push(await readFile(path));
  }
  return raws;
}

/** Seconds of user and system time of this process and its children, threads included. */
async function cpuSeconds(): Promise<number> {
  const children = await readFile(`/proc/self/task/${process.pid}/children`, 'utf8');
  const pids = children.split(' ').filter((pid) => pid !== '');
  let ticks = 0;
  for (const pid of [process.pid, ...pids]) {
    const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
    ticks += Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  }
  return ticks / TICKS_PER_SECOND;
}

try {
  const raws = await mixedMessages();
  const stored: { readonly key: string; readonly size: number }[] = [];
  for (const raw of raws) {
    const sha256 = createHash('sha256').update(raw).digest('hex');
    await blobs.put({
      key: rawKey(sha256),
      content: raw,
      size: raw.length,
      sha256,
    });
    stored.push({ key: rawKey(sha256), size: raw.length });
  }
  const sizes = raws.map(({ length }) => length).toSorted((a, b) => a - b);
  console.log(
    `${raws.length} messages, median ${sizes[Math.floor(sizes.length / 2)]} bytes, largest ${sizes.at(-1)} bytes`,
  );
  const free = pLimit(SIDE_BY_SIDE);
  const readAll = async (all: typeof stored): Promise<void> => {
    await Promise.all(
      all.map(
        async (raw) =>
          await free(async () => {
            const read = await reader.read(raw);
            await read.dispose();
          }),
      ),
    );
  };
  await readAll(stored.slice(0, WARM_UP));
  for (let round = 1; round <= ROUNDS; round++) {
    const [begin, atStart] = [performance.now(), await cpuSeconds()];
    await readAll(stored);
    const seconds = (performance.now() - begin) / 1000;
    const cpu = (await cpuSeconds()) - atStart;
    console.log(
      `round ${round}: ${Math.round(stored.length / seconds)} messages a second, CPU ${((cpu / stored.length) * 1000).toFixed(2)} ms a message`,
    );
  }
} finally {
  await reader.close();
  await rm(folder, { recursive: true, force: true });
}
