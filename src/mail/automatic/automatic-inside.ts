import { classifyAutomatic } from './automatic.ts';
import { readBounce } from '../bounce/bounce.ts';
import { DAEMON_LOCAL_PART } from '../bounce/bounce-phrases.ts';
import type { Forward } from '../mail.ts';
import type { ParsedMessage } from '../../mime/parsed-message.ts';
import { programPrefix } from './program-prefix.ts';

/** Limit of nested messages looked at. */
const MAX_INSIDE = 64;

/** A message from a list or a sales tool may be a person's words. */
function isSentByProgram(message: ParsedMessage): boolean {
  const kind = classifyAutomatic(message, readBounce(message))?.kind ?? null;
  return kind !== null && kind !== 'list' && kind !== 'bulk';
}

function* messagesInside(message: ParsedMessage): Generator<ParsedMessage> {
  for (const nested of message.nested) {
    yield nested;
    yield* messagesInside(nested);
  }
}

/** Only the subject and the sender of a printed message are known. */
function isPrintedNotice({ via, from, subject }: Forward): boolean {
  if (via !== 'inline') return false;
  return (
    programPrefix(subject ?? '') !== null ||
    DAEMON_LOCAL_PART.test((from.address ?? '').split('@', 1).join(''))
  );
}

/** The subjects of automatic messages inside a message, attached or printed in its text. */
export function automaticSubjectsInside(
  message: ParsedMessage & { readonly forwards: readonly Forward[] },
): readonly string[] {
  const attached: string[] = [];
  let seen = 0;
  for (const inside of messagesInside(message)) {
    seen += 1;
    if (seen > MAX_INSIDE) break;
    if (isSentByProgram(inside)) attached.push(inside.subject);
  }
  return [...attached, ...message.forwards.filter(isPrintedNotice).flatMap(({ subject }) => subject ?? [])];
}
