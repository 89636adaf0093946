import type { MessageFacts } from './message-facts.ts';
import type { Forward, Mail } from '../mail/mail.ts';
import { stripSubjectPrefixes } from '../mail/subject/subject-prefix.ts';
import type { Rules } from './rules.ts';
import { isOurs } from './parties.ts';

/**
 * The message that a forward carries to us: that of the first hop which is not ours. What it forwards in its turn is part of it:
 * a client's message about somebody's message is the client's. Null where the message is no forward.
 */
export function carriedHop({ forwarded, forwards }: Mail, rules: Rules): Forward | null {
  const first = forwards.find(({ from }) => from.address === null || !isOurs(from.address, rules));
  if (first === undefined) return forwarded;
  // The attached message is whole; the text only repeats it.
  return forwards.find((hop) => hop.via === 'attachment' && isSameMessage(hop, first)) ?? first;
}

/** Whether other messages are attached beside the one that counts, so that the forward is not told by it alone. */
export function hasMultipleForwards({ forwards }: Mail, carried: Forward): boolean {
  return forwards.some(
    (hop, index) =>
      hop.depth <= carried.depth &&
      forwards.some((other, at) => at > index && other.depth === hop.depth && !isSameMessage(other, hop)),
  );
}

function isSameMessage(a: Forward, b: Forward): boolean {
  return a.depth === b.depth && a.from.address === b.from.address && bareSubject(a) === bareSubject(b);
}

const bareSubject = ({ subject }: Forward): string => stripSubjectPrefixes(subject ?? '').bare.toLowerCase();

/** The whole hop of which the message keeps the beginning. */
export function carriedIn(
  { forwarded: kept }: Pick<MessageFacts, 'forwarded'>,
  mail: Mail,
): Mail['forwarded'] {
  const hop = mail.forwards.find(
    ({ via, depth, from, subject }) =>
      via === kept?.via &&
      depth === kept.depth &&
      from.address === kept.from.address &&
      subject === kept.subject,
  );
  return hop ?? mail.forwarded;
}
