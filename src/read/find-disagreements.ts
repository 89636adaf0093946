import { compareReaders, needsSecondReading } from '../decide/readers-disagree.ts';
import type { CaseTagWords } from '../mail/case-tag/case-tag-words.ts';
import type { Mail } from '../mail/mail.ts';
import type { Disagreement } from '../mail/second-reading.ts';

/** Where a second reader differs, of a message that is worth its being asked. `open` gives the bytes from their beginning. */
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
  // A tenth of a second to load, for nothing where no message asks for it.
  const { readSecondHeader } = await import('./second-reader.ts');
  return compareReaders(mail, await readSecondHeader(open()));
}
