import { FORWARDED_MESSAGE, ORIGINAL_MESSAGE } from './attribution-languages.ts';
import { findAttribution, findInnerAttribution } from './attribution.ts';
import { findQuoteFields, looksLikeFields } from './quote-fields.ts';
import type { Region } from './html/html-lines.ts';
import { isTagline } from './signature.ts';

export interface QuoteLine {
  readonly text: string;
  /** Marked as quoted: by ">" or by a blockquote. */
  readonly quoted: boolean;
  readonly region: Region;
}

/** A run of lines. `history`: a whole earlier message, introduced by an attribution or by its header fields. */
export interface Segment {
  readonly kind: 'own' | 'quote' | 'signature';
  readonly history: boolean;
  readonly lines: readonly QuoteLine[];
}

const blank = (line: QuoteLine | undefined): boolean => line === undefined || /^[\s>]*$/u.test(line.text);
const hasText = (line: QuoteLine | undefined): boolean =>
  line !== undefined && /[\p{L}\p{N}\p{S}\p{P}]/u.test(line.text);

/** ">>> look here <<<" is an ornament. */
export const isQuotedText = (text: string): boolean =>
  /^\s{0,3}>/u.test(text) && !/<{2,}\s{0,9}$/u.test(text.slice(-80));

export const isRule = (text: string): boolean =>
  text.length <= 200 && /^\s{0,9}(?:[-_=*~─—–]\s?){3,}$/u.test(text);

/** Turkish İ becomes two characters in lower case, of which only the first is written elsewhere. */
const lower = (text: string): string => text.toLowerCase().replaceAll('\u0307', '');

interface Phrases {
  readonly whole: ReadonlySet<string>;
  /** Said also without dashes and colon. */
  readonly bare: boolean;
}

const ORIGINALS: Phrases = { whole: new Set(ORIGINAL_MESSAGE), bare: false };
const FORWARDS: Phrases = { whole: new Set(FORWARDED_MESSAGE), bare: true };

/** "----- Original Message -----", "Begin forwarded message:". */
function names(text: string, phrases: Phrases): boolean {
  if (text.length > 160) return false;
  const trimmed = text.trim();
  const first = trimmed[0] ?? '';
  const colon = trimmed.endsWith(':') || trimmed.endsWith('：');
  if (!'-_=─—–*>'.includes(first) && !colon) return phrases.bare && phrases.whole.has(lower(trimmed));
  const dashed = /^[\s*>]{0,9}[-_=─—–*]{2,}/u.test(trimmed);
  const phrase = lower(trimmed.replace(/^[\s\-_=─—–*>]{1,160}/u, '').replace(/[\s\-_=─—–*:：]{1,160}$/u, ''));
  if (phrases.whole.has(phrase)) return dashed || colon || phrases.bare;
  if (!dashed) return false;
  // "---- Forwarded by N.N. on 5 May ----"
  for (let end = phrase.indexOf(' '); end > 0; end = phrase.indexOf(' ', end + 1)) {
    if (phrases.whole.has(phrase.slice(0, end))) return true;
  }
  return false;
}

export const isForwardLine = (text: string): boolean => names(text, FORWARDS);
const isOriginalLine = (text: string): boolean => names(text, ORIGINALS);

interface Marker {
  /** The last line of what introduces the quote. */
  readonly last: number;
  readonly certainty: 'sure' | 'likely';
}

function findMarker(texts: readonly string[], at: number): Marker | null {
  const text = texts[at] ?? '';
  if (isOriginalLine(text)) return { last: at, certainty: 'sure' };
  const block = findQuoteFields(texts, at);
  if (block !== null) return { last: block, certainty: 'sure' };
  const attribution = findAttribution(texts, at);
  if (attribution !== null) return attribution;
  return null;
}

/** Where the next line with text is, or the end. */
function nextFilled(lines: readonly QuoteLine[], from: number): number {
  let at = from;
  while (at < lines.length && lines[at]?.text.trim() === '') at += 1;
  return at;
}

/** A quoted line that some server has broken: what it lost stands between two quoted lines without a mark. */
function isBrokenOff(lines: readonly QuoteLine[], at: number): boolean {
  const before = lines[at - 1];
  const line = lines[at];
  const after = lines[at + 1];
  if (line === undefined || before?.quoted !== true || after?.quoted !== true || line.region !== 'own')
    return false;
  const text = line.text.trim();
  if (text === '' || isRule(text)) return false;
  if (/^[(<]?https?:/u.test(text)) return true;
  const above = before.text.trim();
  if (/[(<][^()<>]{0,400}$/u.test(above.slice(-400))) return true;
  if (above.length < 60 || text.length >= above.length || /[?？]["')»”]?$/u.test(above)) return false;
  return /^\p{Ll}/u.test(text) || !/[.!:;。！…]["')»”]?$/u.test(above);
}

/** Splits lines in which an attribution has lost its line break. */
export function withInnerAttributions(lines: readonly QuoteLine[]): QuoteLine[] {
  return lines.flatMap((line, index) => {
    if (line.quoted || line.region !== 'own') return [line];
    const at = findInnerAttribution(line.text);
    if (at < 0) return [line];
    const next = lines[nextFilled(lines, index + 1)];
    if (next?.quoted !== true) return [line];
    const before = line.text.slice(0, at).replace(/[\s-]{1,40}$/u, '');
    return [
      { ...line, text: before },
      { ...line, text: line.text.slice(at) },
    ];
  });
}

/** A container of quoted text in which blockquotes stand free: what is between and below them is the sender's. */
function openUp(lines: readonly QuoteLine[]): QuoteLine[] {
  const opened: QuoteLine[] = [];
  for (let from = 0; from < lines.length;) {
    const line = lines[from];
    if (line === undefined) break;
    if (line.region !== 'quote' && line.region !== 'attribution') {
      opened.push(line);
      from += 1;
      continue;
    }
    let to = from;
    while (to < lines.length && (lines[to]?.region === 'quote' || lines[to]?.region === 'attribution'))
      to += 1;
    const run = lines.slice(from, to);
    if (isForwardLine(run.find((one) => hasText(one))?.text ?? '')) {
      for (const one of run) opened.push({ ...one, region: 'own' });
      from = to;
      continue;
    }
    if (run.every((one) => one.region === 'attribution')) {
      for (const one of run) opened.push(one);
      from = to;
      continue;
    }
    const first = run.findIndex((one) => one.quoted);
    const intro = first < 0 ? 0 : run.slice(0, first).filter((one) => hasText(one)).length;
    const texts = run.map((one) => one.text);
    const start = run.findIndex((one) => hasText(one));
    const attributed =
      first >= 0 &&
      (intro === 0 ||
        run.slice(0, first).every((one) => one.region === 'attribution' || !hasText(one)) ||
        (intro <= 6 && (findAttribution(texts, start)?.last ?? -1) >= first - 3));
    for (const [index, one] of run.entries()) {
      if (!attributed || one.quoted) opened.push({ ...one, region: 'quote', quoted: true });
      else if (index < first) opened.push({ ...one, region: 'attribution' });
      else opened.push({ ...one, region: 'own' });
    }
    from = to;
  }
  return opened;
}

interface Reading {
  readonly lines: readonly QuoteLine[];
  /** The message is a forward: its text belongs to it. */
  readonly stopAtForward: boolean;
}

/** Parts the lines of a message into what its sender wrote, what is quoted and what the structure marks as a signature. */
export function readSegments({ lines: given, stopAtForward }: Reading): Segment[] {
  const lines = openUp(withInnerAttributions(given));
  const texts = lines.map((line) =>
    line.quoted && !/^[\s]*>/u.test(line.text) ? `>${line.text}` : line.text,
  );
  const segments: Segment[] = [];
  let own: QuoteLine[] = [];
  const flush = (): void => {
    if (own.length > 0) segments.push({ kind: 'own', history: false, lines: own });
    own = [];
  };
  /** Rules that a client draws above what it quotes go with the quote. */
  const takeRules = (): QuoteLine[] => {
    let from = own.length;
    while (from > 0 && (blank(own[from - 1]) || isRule(own[from - 1]?.text ?? ''))) from -= 1;
    const rules = own.slice(from);
    if (!rules.some((line) => isRule(line.text))) return [];
    own = own.slice(0, from);
    return rules;
  };
  const quoteTo = (from: number, to: number, history: boolean): void => {
    const rules = takeRules();
    flush();
    segments.push({ kind: 'quote', history, lines: [...rules, ...lines.slice(from, to)] });
  };

  let at = 0;
  while (at < lines.length) {
    const line = lines[at];
    if (line === undefined) break;
    if (line.region === 'signature') {
      flush();
      let to = at;
      while (to < lines.length && lines[to]?.region === 'signature') to += 1;
      segments.push({ kind: 'signature', history: false, lines: lines.slice(at, to) });
      at = to;
      continue;
    }
    if (line.quoted && line.region !== 'passage') {
      const to = quoteEnd(lines, at);
      const history = findMarkerWithin(lines, at, to);
      quoteTo(at, to, history);
      at = to;
      continue;
    }
    if (line.text.trim() === '') {
      own.push(line);
      at += 1;
      continue;
    }
    if (line.region === 'rest' || (line.region === 'fields' && looksLikeFields(texts, at))) {
      quoteTo(at, lines.length, true);
      return segments;
    }
    if (stopAtForward && isForwardLine(line.text)) {
      own = own.concat(lines.slice(at));
      break;
    }
    const marker = readMarkers(lines, texts, at);
    if (marker !== null) {
      quoteTo(at, marker, true);
      at = marker;
      continue;
    }
    if (isTagline(line.text) && own.some((one) => hasText(one)) && hidesHistory(lines, at)) {
      own.push(line);
      const next = nextFilled(lines, at + 1);
      quoteTo(next, lines.length, true);
      return segments;
    }
    own.push(line);
    at += 1;
  }
  flush();
  return segments;
}

/** What a phone's tagline stands above is the earlier message, also where nothing else says so; a line or two may belong to it. */
function hidesHistory(lines: readonly QuoteLine[], at: number): boolean {
  const below = lines.slice(at + 1, at + 40);
  if (below.some((line) => line.quoted || line.region !== 'own')) return false;
  const texts = below.map((line) => line.text);
  if (texts.some((text, index) => text.trim() !== '' && findMarker(texts, index) !== null)) return false;
  return below.filter((line) => hasText(line)).length > 2;
}

function quoteEnd(lines: readonly QuoteLine[], from: number): number {
  let to = from;
  let at = from;
  while (at < lines.length) {
    const line = lines[at];
    if (line === undefined) break;
    if (line.quoted || isBrokenOff(lines, at)) {
      at += 1;
      to = at;
    } else if (line.text.trim() === '') at += 1;
    else break;
  }
  return to;
}

/** Whether a quoted run begins with an attribution that is quoted with it (Apple Mail). */
function findMarkerWithin(lines: readonly QuoteLine[], from: number, to: number): boolean {
  const texts = lines.slice(from, Math.min(to, from + 12)).map((line) => line.text.replace(/^[>\s]+/u, ''));
  const start = texts.findIndex((text) => text !== '');
  return start >= 0 && findMarker(texts, start) !== null;
}

/** The end of the quote that markers beginning at `at` introduce, or null where there is none. */
function readMarkers(lines: readonly QuoteLine[], texts: readonly string[], at: number): number | null {
  let found = lines[at]?.region === 'attribution';
  let next = at;
  if (found) {
    while (next < lines.length && lines[next]?.region === 'attribution') next += 1;
    next = nextFilled(lines, next);
  }
  let sure = found;
  for (let marker = findMarker(texts, next); marker !== null; marker = findMarker(texts, next)) {
    found = true;
    sure ||= marker.certainty === 'sure';
    next = nextFilled(lines, marker.last + 1);
    if (next >= lines.length || lines[next]?.quoted === true) break;
  }
  if (!found) return null;
  while (next < lines.length && isRule(lines[next]?.text ?? '') && lines[next]?.quoted !== true)
    next = nextFilled(lines, next + 1);
  if (lines[next]?.quoted === true) return quoteEnd(lines, next);
  return sure ? lines.length : null;
}

/** Where the message that is forwarded begins, or -1. */
export function findForward(lines: readonly QuoteLine[]): number {
  const texts = lines.map((line) => line.text);
  const bare = texts.map((text) => text.replace(/^[\s>]{1,20}/u, ''));
  for (const [at, line] of lines.entries()) {
    if (line.text.trim() === '') continue;
    if (isForwardLine(line.text) || line.region === 'rest') return at;
    if (line.region === 'fields' && looksLikeFields(texts, at)) return at;
    const marker = findMarker(line.quoted ? bare : texts, at);
    if (
      marker !== null &&
      (marker.certainty === 'sure' || lines[nextFilled(lines, marker.last + 1)]?.quoted === true)
    )
      return at;
  }
  return -1;
}
