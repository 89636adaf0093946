import type { ObjectId } from 'mongodb';
import type { LimitFunction } from 'p-limit';
import type { Rules } from '../decide/rules.ts';
import type { VerdictKind } from '../decide/verdict.ts';
import type { Reader } from '../read/reader.ts';
import type { BlobStore } from '../store/blobs/blobs.ts';
import type { MessageDocument } from '../store/message-document.ts';
import type { Database } from '../store/mongo.ts';
import type { Self } from '../store/processes.ts';

export interface IngestDeps {
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly reader: Reader;
  readonly rules: Rules;
  /** Adds jobs that judge messages again; what is lost of them the reconciler adds once more. */
  readonly rejudgeSoon: (ids: readonly ObjectId[]) => Promise<void>;
  /** Lets one in at a time: messages over which a process died, so that the next death tells which of them it was. */
  readonly runExclusively?: LimitFunction;
  /** This process, and which of the others died. Without it no death is counted. */
  readonly self?: Pick<Self, 'id' | 'deadAmong'>;
  /** Called between steps of a group, with the step's name: for progress, and for tests that kill the process there. */
  readonly step?: (name: IngestStep) => void;
}

export type IngestStep =
  | 'started'
  | 'read'
  | 'attachments-stored'
  | 'received'
  | 'judging'
  | 'judged'
  | 'written'
  | 'published'
  | 'dependants-marked'
  | 'marked-written'
  | 'done';

/** What became of a message, for the log line, the metrics and the dashboard. */
export interface IngestOutcome {
  readonly outcome: 'nothing-to-do' | 'quarantined' | MessageDocument['state'];
  readonly messageRef: string | null;
  readonly verdict: VerdictKind | null;
  readonly communications: number;
  readonly caseUpdates: number;
  readonly warnings: readonly string[];
  /** From arrival in the mailbox to stored, of mail that was seen as it came; null for all other. */
  readonly lag: { readonly mailbox: string; readonly seconds: number } | null;
}

export const nothingToDo: IngestOutcome = {
  outcome: 'nothing-to-do',
  messageRef: null,
  verdict: null,
  communications: 0,
  caseUpdates: 0,
  warnings: [],
  lag: null,
};
