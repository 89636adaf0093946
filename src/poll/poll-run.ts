import type { Patience } from './retry.ts';
import type { ObjectId } from 'mongodb';
import type { MailboxRole } from '../decide/message-facts.ts';
import type { MailboxSource } from '../mailbox/mailbox.ts';
import type { BlobStore } from '../store/blobs/blobs.ts';
import type { CursorDocument } from '../store/cursors.ts';
import type { Database } from '../store/mongo.ts';

export interface PolledMailbox {
  readonly name: string;
  readonly role: MailboxRole;
  readonly folders: readonly string[];
  readonly since: Date | null;
  readonly source: MailboxSource;
}

export interface PollDeps {
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly spoolDir: string;
  /** Hands a group of fetched sightings on. What is lost of it the reconciler hands on once more. */
  readonly enqueue: (sightings: readonly ObjectId[], group: FetchedGroup) => Promise<void>;
  /** Keeps raw bytes for an ingest job of this process. */
  readonly remember: (key: string, raw: Buffer) => void;
  /** False while too many messages wait to be ingested. */
  readonly hasRoom: () => Promise<boolean>;
  readonly batch: number;
  readonly budgetMs: number;
  /** Folders that are parked are asked for, too: a person wants it now. */
  readonly checkParked?: boolean;
  /** For tests that cannot wait, as is the next. */
  readonly patience?: Patience;
  /** LEASE_MS otherwise. */
  readonly leaseMs?: number;
  /** Called between steps, with the step's name: for tests that kill the process there. */
  readonly step?: (name: PollStep) => void;
}

export interface FetchedGroup {
  /** Mail of an import, which may wait for what comes today. */
  readonly isBacklog: boolean;
}

export type PollStep =
  | 'leased'
  | 'opened'
  | 'epoch-raised'
  | 'rows-written'
  | 'cursor-moved'
  | 'raw-stored'
  | 'row-fetched'
  | 'enqueued'
  | 'listing-finished';

export interface PollOutcome {
  /** `more`: there is work left, poll again soon. `waiting`: ingest is behind. `leased`: another process polls it now. */
  readonly outcome: 'done' | 'more' | 'waiting' | 'leased';
  readonly listed: number;
  readonly fetched: number;
  readonly vanished: number;
  /** One for each folder that failed, and each message that could not be had; the others were polled. */
  readonly problems: readonly FolderProblem[];
  /** Folders that were reset now. */
  readonly resets: readonly string[];
  /** Folders that were parked and could be opened now. */
  readonly recovered: readonly string[];
}

interface FolderProblem {
  readonly folder: string;
  /** Of one message of the folder. */
  readonly uid?: number;
  readonly error: unknown;
  /** False where the same was said after an earlier poll. */
  readonly isNews: boolean;
  /** The folder is not asked for before; null where the next poll asks. */
  readonly parkedUntil: Date | null;
}

/** One poll of a mailbox while it goes on. */
export interface PollRun extends PollDeps {
  readonly mailbox: PolledMailbox;
  /** By folder, as they were when the poll began. */
  readonly cursors: ReadonlyMap<string, CursorDocument>;
  readonly total: {
    listed: number;
    fetched: number;
    vanished: number;
    problems: PollOutcome['problems'][number][];
    resets: string[];
    recovered: string[];
  };
  /** The database's clock. */
  readonly clock: () => Date;
  /** Whether there is time left, and the lease still ours. */
  readonly shouldContinue: () => Promise<boolean>;
}
