/** The review queue, one message, and decisions about it. */
import { z } from 'zod';
import { confirmUpdates, rejectUpdates } from '../../../triage/held.ts';
import { clientNamed, messageNamed } from '../../../triage/named.ts';
import { TriageError } from '../../../triage/triage-error.ts';
import { assign, ignore, unlink } from '../../../triage/triage.ts';
import { decisionRow, detailOf, listWaiting } from '../../../triage/waiting.ts';
import { actedOn } from '../acted-on.ts';
import type { ApiDeps } from '../api-deps.ts';
import { cursor, cursorsOf, nextCursor } from '../cursor.ts';
import { operation } from '../operation.ts';
import { by, limit, whoAsks } from '../request.ts';
import { actedShape, decidedUpdatesShape, messageId, messageRowShape } from '../shapes/message-shapes.ts';
import { whole } from '../shapes/shape.ts';

const params = z.strictObject({ id: messageId });
const clients = z
  .array(z.string().min(1).max(500))
  .min(1)
  .max(50)
  .describe('Ids, or addresses of only one client.')
  .meta({ examples: [['otto@brandt.example']] });
const ofHeld = {
  client: z.string().min(1).max(500).nullable().default(null).describe('Only of this client.'),
  case: z.string().min(1).max(200).nullable().default(null).describe('Only of the case with this number.'),
};

export const reviewOperations = [
  operation({
    id: 'listTriage',
    method: 'get',
    path: '/api/triage',
    tag: 'Review',
    summary: 'The review queue, oldest first',
    query: z.strictObject({
      what: z
        .enum(['triage', 'held'])
        .default('triage')
        .describe('`triage`: no client was found. `held`: a case update waits to be confirmed.'),
      reason: z
        .string()
        .min(1)
        .max(100)
        .optional()
        .describe('Only messages with this reason, such as `shared-address` or `unknown-status`.'),
      limit,
      after: cursor,
    }),
    answer: z
      .strictObject({ rows: z.array(messageRowShape), next: nextCursor, total: whole })
      .meta({ id: 'TriagePage' }),
    says: 'A page',
    refusals: ['bad-cursor', 'not-possible'],
    work: async ({ triage: { database } }, { query: { what, reason = null, limit: size, after } }) => {
      const cursors = cursorsOf('triage', { what, reason });
      const page = await listWaiting(database, { what, reason, limit: size, after: cursors.open(after) });
      return { ...page, next: cursors.seal(page.next) };
    },
  }),
  operation({
    id: 'assignMessage',
    method: 'post',
    path: '/api/messages/{id}/assign',
    tag: 'Review',
    summary: 'Put the message on the record of one or several clients',
    params,
    body: z.strictObject({
      clients,
      thread: z.boolean().default(false).describe('Its whole thread, including future messages.'),
      instead: z.boolean().default(false).describe("Also remove it from all other clients' records."),
      by,
    }),
    answer: actedShape,
    says: 'The decision, and the message as it stands now',
    refusals: ['no-such-message', 'no-such-client', 'already-decided', 'unclear', 'not-possible'],
    work: async ({ triage }, { params: { id }, body, context }) => {
      const { database } = triage;
      const message = await messageNamed(database, id);
      const ids = [];
      for (const name of body.clients) ids.push((await clientNamed(database, name))._id);
      const { thread, instead } = body;
      const who = whoAsks(context, body.by);
      return await actedOn(
        database,
        await assign(triage, { message, clients: ids, thread, instead, by: who }),
      );
    },
  }),
  operation({
    id: 'unlinkMessage',
    method: 'post',
    path: '/api/messages/{id}/unlink',
    tag: 'Review',
    summary: "Remove the message from clients' records for good",
    params,
    body: z.strictObject({ clients, by }),
    answer: actedShape,
    says: 'The decision, and the message as it stands now',
    refusals: ['no-such-message', 'no-such-client', 'already-decided', 'unclear', 'not-possible'],
    work: async ({ triage }, { params: { id }, body, context }) => {
      const { database } = triage;
      const message = await messageNamed(database, id);
      // A client deleted from the CRM can still be unlinked.
      const linked = message.links.map(({ clientId }) => clientId);
      const ids = await Promise.all(
        body.clients.map(
          async (name) =>
            linked.find((one) => String(one) === name) ?? (await clientNamed(database, name))._id,
        ),
      );
      const who = whoAsks(context, body.by);
      return await actedOn(database, await unlink(triage, { message, clients: ids, by: who }));
    },
  }),
  operation({
    id: 'ignoreMessage',
    method: 'post',
    path: '/api/messages/{id}/ignore',
    tag: 'Review',
    summary: 'Ignore the message, or all mail of its sender',
    params,
    body: z.strictObject({
      always: z
        .enum(['sender', 'domain'])
        .nullable()
        .default(null)
        .describe('`sender` or `domain`: everything waiting from there, and future messages.'),
      by,
    }),
    answer: actedShape,
    says: 'The decision, and the message as it stands now',
    refusals: ['no-such-message', 'already-decided', 'unclear', 'not-possible'],
    work: async ({ triage }, { params: { id }, body: { always, by: named }, context }) => {
      const message = await messageNamed(triage.database, id);
      const who = whoAsks(context, named);
      return await actedOn(triage.database, await ignore(triage, { message, always, by: who }));
    },
  }),
  operation({
    id: 'confirmUpdates',
    method: 'post',
    path: '/api/messages/{id}/confirm',
    tag: 'Review',
    summary: 'Apply held case updates',
    params,
    body: z.strictObject({
      ...ofHeld,
      status: z
        .string()
        .min(1)
        .max(200)
        .nullable()
        .default(null)
        .describe("A configured status; required if the tag's is unknown."),
      by,
    }),
    answer: decidedUpdatesShape,
    says: 'The decisions, and the message as it stands now',
    refusals: ['no-such-message', 'no-such-client', 'already-decided', 'unclear', 'not-possible'],
    work: async (deps, { params: { id }, body, context }) => {
      const status = body.status === null ? null : statusNamed(deps, body.status);
      const held = await heldOf(deps, id, body);
      const made = await confirmUpdates(deps.triage, { ...held, status, by: whoAsks(context, body.by) });
      return await decided(deps, id, made);
    },
  }),
  operation({
    id: 'rejectUpdates',
    method: 'post',
    path: '/api/messages/{id}/reject',
    tag: 'Review',
    summary: 'Reject held case updates for good',
    description: 'No replay, import or copy of the message restores them; undoing the decision does.',
    params,
    body: z.strictObject({
      ...ofHeld,
      reason: z.string().trim().min(1).max(1_000).describe('Why; shown in the history of the case.'),
      by,
    }),
    answer: decidedUpdatesShape,
    says: 'The decisions, and the message as it stands now',
    refusals: ['no-such-message', 'no-such-client', 'already-decided', 'unclear', 'not-possible'],
    work: async (deps, { params: { id }, body, context }) => {
      const held = await heldOf(deps, id, body);
      const { reason } = body;
      const made = await rejectUpdates(deps.triage, { ...held, reason, by: whoAsks(context, body.by) });
      return await decided(deps, id, made);
    },
  }),
];

function statusNamed({ triage: { rules } }: ApiDeps, text: string): string {
  const known = rules.caseStatuses.find(({ status }) => status.toLowerCase() === text.toLowerCase());
  if (known !== undefined) return known.status;
  throw new TriageError(
    'not-possible',
    `the settings know ${rules.caseStatuses.map(({ status }) => status).join(', ')}`,
  );
}

async function heldOf(
  { triage: { database } }: ApiDeps,
  id: string,
  { client, case: ref }: { readonly client: string | null; readonly case: string | null },
) {
  return {
    message: await messageNamed(database, id),
    clientId: client === null ? null : String((await clientNamed(database, client))._id),
    ref,
  };
}

async function decided(
  { triage: { database } }: ApiDeps,
  id: string,
  made: readonly Parameters<typeof decisionRow>[0][],
) {
  return {
    decisions: made.map(decisionRow),
    message: await detailOf(database, await messageNamed(database, id)),
  };
}
