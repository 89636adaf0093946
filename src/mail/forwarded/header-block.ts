import type { HeaderField } from './forward-words.ts';
import { readLabelledLine } from './header-label.ts';
import type { Address } from '../../mime/parsed-message.ts';
import { isWritersLabel } from './own-label.ts';
import type { SeenLine } from './own-label.ts';
import { readPrintedAddress, readPrintedAddresses } from './printed-address.ts';
import { readAttribution } from './printed-attribution.ts';
import type { QuotedLine } from './quoted-lines.ts';

/** The header block that mail clients print above a message that they forward or answer. */
export interface HeaderBlock {
  readonly from: Address;
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  /** As printed. */
  readonly date: string | null;
  /** Null if no subject line is printed or it is empty. */
  readonly subject: string | null;
  /** The languages of the sender's label. */
  readonly languages: ReadonlySet<string>;
  /** How many of sender, date, recipient and subject are there. */
  readonly strength: number;
  /** It has transport fields, as a bounce or a damaged message shows them. */
  readonly isRaw: boolean;
  readonly depth: number;
  /** The first line after it. */
  readonly end: number;
}

/** Fits a wrapped list of 500 recipients; longer blocks are not read further. */
const MAX_BLOCK_LINES = 300;
/** How many lines a value may wrap to before the next label. */
const MAX_WRAPPED_LINES = 12;
/** Conversions from HTML leave one empty line, rarely two, between the rows of a block. */
const MAX_BLANK_LINES = 2;

/** Fields that no client prints above a quote; they mean that a message's header was taken for its text. */
const transportFields: ReadonlySet<string> = new Set([
  'mime-version',
  'message-id',
  'content-type',
  'received',
  'return-path',
]);

const isList = (field: HeaderField): boolean =>
  field === 'from' || field === 'to' || field === 'cc' || field === 'replyTo';

const isMain = (field: HeaderField): boolean => field !== 'other' && field !== 'replyTo';

interface RawBlock {
  readonly values: ReadonlyMap<HeaderField, string>;
  readonly languages: ReadonlySet<string>;
  readonly isRaw: boolean;
  readonly end: number;
}

/** A list of recipients wrapped inside a name: "…, Bo" and "Hill <bo@example.com>". */
const isWrappedName = (value: string, text: string): boolean =>
  value.includes('@') &&
  /[,;]\s?[^,;<>@]{1,60}$/u.test(value.slice(-80)) &&
  /^[^<>@:]{0,60}<[^<>\s@]{1,64}@/u.test(text);

/** The languages shared by all labels of a block, as long as they share any: "Od" alone occurs in six. */
function shared(known: ReadonlySet<string>, added: ReadonlySet<string>): ReadonlySet<string> {
  const both = [...known].filter((language) => added.has(language));
  return both.length === 0 ? known : new Set(both);
}

/** Reads labels and their values from `start` on, each label once; `stop` is the first line not looked at. */
function readRawBlock(input: {
  readonly lines: readonly QuotedLine[];
  readonly start: number;
  readonly stop: number;
  readonly read: typeof readLabelledLine;
}): RawBlock {
  const { lines, start, stop, read } = input;
  const depth = lines[start]?.depth ?? 0;
  const values = new Map<HeaderField, string>();
  let languages: ReadonlySet<string> = new Set();
  const met: ReadonlySet<string>[] = [];
  let last: HeaderField = 'other';
  let valuesBelow = false;
  let isRaw = false;
  let index = start;
  let end = start;

  const newLabelAt = (place: number): boolean => {
    const line = lines[place];
    const labelled = line === undefined || line.depth !== depth ? null : read(line.text);
    return labelled !== null && isMain(labelled.field) && !values.has(labelled.field);
  };
  const labelAhead = (): boolean => {
    for (let place = index + 1; place < Math.min(stop, index + 1 + MAX_WRAPPED_LINES); place += 1) {
      if (lines[place]?.text === '') return false;
      if (newLabelAt(place)) return true;
    }
    return false;
  };
  const waitsForValue = (): boolean =>
    values.get(last) === '' && isMain(last) && (valuesBelow || values.size === 1);

  for (; index < stop; index += 1) {
    const text = lines[index]?.text ?? '';
    if (text === '') {
      let next = index;
      while (next < stop && next <= index + MAX_BLANK_LINES && lines[next]?.text === '') next += 1;
      if (!newLabelAt(next) && !(waitsForValue() && next === index + 1)) break;
      continue;
    }
    if (lines[index]?.depth !== depth) break;
    const labelled = read(text);
    if (labelled !== null) {
      if (values.has(labelled.field) && isMain(labelled.field)) break;
      last = labelled.field;
      values.set(last, labelled.value);
      if (last === 'from') languages = labelled.languages;
      if (isMain(last)) met.push(labelled.languages);
      isRaw ||= transportFields.has(labelled.word);
      end = index + 1;
      continue;
    }
    const value = values.get(last) ?? '';
    if (waitsForValue()) {
      valuesBelow = true;
      values.set(last, text);
    } else if (
      isList(last) &&
      (text.startsWith('<') || /[,;，；、<]$/u.test(value) || isWrappedName(value, text))
    ) {
      values.set(last, `${value} ${text}`);
    } else if (labelAhead()) {
      // A label that is not in the tables is skipped with its value.
      if (!/^[\p{L} -]{2,25}[:：]\s/u.test(text)) values.set(last, `${value} ${text}`);
    } else break;
    end = index + 1;
  }
  return { values, languages: met.reduce(shared, languages), isRaw, end };
}

/**
 * The header block that begins at line `start`, null if there is none. It has a sender with a name or an address, and at least
 * `minStrength` of sender, date, recipients and subject. `read` recognises labels. Reads no further than `limit`.
 */
export function readPrintedHeader(input: {
  readonly lines: readonly QuotedLine[];
  readonly start: number;
  readonly limit: number;
  readonly minStrength: number;
  readonly read?: typeof readLabelledLine;
}): HeaderBlock | null {
  const { lines, start, limit, minStrength, read = readLabelledLine } = input;
  const first = lines[start];
  if (first === undefined) return null;
  const opening = read(first.text);
  if (opening === null || !isMain(opening.field)) return null;
  // "Cc: Mary, please"
  if (opening.field === 'cc' && !opening.value.includes('@')) return null;
  const stop = Math.min(limit, start + MAX_BLOCK_LINES);
  const seen = (index: number): SeenLine => {
    const line = index < stop ? lines[index] : undefined;
    if (line === undefined || line.depth !== first.depth) return null;
    return line.text === '' ? 'blank' : (read(line.text)?.field ?? null);
  };
  if (opening.field !== 'from' && isWritersLabel(start, seen)) return null;
  const { values, languages, isRaw, end } = readRawBlock({ lines, start, stop, read });
  const attribution = values.has('from') ? null : readAttribution(lines, end, limit);
  const sender = values.get('from') ?? '';
  const from = attribution?.from ?? (sender === '' ? null : readPrintedAddress(sender));
  if (from === null) return null;
  const date = attribution?.date ?? values.get('date') ?? '';
  const hasDate = /\p{Nd}/u.test(date);
  const strength =
    1 + Number(hasDate) + Number((values.get('to') ?? '') !== '') + Number(values.has('subject'));
  if (strength < minStrength) return null;
  return {
    from,
    to: readPrintedAddresses(values.get('to') ?? ''),
    cc: readPrintedAddresses(values.get('cc') ?? ''),
    date: hasDate ? date : null,
    subject: withoutSemicolon(values.get('subject') ?? '', attribution !== null),
    languages,
    strength,
    isRaw,
    depth: first.depth,
    end: attribution?.end ?? end,
  };
}

/** Yandex prints recipients and subject above its attribution line, each ending in a semicolon. */
function withoutSemicolon(subject: string, isClosed: boolean): string | null {
  const bare = isClosed ? subject.replace(/;$/u, '') : subject;
  return bare === '' ? null : bare;
}
