import type { Direction } from './parties.ts';

/** How a client was found. Part of the public contract of `explain`. */
export type Via =
  | 'from'
  | 'list-original'
  | 'reply-to'
  | 'to'
  | 'cc'
  | 'forwarded'
  | 'thread'
  | 'sub-address'
  | 'domain'
  | 'alias'
  | 'decision';

export interface Link {
  readonly clientId: string;
  readonly via: Via;
  readonly address: string | null;
}

export interface Evidence {
  readonly rule: string;
  readonly outcome: 'found' | 'nothing' | 'rejected' | 'skipped';
  readonly detail: string;
}

export type VerdictKind = 'matched' | 'ambiguous' | 'unmatched' | 'internal' | 'ignored';

/** The decision about one message. A value: two judgements of the same input are equal. */
export interface Verdict {
  readonly kind: VerdictKind;
  readonly direction: Direction;
  readonly clients: readonly Link[];
  /** Clients that a person may mean; nothing is written for them. */
  readonly candidates: readonly Link[];
  /** A stable code, null if `kind` says everything. */
  readonly reason: string | null;
  /** Staff address that forwarded the message, if the inner message was judged. */
  readonly forwardedBy: string | null;
  readonly evidence: readonly Evidence[];
}
