import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { caseHistory, listCases, MAX_REF_LENGTH, mergeCase } from '../../triage/cases.ts';
import type { TriageDeps } from '../../triage/triage-deps.ts';
import { answer } from './answer.ts';
import { BadRequest, bodyOf, by, limit, queryOf, whoAsks } from './request.ts';

const listQuery = z.strictObject({ limit, after: z.string().max(300).nullable().default(null) });
const ref = z.string().trim().min(1).max(MAX_REF_LENGTH);
const mergeBody = z.strictObject({ mergedInto: ref.nullable(), by });

/** The history of cases, and what the CRM tells of them. */
export function mountCaseRoutes(app: Hono, { database }: TriageDeps): void {
  app.get(
    '/api/cases',
    answer(async (context) => await listCases(database, queryOf(context, listQuery))),
  );
  app.get(
    '/api/cases/:ref',
    answer(async (context) => await caseHistory(database, refOf(context))),
  );
  app.put(
    '/api/cases/:ref',
    answer(async (context) => {
      const { mergedInto, by: who } = await bodyOf(context, mergeBody);
      return await mergeCase(database, { ref: refOf(context), mergedInto, by: whoAsks(context, who) });
    }),
  );
}

function refOf(context: Context): string {
  const read = ref.safeParse(context.req.param('ref'));
  if (read.success) return read.data;
  throw new BadRequest(`the number of a case has 1 to ${MAX_REF_LENGTH} characters`);
}
