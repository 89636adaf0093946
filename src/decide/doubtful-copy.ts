/**
 * Copies of one message are not equally trustworthy: anyone can resend one with the same id, sender and date, but other words or
 * recipients. The best proven copy counts; anything else in another one waits for a person.
 */
import { proofOf, withEvidence } from './decided-message.ts';
import type { DecidedMessage } from './decided-message.ts';
import { recipientsBeside } from './facts-from-mail.ts';
import { isEcho } from '../mail/case-tag/case-tag.ts';
import type { Link, Verdict } from './verdict.ts';
import type { MessageFacts } from './message-facts.ts';
import { isOurs } from './parties.ts';
import type { Relations } from './relations.ts';
import type { Rules } from './rules.ts';

/** Flag of a message that only looks like a copy of a proven one. */
export const DOUBTFUL_COPY_FLAG = 'doubtful-copy';

/** What a copy of a known message changes. */
export type CopyKind =
  /** Nothing but where it was seen. */
  | 'same'
  /** It is proven, no copy was before: the message is now judged by it. */
  | 'better'
  /** It names further recipients. */
  | 'adds'
  /** It names other recipients or tags than the proven copy, and proves nothing: a message of its own, which waits. */
  | 'doubtful';

type Copy = Pick<MessageFacts, 'participants' | 'tags'> & Parameters<typeof proofOf>[0];

/** Compares a copy with what is known under its fingerprint, which ignores recipients and all but one Subject. */
export function copyKind(known: Copy, copy: Copy, rules: Rules): CopyKind {
  const [proof, before] = [proofOf(copy), proofOf(known)];
  const isDifferent = differs(known, copy, rules);
  if (before === 0 && proof > 0) return 'better';
  if (before > 0 && proof === 0 && isDifferent) return 'doubtful';
  return recipientsBeside(known, { facts: copy, rules }).length > 0 ? 'adds' : 'same';
}

/** Whether a copy differs in anything that decides: whom our own message went to, and what it says about a case. */
export function differs(
  known: Pick<MessageFacts, 'participants' | 'tags'>,
  copy: Pick<MessageFacts, 'participants' | 'tags'>,
  rules: Rules,
): boolean {
  const isFromUs = copy.participants.some(
    ({ role, address }) => role === 'from' && address !== null && isOurs(address, rules),
  );
  return (
    (isFromUs && recipientsBeside(known, { facts: copy, rules }).length > 0) ||
    copy.tags.some((tag) => !isEcho(tag, known.tags))
  );
}

/** Whether two copies name the same people and answer the same messages, so that links by one are links by the other. */
export function saysSame(
  a: Pick<MessageFacts, 'participants' | 'answers'>,
  b: Pick<MessageFacts, 'participants' | 'answers'>,
): boolean {
  const key = ({ participants, answers }: Pick<MessageFacts, 'participants' | 'answers'>): string =>
    JSON.stringify([
      participants
        .flatMap(({ role, address }) => (role === 'delivered-to' ? [] : [`${role} ${address ?? ''}`]))
        .toSorted(),
      answers,
    ]);
  return key(a) === key(b);
}

/** Whether one message is known to be from its sender, and the other is not. */
export const isBetter = (message: DecidedMessage, than: DecidedMessage): boolean =>
  proofOf(message) > 0 && proofOf(than) === 0;

/** Why a message that only looks like a copy of a proven one waits, or has nothing of its own. */
export interface Doubt {
  readonly kind: 'waits' | 'known';
  readonly detail: string;
}

/** Null if the message is what it says. */
export function doubtOf(
  message: DecidedMessage,
  { relations: { copied, impostors }, rules }: { readonly relations: Relations; readonly rules: Rules },
): Doubt | null {
  if (message.copyOf !== undefined) {
    if (copied !== null && !differs(copied, message, rules))
      return { kind: 'known', detail: 'a copy of a message that is known, which says nothing else' };
    return { kind: 'waits', detail: 'the copy that is proven names other recipients or another case' };
  }
  const isContradicted = impostors.some((other) => isBetter(other, message));
  const detail = 'another message under its id, sender and date is proven, and says something else';
  return isContradicted ? { kind: 'waits', detail } : null;
}

/** A person may still link it. */
export function withDoubt(verdict: Verdict, doubt: Doubt | null): Verdict {
  if (doubt === null || verdict.clients.some(({ via }) => via === 'decision')) return verdict;
  const told = withEvidence(verdict, { rule: 'copy', outcome: 'rejected', detail: doubt.detail });
  if (verdict.kind === 'ignored' || verdict.kind === 'internal') return told;
  if (doubt.kind === 'known')
    return { ...told, kind: 'ignored', clients: [], candidates: [], reason: 'known-copy' };
  const candidates = new Map<string, Link>();
  for (const link of [...verdict.clients, ...verdict.candidates])
    if (!candidates.has(link.clientId)) candidates.set(link.clientId, link);
  return {
    ...told,
    kind: candidates.size > 1 ? 'ambiguous' : 'unmatched',
    clients: [],
    candidates: [...candidates.values()],
    reason: DOUBTFUL_COPY_FLAG,
  };
}
