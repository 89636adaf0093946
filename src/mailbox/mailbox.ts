/**
 * The port: where messages come from. Two implementations ship, IMAP (imap.ts) and files (files.ts), and both pass the same
 * contract suite. A source is opened for one account and lives as long as the process; a session is exclusive use of a connection
 * and is closed after every poll, which returns the connection and costs nothing.
 */
import type { Readable } from 'node:stream';

/**
 * The folder's state when opened. Store this one in the cursor, not a later one: messages that arrive meanwhile must still look
 * new.
 */
export interface FolderState {
  readonly path: string;
  /** Decimal string: imapflow uses a BigInt, which JSON refuses. "0" if the server has none. */
  readonly uidValidity: string;
  /** Null if the server does not say (RFC 3501 §6.3.1 allows it). */
  readonly uidNext: number | null;
  /** Decimal string; null without CONDSTORE, or if the folder answers NOMODSEQ (RFC 7162 §3.1.2). */
  readonly highestModseq: string | null;
  readonly exists: number;
  /** OBJECTID (RFC 8474), null if the server has none. */
  readonly mailboxId: string | null;
  /** True if a later message always has a higher UID, as in IMAP; false for files, which are then listed whole each time. */
  readonly uidsAscend: boolean;
}

export interface FolderName {
  readonly path: string;
  /** RFC 6154 with its backslash, such as "\\Sent"; "\\Inbox" for INBOX. */
  readonly specialUse: string | null;
}

export interface ListedMessage {
  readonly uid: number;
  /** ISO 8601, null if the source has none. */
  readonly internalDate: string | null;
  /** Size in bytes as declared by the source. Some servers only estimate (Exchange). 0 if not given. */
  readonly size: number;
  /** \Draft (RFC 9051 §2.3.2): someone is still writing it. Null if the source does not say. */
  readonly isDraft: boolean | null;
  /** What the file name says; absent if nothing, and in IMAP. */
  readonly mark?: 'draft' | 'deleted';
}

export interface WantedMessage {
  readonly uid: number;
  readonly size: number;
  /** Fetched in a command of its own, because fetching it with others failed. */
  readonly alone?: boolean;
  /** Fewer bytes than declared are returned, not refused as `truncated`: the caller compares answers over time. */
  readonly acceptShort?: boolean;
}

/**
 * One answer per wanted message, in order of arrival.
 *
 * - `whole`: the raw bytes of a small message. `shortOf`: more bytes were declared, and two answers brought the same fewer ones.
 * - `stream`: a message over 1 MB. Read it to its end before asking for the next answer, which destroys an unread stream. It fails
 *   with a MailboxError `truncated` or `connection` if it cannot be completed, so bytes only count after its `end`.
 * - `missing`: the source answered without this UID, twice. It is gone, or a server hides it: `stillListed` tells which.
 * - `failed`: with `message-refused` or `truncated` it is about this one message; the others are not affected. With any other code
 *   the whole fetch is about to fail with it, and this message was one of those requested: fetch it `alone` next time, and only
 *   count a failure against a message that failed alone, so that one that kills connections starves nobody.
 */
export type Fetched =
  | {
      readonly kind: 'whole';
      readonly uid: number;
      readonly raw: Buffer;
      readonly shortOf?: number;
    }
  | {
      readonly kind: 'stream';
      readonly uid: number;
      readonly stream: Readable;
      readonly expectedSize: number;
    }
  | { readonly kind: 'missing'; readonly uid: number }
  | { readonly kind: 'failed'; readonly uid: number; readonly error: MailboxError };

/** Read-only. One call at a time, except that calls are allowed between the windows of `list` and between the answers of `fetch`. */
export interface MailboxSession {
  /** Folders that can be opened. Up to ten minutes old. */
  folders(): Promise<readonly FolderName[]>;
  /** A path, or a special use such as "\\Sent", "\\All", "\\Inbox". Null if the mailbox has no such folder. */
  resolveFolder(nameOrSpecialUse: string): Promise<string | null>;
  /** EXAMINE: always asks the source. @throws MailboxError `folder-missing` if it does not exist or cannot be selected. */
  open(path: string): Promise<FolderState>;
  /**
   * The messages of the open folder with uid ≥ fromUid, in non-empty windows of at most 2,000. Ascending by UID (files: in name
   * order). Messages that arrived after `open` may be missing. @throws if a listing fails: an incomplete listing never ends
   * normally.
   */
  list(input: { readonly fromUid: number }): AsyncIterable<readonly ListedMessage[]>;
  /** The current rows of at most 2,000 messages; deleted ones are left out. */
  listAgain(uids: readonly number[]): Promise<readonly ListedMessage[]>;
  /** Every UID of the open folder from `fromUid` on, in windows of at most 20,000: for audit and resync. */
  listUids(input?: { readonly fromUid: number }): AsyncIterable<readonly number[]>;
  /** Those of the UIDs that the folder still lists in any way. */
  stillListed(uids: readonly number[]): Promise<ReadonlySet<number>>;
  fetch(wanted: readonly WantedMessage[]): AsyncIterable<Fetched>;
  /** Up to and including the empty line, at most 1 MB: for messages over the size limit. @throws MailboxError `message-missing`. */
  headersOnly(uid: number): Promise<Buffer>;
  /** Returns the connection. Never throws; a second call does nothing. */
  close(): Promise<void>;
}

/** The connection state of the account, for people. Times are ISO 8601. */
export interface MailboxHealth {
  readonly state: 'ok' | 'backing-off' | 'throttled' | 'authentication-failed';
  /** False until a login succeeds: before, `ok` only means that nothing failed. Absent without logins. */
  readonly hasLoggedIn?: boolean;
  /** No connection is tried before this time. */
  readonly until: string | null;
  readonly failures: number;
  /** Message of the last failure, without credentials. */
  readonly lastError: string | null;
}

export interface MailboxSource {
  readonly name: string;
  /** @throws MailboxError; while the account backs off it throws at once, with the remaining time in `retryAfterMs`. */
  openSession(signal?: AbortSignal): Promise<MailboxSession>;
  /**
   * `folder` is a path or a special use. Calls `onArrival` whenever something may have arrived in the folder, and once after each
   * (re)connection. Reconnects by itself; returns when the signal is aborted.
   */
  watch(input: {
    readonly folder: string;
    readonly onArrival: () => void;
    readonly signal: AbortSignal;
  }): Promise<void>;
  health(): MailboxHealth;
  /** Closes every connection of the source. */
  close(): Promise<void>;
}

/**
 * - `authentication-failed`: the password or token is refused. Stays until the settings change; retried, but rarely.
 * - `throttled`: the server asks to wait; `retryAfterMs` says how long. Not a wrong password.
 * - `backing-off`: recent connections failed and the next one is not due; `retryAfterMs` says when.
 * - `busy`: all connections of the account are in use.
 * - `connection`: could not be made, or was lost.
 * - `folder-missing`: no such folder, or one that is listed but cannot be opened (a phantom).
 * - `message-missing`: the UID is gone.
 * - `message-refused`: the server says NO to this message.
 * - `truncated`: fewer bytes arrived than the source declared.
 * - `protocol`: an answer that makes no sense, or NO/BAD to a command that should work.
 * - `needs-consent`: a person has to sign in (again) with the provider. Until then the server is not contacted.
 * - `app-broken`: the provider refuses the OAuth app itself.
 * - `needs-permission`: the server refuses even a new token from the provider.
 * - `provider-down`: the provider issues no tokens now.
 * - `mailbox-not-open`: the login succeeded, but the server has no mailbox for it (Exchange).
 * - `session-expired`: the server ended the session because its token expired. Another login continues.
 * - `configuration`: the settings cannot work, such as a plain connection to another machine.
 * - `aborted`: the caller's signal.
 */
export type MailboxErrorCode =
  | 'authentication-failed'
  | 'throttled'
  | 'backing-off'
  | 'busy'
  | 'connection'
  | 'folder-missing'
  | 'message-missing'
  | 'message-refused'
  | 'truncated'
  | 'protocol'
  | 'needs-consent'
  | 'app-broken'
  | 'needs-permission'
  | 'provider-down'
  | 'mailbox-not-open'
  | 'session-expired'
  | 'configuration'
  | 'aborted';

export class MailboxError extends Error {
  override readonly name = 'MailboxError';
  readonly code: MailboxErrorCode;
  /** Minimum wait in milliseconds; null if the source gives none. */
  readonly retryAfterMs: number | null;
  /** The server was not contacted: this repeats its last answer. */
  readonly isRepeated: boolean;

  constructor(
    code: MailboxErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly retryAfterMs?: number; readonly isRepeated?: boolean } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.isRepeated = options.isRepeated ?? false;
  }
}
