import type { Collection, ObjectId } from 'mongodb';
import type { EventType } from './events.ts';

/** A URL that receives events. Its secrets are stored separately. */
export interface EndpointDocument {
  readonly _id: ObjectId;
  readonly url: string;
  /** Null: all. */
  readonly types: readonly EventType[] | null;
  readonly mailboxes: readonly string[] | null;
  /** What the payload contains besides ids. */
  readonly include: readonly ('subject' | 'from')[];
  readonly isEnabled: boolean;
  /** Why docketmail disabled it: it answered 410 or failed for days. */
  readonly disabledFor?: 'gone' | 'failing' | null;
  /** Since when every delivery has failed; null after one succeeds. */
  readonly failingSince?: Date | null;
  /** No attempts before then: it asked for a pause, or is backing off. */
  readonly quietUntil?: Date | null;
  /** Deliveries exist for all events up to this sequence number. */
  readonly seq: number;
  readonly createdAt: Date;
  readonly createdBy: string;
}

/** One event for one endpoint. */
export interface DeliveryDocument {
  /** Derived from event and endpoint. */
  readonly _id: ObjectId;
  readonly event: ObjectId;
  readonly endpoint: ObjectId;
  readonly state: 'pending' | 'delivered' | 'failed';
  /** Attempts started; a replay resets it. */
  readonly attempts: number;
  readonly replays: number;
  /** When the next attempt is due, by the database's clock. During an attempt: when another may start if this one never ends. */
  readonly nextAt: Date;
  readonly createdAt: Date;
  readonly deliveredAt: Date | null;
  readonly last: Attempt | null;
}

export interface Attempt {
  readonly at: Date;
  /** Null if there was no response. */
  readonly code: number | null;
  /** The start of the response, or why there was none. */
  readonly answer: string;
  readonly durationMs: number;
}

/** The sealed signing secrets of an endpoint. */
export interface SecretsDocument {
  /** The endpoint's id in hex. */
  readonly _id: string;
  readonly current: string;
  /** Also signs until `previousUntil`. */
  readonly previous: string | null;
  readonly previousUntil: Date | null;
}

export interface Webhooks {
  readonly endpoints: Collection<EndpointDocument>;
  readonly deliveries: Collection<DeliveryDocument>;
  readonly webhookSecrets: Collection<SecretsDocument>;
}
