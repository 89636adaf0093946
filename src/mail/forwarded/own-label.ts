import type { HeaderField } from './forward-words.ts';

/** Conversions from HTML leave an empty line, seldom two, between the rows of a block. */
const MAX_BLANK_LINES = 2;
/** Values that are wrapped, and labels that the tables do not know. */
const MAX_OTHER_LINES = 4;
/** How far the block may begin below a line of the writer's own, with the block itself. */
const MAX_LINES = 16;

/** One line as a block sees it: a blank one, a label of some field, or anything else. */
export type SeenLine = 'blank' | HeaderField | null;

const isMain = (line: SeenLine): line is 'from' | 'date' | 'to' | 'subject' =>
  line === 'from' || line === 'date' || line === 'to' || line === 'subject';

/**
 * Whether the label at `start` ("Date: 4 February", "To: 14 Mill Lane") is the writer's own line, right above a header block: the block that
 * follows says the same field again, or stands apart from it. `seen` tells what a line is, null beyond the end and for lines that belong to no
 * block.
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
      // Below an empty line the text of the message may begin with the same label.
      return !isApart || isNew(seen(index + 1), met) || isNew(seen(index + 2), met);
    }
    if (line === 'from') {
      if (hasFrom) return false;
      hasFrom = true;
      // "Subject: the roof", an empty line, and a block without any.
      if (isApart && isMain(seen(index + 1))) return true;
    }
    met.add(line);
  }
  return false;
}

const isNew = (line: SeenLine, met: ReadonlySet<HeaderField>): boolean => isMain(line) && !met.has(line);

/** A block of Thunderbird and KMail begins with subject and date; its sender stands below. */
function opensBlock(start: number, seen: (index: number) => SeenLine): boolean {
  for (let index = start + 1; index < start + MAX_OTHER_LINES; index += 1)
    if (seen(index) === 'from') return true;
  return false;
}
