import type { EventDocument } from '../store/events.ts';
import type { EndpointDocument } from '../store/webhooks.ts';

/** The body of a webhook request and of a row in the feed. The schemas are in docs/events. */
export interface Payload {
  readonly type: EventDocument['type'];
  /** When the event was recorded. */
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Ids, plus the fields that the endpoint asked for. Every attempt sends the same bytes. */
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

/** A row in the feed: the payload with its id and sequence number. */
export const feedRow = (event: EventDocument): Payload & { readonly id: string; readonly seq: number } => ({
  id: eventId(event),
  seq: event.seq ?? 0,
  ...payloadOf(event, ['subject', 'from']),
});

/** The id in the webhook-id header: the same for every attempt and replay, so receivers can deduplicate by it. */
export const eventId = ({ _id }: Pick<EventDocument, '_id'>): string => `evt_${_id.toHexString()}`;
