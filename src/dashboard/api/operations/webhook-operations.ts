/** Endpoints that are told of events, their deliveries, and the feed for programs that cannot be called. */
import { ObjectId } from 'mongodb';
import { z } from 'zod';
import {
  addEndpoint,
  changeEndpoint,
  endpointNamed,
  removeEndpoint,
  replayEvents,
  rotateSecret,
  testEndpoint,
} from '../../../events/endpoints.ts';
import { feedRow } from '../../../events/payload.ts';
import { deliveryRow, endpointRow, listDeliveries, listEndpoints } from '../../../events/rows.ts';
import { eventsAfter, eventTypes } from '../../../store/events.ts';
import { operation } from '../operation.ts';
import { by, limit, objectId, whoAsks } from '../request.ts';
import { whole } from '../shapes/shape.ts';
import { deliveryShape, eventShape, eventType, webhookShape } from '../shapes/webhook-shapes.ts';

const MAX_LISTED = 100;
const params = z.strictObject({ id: objectId });
const fields = {
  url: z
    .string()
    .min(1)
    .max(2_000)
    .describe('An https URL at a public address.')
    .meta({ examples: ['https://crm.example/hook'] }),
  types: z.array(eventType).min(1).max(eventTypes.length).nullable().describe('Null: all.'),
  mailboxes: z.array(z.string().min(1).max(500)).min(1).max(MAX_LISTED).nullable().describe('Null: all.'),
  include: z
    .array(z.enum(['subject', 'from']))
    .max(2)
    .describe('Fields to include besides ids.'),
  enabled: z.boolean(),
};
const idOf = ({ id }: { readonly id: string }): ObjectId => ObjectId.createFromHexString(id);
const typesAsked = z
  .string()
  .max(1_000)
  .refine(
    (text) => text.split(',').every((one) => eventTypes.some((type) => type === one)),
    'names no types of events',
  )
  .transform((text) => eventTypes.filter((type) => text.split(',').includes(type)));

const aboutEndpoints = [
  operation({
    id: 'listEvents',
    method: 'get',
    path: '/api/events',
    tag: 'Events',
    summary: 'The event feed, in order, for programs that poll',
    description: 'Start with `after=0`, then pass `after` of the previous response. See docs/events.md.',
    query: z.strictObject({
      after: z.coerce.number().int().min(0).default(0).describe('A sequence number.'),
      types: typesAsked
        .optional()
        .describe('Only these types, comma-separated.')
        .meta({ examples: ['caseUpdate.created,caseUpdate.held'] }),
      limit,
    }),
    answer: z.strictObject({ rows: z.array(eventShape), after: whole }).meta({ id: 'EventPage' }),
    says: 'The next events',
    work: async ({ webhooks: { database } }, { query: { after, types = null, limit: size } }) => {
      const found = await eventsAfter(database.events, { after, types, mailboxes: null, limit: size });
      return { rows: found.map(feedRow), after: found.at(-1)?.seq ?? after };
    },
  }),
  operation({
    id: 'listWebhooks',
    method: 'get',
    path: '/api/webhooks',
    tag: 'Events',
    summary: 'List endpoints',
    answer: z.strictObject({ rows: z.array(webhookShape) }).meta({ id: 'Webhooks' }),
    says: 'The endpoints',
    work: async ({ webhooks: { database } }) => ({ rows: await listEndpoints(database) }),
  }),
  operation({
    id: 'addWebhook',
    method: 'post',
    path: '/api/webhooks',
    tag: 'Events',
    summary: 'Add an endpoint, which receives events from now on',
    body: z.strictObject({
      url: fields.url,
      types: fields.types.default(null),
      mailboxes: fields.mailboxes.default(null),
      include: fields.include.default([]),
      enabled: fields.enabled.default(true),
      by,
    }),
    answer: z.strictObject({ webhook: webhookShape, secret: z.string() }).meta({ id: 'AddedWebhook' }),
    says: 'The endpoint and its secret, which is only returned here',
    refusals: ['not-possible'],
    work: async ({ webhooks }, { body: { enabled, by: named, ...spec }, context }) => {
      const added = await addEndpoint(webhooks, { ...spec, isEnabled: enabled, by: whoAsks(context, named) });
      return { webhook: endpointRow(added.endpoint), secret: added.secret };
    },
  }),
  operation({
    id: 'getWebhook',
    method: 'get',
    path: '/api/webhooks/{id}',
    tag: 'Events',
    summary: 'One endpoint',
    params,
    answer: webhookShape,
    says: 'The endpoint',
    refusals: ['no-such-webhook'],
    work: async ({ webhooks: { database } }, asked) =>
      endpointRow(await endpointNamed(database, idOf(asked.params))),
  }),
  operation({
    id: 'changeWebhook',
    method: 'patch',
    path: '/api/webhooks/{id}',
    tag: 'Events',
    summary: 'Change what is given of an endpoint',
    params,
    body: z.strictObject(fields).partial(),
    answer: webhookShape,
    says: 'The endpoint',
    refusals: ['no-such-webhook', 'not-possible'],
    work: async ({ webhooks }, { params: of, body: { enabled, url, types, mailboxes, include } }) =>
      endpointRow(
        await changeEndpoint(webhooks, idOf(of), {
          ...(url !== undefined && { url }),
          ...(types !== undefined && { types }),
          ...(mailboxes !== undefined && { mailboxes }),
          ...(include !== undefined && { include }),
          ...(enabled !== undefined && { isEnabled: enabled }),
        }),
      ),
  }),
  operation({
    id: 'removeWebhook',
    method: 'delete',
    path: '/api/webhooks/{id}',
    tag: 'Events',
    summary: 'Remove an endpoint with its deliveries and secrets',
    params,
    answer: z.strictObject({ removed: z.literal(true) }),
    says: 'The endpoint was removed',
    refusals: ['no-such-webhook'],
    work: async ({ webhooks }, asked) => {
      await removeEndpoint(webhooks, idOf(asked.params));
      return { removed: true as const };
    },
  }),
];

const actsOnEndpoints = [
  operation({
    id: 'rotateWebhookSecret',
    method: 'post',
    path: '/api/webhooks/{id}/rotate',
    tag: 'Events',
    summary: 'Create a new secret; the old one also signs for another 24 hours',
    params,
    body: z.strictObject({}),
    answer: z.strictObject({ secret: z.string() }),
    says: 'The new secret, which is only returned here',
    refusals: ['no-such-webhook', 'not-possible'],
    work: async ({ webhooks }, asked) => ({ secret: await rotateSecret(webhooks, idOf(asked.params)) }),
  }),
  operation({
    id: 'testWebhook',
    method: 'post',
    path: '/api/webhooks/{id}/test',
    tag: 'Events',
    summary: 'Send a test event the same way as any other',
    params,
    body: z.strictObject({}),
    answer: deliveryShape,
    says: 'The delivery',
    refusals: ['no-such-webhook', 'not-possible'],
    work: async ({ webhooks }, asked) => deliveryRow(await testEndpoint(webhooks, idOf(asked.params))),
  }),
  operation({
    id: 'replayEvents',
    method: 'post',
    path: '/api/webhooks/{id}/replay',
    tag: 'Events',
    summary: 'Deliver past events again, including those from before the endpoint was added',
    params,
    body: z.strictObject({
      from: z.iso.datetime().nullable().default(null).describe('Start of the period.'),
      to: z.iso.datetime().nullable().default(null).describe('End of the period.'),
      ids: z
        .array(z.string().regex(/^(?:evt_)?[0-9a-f]{24}$/u))
        .min(1)
        .max(1_000)
        .nullable()
        .default(null)
        .describe('Event ids.'),
    }),
    answer: z.strictObject({ replayed: whole }),
    says: 'How many events will be delivered again',
    refusals: ['no-such-webhook', 'not-possible'],
    work: async ({ webhooks }, { params: of, body: { from, to, ids } }) => ({
      replayed: await replayEvents(webhooks, idOf(of), {
        from: from === null ? null : new Date(from),
        to: to === null ? null : new Date(to),
        ids: ids?.map((id) => ObjectId.createFromHexString(id.replace('evt_', ''))) ?? null,
      }),
    }),
  }),
  operation({
    id: 'listDeliveries',
    method: 'get',
    path: '/api/webhooks/{id}/deliveries',
    tag: 'Events',
    summary: 'The latest deliveries of an endpoint, newest first',
    params,
    query: z.strictObject({ limit, state: z.enum(['pending', 'delivered', 'failed']).optional() }),
    answer: z.strictObject({ rows: z.array(deliveryShape) }).meta({ id: 'Deliveries' }),
    says: 'The deliveries',
    refusals: ['no-such-webhook'],
    work: async ({ webhooks: { database } }, { params: of, query: { limit: size, state = null } }) => {
      const { _id: endpoint } = await endpointNamed(database, idOf(of));
      return { rows: await listDeliveries(database, { endpoint, state, limit: size }) };
    },
  }),
];

export const webhookOperations = [...aboutEndpoints, ...actsOnEndpoints];
