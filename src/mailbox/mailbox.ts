/**
 * The port: where messages come from. Two implementations ship, IMAP (imap.ts) and files (files.ts), and both pass the same
 * contract suite. A source is opened for one account and lives as long as the process; a session is one exclusive use of a
 * connection and is closed after every poll, which gives the connection back and costs nothing.
 */
import type { Readable } from 'node:stream';

/** The folder as it was when it was opened. Keep this one for the cursor, not a later one: what arrives meanwhile must still look new. */
export interface FolderState {
  readonly path: string;
  /** Decimal string: imapflow gives a BigInt, which JSON refuses. "0" where the server names none. */
  readonly uidValidity: string;
  /** Null where the server does not say (RFC 3501 §6.3.1 allows it). */
  readonly uidNext: number | null;
  /** Decimal string; null without CONDSTORE, or where the folder answers NOMODSEQ (RFC 7162 §3.1.2). */
  readonly highestModseq: string | null;
  readonly exists: number;
  /** OBJECTID (RFC 8474), null where the server has none. */
  readonly mailboxId: string | null;
  /** True where a later message always has a higher UID, as in IMAP; false for files, which are then listed whole each time. */
  readonly uidsAscend: boolean;
}

export interface FolderName {
  readonly path: string;
  /** RFC 6154 with its backslash, such as "\\Sent"; "\\Inbox" for INBOX. */
  readonly specialUse: string | null;
}

export interface ListedMessage {
  readonly uid: number;
  /** ISO 8601, null where the source keeps none. */
  readonly internalDate: string | null;
  /** Bytes as the source declares them. Some servers only estimate (Exchange). 0 where it was not told. */
  readonly size: number;
  /** \Draft (RFC 9051 §2.3.2): somebody has not finished writing it. */
  readonly isDraft: boolean;
  /** What the name of its file says; absent where it says nothing, and in IMAP. */
  readonly mark?: 'draft' | 'deleted';
}

export interface WantedMessage {
  readonly uid: number;
  readonly size: number;
  /** Asked for in a command of its own, because an attempt together with others failed. */
  readonly alone?: boolean;
  /** Fewer bytes than were declared are handed on, not refused as `truncated`: the caller compares answers of different times. */
  readonly acceptShort?: boolean;
}

/**
 * One answer for each wanted message, in the order in which they come.
 *
 * - `whole`: the raw bytes of a small message. `shortOf`: more bytes were declared, and two answers brought the same fewer ones.
 * - `stream`: a message over 1 MB. Read it to its end before asking for the next answer; an unread stream is destroyed then. It
 *   fails with a MailboxError `truncated` or `connection` when it cannot be completed, so bytes count only after its `end`.
 * - `missing`: the source answered and left this UID out, asked twice. It has gone, or a server hides it: `stillListed` tells which.
 * - `failed`: with `message-refused` or `truncated` it is about this one message, and the others are not affected. With any other code the whole fetch is about to fail with it, and this message was among those asked for: ask for it `alone` next time,
 *   and only count a failure against a message that failed alone, so that the one which kills connections starves nobody.
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

/** Read-only. One call at a time, except that calls may be made between the windows of `list` and between the answers of `fetch`. */
export interface MailboxSession {
  /** Those that can be opened. Up to ten minutes old. */
  folders(): Promise<readonly FolderName[]>;
  /** A path, or a special use such as "\\Sent", "\\All", "\\Inbox". Null where the mailbox has no such folder. */
  resolveFolder(nameOrSpecialUse: string): Promise<string | null>;
  /** EXAMINE: always asks the source again. @throws MailboxError `folder-missing` where it does not exist or cannot be selected. */
  open(path: string): Promise<FolderState>;
  /**
   * The messages of the open folder with uid ≥ fromUid, in windows of at most 2,000, never an empty one. Ascending by UID (files: in name order).
   * Nothing that arrived after `open` needs to be in it. @throws where a listing fails: an incomplete listing never ends normally.
   */
  list(input: { readonly fromUid: number }): AsyncIterable<readonly ListedMessage[]>;
  /** The same of some messages, at most 2,000, as they are now; those that have gone are left out. */
  listAgain(uids: readonly number[]): Promise<readonly ListedMessage[]>;
  /** Every UID of the open folder from `fromUid` on, in windows of at most 20,000: for audit and resync. */
  listUids(input?: { readonly fromUid: number }): AsyncIterable<readonly number[]>;
  /** Those of the UIDs that the folder lists now, by whatever way it has of listing them. */
  stillListed(uids: readonly number[]): Promise<ReadonlySet<number>>;
  fetch(wanted: readonly WantedMessage[]): AsyncIterable<Fetched>;
  /** Up to and with the empty line, at most 1 MB: for messages over the size limit. @throws MailboxError `message-missing`. */
  headersOnly(uid: number): Promise<Buffer>;
  /** Gives the connection back. Never throws; a second call does nothing. */
  close(): Promise<void>;
}

/** What to tell a person about the account's connection. Times are ISO 8601. */
export interface MailboxHealth {
  readonly state: 'ok' | 'backing-off' | 'throttled' | 'authentication-failed';
  /** False until a login succeeded: then `ok` only means that nothing failed. Absent where there is no login. */
  readonly hasLoggedIn?: boolean;
  /** No connection is tried before. */
  readonly until: string | null;
  readonly failures: number;
  /** Message of the last failure, without credentials. */
  readonly lastError: string | null;
}

export interface MailboxSource {
  readonly name: string;
  /**
   * @throws MailboxError; while the account backs off it throws at once, with the time that is left in `retryAfterMs`.
   */
  openSession(signal?: AbortSignal): Promise<MailboxSession>;
  /**
   * `folder` is a path or a special use. Calls `onArrival` whenever something may have come into the folder, and once after each (re)connection. Reconnects by itself;
   * returns when the signal is aborted.
   */
  watch(input: {
    readonly folder: string;
    readonly onArrival: () => void;
    readonly signal: AbortSignal;
  }): Promise<void>;
  health(): MailboxHealth;
  /** Ends every connection of the source. */
  close(): Promise<void>;
}

/**
 * - `authentication-failed`: the password or token is refused. Stays until the settings change; tried again, but rarely.
 * - `throttled`: the server asks to wait; `retryAfterMs` says how long. Not a wrong password.
 * - `backing-off`: connections failed lately and the next one is not due; `retryAfterMs` says when.
 * - `busy`: all connections of the account are in use.
 * - `connection`: it could not be made, or was lost.
 * - `folder-missing`: no such folder, or one that lists but cannot be opened (a phantom).
 * - `message-missing`: the UID has gone.
 * - `message-refused`: the server says NO to this message.
 * - `truncated`: fewer bytes came than the source declared.
 * - `protocol`: an answer that makes no sense, or NO/BAD to a command that should work.
 * - `needs-consent`: a person has to sign in (again) with the provider. Nothing is asked of the server until then.
 * - `app-broken`: the provider refuses the OAuth app itself.
 * - `needs-permission`: the provider gives a new token, and the server refuses it, too.
 * - `provider-down`: the provider gives no token now.
 * - `mailbox-not-open`: the login succeeded, and the server has no mailbox for it (Exchange).
 * - `session-expired`: the server ended the session because its token has ended. Another login goes on.
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
  /** Not before this many milliseconds; null where the source says nothing. */
  readonly retryAfterMs: number | null;
  /** The server was not asked: this repeats what it said the last time. */
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
