import type { Context } from 'hono';
import type { Database } from '../../store/mongo.ts';
import { WebhookError } from '../../events/endpoints.ts';
import { TriageError } from '../../triage/triage-error.ts';
import type { Acted } from '../../triage/triage.ts';
import { decisionRow, detailOf } from '../../triage/waiting.ts';
import { BadRequest } from './request.ts';

const STATUS = {
  'no-such-message': 404,
  'no-such-client': 404,
  'no-such-decision': 404,
  'no-such-case': 404,
  'no-such-webhook': 404,
  'already-decided': 409,
  unclear: 409,
  'not-possible': 422,
} as const;

/** The result of the work, as JSON; errors of the caller, with their code. */
export const answer = (work: (context: Context) => Promise<unknown>) => async (context: Context) => {
  try {
    return context.json((await work(context)) as object);
  } catch (error) {
    if (error instanceof TriageError || error instanceof WebhookError)
      return context.json({ error: { code: error.code, message: error.message } }, STATUS[error.code]);
    if (error instanceof BadRequest)
      return context.json({ error: { code: 'bad-request', message: error.message } }, 400);
    throw error;
  }
};

/** The result of a person's decision. */
export async function actedOn(
  database: Database,
  { decision, message, marked, replaced = [] }: Acted,
): Promise<object> {
  return {
    decision: decisionRow(decision),
    message: message === null ? null : await detailOf(database, message),
    marked,
    replaced: replaced.map(decisionRow),
  };
}
