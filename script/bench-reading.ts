/**
 * The CPU time of reading messages beside simpleParser, which reads no reply, no forward, no kind and no identity and makes no safe
 * HTML: `npm run bench:reading [-- rounds]`. Of mixed mail also what each step takes. Small mail is that of the corpora
 * (MAIL_CORPUS, else ../shared/mail) and of the demo.
 */
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { demoMessages } from '../demo/messages.ts';
import { createFingerprinter } from '../src/fingerprint/fingerprint.ts';
import { classifyAutomatic } from '../src/mail/automatic/automatic.ts';
import { readBounce } from '../src/mail/bounce/bounce.ts';
import { readForwards } from '../src/mail/forwarded/forwarded.ts';
import { readMail } from '../src/mail/read.ts';
import { splitReply } from '../src/mail/reply/reply.ts';
import { sanitiseHtml } from '../src/mime/html/html.ts';
import { parseMessage } from '../src/mime/parse.ts';
import { findCorpus } from '../test/corpus/corpus.ts';
import { mixedMail } from '../test/faults/mixed-mail.ts';
import { medianOf, report, type BenchRow } from './bench-report.ts';

const SMALL_BYTES = 10_000;
const MIXED = 300;
/** The first also warms up. */
const rounds = Math.max(2, Number(process.argv[2] ?? 6));

const groups: Readonly<Record<string, readonly Buffer[]>> = {
  'mixed mail': mixedMail(MIXED),
  'small mail': await smallMail(),
};

for (const [what, messages] of Object.entries(groups)) {
  const [own, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    own.push(await cpuMs(messages, async (raw) => await readMail({ raw })));
    theirs.push(await cpuMs(messages, async (raw) => await simpleParser(raw).catch(() => null)));
  }
  const [value, beside] = [medianOf(own.slice(1)), medianOf(theirs.slice(1))];
  const [first = 0] = own;
  console.log(
    `${what} (${messages.length}): ${value.toFixed(2)} ms CPU a message, simpleParser ${beside.toFixed(2)}, ${(value / beside).toFixed(2)} times; the first round ${first.toFixed(2)}`,
  );
  await report([
    { bench: 'reading', what, value, unit: 'ms', beside: { what: 'simpleParser', value: beside } },
  ]);
}
await report(await stepsOf(groups['mixed mail'] ?? []));

async function smallMail(): Promise<Buffer[]> {
  const corpus = findCorpus();
  const raws = demoMessages().map(({ raw }) => raw);
  for (const name of corpus === null ? [] : (await readdir(corpus, { recursive: true })).sort()) {
    const path = join(corpus ?? '', name);
    if (/\.(?:eml|raw)$/u.test(name) && (await stat(path)).isFile()) raws.push(await readFile(path));
  }
  return raws.filter(({ length }) => length < SMALL_BYTES);
}

async function cpuMs(messages: readonly Buffer[], read: (raw: Buffer) => unknown): Promise<number> {
  const before = process.cpuUsage();
  for (const raw of messages) await read(raw);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / messages.length;
}

/** Each step by itself, with its code warm: together less than reading as a whole, whose code is larger than the processor's caches. */
async function stepsOf(messages: readonly Buffer[]): Promise<BenchRow[]> {
  const parsed = new Map<Buffer, Awaited<ReturnType<typeof parseMessage>>>();
  for (const raw of messages) parsed.set(raw, await parseMessage({ raw }));
  const of = (raw: Buffer) => parsed.get(raw) ?? fail();
  const steps: Readonly<Record<string, (raw: Buffer) => unknown>> = {
    'structure, texts, safe HTML': async (raw) => await parseMessage({ raw }),
    'safe HTML alone': (raw) => sanitiseHtml(of(raw).rawHtml ?? ''),
    identity: (raw) => {
      const fingerprinter = createFingerprinter();
      fingerprinter.write(raw);
      return fingerprinter.end();
    },
    'bounces and automatic mail': (raw) => classifyAutomatic(of(raw), readBounce(of(raw))),
    forwards: (raw) => readForwards(of(raw)),
    'reply, quote, signature': (raw) => {
      const { text, rawHtml, textSource, from } = of(raw);
      return splitReply({ text, rawHtml, textSource, isForward: false, sender: from?.name ?? '' });
    },
  };
  const rows: BenchRow[] = [];
  for (const [what, step] of Object.entries(steps)) {
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) times.push(await cpuMs(messages, step));
    const value = medianOf(times.slice(1));
    console.log(`  ${what}: ${value.toFixed(2)} ms`);
    rows.push({ bench: 'reading, step', what, value, unit: 'ms' });
  }
  return rows;
}

function fail(): never {
  throw new Error('a message was not parsed');
}
