import { createHash } from 'node:crypto';
import type { Authentication } from '../mail/authentication/authentication.ts';
import type { CaseUpdateDraft, Review } from './case-updates.ts';
import type { AppliedRuling } from './case-rulings.ts';
import type { Evidence, Link, Verdict } from './verdict.ts';
import type { MailboxRole, MessageFacts } from './message-facts.ts';

/** Whether a client has the words of a message on record: not yet, by this message, or by another (`by`, null: unknown which). */
export type LinkState =
  | { readonly kind: 'pending' }
  | { readonly kind: 'written'; readonly at: Date }
  | { readonly kind: 'covered'; readonly by: string | null };

/** A client on whose record the message is, or will be. */
export interface DecidedLink extends Link {
  readonly state: LinkState;
  /**
   * To be removed from the client's record: a person unlinked it or undid the link, or the client's address was removed; or a
   * better proven copy records it itself (`outranked`) or shows that it does not belong there (`displaced`).
   */
  readonly retract?: 'unlinked' | 'undone' | 'address-removed' | 'outranked' | 'displaced';
}

/** A case update as decided, kept so that a retry writes the same. Its description is the message's, see `descriptionOf`. */
export interface DecidedCaseUpdate extends Omit<CaseUpdateDraft, 'review' | 'awaitsParent'> {
  /** `echo`: was held for its parent, which has the same tag; it never was an update. `rejected`: a person refused it, for good. */
  readonly review: Review | 'echo' | 'rejected' | null;
  /** What a person decided about it, and its state before. */
  readonly ruling?: AppliedRuling;
  /** Decided before the answered message arrived, which may show it to be an echo, whatever else holds it. */
  readonly awaitsParent?: boolean;
  readonly writtenAt: Date | null;
}

/** A message with what was decided about it before. */
export interface DecidedMessage extends MessageFacts {
  /** 24 hex digits derived from the fingerprint: the same wherever the message is judged. */
  readonly id: string;
  readonly roles: readonly MailboxRole[];
  /** The mailboxes that it was seen in, if any. */
  readonly mailboxes?: readonly string[];
  /** Seen in one of our Sent folders. */
  readonly inOwnSent: boolean;
  /** Older than the `since` of every mailbox it was seen in. */
  readonly backfill: boolean;
  readonly authentication: Authentication | null;
  /** The message whose identity this copy claims, while naming other recipients or saying something else; it waits for a person. */
  readonly copyOf?: string;
  /** What the ids of its rows derive from, if not `variantKey`. */
  readonly entryKey?: string;
  /**
   * A proven copy replaced the one by which it was judged. `displaced`: it names others or answers something else, so links that it
   * does not make must go.
   */
  readonly takenOver?: 'same' | 'displaced';
  readonly verdict: Verdict | null;
  readonly links: readonly DecidedLink[];
  readonly caseUpdates: readonly DecidedCaseUpdate[];
  /** Addresses removed from clients since: automatic links by them must be rechecked. */
  readonly lost: readonly { readonly clientId: string; readonly address: string }[];
}

/** The hex form of the id under which the store keeps the message. */
export const messageIdOf = (fingerprint: string): string =>
  createHash('sha256').update(`${fingerprint}\0`).digest('hex').slice(0, 24);

/** How sure it is that the sender sent the message: 2 if it is in one of our Sent folders, 1 if authenticated. */
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

/** Recorded as the inner message. */
export const isStaffForward = ({
  verdict,
}: {
  readonly verdict: Pick<Verdict, 'forwardedBy'> | null;
}): boolean => (verdict?.forwardedBy ?? null) !== null;

export const withEvidence = (verdict: Verdict, ...more: readonly Evidence[]): Verdict => ({
  ...verdict,
  evidence: [...verdict.evidence, ...more],
});
