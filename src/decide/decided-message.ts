import { createHash } from 'node:crypto';
import type { Authentication } from '../mail/authentication/authentication.ts';
import type { CaseUpdateDraft, Review } from './case-updates.ts';
import type { AppliedRuling } from './case-rulings.ts';
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
  /**
   * To be taken off the client's record: a person unlinked it, undid the link, or the client's address was taken away; or a copy
   * that is better proven puts it there itself (`outranked`) or shows that it does not belong there (`displaced`).
   */
  readonly retract?: 'unlinked' | 'undone' | 'address-removed' | 'outranked' | 'displaced';
}

/** A case update as decided, kept so that a retry writes the same. Its description is the message's, see `descriptionOf`. */
export interface DecidedCaseUpdate extends Omit<CaseUpdateDraft, 'review' | 'awaitsParent'> {
  /** `echo`: was held for its parent, which carries the same tag; never was an update. `rejected`: a person refused it, for good. */
  readonly review: Review | 'echo' | 'rejected' | null;
  /** What a person decided about it, and how it stood before. */
  readonly ruling?: AppliedRuling;
  /** Decided before the message answered was there, which may show it to be an echo, whatever else holds it. */
  readonly awaitsParent?: boolean;
  readonly writtenAt: Date | null;
}

/** A message with what was decided about it before. */
export interface DecidedMessage extends MessageFacts {
  /** 24 hex digits made of the fingerprint: equal wherever the message is judged. */
  readonly id: string;
  readonly roles: readonly MailboxRole[];
  /** The mailboxes that it was seen in, where there are any. */
  readonly mailboxes?: readonly string[];
  /** Seen in a Sent folder of ours. */
  readonly inOwnSent: boolean;
  /** Older than the `since` of every mailbox that it was seen in. */
  readonly backfill: boolean;
  readonly authentication: Authentication | null;
  /** The message under whose identity this copy came, naming others or saying something else than that does; it waits for a person. */
  readonly copyOf?: string;
  /** What the ids of its rows are made of, where that is not `variantKey`. */
  readonly entryKey?: string;
  /**
   * A copy that is proven took the place of the one by which it was judged. `displaced`: it names others or answers something else, so
   * that links which it does not make are to go.
   */
  readonly takenOver?: 'same' | 'displaced';
  readonly verdict: Verdict | null;
  readonly links: readonly DecidedLink[];
  readonly caseUpdates: readonly DecidedCaseUpdate[];
  /** Addresses that were taken from clients since: automatic links by them are to be looked at again. */
  readonly lost: readonly { readonly clientId: string; readonly address: string }[];
}

/** The hex form of the id under which the store keeps the message. */
export const messageIdOf = (fingerprint: string): string =>
  createHash('sha256').update(`${fingerprint}\0`).digest('hex').slice(0, 24);

/** How sure it is that the sender sent the message: 2 by its presence in a Sent folder of ours, 1 by its authentication. */
export const proofOf = ({
  inOwnSent,
  authentication,
}: {
  readonly inOwnSent: boolean;
  readonly authentication: Authentication | null;
}): number => (inOwnSent ? 2 : authentication?.alignedPass === true ? 1 : 0);

export const entryKeyOf = ({
  entryKey,
  variantKey,
}: Pick<DecidedMessage, 'entryKey' | 'variantKey'>): string => entryKey ?? variantKey;

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
