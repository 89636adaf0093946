import { createHash } from 'node:crypto';
import type { CaseUpdateDraft, Review } from './case-updates.ts';
import type { Evidence, Link, Verdict } from './verdict.ts';
import type { MailboxRole, MessageFacts } from './message-facts.ts';

/** Whether a client has the words of a message on record: not yet, by this message, or by another one (`by`, null: not known which). */
export type LinkState =
  | { readonly kind: 'pending' }
  | { readonly kind: 'written'; readonly at: Date }
  | { readonly kind: 'covered'; readonly by: string | null };

/** A client on whose record the message stands or is to stand. */
export interface DecidedLink extends Link {
  readonly state: LinkState;
  /** To be taken off the client's record: a person unlinked it, undid the link, or the client's address was taken away. */
  readonly retract?: 'unlinked' | 'undone' | 'address-removed';
}

/** A case update as decided, kept so that a retry writes the same. Its description is the message's, see `descriptionOf`. */
export interface DecidedCaseUpdate extends Omit<CaseUpdateDraft, 'review' | 'awaitsParent'> {
  /** `echo`: was held for its parent, which carries the same tag; never was an update. */
  readonly review: Review | 'echo' | null;
  /** Decided before the message answered was there, which may show it to be an echo, whatever else holds it. */
  readonly awaitsParent?: boolean;
  readonly writtenAt: Date | null;
}

/** A message with what was decided about it before. */
export interface DecidedMessage extends MessageFacts {
  /** 24 hex digits made of the fingerprint: equal wherever the message is judged. */
  readonly id: string;
  readonly roles: readonly MailboxRole[];
  /** Seen in a Sent folder of ours. */
  readonly inOwnSent: boolean;
  /** Older than the `since` of every mailbox that it was seen in. */
  readonly backfill: boolean;
  readonly verdict: Verdict | null;
  readonly links: readonly DecidedLink[];
  readonly caseUpdates: readonly DecidedCaseUpdate[];
  /** Addresses that were taken from clients since: automatic links by them are to be looked at again. */
  readonly lost: readonly { readonly clientId: string; readonly address: string }[];
}

/** The hex form of the id under which the store keeps the message. */
export const messageIdOf = (fingerprint: string): string =>
  createHash('sha256').update(`${fingerprint}\0`).digest('hex').slice(0, 24);

export const isPending = ({ state, retract }: DecidedLink): boolean =>
  state.kind === 'pending' && retract === undefined;

/** Recorded as the message inside. */
export const isStaffForward = ({
  verdict,
}: {
  readonly verdict: Pick<Verdict, 'forwardedBy'> | null;
}): boolean => (verdict?.forwardedBy ?? null) !== null;

export const withEvidence = (verdict: Verdict, ...more: readonly Evidence[]): Verdict => ({
  ...verdict,
  evidence: [...verdict.evidence, ...more],
});
