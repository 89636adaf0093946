import type { Hono } from 'hono';
import { z } from 'zod';
import { clientChanged } from '../../rejudge/address-book-sync.ts';
import { previewRematch, rematchOf } from '../../rejudge/rematch.ts';
import { idsMeant } from '../../triage/named.ts';
import type { TriageDeps } from '../../triage/triage-deps.ts';
import { answer } from './answer.ts';
import { bodyOf } from './request.ts';

const changedBody = z.strictObject({ dryRun: z.boolean().default(false) });

/** What the CRM reports about a client. */
export function mountClientRoutes(app: Hono, deps: TriageDeps): void {
  const { database, rules } = deps;
  app.post(
    '/api/clients/:id/changed',
    answer(async (context) => {
      const { dryRun } = await bodyOf(context, changedBody);
      const name = context.req.param('id') ?? '';
      const client = await database.clients.findOne(
        { _id: { $in: idsMeant(name) } },
        { projection: { _id: 1 } },
      );
      const clientId = client?._id ?? idsMeant(name).at(-1) ?? name;
      const rematch = await rematchOf(database, { clientId, rules });
      const preview = rematch === null || !dryRun ? null : await previewRematch(deps, rematch);
      const changed = dryRun
        ? null
        : await clientChanged(database, { clientId, rules, enqueue: deps.enqueue });
      return { found: rematch !== null, preview, marked: changed?.marked ?? 0 };
    }),
  );
}
