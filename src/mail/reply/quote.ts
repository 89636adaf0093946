import { withoutInvisible } from '../../mime/character-folding.ts';
import { findAttribution } from './attribution.ts';
import { openUp, withInnerAttributions } from './quote-container.ts';
import { findQuoteFields, looksLikeFields } from './quote-fields.ts';
import { hasText, isBlank, isBrokenOff, isRule, nextFilled, type QuoteLine } from './quote-line.ts';
import { isReplyDelimiter } from './reply-delimiter.ts';
import { isForwardLine, isOriginalLine } from './separator.ts';
import { isSentFromLine } from './sent-from-line.ts';

/** A run of lines. `history`: a whole earlier message, introduced by an attribution or by its header fields. */
export interface Segment {
  readonly kind: 'own' | 'quote' | 'signature';
  readonly history: boolean;
  readonly lines: readonly QuoteLine[];
}

interface Marker {
  /** The last line of the quote's introduction. */
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

interface QuoteInput {
  readonly lines: readonly QuoteLine[];
  /** The message is a forward: the forwarded text belongs to it. */
  readonly stopAtForward: boolean;
}

/** Splits the lines of a message into the sender's own text, quotes, and what the structure marks as a signature. */
export function readSegments({ lines: given, stopAtForward }: QuoteInput): Segment[] {
  const lines = openUp(withInnerAttributions(given));
  const texts = lines.map(({ text, quoted }) => {
    const visible = withoutInvisible(text);
    return quoted && !/^\s*>/u.test(visible) ? `>${visible}` : visible;
  });
  const markerAt = createMarkers(texts);
  const writer = createSegmentWriter(lines);
  let hasWritten = false;
  let at = 0;
  while (at < lines.length) {
    const line = lines[at];
    if (line === undefined) break;
    if (line.region === 'signature') {
      let to = at;
      while (to < lines.length && lines[to]?.region === 'signature') to += 1;
      writer.sign(at, to);
      at = to;
      continue;
    }
    if (line.quoted && line.region !== 'passage') {
      const to = quoteEnd(lines, at);
      const history = findMarkerWithin(lines, at, to);
      writer.quote(at, to, history);
      at = to;
      continue;
    }
    if (line.text.trim() === '') {
      writer.keep(line);
      at += 1;
      continue;
    }
    if (line.region === 'rest' || (line.region === 'fields' && looksLikeFields(texts, at))) {
      writer.quote(at, lines.length, true);
      return writer.finish();
    }
    if (isReplyDelimiter(line.text)) {
      if (hasWritten) {
        writer.quote(at, lines.length, true);
        return writer.finish();
      }
      writer.keep(line);
      at += 1;
      continue;
    }
    if (stopAtForward && isForwardLine(line.text)) {
      for (const rest of lines.slice(at)) writer.keep(rest);
      break;
    }
    const marker = readMarkers(lines, markerAt, at);
    if (marker !== null) {
      writer.quote(at, marker, true);
      at = marker;
      continue;
    }
    if (isSentFromLine(line.text) && writer.hasOwnText() && hidesHistory(lines, at)) {
      writer.keep(line);
      const next = nextFilled(lines, at + 1);
      writer.quote(next, lines.length, true);
      return writer.finish();
    }
    hasWritten ||= hasText(line);
    writer.keep(line);
    at += 1;
  }
  return writer.finish();
}

/** Each introduction above a line asks about it, so the result is cached. */
function createMarkers(texts: readonly string[]): (at: number) => Marker | null {
  const markers = new Map<number, Marker | null>();
  return (at) => {
    const known = markers.get(at);
    if (known !== undefined) return known;
    const marker = findMarker(texts, at);
    markers.set(at, marker);
    return marker;
  };
}

/** Collects the segments; the sender's own lines are held until something else begins. */
function createSegmentWriter(lines: readonly QuoteLine[]) {
  const segments: Segment[] = [];
  let own: QuoteLine[] = [];
  /** Cached, because every sent-from line needs it. */
  let ownHasText = false;
  const takeOwn = (line: QuoteLine): void => {
    ownHasText ||= hasText(line);
    own.push(line);
  };
  const flush = (): void => {
    if (own.length > 0) segments.push({ kind: 'own', history: false, lines: own });
    own = [];
    ownHasText = false;
  };
  /** Rules that a client draws above a quote belong to the quote. */
  const takeRules = (): QuoteLine[] => {
    let from = own.length;
    while (from > 0 && (isBlank(own[from - 1]) || isRule(own[from - 1]?.text ?? ''))) from -= 1;
    const rules = own.slice(from);
    if (!rules.some((line) => isRule(line.text))) return [];
    own = own.slice(0, from);
    return rules;
  };
  return {
    keep: takeOwn,
    hasOwnText: (): boolean => ownHasText,
    quote: (from: number, to: number, history: boolean): void => {
      const rules = takeRules();
      flush();
      segments.push({ kind: 'quote', history, lines: [...rules, ...lines.slice(from, to)] });
    },
    sign: (from: number, to: number): void => {
      flush();
      segments.push({ kind: 'signature', history: false, lines: lines.slice(from, to) });
    },
    finish: (): Segment[] => {
      flush();
      return segments;
    },
  };
}

/**
 * Text below a phone's sent-from line is the earlier message, even if nothing else says so; a line or two may belong to the
 * sent-from line.
 */
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

/**
 * How many lines the attribution at the start of a quoted run takes (Apple Mail quotes it too), with empty ones; 0 if it begins
 * with text.
 */
export function lengthOfIntroduction(lines: readonly QuoteLine[]): number {
  const texts = lines.slice(0, 12).map((line) => line.text.replace(/^[>\s]+/u, ''));
  const start = texts.findIndex((text) => text !== '');
  const marker = start < 0 ? null : findMarker(texts, start);
  if (marker === null) return 0;
  const next = texts.findIndex((text, at) => at > marker.last && text !== '');
  return next < 0 ? marker.last + 1 : next;
}

const findMarkerWithin = (lines: readonly QuoteLine[], from: number, to: number): boolean =>
  lengthOfIntroduction(lines.slice(from, Math.min(to, from + 12))) > 0;

/** Introductions above one quote, from a message that passed through several hands. More are an attack. */
const MAX_MARKERS = 12;

/** The end of the quote introduced by markers from `at` on, or null if there is none. */
function readMarkers(
  lines: readonly QuoteLine[],
  markerAt: (at: number) => Marker | null,
  at: number,
): number | null {
  let found = lines[at]?.region === 'attribution';
  let next = at;
  if (found) {
    while (next < lines.length && lines[next]?.region === 'attribution') next += 1;
    next = nextFilled(lines, next);
  }
  let sure = found;
  for (let count = 0; count < MAX_MARKERS; count += 1) {
    const marker = markerAt(next);
    if (marker === null) break;
    found = true;
    sure ||= marker.certainty === 'sure';
    next = nextFilled(lines, marker.last + 1);
    if (next >= lines.length || lines[next]?.quoted === true) break;
  }
  if (!found) return null;
  while (next < lines.length && isRule(lines[next]?.text ?? '') && lines[next]?.quoted !== true)
    next = nextFilled(lines, next + 1);
  if (lines[next]?.quoted === true) return quoteEnd(lines, next);
  sure ||= isReplyDelimiter(lines[next]?.text ?? '');
  return sure ? lines.length : null;
}

/** Where the forwarded message begins, or -1. */
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
