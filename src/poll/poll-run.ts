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
  /** Also tries parked folders: a person wants it now. */
  readonly checkParked?: boolean;
  /** For tests that cannot wait, like the next one. */
  readonly patience?: Patience;
  /** LEASE_MS by default. */
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
  /** `more`: work is left, poll again soon. `waiting`: ingest is behind. `leased`: another process is polling it. */
  readonly outcome: 'done' | 'more' | 'waiting' | 'leased';
  readonly listed: number;
  readonly fetched: number;
  readonly vanished: number;
  /** One per folder that failed, and per message that could not be fetched; the others were polled. */
  readonly problems: readonly FolderProblem[];
  /** Folders that were reset now. */
  readonly resets: readonly string[];
  /** Parked folders that could be opened now. */
  readonly recovered: readonly string[];
}

interface FolderProblem {
  readonly folder: string;
  /** For one message of the folder. */
  readonly uid?: number;
  readonly error: unknown;
  /** False if the same was reported after an earlier poll. */
  readonly isNews: boolean;
  /** Not retried before this time; null if the next poll retries. */
  readonly parkedUntil: Date | null;
}

/** One poll of a mailbox in progress. */
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
  /** Whether there is time left, and the lease is still ours. */
  readonly shouldContinue: () => Promise<boolean>;
}
