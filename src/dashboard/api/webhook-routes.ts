import type { Context, Hono } from 'hono';
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
  WebhookError,
} from '../../events/endpoints.ts';
import type { WebhookDeps } from '../../events/endpoints.ts';
import { deliveryRow, listDeliveries, endpointRow, listEndpoints } from '../../events/rows.ts';
import { eventsAfter, eventTypes } from '../../store/events.ts';
import { feedRow } from '../../events/payload.ts';
import { answer } from './answer.ts';
import { bodyOf, by, limit, queryOf, whoAsks } from './request.ts';

const MAX_LISTED = 100;
const types = z.array(z.enum(eventTypes)).min(1).max(eventTypes.length).nullable();
const mailboxes = z.array(z.string().min(1).max(500)).min(1).max(MAX_LISTED).nullable();
const fields = {
  url: z.string().min(1).max(2_000),
  types,
  mailboxes,
  include: z.array(z.enum(['subject', 'from'])).max(2),
  enabled: z.boolean(),
};
const addBody = z.strictObject({
  url: fields.url,
  types: types.default(null),
  mailboxes: mailboxes.default(null),
  include: fields.include.default([]),
  enabled: z.boolean().default(true),
  by,
});
const changeBody = z.strictObject(fields).partial();
const replayBody = z.strictObject({
  from: z.iso.datetime().nullable().default(null),
  to: z.iso.datetime().nullable().default(null),
  ids: z
    .array(z.string().regex(/^(?:evt_)?[0-9a-f]{24}$/u))
    .min(1)
    .max(1_000)
    .nullable()
    .default(null),
});
const deliveriesQuery = z.strictObject({
  limit,
  state: z.enum(['pending', 'delivered', 'failed']).nullable().default(null),
});
const feedQuery = z.strictObject({
  after: z.coerce.number().int().min(0).default(0),
  types: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(eventTypes)))
    .nullable()
    .default(null),
  limit,
});

/** Endpoints that are told of events, their deliveries, and the feed for programs that cannot be called. */
export function mountWebhookRoutes(app: Hono, deps: WebhookDeps): void {
  const { database } = deps;
  app.get(
    '/api/events',
    answer(async (context) => {
      const { after, types: wanted, limit: size } = queryOf(context, feedQuery);
      const found = await eventsAfter(database.events, {
        after,
        types: wanted,
        mailboxes: null,
        limit: size,
      });
      return { rows: found.map(feedRow), after: found.at(-1)?.seq ?? after };
    }),
  );
  app.get(
    '/api/webhooks',
    answer(async () => ({ rows: await listEndpoints(database) })),
  );
  app.post(
    '/api/webhooks',
    answer(async (context) => {
      const { enabled, by: who, ...spec } = await bodyOf(context, addBody);
      const added = await addEndpoint(deps, { ...spec, isEnabled: enabled, by: whoAsks(context, who) });
      return { webhook: endpointRow(added.endpoint), secret: added.secret };
    }),
  );
  app.get(
    '/api/webhooks/:id',
    answer(async (context) => endpointRow(await endpointNamed(database, idOf(context)))),
  );
  app.patch(
    '/api/webhooks/:id',
    answer(async (context) => {
      const { enabled, url, types: wanted, mailboxes: of, include } = await bodyOf(context, changeBody);
      const changed = await changeEndpoint(deps, idOf(context), {
        ...(url !== undefined && { url }),
        ...(wanted !== undefined && { types: wanted }),
        ...(of !== undefined && { mailboxes: of }),
        ...(include !== undefined && { include }),
        ...(enabled !== undefined && { isEnabled: enabled }),
      });
      return endpointRow(changed);
    }),
  );
  app.delete(
    '/api/webhooks/:id',
    answer(async (context) => {
      await removeEndpoint(deps, idOf(context));
      return { removed: true };
    }),
  );
  mountWebhookActs(app, deps);
}

function mountWebhookActs(app: Hono, deps: WebhookDeps): void {
  const { database } = deps;
  app.post(
    '/api/webhooks/:id/rotate',
    answer(async (context) => ({ secret: await rotateSecret(deps, idOf(context)) })),
  );
  app.post(
    '/api/webhooks/:id/test',
    answer(async (context) => deliveryRow(await testEndpoint(deps, idOf(context)))),
  );
  app.post(
    '/api/webhooks/:id/replay',
    answer(async (context) => {
      const { from, to, ids } = await bodyOf(context, replayBody);
      const replayed = await replayEvents(deps, idOf(context), {
        from: from === null ? null : new Date(from),
        to: to === null ? null : new Date(to),
        ids: ids?.map((id) => ObjectId.createFromHexString(id.replace('evt_', ''))) ?? null,
      });
      return { replayed };
    }),
  );
  app.get(
    '/api/webhooks/:id/deliveries',
    answer(async (context) => {
      const { _id } = await endpointNamed(database, idOf(context));
      return {
        rows: await listDeliveries(database, { endpoint: _id, ...queryOf(context, deliveriesQuery) }),
      };
    }),
  );
}

function idOf(context: Context): ObjectId {
  const id = context.req.param('id') ?? '';
  if (/^[0-9a-f]{24}$/u.test(id)) return ObjectId.createFromHexString(id);
  throw new WebhookError('no-such-webhook', `${id}: no id of an endpoint`);
}
