import { isUtf8 } from 'node:buffer';
import type { PartHeaders } from './leaf-headers.ts';

/**
 * The header facts in a fingerprint, normalised so that copies by different routes agree: folding, white space, letter case of ids
 * and addresses, display names, comments, the zone of the date and the encoding of the subject do not count. Part of every
 * fingerprint ever stored: it shares no code with the parser, and a change here needs a new version.
 */
export interface Identity {
  /** Without angle brackets, null if absent or empty. */
  readonly messageId: string | null;
  /** Addresses separated by commas, or the text if there is none. */
  readonly from: string;
  /** Seconds since 1970, or the text if it is not an RFC 5322 date. */
  readonly date: string;
  readonly subject: string;
  readonly to: string;
  readonly cc: string;
}

export function identityOf({ fields }: PartHeaders): Identity {
  const first = (name: string): string => fields.get(name)?.[0] ?? '';
  const all = (name: string): string => (fields.get(name) ?? []).join(', ');
  return {
    messageId: idOf(first('message-id')),
    from: addressesOf(all('from')),
    date: dateOf(first('date')),
    subject: wordsOf(first('subject')),
    to: addressesOf(all('to')),
    cc: addressesOf(all('cc')),
  };
}

function idOf(value: string): string | null {
  const open = value.indexOf('<');
  const close = value.indexOf('>', open);
  const inside = open >= 0 && close > open ? value.slice(open + 1, close) : value;
  const id = squeeze(inside).toLowerCase();
  return id === '' ? null : id;
}

function squeeze(text: string): string {
  return text.replace(/[\s<>]+/gu, '');
}

/**
 * The text in angle brackets, or the whole entry without comments. Entries without "@" (a group name, a part of an unquoted display
 * name) only count if there is nothing else.
 */
function addressesOf(value: string): string {
  const entries: string[] = [];
  let plain = '';
  let bracketed = '';
  let within: 'plain' | 'brackets' | 'after-brackets' = 'plain';
  let quoted = false;
  let comments = 0;
  const finish = (): void => {
    entries.push(squeeze(bracketed === '' ? plain : bracketed).toLowerCase());
    plain = '';
    bracketed = '';
    within = 'plain';
  };
  for (let index = 0; index < value.length; index += 1) {
    let char = value.charAt(index);
    if (char === '\\' && (quoted || comments > 0)) {
      index += 1;
      char += value.charAt(index);
    } else if (quoted) quoted = char !== '"';
    else if (char === '(') comments += 1;
    else if (comments > 0 && char === ')') {
      comments -= 1;
      continue;
    } else if (comments === 0) {
      if (char === ',' || char === ';') {
        finish();
        continue;
      }
      if (char === ':' && within === 'plain') {
        // The name of a group (RFC 5322 §3.4).
        plain = '';
        continue;
      }
      if (char === '"') quoted = true;
      else if (char === '<' && within === 'plain') within = 'brackets';
      else if (char === '>' && within === 'brackets') within = 'after-brackets';
    }
    if (comments > 0) continue;
    if (within === 'plain') plain += char;
    else if (within === 'brackets') bracketed += char;
  }
  finish();
  const addresses = entries.filter((address) => address.includes('@'));
  return (addresses.length > 0 ? addresses : entries.filter((text) => text !== '')).join(',');
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Hours from UTC (RFC 5322 §4.3). */
const namedZones: Readonly<Record<string, number>> = {
  ut: 0,
  utc: 0,
  gmt: 0,
  z: 0,
  est: -5,
  edt: -4,
  cst: -6,
  cdt: -5,
  mst: -7,
  mdt: -6,
  pst: -8,
  pdt: -7,
};

const rfcDate =
  /^(?:[a-z]{3,9}\.?,? )?(\d{1,2}) ([a-z]{3})[a-z]{0,6} (\d{4}) (\d{1,2}):(\d{2})(?::(\d{2}))? ?([+-]\d{4}|[a-z]{1,3})(?: \([^)]{0,60}\))?$/u;

function dateOf(value: string): string {
  const text = value.slice(0, 200).replace(/\s+/gu, ' ').trim().toLowerCase();
  const match = rfcDate.exec(text);
  const [, day = '', month = '', year = '', hour = '', minute = '', second = '0', zone = ''] = match ?? [];
  const monthIndex = months.indexOf(month);
  const offset = /^[+-]/u.test(zone)
    ? Math.sign(Number(`${zone[0]}1`)) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3)))
    : (namedZones[zone] ?? Number.NaN) * 60;
  if (match === null || monthIndex < 0 || Number.isNaN(offset)) return text;
  const time = Date.UTC(
    Number(year),
    monthIndex,
    Number(day),
    Number(hour),
    Number(minute) - offset,
    Number(second),
  );
  return String(time / 1000);
}

/**
 * The subject as UTF-8 bytes if it says so or is in an encoding that every program knows; words in other charsets keep their bytes
 * and the charset's name. A relay that re-encodes a UTF-8 subject changes nothing, and no charset table, which differs between
 * runtime versions, is involved.
 */
function wordsOf(value: string): string {
  const encodedWord = /=\?([^?\s]{1,60})\?([bq])\?([^?\s]{0,2000})\?=/giu;
  const runs: Run[] = [];
  let end = 0;
  for (const match of value.matchAll(encodedWord)) {
    const [whole, label = '', encoding = '', payload = ''] = match;
    const between = value.slice(end, match.index);
    // White space between two encoded words is not displayed (RFC 2047 §6.2).
    if (runs.length === 0 || between.trim() !== '') runs.push(plainRun(between));
    end = match.index + whole.length;
    const charset = label.split('*', 1)[0]?.toLowerCase() ?? '';
    const bytes = encoding.toLowerCase() === 'b' ? Buffer.from(payload, 'base64') : unquote(payload);
    const last = runs.at(-1);
    // A character may be split across two words, so words of one charset are decoded together.
    if (last?.charset === charset) last.bytes.push(bytes);
    else runs.push({ charset, bytes: [bytes] });
  }
  runs.push(plainRun(value.slice(end)));
  return runs.map(decodeRun).join('').replace(/\s+/gu, ' ').trim();
}

/** Adjacent words of one charset; charset "" for text that is not encoded. */
interface Run {
  readonly charset: string;
  readonly bytes: Buffer[];
}

function plainRun(text: string): Run {
  return { charset: '', bytes: [Buffer.from(text, 'latin1')] };
}

function unquote(payload: string): Buffer {
  const text = payload
    .replaceAll('_', ' ')
    .replace(/=([0-9a-f]{2})/giu, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(text, 'latin1');
}

function decodeRun({ charset, bytes: pieces }: Run): string {
  const bytes = Buffer.concat(pieces);
  if (charset === 'iso-8859-1') return bytes.toString('latin1');
  if (!unicodeNames.has(charset)) return `${charset}:${bytes.toString('hex')}`;
  return isUtf8(bytes) ? bytes.toString('utf8') : bytes.toString('latin1');
}

/** Raw header bytes ("") are UTF-8 as well (RFC 6532), or latin1 if they cannot be. */
const unicodeNames: ReadonlySet<string> = new Set(['', 'utf-8', 'utf8', 'us-ascii']);
