import type { Collection, ObjectId } from 'mongodb';
import type { EventType } from './events.ts';

/** A URL of another program that is told of events. Its secrets lie elsewhere. */
export interface EndpointDocument {
  readonly _id: ObjectId;
  readonly url: string;
  /** Null: all. */
  readonly types: readonly EventType[] | null;
  readonly mailboxes: readonly string[] | null;
  /** What a payload holds beside ids. */
  readonly include: readonly ('subject' | 'from')[];
  readonly isEnabled: boolean;
  /** Why docketmail itself disabled it: it answered 410, or failed for days. */
  readonly disabledFor?: 'gone' | 'failing' | null;
  /** Since when no delivery came through; null while they do. */
  readonly failingSince?: Date | null;
  /** It asked to be left alone until then. */
  readonly quietUntil?: Date | null;
  /** Deliveries exist of all events up to this place. */
  readonly seq: number;
  readonly createdAt: Date;
  readonly createdBy: string;
}

/** One event for one endpoint. */
export interface DeliveryDocument {
  /** Made of both. */
  readonly _id: ObjectId;
  readonly event: ObjectId;
  readonly endpoint: ObjectId;
  readonly state: 'pending' | 'delivered' | 'failed';
  /** Attempts that were begun; a replay counts anew. */
  readonly attempts: number;
  readonly replays: number;
  /** By the server's clock. While an attempt is under way, when another one may begin. */
  readonly nextAt: Date;
  readonly createdAt: Date;
  readonly deliveredAt: Date | null;
  readonly last: Attempt | null;
}

export interface Attempt {
  readonly at: Date;
  /** Null where no answer came. */
  readonly code: number | null;
  /** The first of what was answered, or why there was no answer. */
  readonly answer: string;
  readonly durationMs: number;
}

/** With what is signed that goes to an endpoint, sealed. */
export interface SecretsDocument {
  /** The endpoint's, in hex. */
  readonly _id: string;
  readonly current: string;
  /** Signs, too, until then. */
  readonly previous: string | null;
  readonly previousUntil: Date | null;
}

export interface Webhooks {
  readonly endpoints: Collection<EndpointDocument>;
  readonly deliveries: Collection<DeliveryDocument>;
  readonly webhookSecrets: Collection<SecretsDocument>;
}
