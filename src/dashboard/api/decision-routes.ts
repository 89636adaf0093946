import type { Hono } from 'hono';
import { ObjectId } from 'mongodb';
import { z } from 'zod';
import { addAlias } from '../../triage/alias-rule.ts';
import { clientNamed } from '../../triage/named.ts';
import { TriageError } from '../../triage/triage-error.ts';
import { undo } from '../../triage/triage.ts';
import type { TriageDeps } from '../../triage/triage-deps.ts';
import { decisionRow } from '../../triage/waiting.ts';
import { actedOn, answer } from './answer.ts';
import { bodyOf, by, limit, queryOf, whoAsks } from './request.ts';

const decisionsQuery = z.strictObject({ limit });
const aliasBody = z.strictObject({
  what: z.string().min(1).max(400),
  client: z.string().min(1).max(500),
  dryRun: z.boolean().default(false),
  by,
});
const undoBody = z.strictObject({ by });

/** Aliases and decisions by people, and undoing them. */
export function mountDecisionRoutes(app: Hono, deps: TriageDeps): void {
  const { database } = deps;
  app.post(
    '/api/aliases',
    answer(async (context) => {
      const { what, client, dryRun, by: who } = await bodyOf(context, aliasBody);
      const added = await addAlias(deps, {
        what,
        client: await clientNamed(database, client),
        dryRun,
        by: whoAsks(context, who),
      });
      return {
        ...added,
        decision: added.decision === null ? null : decisionRow(added.decision),
        replaced: added.replaced.map(decisionRow),
      };
    }),
  );
  app.get(
    '/api/decisions',
    answer(async (context) => {
      const { limit: rows } = queryOf(context, decisionsQuery);
      const found = await database.decisions.find().sort({ at: -1 }).limit(rows).toArray();
      return { rows: found.map(decisionRow) };
    }),
  );
  app.post(
    '/api/decisions/:id/undo',
    answer(async (context) => {
      const id = context.req.param('id') ?? '';
      const { by: who } = await bodyOf(context, undoBody);
      if (!/^[0-9a-f]{24}$/u.test(id))
        throw new TriageError('no-such-decision', `${id}: no id of a decision`);
      return await actedOn(
        database,
        await undo(deps, { id: ObjectId.createFromHexString(id), by: whoAsks(context, who) }),
      );
    }),
  );
}
