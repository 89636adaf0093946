import type { Authentication } from '../mail/authentication/authentication.ts';

/** One entry found in the address book. `address` is the normalised address, or `@domain` for kind `domain`. */
export interface BookEntry {
  readonly address: string;
  readonly clientId: string;
  readonly kind: 'primary' | 'alias' | 'domain';
}

/** A known message of the same thread. */
export interface ThreadMessage {
  readonly messageId: string;
  readonly subject: string;
  /** Clients on whose record it is, by any rule: a chain of replies passes its client on. */
  readonly clientIds: readonly string[];
  /** Known only by the sender and subject that a forward prints, which anyone can type. */
  readonly isPrinted?: boolean;
}

/** A person's decision that affects this message. `subject` kinds: the message, its thread, an address, a domain. */
export interface Decision {
  readonly subject: 'message' | 'thread' | 'address' | 'domain';
  readonly act: 'link' | 'unlink' | 'ignore';
  readonly clientIds: readonly string[];
  /** The address or domain, for these two subjects. */
  readonly key: string;
}

/** Everything besides the message that a verdict may depend on, fetched beforehand and passed as values. */
export interface KnownContext {
  readonly roles: readonly ('capture' | 'dropbox')[];
  /** Seen in one of our Sent folders: proof that staff really sent it. */
  readonly inOwnSent: boolean;
  readonly book: ReadonlyMap<string, readonly BookEntry[]>;
  readonly thread: readonly ThreadMessage[];
  /** Clients of the messages with the same root or the same answered messages: the thread finds no others besides them. */
  readonly threadClients?: readonly string[];
  /** Ids that the message answers and that several messages have. */
  readonly sharedIds?: readonly string[];
  readonly decisions: readonly Decision[];
  readonly authentication: Authentication | null;
}
