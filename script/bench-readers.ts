/**
 * Compares the two readers over the mail corpora (MAIL_CORPUS, else ../shared/mail) and the demo's messages: how many both read,
 * where they differ, what is held for it, and the cost of each. `npm run bench:readers`.
 */
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { demoMessages } from '../demo/messages.ts';
import { compareReaders, needsSecondReading } from '../src/decide/readers-disagree.ts';
import { defaultRules } from '../src/decide/rules.ts';
import { readMail } from '../src/mail/read.ts';
import { parseMessage } from '../src/mime/parse.ts';
import { readSecondHeader } from '../src/read/second-reader.ts';
import { findCorpus } from '../test/corpus/corpus.ts';
import { mixedMail } from '../test/faults/mixed-mail.ts';

interface Sample {
  readonly set: string;
  readonly name: string;
  readonly raw: Buffer;
}

/** Attacks: the second reader exists to hold these. */
const ATTACKS: ReadonlySet<string> = new Set(['security-espoofer']);
const SMALL_BYTES = 10_000;
const MIXED = 200;
const ROUNDS = 3;

const corpus = findCorpus();
if (corpus === null) throw new Error('No corpus: set MAIL_CORPUS to a folder of mail corpora.');
const samples = [
  ...(await readCorpus(corpus)),
  ...demoMessages().map(({ id, raw }) => ({ set: 'demo', name: id, raw })),
];

await compareAll();
await measureAll();

async function readCorpus(folder: string): Promise<Sample[]> {
  const found: Sample[] = [];
  for (const name of (await readdir(folder, { recursive: true })).sort()) {
    const path = join(folder, name);
    if (!/\.(?:eml|raw)$|msg_\d+\.txt$/u.test(name) || !(await stat(path)).isFile()) continue;
    found.push({ set: name.split('/', 1)[0] ?? '', name, raw: await readFile(path) });
  }
  return found;
}

async function compareAll(): Promise<void> {
  const sets = new Map<string, { messages: number; asked: number; differ: number; held: number }>();
  const fields = new Map<string, number>();
  const lines: string[] = [];
  for (const { set, name, raw } of samples) {
    const { mail } = await readMail({ raw });
    const isAsked = needsSecondReading(mail, defaultRules);
    const disagreements = compareReaders(mail, await readSecondHeader([raw]));
    const row = sets.get(set) ?? { messages: 0, asked: 0, differ: 0, held: 0 };
    const isHeld = isAsked && disagreements.length > 0;
    sets.set(set, {
      messages: row.messages + 1,
      asked: row.asked + Number(isAsked),
      differ: row.differ + Number(disagreements.length > 0),
      held: row.held + Number(isHeld),
    });
    for (const { field, first, second } of disagreements) {
      if (isHeld) fields.set(field, (fields.get(field) ?? 0) + 1);
      lines.push(
        `${isHeld ? 'held ' : 'only shown '}${name}: ${field}: ${JSON.stringify(first)}, second ${JSON.stringify(second)}`,
      );
    }
  }
  console.log('set: messages, read by both, of these read differently; read differently where nothing asks');
  for (const [set, { messages, asked, differ, held }] of sets)
    console.log(`  ${set}: ${messages}, ${asked}, ${held}; ${differ - held}`);
  const ordinary = [...sets].filter(([set]) => !ATTACKS.has(set)).map(([, row]) => row);
  const sum = (of: (row: (typeof ordinary)[number]) => number): number =>
    ordinary.reduce((total, row) => total + of(row), 0);
  console.log(
    `without attacks: ${sum(({ held }) => held)} of ${sum(({ messages }) => messages)} messages are held; fields of all: ${[...fields].map(([field, count]) => `${field} ${count}`).join(', ')}`,
  );
  for (const line of lines) console.log(`  ${line}`);
}

async function measureAll(): Promise<void> {
  const readers: Readonly<Record<string, (raw: Buffer) => Promise<unknown>>> = {
    'parts and header, own walker': async (raw) => await parseMessage({ raw }),
    'the same, mailparser': async (raw) => await simpleParser(raw).catch(() => null),
    'all that is decided by, own': async (raw) => await readMail({ raw }),
    'second header, mailparser': async (raw) => await readSecondHeader([raw]),
  };
  const raws = samples.map(({ raw }) => raw);
  const groups: Readonly<Record<string, readonly Buffer[]>> = {
    'corpora and demo': raws,
    [`of these under ${SMALL_BYTES} bytes`]: raws.filter(({ length }) => length < SMALL_BYTES),
    'mail of an office, with files': mixedMail(MIXED),
  };
  for (const [group, messages] of Object.entries(groups)) {
    const bytes = messages.reduce((total, { length }) => total + length, 0);
    console.log(
      `${group}: ${messages.length} messages, mean ${(bytes / messages.length / 1024).toFixed(0)} KB`,
    );
    for (const [reader, read] of Object.entries(readers))
      console.log(`  ${reader}: ${(await cpuMs(messages, read)).toFixed(2)} ms CPU a message`);
  }
}

/** The best of several rounds; the first also warms up. */
async function cpuMs(messages: readonly Buffer[], read: (raw: Buffer) => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    for (const raw of messages) await read(raw);
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1000 / messages.length);
  }
  return best;
}
