import type { Database } from '../../store/mongo.ts';
import type { Acted } from '../../triage/triage.ts';
import { decisionRow, detailOf } from '../../triage/waiting.ts';

/** The result of a person's decision. */
export async function actedOn(database: Database, { decision, message, marked, replaced = [] }: Acted) {
  return {
    decision: decisionRow(decision),
    message: message === null ? null : await detailOf(database, message),
    marked,
    replaced: replaced.map(decisionRow),
  };
}
