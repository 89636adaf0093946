import type { MessageFacts } from './message-facts.ts';
import type { Forward, Mail } from '../mail/mail.ts';
import { stripSubjectPrefixes } from '../mail/subject/subject-prefix.ts';
import type { Rules } from './rules.ts';
import { isOurs } from './parties.ts';

/**
 * The message that a forward brings us: the first hop that is not ours. What that one forwards is part of it: a client's message
 * about someone else's message is the client's. Null if the message is not a forward.
 */
export function carriedHop({ forwarded, forwards }: Mail, rules: Rules): Forward | null {
  const first = forwards.find(({ from }) => from.address === null || !isOurs(from.address, rules));
  if (first === undefined) return forwarded;
  // The attached message is complete; the text only repeats it.
  return forwards.find((hop) => hop.via === 'attachment' && isSameMessage(hop, first)) ?? first;
}

/** Whether other messages are attached besides the one that counts, so it alone does not identify the forward. */
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

/** The complete hop, of which the message keeps only the start. */
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
