import type { ObjectId } from 'mongodb';
import type { SecondReading } from '../mail/second-reading.ts';
import type { MessageFacts } from '../decide/message-facts.ts';
import type { Judgement } from '../decide/decide.ts';
import type { DecidedCaseUpdate, DecidedLink, DecidedMessage } from '../decide/decided-message.ts';
import type { ClientDocument } from './clients.ts';
import type { StoredLinkState } from './stored-link-state.ts';

/** A client on whose record the message is, or will be. */
export interface MessageLink extends Omit<DecidedLink, 'clientId' | 'state'> {
  readonly clientId: ClientDocument['_id'];
  /** A communication is written once: one that a person deletes stays deleted. Read it with `linkStateOf`. */
  readonly state: StoredLinkState;
  /** For processes from before schema version 1, see `linkStateOf`. */
  readonly writtenAt: Date | null;
}

export interface MessageCaseUpdate extends Omit<DecidedCaseUpdate, 'clientId'> {
  readonly clientId: ClientDocument['_id'];
}

export interface MessageDocument
  extends
    Omit<MessageFacts, 'arrivedAt'>,
    Pick<
      DecidedMessage,
      'roles' | 'inOwnSent' | 'backfill' | 'authentication' | 'entryKey' | 'takenOver' | 'verdict'
    > {
  readonly _id: ObjectId;
  /** Absent in messages from before ownership by arrival: then it is `receivedAt`. */
  readonly arrivedAt?: Date;
  readonly mailboxes: readonly string[];
  readonly copyOf?: ObjectId;
  /** The copy from which its rows were written, until what a better one displaced is retracted. */
  readonly writtenFrom?: { readonly rawKey: string; readonly size: number };
  /** Copies besides `rawKey` that added recipients, if no copy is proven. */
  readonly copies?: readonly { readonly rawKey: string; readonly size: number }[];
  readonly state: 'received' | 'judged' | 'stored' | 'triage' | 'ignored' | 'quarantined';
  readonly links: readonly MessageLink[];
  readonly caseUpdates: readonly MessageCaseUpdate[];
  readonly variantOf: ObjectId | null;
  readonly judgedWith:
    | (Omit<Judgement['judgedWith'], 'recipients'> & { readonly recipients?: string })
    | null;
  /** Increased by every judgement that changed something. */
  readonly revision: number;
  /** The write that persisted the judgement: a bulk tells by it which of its writes it was. Absent before there were bulks. */
  readonly judgedBy?: string;
  readonly ruleVersion: number;
  /** Set while something that affects the verdict has changed since; counts the changes. */
  readonly rejudge?: number;
  /** Why it could not be rejudged, how often, and when to retry. */
  readonly rejudgeFailure?: {
    readonly times: number;
    readonly error: string;
    readonly retryAt?: Date;
  };
  /** Set anew by each write of its records, until search has seen them. */
  readonly searchDue?: ObjectId;
  /** Addresses removed from clients since: automatic links by them must be rechecked. */
  readonly lost?: readonly { readonly clientId: ClientDocument['_id']; readonly address: string }[];
  /** Clients in question that were missing when it was judged: a CRM import removes them for a moment. Absent if none. */
  readonly absentClients?: readonly ClientDocument['_id'][];
  readonly error: string | null;
  /** For a quarantined message, an independent parser's reading; null if it cannot read it either. Never decides anything. */
  readonly secondReading?: SecondReading | null;
  readonly receivedAt: Date;
  readonly judgedAt: Date | null;
  readonly storedAt: Date | null;
}
