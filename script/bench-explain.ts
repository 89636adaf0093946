/**
 * `explain --json` of a folder of files beside simpleParser of the same ones, each as a program of its own:
 * `npm run bench:explain [-- files [passes]]`, 2,000 and 3 without numbers. CPU time with the start of the program.
 */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { demoMessages } from '../demo/messages.ts';
import { run } from '../services/command.ts';
import { mixedMail } from '../test/faults/mixed-mail.ts';
import { medianOf, report } from './bench-report.ts';

const files = Number(process.argv[2] ?? 2_000);
const passes = Number(process.argv[3] ?? 3);
/** Larger ones would make it a bench of base64. */
const MAX_BYTES = 200_000;

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'docketmail-bench-'));
const simple = join(folder, 'simple.mjs');
const mail = join(folder, 'mail');

try {
  await writeMail();
  await writeFile(
    simple,
    `import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
const { simpleParser } = createRequire(${JSON.stringify(`${root}package.json`)})('mailparser');
for (const name of readdirSync(process.argv[2])) await simpleParser(readFileSync(process.argv[2] + '/' + name));
`,
  );
  const [own, theirs]: [number[], number[]] = [[], []];
  for (let pass = 0; pass < passes; pass++) {
    theirs.push(await cpuSeconds([process.execPath, simple, mail]));
    own.push(await cpuSeconds([process.execPath, join(root, 'dist/cli.js'), 'explain', '--json', mail]));
  }
  const perMessage = (times: readonly number[]): number => (medianOf(times) / files) * 1000;
  const [value, beside] = [perMessage(own), perMessage(theirs)];
  console.log(
    `explain of ${files} files: ${value.toFixed(2)} ms CPU a file, simpleParser ${beside.toFixed(2)}, ${(value / beside).toFixed(2)} times (medians of ${passes})`,
  );
  await report([
    {
      bench: 'explain',
      what: `${files} files`,
      value,
      unit: 'ms',
      beside: { what: 'simpleParser', value: beside },
    },
  ]);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Half of it as the demo's people write, each a message of its own. */
async function writeMail(): Promise<void> {
  await mkdir(mail);
  const office = mixedMail(files).filter(({ length }) => length <= MAX_BYTES);
  const people = demoMessages();
  for (let at = 0; at < files; at++) {
    const written = people[at % people.length]?.raw ?? Buffer.alloc(0);
    const named = Buffer.concat([Buffer.from(`X-Copy: ${at}\r\n`), written]);
    const raw = at % 2 === 0 ? (office[at % office.length] ?? named) : named;
    await writeFile(join(mail, `${String(at).padStart(6, '0')}.eml`), raw);
  }
  const written = await readdir(mail);
  if (written.length !== files) throw new Error(`${written.length} files were written, not ${files}`);
}

async function cpuSeconds(command: readonly string[]): Promise<number> {
  const script = `TIMEFORMAT='%U %S'; { time "$@" >/dev/null 2>&1; } 2>&1`;
  const times = await run(['bash', '-c', script, 'time', ...command]);
  return times
    .trim()
    .split(' ')
    .reduce((sum, part) => sum + Number(part), 0);
}
