import { cpuTime } from '../support/cpu-time.ts';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import EmailReplyParser from 'email-reply-parser';
import { simpleParser } from 'mailparser';
import planer from 'planer';
import { z } from 'zod';

import { htmlToText } from '../../src/mime/html/html.ts';
import { splitReply } from '../../src/mail/reply/reply.ts';
import type { CorpusSuite, Metric } from './corpus.ts';

const Row = z.object({
  file: z.string(),
  kind: z.string().optional(),
  upstream_test: z.string().default(''),
  expected_reply: z.string().nullish(),
  expected_text: z.string().optional(),
  must_contain: z.array(z.string()).default([]),
  must_not_contain: z.array(z.string()).default([]),
  must_match: z.array(z.string()).default([]),
  must_not_match: z.array(z.string()).default([]),
  raw_checks: z.array(z.object({ path: z.string(), op: z.string(), value: z.unknown() })).default([]),
});
type Row = z.infer<typeof Row>;

interface Candidate {
  readonly name: string;
  /** Any of these may be what the set asks for. */
  read(text: string): readonly string[];
}

const SLOWEST_MS = 100;
/** The library takes a minute for the longest text and is past the limit with a tenth of it. */
const LIBRARY_CHARS = 100_000;

const rowsOf = (folder: string): Row[] =>
  readFileSync(join(folder, 'expected.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Row.parse(JSON.parse(line)));

const level = (text: string): string => text.replace(/\s+/gu, '');
/** Marks of the rendering, which the sets' own renderings lack. */
const levelHtml = (text: string): string => level(text.replace(/^[> ]+/gmu, '').replace(/_{10,}/gu, ''));

function toPattern(source: string): RegExp {
  const end = source.lastIndexOf('/');
  return new RegExp(source.slice(1, end), source.slice(end + 1));
}

/** Whether a reply is what the row asks for; where the row only says that nothing is to be cut off, the whole text is asked for. */
function satisfies(row: Row, reply: string, text: string): boolean {
  if (typeof row.expected_reply === 'string' && reply.trim() !== row.expected_reply.trim()) return false;
  const whole = row.raw_checks.some(
    (check) => check.path.endsWith('ragments.length') && check.op === 'eq' && check.value === 1,
  );
  if (whole && reply.trim() !== text.trim()) return false;
  return (
    row.must_contain.every((part) => reply.includes(part)) &&
    !row.must_not_contain.some((part) => reply.includes(part)) &&
    row.must_match.every((pattern) => toPattern(pattern).test(reply)) &&
    !row.must_not_match.some((pattern) => toPattern(pattern).test(reply))
  );
}

const splitPlain = (text: string): ReturnType<typeof splitReply> =>
  splitReply({ text, rawHtml: null, textSource: 'plain', isForward: false });

const crisp: Candidate = {
  name: 'email-reply-parser',
  read(text) {
    const email = new EmailReplyParser().read(text);
    return [email.getVisibleText(), email.getFragments()[0]?.toString() ?? ''];
  },
};
const planerPlain: Candidate = { name: 'planer', read: (text) => [planer.extractFromPlain(text)] };

interface Case {
  readonly id: string;
  readonly text: string;
  readonly ours: readonly string[];
  accepts(reply: string): boolean;
}

function measure(
  set: string,
  metric: string,
  cases: readonly Case[],
  libraries: readonly Candidate[],
): Metric {
  const failures: Metric['failures'][number][] = [];
  for (const one of cases) {
    if (!one.ours.some((reply) => one.accepts(reply)))
      failures.push({ id: one.id, detail: JSON.stringify(one.ours[0]?.slice(0, 400)) });
  }
  const scores = libraries.map((library) => ({
    name: library.name,
    right: cases.filter((one) => {
      try {
        return library.read(one.text).some((reply) => one.accepts(reply));
      } catch {
        return false;
      }
    }).length,
  }));
  const best = scores.toSorted((one, other) => other.right - one.right)[0] ?? null;
  return { set, metric, n: cases.length, right: cases.length - failures.length, library: best, failures };
}

function fragments(folder: string, set: string, metric: string, wanted: (row: Row) => boolean): Metric {
  const cases = rowsOf(join(folder, set))
    .filter(wanted)
    .map((row): Case => {
      const text = readFileSync(join(folder, set, row.file), 'utf8').replace(/\r\n/gu, '\n');
      return {
        id: `${row.file} ${row.upstream_test}`,
        text,
        ours: [splitPlain(text).reply],
        accepts: (reply) => satisfies(row, reply, text),
      };
    });
  return measure(set, metric, cases, [crisp, planerPlain]);
}

/** talon parts quotations and signatures in two steps; the first leaves the signature where it is. */
const beforeSignatures = ({ reply, signature }: ReturnType<typeof splitReply>): string[] => [
  reply,
  signature === null ? reply : `${reply}\n\n${signature}`,
];

async function talon(folder: string): Promise<Metric[]> {
  const rows = rowsOf(join(folder, 'reply-talon'));
  const plain: Case[] = [];
  const html: Case[] = [];
  const eml: Case[] = [];
  for (const row of rows) {
    const source = readFileSync(join(folder, 'reply-talon', row.file), 'utf8');
    const expected = row.expected_reply ?? '';
    const id = row.file;
    if (row.kind === 'html') {
      const wanted = levelHtml(expected.includes('<') ? htmlToText(expected) : expected);
      const split = splitReply({
        text: htmlToText(source),
        rawHtml: source,
        textSource: 'html',
        isForward: false,
      });
      html.push({
        id,
        text: htmlToText(source),
        ours: beforeSignatures(split),
        accepts: (reply) => levelHtml(reply) === wanted,
      });
      continue;
    }
    const text = row.kind === 'plain' ? source : ((await simpleParser(source)).text ?? '');
    const accepts = (reply: string): boolean => level(reply) === level(expected);
    (row.kind === 'plain' ? plain : eml).push({
      id,
      text,
      ours: beforeSignatures(splitPlain(text)),
      accepts,
    });
  }
  return [
    measure('reply-talon', 'plain, white space levelled', plain, [crisp, planerPlain]),
    measure('reply-talon', 'html, white space levelled', html, [crisp, planerPlain]),
    measure('reply-talon', 'eml, white space levelled', eml, [crisp, planerPlain]),
  ];
}

/** Information: the set's signatures are without any delimiter, and found by the sender's name. */
function talonSignatures(folder: string): Metric {
  const base = join(folder, 'reply-talon/signature/stripped');
  const names = readdirSync(base)
    .filter((file) => file.endsWith('_body'))
    .map((file) => file.slice(0, -'_body'.length));
  const failures: Metric['failures'][number][] = [];
  for (const name of names) {
    const body = readFileSync(join(base, `${name}_body`), 'utf8');
    const wanted = readFileSync(join(base, `${name}_signature`), 'utf8');
    const found = splitPlain(body).signature;
    if (level(found ?? '') !== level(wanted)) failures.push({ id: name, detail: JSON.stringify(found) });
  }
  return {
    set: 'reply-talon',
    metric: 'signatures without a delimiter (information)',
    n: names.length,
    right: names.length - failures.length,
    library: null,
    failures,
  };
}

/** How many texts are split within the limit, and which was the slowest. */
function duration(folder: string): Metric {
  const base = join(folder, 'reply-github/emails');
  const timed = readdirSync(base).map((file) => {
    const text = readFileSync(join(base, file), 'utf8');
    const time = (split: (text: string) => unknown): number => {
      const start = cpuTime();
      split(text);
      return cpuTime() - start;
    };
    return {
      file,
      ours: time(splitPlain),
      theirs: time((given) => crisp.read(given.slice(0, LIBRARY_CHARS))),
    };
  });
  const slow = timed.filter((one) => one.ours > SLOWEST_MS);
  const slowest = timed.toSorted((one, other) => other.ours - one.ours)[0];
  return {
    set: 'reply-github',
    metric: `split within ${SLOWEST_MS} ms (slowest ${slowest?.file ?? ''}: ${(slowest?.ours ?? 0).toFixed(1)} ms)`,
    n: timed.length,
    right: timed.length - slow.length,
    library: { name: crisp.name, right: timed.filter((one) => one.theirs <= SLOWEST_MS).length },
    failures: slow.map((one) => ({ id: one.file, detail: `${one.ours.toFixed(1)} ms` })),
  };
}

async function helpdesk(folder: string): Promise<Metric> {
  const base = join(folder, 'helpdesk-chatwoot');
  const rows = rowsOf(base);
  const cases: Case[] = [];
  for (const row of rows) {
    if (row.expected_text === undefined) continue;
    const text = (await simpleParser(readFileSync(join(base, row.file)))).text ?? '';
    const wanted = level(row.expected_text);
    cases.push({
      id: row.file,
      text,
      ours: [splitPlain(text).reply],
      accepts: (reply) => level(reply) === wanted,
    });
  }
  return measure('helpdesk-chatwoot', 'reply', cases, [crisp, planerPlain]);
}

export const reply: CorpusSuite = async (folder) => [
  fragments(folder, 'reply-crisp', 'reply as asserted', () => true),
  ...(await talon(folder)),
  talonSignatures(folder),
  fragments(folder, 'reply-zapier', 'exact', (row) => typeof row.expected_reply === 'string'),
  fragments(folder, 'reply-zapier', 'contains', (row) => typeof row.expected_reply !== 'string'),
  duration(folder),
  await helpdesk(folder),
];
