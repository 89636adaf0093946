/** Endpoints and deliveries as the API and the command line show them: JSON values, without secrets. */
import type { ObjectId } from 'mongodb';
import type { Database } from '../store/mongo.ts';
import type { DeliveryDocument, EndpointDocument } from '../store/webhooks.ts';

export interface EndpointRow extends Pick<EndpointDocument, 'url' | 'types' | 'mailboxes' | 'include'> {
  readonly id: string;
  readonly enabled: boolean;
  /** `gone`: it answered 410; `failing`: every delivery has failed for days. */
  readonly disabledFor: string | null;
  readonly failingSince: string | null;
  readonly createdAt: string;
  readonly createdBy: string;
}

export interface DeliveryRow {
  readonly id: string;
  readonly event: string;
  readonly state: DeliveryDocument['state'];
  readonly attempts: number;
  readonly replays: number;
  readonly nextAt: string | null;
  readonly createdAt: string;
  readonly deliveredAt: string | null;
  readonly last: {
    readonly at: string;
    readonly code: number | null;
    readonly answer: string;
    readonly durationMs: number;
  } | null;
}

const MAX_LISTED = 200;

export const endpointRow = (endpoint: EndpointDocument): EndpointRow => ({
  id: endpoint._id.toHexString(),
  url: endpoint.url,
  types: endpoint.types,
  mailboxes: endpoint.mailboxes,
  include: endpoint.include,
  enabled: endpoint.isEnabled,
  disabledFor: endpoint.disabledFor ?? null,
  failingSince: endpoint.failingSince?.toISOString() ?? null,
  createdAt: endpoint.createdAt.toISOString(),
  createdBy: endpoint.createdBy,
});

export const deliveryRow = (delivery: DeliveryDocument): DeliveryRow => ({
  id: delivery._id.toHexString(),
  event: `evt_${delivery.event.toHexString()}`,
  state: delivery.state,
  attempts: delivery.attempts,
  replays: delivery.replays,
  nextAt: delivery.state === 'pending' ? delivery.nextAt.toISOString() : null,
  createdAt: delivery.createdAt.toISOString(),
  deliveredAt: delivery.deliveredAt?.toISOString() ?? null,
  last: delivery.last === null ? null : { ...delivery.last, at: delivery.last.at.toISOString() },
});

export async function listEndpoints({ endpoints }: Pick<Database, 'endpoints'>): Promise<EndpointRow[]> {
  return (await endpoints.find().sort({ createdAt: 1, _id: 1 }).limit(MAX_LISTED).toArray()).map(endpointRow);
}

/** Newest first. */
export async function listDeliveries(
  { deliveries }: Pick<Database, 'deliveries'>,
  {
    endpoint,
    state,
    limit,
  }: {
    readonly endpoint: ObjectId;
    readonly state: DeliveryDocument['state'] | null;
    readonly limit: number;
  },
): Promise<DeliveryRow[]> {
  const found = await deliveries
    .find({ endpoint, ...(state !== null && { state }) })
    .sort({ createdAt: -1, _id: 1 })
    .limit(Math.min(limit, MAX_LISTED))
    .toArray();
  return found.map(deliveryRow);
}
