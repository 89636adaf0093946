import { HEADER_LABELS, type HeaderKind } from './quote-field-words.ts';

/** Lines that one block of repeated header fields may have, wrapped ones and empty ones with it. */
const MAX_LINES = 24;
const MAX_CHARS = 1_000;
const MAX_LABEL_CHARS = 60;

interface Field {
  readonly kind: HeaderKind;
  readonly value: string;
}

/** `*From:* N.N.`, `De : N.N.`, `差出人：N.N.`: one field of a block, null for any other line. */
function readField(line: string): Field | null {
  const colon = line.slice(0, MAX_LABEL_CHARS).search(/[:：]/u);
  if (colon < 1) return null;
  const label = line
    .slice(0, colon)
    .replace(/^[\s*_|>]+/u, '')
    .replace(/[\s*_]+$/u, '')
    .replaceAll('\u00a0', ' ')
    .toLowerCase()
    // Turkish İ becomes two characters in lower case.
    .replaceAll('\u0307', '');
  const kind = HEADER_LABELS.get(label);
  if (kind === undefined) return null;
  return {
    kind,
    value: line
      .slice(colon + 1, MAX_CHARS)
      .replaceAll('*', '')
      .trim(),
  };
}

/**
 * The last line of the header fields that are repeated from `first` on ("From: … Sent: … To: … Subject: …"), as Outlook and
 * others put them above a quote, or null. Two fields are enough where an address is among them; without one (a list of
 * "From, To, Date" may be a journey) a subject or a time of day must be.
 */
export function findQuoteFields(lines: readonly string[], first: number): number | null {
  const head = readField(lines[first] ?? '');
  if (head === null || head.kind === 'other' || head.kind === 'cc') return null;
  const kinds = new Set<HeaderKind>();
  let last = first;
  let address = false;
  let time = false;
  let gap = 0;
  for (let index = first; index < lines.length && index < first + MAX_LINES; index += 1) {
    const line = lines[index] ?? '';
    const field = readField(line);
    if (field === null) {
      gap += line.trim() === '' ? 1 : 0.7;
      if (gap > 2 || (line.trim() === '' && kinds.size >= 3 && readField(lines[index + 1] ?? '') === null))
        break;
      if (line.length <= MAX_CHARS && line.includes('@')) address ||= gap < 1;
      continue;
    }
    if (kinds.has(field.kind) && field.kind !== 'other' && field.kind !== 'cc') break;
    gap = 0;
    kinds.add(field.kind);
    last = index;
    address ||= /\S@\S/u.test(field.value);
    time ||= field.kind === 'date' && /\p{Nd}{1,2}\s?[:.h]\s?\p{Nd}{2}/u.test(field.value);
  }
  kinds.delete('other');
  kinds.delete('cc');
  const sender = kinds.has('from') || kinds.has('date');
  if (!sender || kinds.size < 2) return null;
  if (address) return last;
  return kinds.size >= 3 && kinds.has('from') && (kinds.has('subject') || time) ? last : null;
}

/** Whether most of the lines from `first` on read "Label: value" in whatever language. Only for what structure marks as fields. */
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
