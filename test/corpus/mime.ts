import { cpuTime } from '../support/cpu-time.ts';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { simpleParser } from 'mailparser';
import type { AddressObject, ParsedMail } from 'mailparser';
import { parseAddressList } from '../../src/mime/addresses/addresses.ts';
import { parseDate } from '../../src/mime/header/dates.ts';
import { decodeEncodedWords } from '../../src/mime/charset/encoded-words.ts';
import { parseMessage } from '../../src/mime/parse.ts';
import type { CorpusSuite, Metric } from './corpus.ts';

const library = 'mailparser simpleParser';

interface Tally {
  n: number;
  right: number;
  libraryRight: number;
  failures: { readonly id: string; readonly detail: string }[];
}

function newTally(): Tally {
  return { n: 0, right: 0, libraryRight: 0, failures: [] };
}

function count(
  tally: Tally,
  outcome: {
    readonly id: string;
    readonly right: boolean;
    readonly libraryRight: boolean;
    readonly detail: () => string;
  },
): void {
  tally.n += 1;
  if (outcome.right) tally.right += 1;
  else tally.failures.push({ id: outcome.id, detail: outcome.detail() });
  if (outcome.libraryRight) tally.libraryRight += 1;
}

function toMetric(set: string, metric: string, tally: Tally): Metric {
  return {
    set,
    metric,
    n: tally.n,
    right: tally.right,
    library: { name: library, right: tally.libraryRight },
    failures: tally.failures,
  };
}

/** White space is levelled, and NUL, which no text may carry, left out. */
function level(text: string): string {
  return text.replaceAll('\u0000', '').replaceAll(/\s+/gu, ' ').trim();
}

function filesUnder(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .sort();
}

function levelValue(value: string | number | null | undefined): string {
  return level(String(value ?? ''));
}

/** Through the library; null if it throws. */
async function parseByLibrary(raw: Buffer | string): Promise<ParsedMail | null> {
  try {
    return await simpleParser(raw);
  } catch {
    return null;
  }
}

interface StalwartPart {
  readonly body: string | { readonly Text?: string; readonly Html?: string };
}

interface StalwartMessage {
  readonly text_body: readonly number[];
  readonly html_body: readonly number[];
  readonly attachments: readonly number[];
  readonly parts: readonly StalwartPart[];
}

function textOf(part: StalwartPart | undefined): string | null {
  return typeof part?.body === 'object' ? (part.body.Text ?? null) : null;
}

function htmlOf(part: StalwartPart | undefined): string | null {
  return typeof part?.body === 'object' ? (part.body.Html ?? null) : null;
}

/** Every expected plain text must stand in the text in order, and nothing else; a body that is HTML is compared by its words. */
function hasText(text: string, expected: StalwartMessage): boolean {
  const parts = expected.text_body.map((index) => expected.parts[index]);
  const onlyPlain = parts.every((part) => htmlOf(part) === null);
  const wanted = level(parts.map((part) => textOf(part) ?? '').join('\n'));
  if (onlyPlain) return level(text) === wanted;
  const words = parts.flatMap(
    (part) =>
      (htmlOf(part) ?? textOf(part) ?? '')
        .replaceAll(/<style[^]*?<\/style>|<[^>]*>/giu, ' ')
        .replaceAll(/&[a-z#0-9]+;/giu, ' ')
        .match(/[\p{L}\p{N}]+/gu) ?? [],
  );
  const found = new Set(text.match(/[\p{L}\p{N}]+/gu) ?? []);
  return words.every((word) => found.has(word));
}

async function stalwartMessages(folder: string): Promise<readonly Metric[]> {
  const texts = newTally();
  const attachments = newTally();
  for (const path of filesUnder(folder).filter((name) => name.endsWith('.eml'))) {
    const expected: StalwartMessage = JSON.parse(readFileSync(path.replace(/\.eml$/u, '.json'), 'utf8'));
    const raw = readFileSync(path);
    const ours = await parseMessage({ raw });
    const theirs = await parseByLibrary(raw);
    const id = relative(folder, path);
    count(texts, {
      id,
      right: hasText(ours.text, expected),
      libraryRight: theirs !== null && hasText(theirs.text ?? '', expected),
      detail: () =>
        `got ${JSON.stringify(level(ours.text).slice(0, 300))}, wanted ${JSON.stringify(level(expected.text_body.map((index) => textOf(expected.parts[index]) ?? '(html)').join('\n')).slice(0, 300))}`,
    });
    // The set lists embedded pictures as bodies too; here they are files.
    const files = new Set([
      ...expected.attachments,
      ...[...expected.text_body, ...expected.html_body].filter(
        (index) => textOf(expected.parts[index]) === null && htmlOf(expected.parts[index]) === null,
      ),
    ]);
    count(attachments, {
      id,
      right: ours.attachments.length === files.size,
      libraryRight: theirs?.attachments.length === files.size,
      detail: () => `got ${ours.attachments.length}, wanted ${files.size}`,
    });
  }
  return [
    toMetric('mime-stalwart', 'text', texts),
    toMetric('mime-stalwart', 'number of attachments', attachments),
  ];
}

interface HeaderCase<Expected> {
  readonly header: string;
  readonly expected: Expected;
}

/** The cases hold what follows the colon and may go on into the next field; a field ends where a line is not folded. */
function fieldOf(header: string): string {
  const lines = header.split(/\r?\n/u);
  const end = lines.findIndex((line, index) => index > 0 && !/^[ \t]/u.test(line));
  return lines
    .slice(0, end < 0 ? lines.length : end)
    .join('')
    .trim();
}

function readCases<Expected>(folder: string, name: string): readonly HeaderCase<Expected>[] {
  const path = join(folder, 'headers', `${name}.json`);
  if (!existsSync(path)) return [];
  const cases: readonly HeaderCase<Expected>[] = JSON.parse(readFileSync(path, 'utf8'));
  return cases;
}

interface StalwartAddress {
  readonly name: string | null;
  readonly address: string | null;
}

interface StalwartAddresses {
  readonly List?: readonly StalwartAddress[];
  readonly Group?: readonly { readonly addresses: readonly StalwartAddress[] }[];
}

/** The set keeps source routes, white space and case; those are no part of an address. */
function levelAddress(address: string): string {
  return address
    .replace(/^@[^:]*:/u, '')
    .replace(/^mailto:/u, '')
    .replaceAll(/\s/gu, '')
    .toLowerCase();
}

function flattenLibrary(value: AddressObject | AddressObject[] | undefined): readonly string[] {
  const objects = value === undefined ? [] : Array.isArray(value) ? value : [value];
  return objects
    .flatMap((object) => object.value.flatMap((entry) => entry.group ?? [entry]))
    .flatMap((entry) =>
      entry.address === undefined || entry.address === '' ? [] : levelAddress(entry.address),
    );
}

async function stalwartAddresses(folder: string): Promise<Metric> {
  const tally = newTally();
  for (const [index, item] of readCases<StalwartAddresses>(folder, 'address').entries()) {
    const entries = item.expected.List ?? item.expected.Group?.flatMap((group) => group.addresses) ?? [];
    const given = entries.flatMap((entry) => entry.address ?? []);
    // List-* values name URLs, which are no addresses of people.
    if (given.some((address) => /^(?:https?|ftp|mailto):/u.test(address) || !address.includes('@'))) continue;
    const wanted = given.map(levelAddress);
    const field = fieldOf(item.header);
    const ours = parseAddressList(field).flatMap((entry) => entry.address ?? []);
    const theirs = await parseByLibrary(`To: ${item.header}\n\n`);
    count(tally, {
      id: `address ${index}`,
      right: ours.join() === wanted.join(),
      libraryRight: flattenLibrary(theirs?.to).join() === wanted.join(),
      detail: () => `${field}: got ${ours.join()}, wanted ${wanted.join()}`,
    });
  }
  return toMetric('mime-stalwart', 'addresses', tally);
}

interface StalwartDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly tz_before_gmt: boolean;
  readonly tz_hour: number;
  readonly tz_minute: number;
}

function instantOf(date: StalwartDate | null): string | null {
  if (date === null) return null;
  const offset = (date.tz_before_gmt ? -1 : 1) * (date.tz_hour * 60 + date.tz_minute);
  return new Date(
    Date.UTC(date.year, date.month - 1, date.day, date.hour, date.minute, date.second) - offset * 60_000,
  ).toISOString();
}

async function stalwartDates(folder: string): Promise<Metric> {
  const tally = newTally();
  for (const [index, item] of readCases<StalwartDate | null>(folder, 'date').entries()) {
    // A trace field has its date after the last semicolon.
    if (item.header.startsWith('by ')) continue;
    const wanted = instantOf(item.expected);
    const ours = parseDate(fieldOf(item.header));
    const theirs = await parseByLibrary(`Date: ${item.header}\n\n`);
    const theirDate =
      theirs?.date === undefined || Number.isNaN(theirs.date.getTime()) ? null : theirs.date.toISOString();
    count(tally, {
      id: `date ${index}`,
      right: ours === wanted,
      libraryRight: theirDate === wanted,
      detail: () => `${fieldOf(item.header)}: got ${ours}, wanted ${wanted}`,
    });
  }
  return toMetric('mime-stalwart', 'dates', tally);
}

async function stalwartSubjects(folder: string): Promise<Metric> {
  const tally = newTally();
  for (const [index, item] of readCases<string>(folder, 'unstructured').entries()) {
    const field = fieldOf(item.header);
    const ours = decodeEncodedWords(field);
    const theirs = await parseByLibrary(`Subject: ${item.header}\n\n`);
    count(tally, {
      id: `subject ${index}`,
      right: level(ours) === level(item.expected),
      libraryRight: level(theirs?.subject ?? '') === level(item.expected),
      detail: () => `${field}: got ${JSON.stringify(ours)}, wanted ${JSON.stringify(item.expected)}`,
    });
  }
  return toMetric('mime-stalwart', 'subjects', tally);
}

interface ChatwootRow {
  readonly file: string;
  readonly expected_subject?: string;
  readonly expected_text?: string;
  readonly expected_attachment_count?: number;
  readonly expected_date?: string;
  readonly expected_in_reply_to_first?: string;
}

async function chatwoot(folder: string): Promise<Metric> {
  const tally = newTally();
  const table = join(folder, 'expected.jsonl');
  const rows = existsSync(table)
    ? readFileSync(table, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
    : [];
  for (const row of rows.map((line): ChatwootRow => JSON.parse(line))) {
    const raw = readFileSync(join(folder, row.file));
    const ours = await parseMessage({ raw });
    const theirs = await parseByLibrary(raw);
    const check = (
      name: string,
      wanted: string | number | undefined,
      got: string | number | null | undefined,
      libraryGot: string | number | null | undefined,
    ): void => {
      if (wanted === undefined) return;
      count(tally, {
        id: `${row.file} ${name}`,
        right: levelValue(got) === levelValue(wanted),
        libraryRight: levelValue(libraryGot) === levelValue(wanted),
        detail: () => `got ${JSON.stringify(got)}, wanted ${JSON.stringify(wanted)}`,
      });
    };
    const date = row.expected_date === undefined ? undefined : new Date(row.expected_date).toISOString();
    check('subject', row.expected_subject, ours.subject, theirs?.subject);
    check('text', row.expected_text, ours.text, theirs?.text);
    check('attachments', row.expected_attachment_count, ours.attachments.length, theirs?.attachments.length);
    check('date', date, ours.date, theirs?.date?.toISOString());
    check(
      'in-reply-to',
      row.expected_in_reply_to_first,
      ours.inReplyTo[0],
      theirs?.inReplyTo?.replaceAll(/[<>]/gu, ''),
    );
  }
  return toMetric('helpdesk-chatwoot', 'fields', tally);
}

/** Sets whose files are whole messages, and which of their files are. */
const messageSets: ReadonlyMap<string, RegExp> = new Map([
  ['mime-mailparser', /\.eml$/u],
  ['mime-postal-mime', /\.eml$/u],
  ['mime-stalwart', /\.eml$/u],
  ['mime-mikel-mail', /\.eml$/u],
  ['mime-cpython', /msg_\d+\.txt$/u],
  ['mime-enmime', /\.(?:eml|raw)$/u],
  ['bounce-sisimai', /\.eml$/u],
  ['helpdesk-chatwoot', /\.eml$/u],
  ['auth-mailauth', /\.eml$/u],
  ['security-espoofer', /\.eml$/u],
]);

const slowMs = 1_000;

async function readAll(corpusFolder: string): Promise<readonly Metric[]> {
  const metrics: Metric[] = [];
  let slowest = { id: '', ms: 0 };
  for (const [set, pattern] of messageSets) {
    const read = newTally();
    const quick = newTally();
    for (const path of filesUnder(join(corpusFolder, set)).filter((name) => pattern.test(name))) {
      const id = relative(corpusFolder, path);
      const raw = readFileSync(path);
      const start = cpuTime();
      let failure: string | null = null;
      try {
        await parseMessage({ raw });
      } catch (error) {
        failure = String(error);
      }
      const ms = cpuTime() - start;
      if (ms > slowest.ms) slowest = { id, ms };
      const libraryStart = cpuTime();
      const theirs = await parseByLibrary(raw);
      const libraryMs = cpuTime() - libraryStart;
      count(read, {
        id,
        right: failure === null,
        libraryRight: theirs !== null,
        detail: () => failure ?? '',
      });
      count(quick, {
        id,
        right: ms <= slowMs,
        libraryRight: libraryMs <= slowMs,
        detail: () => `${Math.round(ms)} ms`,
      });
    }
    metrics.push(
      toMetric(set, 'read without throwing', read),
      toMetric(set, `read within ${slowMs} ms`, quick),
    );
  }
  const information = { id: slowest.id, detail: `slowest message: ${Math.round(slowest.ms)} ms` };
  metrics.push({
    set: 'all',
    metric: 'slowest message (information)',
    n: 1,
    right: 1,
    library: null,
    failures: [information],
  });
  return metrics;
}

/** How well messages are parsed, compared with mailparser. */
export const mime: CorpusSuite = async (corpusFolder) => {
  const stalwart = join(corpusFolder, 'mime-stalwart');
  return [
    ...(await stalwartMessages(stalwart)),
    await stalwartAddresses(stalwart),
    await stalwartDates(stalwart),
    await stalwartSubjects(stalwart),
    await chatwoot(join(corpusFolder, 'helpdesk-chatwoot')),
    ...(await readAll(corpusFolder)),
  ];
};
