import type { EventDocument } from '../store/events.ts';
import type { EndpointDocument } from '../store/webhooks.ts';

/** What a receiver gets, and the pull feed; docs/events has its schema. */
export interface Payload {
  readonly type: EventDocument['type'];
  /** When it was told. */
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Thin: ids, and what they are asked for more. The same for each attempt, so that its signature is of the same bytes. */
export function payloadOf(
  { type, at, entity, revision, data, details }: EventDocument,
  include: EndpointDocument['include'],
): Payload {
  return {
    type,
    timestamp: at.toISOString(),
    data: {
      entity,
      revision,
      ...data,
      ...Object.fromEntries(include.map((field) => [field, details[field]])),
      links: {
        ...(data.messageId !== null && { message: `/api/messages/${data.messageId}` }),
        ...(typeof data['ref'] === 'string' && { case: `/api/cases/${encodeURIComponent(data['ref'])}` }),
      },
    },
  };
}

/** An event in the pull feed: the payload with its id and its place. */
export const feedRow = (event: EventDocument): Payload & { readonly id: string; readonly seq: number } => ({
  id: eventName(event),
  seq: event.seq ?? 0,
  ...payloadOf(event, ['subject', 'from']),
});

/** By it a receiver knows an event again, whichever attempt or replay brings it. */
export const eventName = ({ _id }: Pick<EventDocument, '_id'>): string => `evt_${_id.toHexString()}`;
