/** Aliases and decisions by people, and undoing them. */
import { ObjectId } from 'mongodb';
import { z } from 'zod';
import { addAlias } from '../../../triage/alias-rule.ts';
import { placeIn } from '../../../triage/keyset.ts';
import { listDecisions } from '../../../triage/list-decisions.ts';
import { clientNamed } from '../../../triage/named.ts';
import { undo } from '../../../triage/triage.ts';
import { decisionRow } from '../../../triage/waiting.ts';
import { actedOn } from '../acted-on.ts';
import { cursor, cursorsOf, nextCursor } from '../cursor.ts';
import { operation } from '../operation.ts';
import { by, limit, moment, objectId, whoAsks } from '../request.ts';
import { acts, decisionShape, replaced, tallyShape } from '../shapes/decision-shapes.ts';
import { actedShape } from '../shapes/message-shapes.ts';
import { marked } from '../shapes/shape.ts';

export const decisionOperations = [
  operation({
    id: 'addAlias',
    method: 'post',
    path: '/api/aliases',
    tag: 'Decisions',
    summary: 'Add an alias or a company domain of a client to the address book',
    description:
      "Free-mail domains and the firm's own addresses are refused. Waiting messages are rematched.",
    body: z.strictObject({
      what: z
        .string()
        .min(1)
        .max(400)
        .describe('An address, or a domain.')
        .meta({ examples: ['otto@brandt.example'] }),
      client: z.string().min(1).max(500).describe('Id, or an address of only one client.'),
      dryRun: z.boolean().default(false).describe('Only show which messages would follow.'),
      by,
    }),
    answer: z
      .strictObject({
        address: z.string().describe('The normalised address, or `@domain`.'),
        decision: decisionShape.nullable(),
        preview: tallyShape,
        marked,
        replaced,
      })
      .meta({ id: 'AddedAlias' }),
    says: 'What was added',
    refusals: ['no-such-client', 'already-decided', 'unclear', 'not-possible'],
    work: async ({ triage }, { body: { what, client: name, dryRun, by: named }, context }) => {
      const client = await clientNamed(triage.database, name);
      const added = await addAlias(triage, { what, client, dryRun, by: whoAsks(context, named) });
      return {
        ...added,
        decision: added.decision === null ? null : decisionRow(added.decision),
        replaced: added.replaced.map(decisionRow),
      };
    },
  }),
  operation({
    id: 'listDecisions',
    method: 'get',
    path: '/api/decisions',
    tag: 'Decisions',
    summary: 'Decisions, newest first',
    query: z.strictObject({
      act: z.enum(acts).optional(),
      by: z.string().min(1).max(200).optional().describe('Only of this person or program.'),
      client: z.string().min(1).max(500).optional().describe('Only about the client with this id.'),
      undone: z.enum(['true', 'false']).optional().describe('Only those that were undone, or that count.'),
      since: moment.optional(),
      until: moment.optional().describe('Before this moment.'),
      limit,
      after: cursor,
    }),
    answer: z.strictObject({ rows: z.array(decisionShape), next: nextCursor }).meta({ id: 'DecisionPage' }),
    says: 'A page',
    refusals: ['bad-cursor'],
    work: async ({ triage: { database } }, { query: { limit: size, after, ...asked } }) => {
      const cursors = cursorsOf('decisions', asked);
      const { act = null, by: who = null, client = null, undone, since, until } = asked;
      const { rows, next } = await listDecisions(database, {
        act,
        by: who,
        client,
        isUndone: undone === undefined ? null : undone === 'true',
        since: since ?? null,
        until: until ?? null,
        after: placeIn(cursors.open(after) ?? ''),
        limit: size,
      });
      return { rows: rows.map(decisionRow), next: cursors.seal(next) };
    },
  }),
  operation({
    id: 'undoDecision',
    method: 'post',
    path: '/api/decisions/{id}/undo',
    tag: 'Decisions',
    summary: 'Undo a decision',
    params: z.strictObject({ id: objectId }),
    body: z.strictObject({ by }),
    answer: actedShape,
    says: 'The decision, and the message as it stands now',
    refusals: ['no-such-decision', 'already-decided', 'not-possible'],
    work: async ({ triage }, { params: { id }, body: { by: named }, context }) => {
      const asked = { id: ObjectId.createFromHexString(id), by: whoAsks(context, named) };
      return await actedOn(triage.database, await undo(triage, asked));
    },
  }),
];
