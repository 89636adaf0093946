/** The history of cases, and what the CRM tells of them. */
import { z } from 'zod';
import { caseHistory, listCases, MAX_REF_LENGTH, mergeCase } from '../../../triage/cases.ts';
import { cursor, cursorsOf, nextCursor } from '../cursor.ts';
import { operation } from '../operation.ts';
import { by, limit, whoAsks } from '../request.ts';
import { caseShape, caseSummaryShape, mergeShape } from '../shapes/case-shapes.ts';

const ref = z.string().trim().min(1).max(MAX_REF_LENGTH);
const params = z.strictObject({ ref: ref.describe('The case number, in upper or lower case.') });

export const caseOperations = [
  operation({
    id: 'listCases',
    method: 'get',
    path: '/api/cases',
    tag: 'Cases',
    summary: 'Cases with a number, most recently updated first',
    query: z.strictObject({ limit, after: cursor }),
    answer: z.strictObject({ rows: z.array(caseSummaryShape), next: nextCursor }).meta({ id: 'CasePage' }),
    says: 'A page',
    refusals: ['bad-cursor'],
    work: async ({ triage: { database } }, { query: { limit: size, after } }) => {
      const cursors = cursorsOf('cases');
      const { rows, next } = await listCases(database, { limit: size, after: cursors.open(after) });
      return { rows, next: cursors.seal(next) };
    },
  }),
  operation({
    id: 'getCase',
    method: 'get',
    path: '/api/cases/{ref}',
    tag: 'Cases',
    summary: 'The history of a case, each step with its message, sender and decisions',
    params,
    answer: caseShape,
    says: 'The case',
    refusals: ['no-such-case'],
    work: async ({ triage: { database } }, { params: { ref: number } }) =>
      await caseHistory(database, number),
  }),
  operation({
    id: 'mergeCase',
    method: 'put',
    path: '/api/cases/{ref}',
    tag: 'Cases',
    summary: 'Report that the CRM merged the case into another one',
    description:
      'Later tags with the old number are recorded for the surviving case, through several merges if necessary. Existing updates are not moved.',
    params,
    body: z.strictObject({
      mergedInto: ref.nullable().describe('The number of the other case; null: the merge was undone.'),
      by,
    }),
    answer: mergeShape,
    says: 'What is recorded now',
    refusals: ['not-possible'],
    work: async ({ triage: { database } }, { params: { ref: number }, body, context }) =>
      await mergeCase(database, {
        ref: number,
        mergedInto: body.mergedInto,
        by: whoAsks(context, body.by),
      }),
  }),
];
