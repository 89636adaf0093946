import { compareReaders, needsSecondReading } from '../decide/readers-disagree.ts';
import type { CaseTagWords } from '../mail/case-tag/case-tag-words.ts';
import type { Mail } from '../mail/mail.ts';
import type { Disagreement } from '../mail/second-reading.ts';

/** Where a second reader differs, if the message needs one. `open` returns the bytes from the start. */
export async function findDisagreements(
  mail: Mail,
  words: CaseTagWords,
  open: () => AsyncIterable<Buffer> | Iterable<Buffer>,
): Promise<readonly Disagreement[]> {
  return needsSecondReading(mail, words) ? await compareWithSecond(mail, open) : [];
}

/** The same for any message. */
export async function compareWithSecond(
  mail: Mail,
  open: () => AsyncIterable<Buffer> | Iterable<Buffer>,
): Promise<readonly Disagreement[]> {
  // Takes a tenth of a second to load, so only when needed.
  const { readSecondHeader } = await import('./second-reader.ts');
  return compareReaders(mail, await readSecondHeader(open()));
}
