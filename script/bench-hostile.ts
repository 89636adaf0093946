/**
 * Reads messages made to break a reader, each in its own process with a heap of 256 MB, and prints CPU time and memory next to
 * those of an ordinary message of the same size. Fails if a process dies. `npm run bench:hostile [-- --sizes 1,3] [-- --only
 * WORD]`; sizes in MB.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { base64Lines, message } from '../test/hostile/hostile-message.ts';
import type { HostileKind } from '../test/hostile/hostile-message.ts';
import { hostileKinds } from '../test/hostile/hostile-messages.ts';

interface Cost {
  readonly ms: number;
  readonly peakMb: number;
  readonly resultMb: number;
  readonly warnings: readonly string[];
}

const HEAP_MB = 256;
/** No reading takes this long; one that does is ended, and counts as a death. */
const LIMIT_MS = 120_000;
const MEGABYTE = 1_048_576;
/** What the report calls slow or large: worth a look, not a failure. */
const SLOW_MS = 2_000;
const LARGE_MB = 250;

const reader = fileURLToPath(new URL('../test/hostile/read-one.js', import.meta.url));
const { values } = parseArgs({
  options: { sizes: { type: 'string', default: '1,3,10,50' }, only: { type: 'string', default: '' } },
});
const sizes = values.sizes.split(',').map(Number);
const kinds = hostileKinds.filter(({ name }) => name.includes(values.only));

/** A few lines with a scan: like most large messages. */
const ordinary: HostileKind = {
  name: 'an ordinary message',
  make: (bytes) =>
    message(
      ['Content-Type: multipart/mixed; boundary=b'],
      Buffer.concat([
        Buffer.from('--b\r\nContent-Type: text/plain\r\n\r\nPlease find the scan enclosed.\r\n--b\r\n'),
        Buffer.from(
          'Content-Type: application/pdf; name=scan.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n',
        ),
        base64Lines(Buffer.alloc(Math.floor((bytes * 3) / 4), '%PDF-1.4 and what else a scan holds')),
        Buffer.from('\r\n--b--\r\n'),
      ]),
    ),
};

async function read(path: string): Promise<Cost | string> {
  const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MB}`, reader, path], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (piece: Buffer) => (output += piece.toString()));
  child.stderr.on('data', (piece: Buffer) => (errors = (errors + piece.toString()).slice(-2_000)));
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.once('close', (...ended) => resolve(ended));
  });
  if (code === 0) return JSON.parse(output) as Cost;
  const [reason = ''] = /FATAL ERROR[^\n]*|\w*Error: [^\n]*/u.exec(errors) ?? [];
  return `died: ${signal ?? code} ${reason}`;
}

const folder = await mkdtemp(join(tmpdir(), 'docketmail-hostile-'));
const path = join(folder, 'message.eml');

async function costOf(kind: HostileKind, megabytes: number): Promise<Cost | string> {
  await writeFile(path, kind.make(megabytes * MEGABYTE));
  return await read(path);
}

let deaths = 0;
let slow = 0;
let large = 0;
let count = 0;
let slowest = { ms: 0, name: '' };
let largest = { mb: 0, name: '' };
try {
  for (const size of sizes) {
    const usual = await costOf(ordinary, size);
    if (typeof usual === 'string') throw new Error(`an ordinary message of ${size} MB ${usual}`);
    console.log(
      `${size} MB: an ordinary message takes ${usual.ms.toFixed(0)} ms, ${usual.peakMb.toFixed(0)} MB at most`,
    );
    for (const kind of kinds) {
      const cost = await costOf(kind, size);
      count += 1;
      const name = kind.name.padEnd(46);
      if (typeof cost === 'string') {
        deaths += 1;
        console.log(`  ${name} ${cost}`);
        continue;
      }
      if (cost.ms > SLOW_MS) slow += 1;
      if (cost.peakMb > LARGE_MB) large += 1;
      if (cost.ms > slowest.ms) slowest = { ms: cost.ms, name: `${kind.name}, ${size} MB` };
      if (cost.peakMb > largest.mb) largest = { mb: cost.peakMb, name: `${kind.name}, ${size} MB` };
      const marks = `${cost.ms > SLOW_MS ? ' slow' : ''}${cost.peakMb > LARGE_MB ? ' large' : ''}`;
      console.log(
        `  ${name} ${cost.ms.toFixed(0).padStart(6)} ms ${(cost.ms / usual.ms).toFixed(1).padStart(6)}× ${cost.peakMb.toFixed(0).padStart(5)} MB ${(cost.peakMb / usual.peakMb).toFixed(1).padStart(5)}× result ${cost.resultMb.toFixed(1).padStart(6)} MB${marks}  ${cost.warnings.join(' ')}`,
      );
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
console.log(
  `${count} messages: ${deaths} deaths, ${slow} over ${SLOW_MS} ms, ${large} over ${LARGE_MB} MB; slowest ${slowest.ms.toFixed(0)} ms (${slowest.name}), largest ${largest.mb.toFixed(0)} MB (${largest.name})`,
);
if (deaths > 0) process.exitCode = 1;
