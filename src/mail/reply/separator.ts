import { isDecorated, readSeparator } from '../forwarded/forward-separator.ts';
import { withoutInvisible } from '../../mime/character-folding.ts';

const bare = (text: string): string =>
  withoutInvisible(text.slice(0, 400))
    .replace(/^[\s>]{1,80}/u, '')
    .trim();

/** "Begin forwarded message:", "---- Forwarded by N.N. on 5 May ----". */
export const isForwardLine = (text: string): boolean => readSeparator(bare(text)) === 'forward';

/** "----- Original Message -----", "Original Message:"; without dashes and colon it may be a heading. */
export function isOriginalLine(text: string): boolean {
  const line = bare(text);
  return readSeparator(line) === 'original' && (isDecorated(line) || /^[-–—_=*>]|[:：]$/u.test(line));
}
