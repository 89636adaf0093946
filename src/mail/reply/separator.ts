import { isDecorated, readSeparator, type Separator } from '../forwarded/forward-separator.ts';
import { withoutInvisible } from '../../mime/character-folding.ts';

const bare = (text: string): string =>
  withoutInvisible(text.slice(0, 400))
    .replace(/^[\s>]{1,80}/u, '')
    .trim();

interface ReadLine {
  readonly text: string;
  readonly line: string;
  readonly separator: Separator | null;
}

/** Both questions are asked of a line in turn. */
let last: ReadLine = { text: '', line: '', separator: null };

function read(text: string): ReadLine {
  if (last.text === text) return last;
  const line = bare(text);
  last = { text, line, separator: readSeparator(line) };
  return last;
}

/** "Begin forwarded message:", "---- Forwarded by N.N. on 5 May ----". */
export const isForwardLine = (text: string): boolean => read(text).separator === 'forward';

/** "----- Original Message -----", "Original Message:"; without dashes and colon it may be a heading. */
export function isOriginalLine(text: string): boolean {
  const { line, separator } = read(text);
  return separator === 'original' && (isDecorated(line) || /^[-–—_=*>]|[:：]$/u.test(line));
}
