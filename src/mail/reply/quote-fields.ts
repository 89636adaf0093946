import type { HeaderField } from '../forwarded/forward-words.ts';
import { readLabelledLine, type LabelledLine } from '../forwarded/header-label.ts';
import { isWritersLabel, type SeenLine } from '../forwarded/own-label.ts';
import { isForwardLine, isOriginalLine } from './separator.ts';

/** Lines in one block of repeated header fields, including wrapped and empty ones. */
const MAX_LINES = 24;
const MAX_CHARS = 1_000;

/** Fields of a text already read: the blocks that may begin on 24 lines overlap. */
const read = new WeakMap<readonly string[], Map<number, LabelledLine | null>>();

/** `*From:* N.N.`, `De : N.N.`, `差出人：N.N.`: one field of a block, null for any other line. */
function readField(lines: readonly string[], index: number): LabelledLine | null {
  const known = read.get(lines) ?? new Map<number, LabelledLine | null>();
  const before = known.get(index);
  if (before !== undefined) return before;
  const field = readLabelledLine((lines[index] ?? '').slice(0, MAX_CHARS).replace(/^[\s>]{1,80}/u, ''));
  read.set(lines, known.set(index, field));
  return field;
}

const isTimeOfDay = (text: string): boolean => /\p{Nd}{1,2}\s?[:.h時时시点點]\s?\p{Nd}{2}/u.test(text);

/** "Email: a@example.com" written by the sender is not an address of a wrapped list. */
const isOwnLabel = (line: string): boolean => /^\s{0,9}\p{L}[\p{L} .-]{1,24}:\s/u.test(line);

/**
 * The last line of the header fields that are repeated from `first` on ("From: … Sent: … To: … Subject: …"), as Outlook and others
 * put them above a quote, or null. Two fields are enough if one has an address; without one (a list of "From, To, Date" may be a
 * journey or a memo) it needs sender, subject and a time of day.
 */
export function findQuoteFields(lines: readonly string[], first: number): number | null {
  const head = readField(lines, first);
  if (head === null || head.field === 'other' || head.field === 'replyTo' || head.field === 'cc') return null;
  const seen = (index: number): SeenLine =>
    (lines[index] ?? 'x').trim() === '' ? 'blank' : (readField(lines, index)?.field ?? null);
  if (isWritersLabel(first, seen)) return null;
  const kinds = new Set<HeaderField>();
  let last = first;
  let address = false;
  let time = false;
  let gap = 0;
  for (let index = first; index < lines.length && index < first + MAX_LINES; index += 1) {
    const line = lines[index] ?? '';
    const field = readField(lines, index);
    if (field === null) {
      // The block is below: the text above its separator is the sender's.
      if (/^\s{0,3}[-–—_=*]{3}/u.test(line) && (isOriginalLine(line) || isForwardLine(line))) return null;
      gap += line.trim() === '' ? 1 : 0.7;
      if (gap > 2 || (line.trim() === '' && kinds.size >= 3 && readField(lines, index + 1) === null)) break;
      if (line.length <= MAX_CHARS && line.includes('@') && !isOwnLabel(line)) address ||= gap < 1;
      continue;
    }
    if (kinds.has(field.field) && repeats(field.field)) break;
    gap = 0;
    kinds.add(field.field);
    last = index;
    address ||= /\S@\S/u.test(field.value);
    time ||= field.field === 'date' && isTimeOfDay(field.value);
  }
  for (const kind of ['other', 'replyTo', 'cc'] as const) kinds.delete(kind);
  const sender = kinds.has('from') || kinds.has('date');
  if (!sender || kinds.size < 2) return null;
  if (address) return last;
  return kinds.size >= 3 && kinds.has('from') && kinds.has('subject') && time ? last : null;
}

const repeats = (field: HeaderField): boolean => field !== 'other' && field !== 'replyTo' && field !== 'cc';

/** Whether most lines from `first` on read "Label: value" in any language. Only for what structure marks as fields. */
export function looksLikeFields(lines: readonly string[], first: number): boolean {
  let seen = 0;
  let fields = 0;
  for (let index = first; index < lines.length && seen < 5; index += 1) {
    const line = (lines[index] ?? '').trim();
    if (line === '' || /^[_=-]{3,}$/u.test(line)) continue;
    seen += 1;
    if (/^\*?\p{L}[^:：]{0,30}[:：]\*?\s{0,4}\S/u.test(line.slice(0, 200))) fields += 1;
  }
  return fields >= 2;
}
