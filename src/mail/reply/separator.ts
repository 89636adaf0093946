import { FORWARDED_MESSAGE, ORIGINAL_MESSAGE } from './attribution-languages.ts';

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
export const isOriginalLine = (text: string): boolean => names(text, ORIGINALS);
