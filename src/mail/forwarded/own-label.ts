import type { HeaderField } from './forward-words.ts';

/** Conversions from HTML leave one empty line, rarely two, between the rows of a block. */
const MAX_BLANK_LINES = 2;
/** Wrapped values, and labels that are not in the tables. */
const MAX_OTHER_LINES = 4;
/** How far below a writer's own line the block may begin, including the block. */
const MAX_LINES = 16;

/** One line as seen by a block: blank, a label of some field, or anything else. */
export type SeenLine = 'blank' | HeaderField | null;

const isMain = (line: SeenLine): line is 'from' | 'date' | 'to' | 'subject' =>
  line === 'from' || line === 'date' || line === 'to' || line === 'subject';

/**
 * Whether the label at `start` ("Date: 4 February", "To: 14 Mill Lane") is the writer's own line, right above a header block: the
 * block below repeats the field, or is separate. `seen` classifies a line; null past the end and for lines outside a block.
 */
export function isWritersLabel(start: number, seen: (index: number) => SeenLine): boolean {
  const first = seen(start);
  if (!isMain(first) || first === 'from') return false;
  const met = new Set<HeaderField>([first]);
  let hasFrom = false;
  let blanks = 0;
  let others = 0;
  for (let index = start + 1; index < start + MAX_LINES; index += 1) {
    const line = seen(index);
    if (line === 'blank') {
      blanks += 1;
      if (blanks > MAX_BLANK_LINES) return false;
      continue;
    }
    const isApart = blanks > 0;
    blanks = 0;
    if (!isMain(line)) {
      others += 1;
      if (others > MAX_OTHER_LINES || isApart) return false;
      continue;
    }
    if (line === first) {
      if (!hasFrom) return opensBlock(index, seen);
      // After an empty line, the message text may begin with the same label.
      return !isApart || isNew(seen(index + 1), met) || isNew(seen(index + 2), met);
    }
    if (line === 'from') {
      if (hasFrom) return false;
      hasFrom = true;
      // "Subject: the roof", an empty line, and a block without a subject.
      if (isApart && isMain(seen(index + 1))) return true;
    }
    met.add(line);
  }
  return false;
}

const isNew = (line: SeenLine, met: ReadonlySet<HeaderField>): boolean => isMain(line) && !met.has(line);

/** Thunderbird and KMail start a block with subject and date; the sender comes below. */
function opensBlock(start: number, seen: (index: number) => SeenLine): boolean {
  for (let index = start + 1; index < start + MAX_OTHER_LINES; index += 1)
    if (seen(index) === 'from') return true;
  return false;
}
