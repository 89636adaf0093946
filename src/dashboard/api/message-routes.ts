import type { Context, Hono } from 'hono';
import { z } from 'zod';
import type { Database } from '../../store/mongo.ts';
import { confirmUpdates, rejectUpdates } from '../../triage/held.ts';
import { clientNamed, messageNamed } from '../../triage/named.ts';
import { TriageError } from '../../triage/triage-error.ts';
import { assign, ignore, unlink } from '../../triage/triage.ts';
import type { TriageDeps } from '../../triage/triage-deps.ts';
import { decisionRow, detailOf, isCursor, listWaiting } from '../../triage/waiting.ts';
import { actedOn, answer } from './answer.ts';
import { bodyOf, by, limit, queryOf, whoAsks } from './request.ts';

const clients = z.array(z.string().min(1).max(500)).min(1).max(50);

const listQuery = z.strictObject({
  what: z.enum(['triage', 'held']).default('triage'),
  reason: z.string().min(1).max(100).nullable().default(null),
  limit,
  after: z
    .string()
    .refine(isCursor, 'is not a cursor; give `next` of the previous page')
    .nullable()
    .default(null),
});
const assignBody = z.strictObject({
  clients,
  thread: z.boolean().default(false),
  instead: z.boolean().default(false),
  by,
});
const unlinkBody = z.strictObject({ clients, by });
const ignoreBody = z.strictObject({ always: z.enum(['sender', 'domain']).nullable().default(null), by });
const confirmBody = z.strictObject({
  client: z.string().min(1).max(500).nullable().default(null),
  case: z.string().min(1).max(200).nullable().default(null),
  status: z.string().min(1).max(200).nullable().default(null),
  by,
});

const rejectBody = z.strictObject({
  client: z.string().min(1).max(500).nullable().default(null),
  case: z.string().min(1).max(200).nullable().default(null),
  reason: z.string().trim().min(1).max(1_000),
  by,
});

/** The review queue, one message, and decisions about it. */
export function mountMessageRoutes(app: Hono, deps: TriageDeps): void {
  const { database } = deps;
  app.get(
    '/api/triage',
    answer(async (context) => await listWaiting(database, queryOf(context, listQuery))),
  );
  app.get(
    '/api/messages/:id',
    answer(async (context) => await detailOf(database, await messageOf(context, database))),
  );
  app.post(
    '/api/messages/:id/assign',
    answer(async (context) => {
      const { clients: names, thread, instead, by: who } = await bodyOf(context, assignBody);
      const message = await messageOf(context, database);
      return await actedOn(
        database,
        await assign(deps, {
          message,
          clients: await idsOf(database, names),
          thread,
          instead,
          by: whoAsks(context, who),
        }),
      );
    }),
  );
  app.post(
    '/api/messages/:id/unlink',
    answer(async (context) => {
      const { clients: names, by: who } = await bodyOf(context, unlinkBody);
      const message = await messageOf(context, database);
      // A client deleted from the CRM can still be unlinked.
      const linked = message.links.map(({ clientId }) => clientId);
      const ids = await Promise.all(
        names.map(
          async (name) => linked.find((id) => String(id) === name) ?? (await clientNamed(database, name))._id,
        ),
      );
      return await actedOn(
        database,
        await unlink(deps, { message, clients: ids, by: whoAsks(context, who) }),
      );
    }),
  );
  app.post(
    '/api/messages/:id/ignore',
    answer(async (context) => {
      const { always, by: who } = await bodyOf(context, ignoreBody);
      return await actedOn(
        database,
        await ignore(deps, {
          message: await messageOf(context, database),
          always,
          by: whoAsks(context, who),
        }),
      );
    }),
  );
  app.post(
    '/api/messages/:id/confirm',
    answer(async (context) => await confirm(context, deps)),
  );
  app.post(
    '/api/messages/:id/reject',
    answer(async (context) => await reject(context, deps)),
  );
}

/** Applies held case updates. */
async function confirm(context: Context, deps: TriageDeps): Promise<object> {
  const { database, rules } = deps;
  const body = await bodyOf(context, confirmBody);
  const known = rules.caseStatuses.find(({ status }) => status.toLowerCase() === body.status?.toLowerCase());
  if (body.status !== null && known === undefined)
    throw new TriageError(
      'not-possible',
      `the settings know ${rules.caseStatuses.map(({ status }) => status).join(', ')}`,
    );
  const made = await confirmUpdates(deps, {
    message: await messageOf(context, database),
    clientId: body.client === null ? null : String((await clientNamed(database, body.client))._id),
    ref: body.case,
    status: known?.status ?? null,
    by: whoAsks(context, body.by),
  });
  return {
    decisions: made.map(decisionRow),
    message: await detailOf(database, await messageOf(context, database)),
  };
}

/** Refuses held case updates for good. */
async function reject(context: Context, deps: TriageDeps): Promise<object> {
  const { database } = deps;
  const body = await bodyOf(context, rejectBody);
  const made = await rejectUpdates(deps, {
    message: await messageOf(context, database),
    clientId: body.client === null ? null : String((await clientNamed(database, body.client))._id),
    ref: body.case,
    reason: body.reason,
    by: whoAsks(context, body.by),
  });
  return {
    decisions: made.map(decisionRow),
    message: await detailOf(database, await messageOf(context, database)),
  };
}

const messageOf = async (context: Context, database: Database) =>
  await messageNamed(database, context.req.param('id') ?? '');

async function idsOf(database: Database, names: readonly string[]) {
  const ids = [];
  for (const name of names) ids.push((await clientNamed(database, name))._id);
  return ids;
}
