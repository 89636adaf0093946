import type { Authentication } from '../mail/authentication/authentication.ts';

/** One answer of the address book. `address` is the normalised address, or `@domain` for kind `domain`. */
export interface BookEntry {
  readonly address: string;
  readonly clientId: string;
  readonly kind: 'primary' | 'alias' | 'domain';
}

/** A message of the same thread that is already known. */
export interface ThreadMessage {
  readonly messageId: string;
  readonly subject: string;
  /** Clients on whose record it is, by whatever rule: a chain of replies carries its client along. */
  readonly clientIds: readonly string[];
  /** Known only by the sender and subject that a forward prints, which anybody can type. */
  readonly isPrinted?: boolean;
}

/** What a person decided that bears on this message. `subject` kinds: the message, its thread, an address, a domain. */
export interface Decision {
  readonly subject: 'message' | 'thread' | 'address' | 'domain';
  readonly act: 'link' | 'unlink' | 'ignore';
  readonly clientIds: readonly string[];
  /** The address or domain, for these two subjects. */
  readonly key: string;
}

/** Everything beside the message that a verdict may depend on, fetched before and passed as values. */
export interface KnownContext {
  readonly roles: readonly ('capture' | 'dropbox')[];
  /** Seen in a Sent folder of ours: proof that staff really sent it. */
  readonly inOwnSent: boolean;
  readonly book: ReadonlyMap<string, readonly BookEntry[]>;
  readonly thread: readonly ThreadMessage[];
  /** Clients of the messages that hang on the same root or answer the same messages: beside them no other is found by the thread. */
  readonly threadClients?: readonly string[];
  /** Ids that the message answers and that several messages bear. */
  readonly sharedIds?: readonly string[];
  readonly decisions: readonly Decision[];
  readonly authentication: Authentication | null;
}
