import type { Region } from '../../mime/html/line-writer.ts';

export interface QuoteLine {
  readonly text: string;
  /** Marked as quoted: by ">" or by a blockquote. */
  readonly quoted: boolean;
  readonly region: Region;
}

export const isBlank = (line: QuoteLine | undefined): boolean =>
  line === undefined || /^[\s>]*$/u.test(line.text);
export const hasText = (line: QuoteLine | undefined): boolean =>
  line !== undefined && /[\p{L}\p{N}\p{S}\p{P}]/u.test(line.text);

/** ">>> look here <<<" is decoration. */
export const isQuotedText = (text: string): boolean =>
  /^\s{0,3}>/u.test(text) && !/<{2,}\s{0,9}$/u.test(text.slice(-80));

/**
 * GroupWise puts arrows before its attribution and marks nothing else: ">>> Ann Example <ann@example.com> 10/27/2027 9:31 AM >>>",
 * ">>> On 10/27/2027 at 9:31 AM, in message <…>, Ann Example …".
 */
export const isArrowAttribution = (text: string): boolean =>
  /^>>> [^>\s]/u.test(text) &&
  text.length <= 300 &&
  /\p{Nd}{1,2}[:.]\p{Nd}{2}/u.test(text) &&
  (text.endsWith(' >>>') || /\s<[^<>\s]{1,200}@[^<>\s]{1,200}>,/u.test(text));

export const isRule = (text: string): boolean =>
  text.length <= 200 && /^\s{0,9}(?:[-_=*~─—–]\s?){3,}$/u.test(text);

/** The next line with text, or the end. */
export function nextFilled(lines: readonly QuoteLine[], from: number): number {
  let at = from;
  while (at < lines.length && lines[at]?.text.trim() === '') at += 1;
  return at;
}

/** A quoted line that a server broke: the lost part is between two quoted lines, without a mark. */
export function isBrokenOff(lines: readonly QuoteLine[], at: number): boolean {
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
