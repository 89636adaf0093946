import { labels, type HeaderField, type Label } from './forward-words.ts';
import { fold } from '../letter-folding.ts';
import type { Address } from '../mail.ts';
import { readPrintedAddress, readPrintedAddresses } from './printed-address.ts';
import type { QuotedLine } from './quoted-lines.ts';

/** The header block that mail clients print above a message that they forward or answer. */
export interface HeaderBlock {
  readonly from: Address;
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  /** As printed. */
  readonly date: string | null;
  /** Null where no subject line is printed or it is empty. */
  readonly subject: string | null;
  /** Those in which the label of the sender is said. */
  readonly languages: ReadonlySet<string>;
  /** How many of sender, date, recipient and subject are there. */
  readonly strength: number;
  /** It holds fields of transport, as a bounce or a damaged message shows them. */
  readonly isRaw: boolean;
  readonly depth: number;
  /** The first line behind it. */
  readonly end: number;
}

/** A list of 500 recipients, wrapped, fits; what pretends to be a longer block is read no further. */
const MAX_BLOCK_LINES = 300;
/** How far a value may be wrapped before the next label. */
const MAX_WRAPPED_LINES = 12;
const MAX_LABEL_CHARS = 40;
/** Conversions from HTML leave an empty line, seldom two, between the rows of a block. */
const MAX_BLANK_LINES = 2;

/** Fields that no client prints above a quote; they show that the header of a message was taken for its text. */
const transportFields: ReadonlySet<string> = new Set([
  'mime-version',
  'message-id',
  'content-type',
  'received',
  'return-path',
]);

interface LabelledLine extends Label {
  /** Folded. */
  readonly word: string;
  readonly value: string;
}

/** Where the label ends; -1 where no colon is near enough. Most lines of most mails are told apart here. */
function findColon(text: string): number {
  const near = text.slice(0, MAX_LABEL_CHARS);
  const plain = near.indexOf(':');
  const wide = near.search(/[：﹕]/u);
  return plain < 0 || wide < 0 ? Math.max(plain, wide) : Math.min(plain, wide);
}

/** "From: x", "*From:* x", "**From**: x", "De : x", "发件人：x", "From: | x", "Kopie (CC): x". */
export function readLabelledLine(text: string): LabelledLine | null {
  const colon = findColon(text);
  if (colon <= 0) return null;
  const before = text.slice(0, colon);
  const word = fold(
    /[*_|().]/u.test(before)
      ? before
          .replace(/^[*_|\s]{1,6}/u, '')
          .replace(/[*_|]{1,3}\s?$/u, '')
          .replace(/\s?\((?:cc|bcc|cci|cco)\)\s?$/iu, '')
          .replace(/\.\s?$/u, '')
      : before,
  );
  const label = labels.get(word);
  if (label === undefined) return null;
  const value = text
    .slice(colon + 1)
    .trim()
    .replace(/^(?:\*{1,2}|_{1,2})(?=\s|$)/u, '')
    .replace(/^\|/u, '')
    .replace(/\|$/u, '')
    .trim();
  return { ...label, word, value };
}

const isList = (field: HeaderField): boolean =>
  field === 'from' || field === 'to' || field === 'cc' || field === 'replyTo';

const isMain = (field: HeaderField): boolean => field !== 'other' && field !== 'replyTo';

interface RawBlock {
  readonly values: ReadonlyMap<HeaderField, string>;
  readonly languages: ReadonlySet<string>;
  readonly isRaw: boolean;
  readonly end: number;
}

/** Reads labels and their values from `start` on, each label once; `stop` is the first line that is not looked at. */
function readRawBlock(lines: readonly QuotedLine[], start: number, stop: number): RawBlock {
  const depth = lines[start]?.depth ?? 0;
  const values = new Map<HeaderField, string>();
  let languages: ReadonlySet<string> = new Set();
  let last: HeaderField = 'other';
  let valuesBelow = false;
  let isRaw = false;
  let index = start;
  let end = start;

  const newLabelAt = (place: number): boolean => {
    const line = lines[place];
    const labelled = line === undefined || line.depth !== depth ? null : readLabelledLine(line.text);
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
    const labelled = readLabelledLine(text);
    if (labelled !== null) {
      if (values.has(labelled.field) && isMain(labelled.field)) break;
      last = labelled.field;
      values.set(last, labelled.value);
      if (last === 'from') languages = labelled.languages;
      isRaw ||= transportFields.has(labelled.word);
      end = index + 1;
      continue;
    }
    const value = values.get(last) ?? '';
    if (waitsForValue()) {
      valuesBelow = true;
      values.set(last, text);
    } else if (isList(last) && (text.startsWith('<') || /[,;，；、]$/u.test(value))) {
      values.set(last, `${value} ${text}`);
    } else if (labelAhead()) {
      // A label that the tables do not know is passed over, with its value.
      if (!/^[\p{L} -]{2,25}[:：]\s/u.test(text)) values.set(last, `${value} ${text}`);
    } else break;
    end = index + 1;
  }
  return { values, languages, isRaw, end };
}

/**
 * The header block that begins at line `start`, null where there is none. It has a sender with a name or an address, and at least
 * `minStrength` of sender, date, recipients and subject. Reads no further than `limit`.
 */
export function readHeaderBlock(input: {
  readonly lines: readonly QuotedLine[];
  readonly start: number;
  readonly limit: number;
  readonly minStrength: number;
}): HeaderBlock | null {
  const { lines, start, limit, minStrength } = input;
  const first = lines[start];
  if (first === undefined) return null;
  const opening = readLabelledLine(first.text);
  if (opening === null || !isMain(opening.field)) return null;
  const { values, languages, isRaw, end } = readRawBlock(
    lines,
    start,
    Math.min(limit, start + MAX_BLOCK_LINES),
  );
  const sender = values.get('from');
  if (sender === undefined || sender === '') return null;
  const date = values.get('date') ?? '';
  const hasDate = /\p{Nd}/u.test(date);
  const strength =
    1 + Number(hasDate) + Number((values.get('to') ?? '') !== '') + Number(values.has('subject'));
  if (strength < minStrength) return null;
  const from = readPrintedAddress(sender);
  if (from === null) return null;
  return {
    from,
    to: readPrintedAddresses(values.get('to') ?? ''),
    cc: readPrintedAddresses(values.get('cc') ?? ''),
    date: hasDate ? date : null,
    subject: (values.get('subject') ?? '') === '' ? null : (values.get('subject') ?? null),
    languages,
    strength,
    isRaw,
    depth: first.depth,
    end,
  };
}
