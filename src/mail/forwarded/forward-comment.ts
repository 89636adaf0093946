import { isRule } from './forward-separator.ts';
import { isSentFromLine } from '../reply/sent-from-line.ts';
import { joinUnquoted, type QuotedLine } from './quoted-lines.ts';

function isSignatureMark(raw: string): boolean {
  return /^(?:>\s?){0,20}--\s?\r?$/u.test(raw);
}

function lastTyped(lines: readonly QuotedLine[]): number {
  let end = lines.length;
  while (end > 0) {
    const text = lines[end - 1]?.text ?? '';
    if (text !== '' && !isRule(text) && !/^[-–—_=*]{1,3}$/u.test(text) && !isSentFromLine(text)) break;
    end -= 1;
  }
  return end;
}

/**
 * What the forwarder typed above: without the signature after its mark ("-- ", RFC 3676 §4.3), the sent-from line and the rule
 * above the header block; null if nothing is left.
 */
export function readComment(lines: readonly QuotedLine[], depth: number): string | null {
  const mark = lines.findIndex(({ raw }) => isSignatureMark(raw));
  const typed = mark < 0 ? lines : lines.slice(0, mark);
  const comment = joinUnquoted(typed.slice(0, lastTyped(typed)), depth)
    .replace(/^\ufeff/u, '')
    .trim();
  return comment === '' ? null : comment;
}
