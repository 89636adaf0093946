/** What search knows: a row for each communication, and for each message that is on nobody's record. Can be rebuilt from those. */
import type { ObjectId } from 'mongodb';
import type { ClientDocument } from './clients.ts';

export interface SearchRowDocument {
  /** Of the communication, or of the message. */
  readonly _id: ObjectId;
  readonly messageRef: ObjectId;
  /** null: on nobody's record. */
  readonly clientId: ClientDocument['_id'] | null;
  readonly date: Date;
  /** Normalised; those of a field with its name (`from:rosa`), and mailboxes as a whole (`in:office`). */
  readonly words: readonly string[];
}

/** How far existing messages have been gone through, by their ids. */
export interface SearchProgressDocument {
  readonly _id: 'messages';
  /** Of the rules by which rows are made; an older one means that all must be made again. */
  readonly version: number;
  readonly after: ObjectId | null;
  readonly isComplete: boolean;
}
