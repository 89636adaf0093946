import type { Boundary } from './forward-boundary.ts';
import { subjectIntent } from '../subject-prefix.ts';

/** What is known of the message around a boundary. */
export interface Surroundings {
  readonly subject: string;
  /** Canonical addresses; null where unknown. */
  readonly sender: string | null;
  readonly recipients: ReadonlySet<string>;
  /** It carries In-Reply-To or References. A manual forward does too, so this alone decides nothing. */
  readonly inThread: boolean;
  /** It is itself a message inside another, so that its headers are only what a client printed of them. */
  readonly isHop: boolean;
  /** Somebody typed something above the boundary. */
  readonly hasTextAbove: boolean;
  /** All text below the boundary is quoted or indented. */
  readonly isQuoteOnly: boolean;
}

/**
 * Whether the message at the boundary was forwarded, rather than quoted by a reply.
 *
 * "Forwarded message" is said of forwards only. Everything else ("Original Message", a bare header block, "On … X wrote:") is
 * printed above the quote of a reply too, so the subject decides. Where the subject says nothing, the recipients do: a reply goes
 * to the one whose message it quotes, a forward to somebody else. A false forward could file a mail under the wrong client, a
 * missed one waits in triage; so what stays open is no forward.
 */
export function isForward(boundary: Boundary, around: Surroundings): boolean {
  const { head, separator } = boundary;
  const intent = subjectIntent(around.subject, head.kind === 'block' ? head.languages : new Set());
  // A reply to a forward quotes its separator.
  if (separator === 'forward') return intent !== 'reply' || head.depth === 0 || around.isHop;
  if (intent === 'reply') return false;
  const author = head.from.address;
  const answersAuthor = author !== null && around.recipients.has(author);
  if (head.kind === 'attribution') {
    if (answersAuthor) return false;
    if (intent === 'forward') return true;
    return author !== null && !around.isHop && !around.inThread && !around.hasTextAbove && around.isQuoteOnly;
  }
  if (intent === 'forward') return true;
  if (answersAuthor || head.isRaw) return false;
  // "From: Rome, To: Paris, Date: …" is no mail header; a name alone needs a separator.
  if (author === null) return separator === 'original' && !around.hasTextAbove && !around.isHop;
  if (!around.hasTextAbove) return true;
  if (separator === null && !around.inThread && !around.isHop) return true;
  const received = [...head.to, ...head.cc].some(
    ({ address }) => address !== null && address === around.sender,
  );
  return received && around.recipients.size > 0;
}
