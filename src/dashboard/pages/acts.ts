import type { Context } from 'hono';
import { MailboxRequestError } from '../../connect/mailbox-input.ts';
import { WebhookError } from '../../events/endpoints.ts';
import type { DecisionDocument } from '../../store/decisions.ts';
import { TriageError } from '../../triage/triage-error.ts';
import { whoActs } from '../who.ts';
import { AccountError } from '../sign-in/accounts.ts';
import type { Refusal } from './errors.ts';
import { BadForm, pathWith } from './forms.ts';
import { MAX_DONE } from './toast.ts';

/** By whom a decision of a page is made. */
export const decider = (context: Context): string => whoActs(context) ?? 'dashboard';

type Decided = readonly Pick<DecisionDocument, '_id'>[];

/** After an act the browser loads a page anew, which says what was done: a reload repeats nothing. */
export function after(context: Context, path: string, decided: Decided): Response {
  const done = decided.slice(0, MAX_DONE).map(({ _id }) => _id.toHexString());
  return context.redirect(done.length === 0 ? path : pathWith(path, { done: done.join(',') }), 303);
}

const STATUS = {
  'no-such-message': 404,
  'no-such-client': 404,
  'no-such-decision': 404,
  'no-such-case': 404,
  'already-decided': 409,
  unclear: 409,
  'not-possible': 422,
} as const;

const MAILBOX_STATUS = {
  'bad-request': 422,
  'no-such-mailbox': 404,
  'no-such-app': 404,
  'already-there': 409,
  'changed-meanwhile': 409,
  'read-only': 403,
  'no-key': 422,
} as const;

/** What a person asked and cannot have; null for a fault of ours. */
export function refusalOf(error: unknown): Refusal | null {
  if (error instanceof TriageError)
    return { status: STATUS[error.code], title: 'Not done', says: error.message };
  if (error instanceof MailboxRequestError)
    return { status: MAILBOX_STATUS[error.code], title: 'Not done', says: error.message };
  if (error instanceof AccountError) return { status: 422, title: 'Not done', says: error.message };
  if (error instanceof WebhookError)
    return { status: error.code === 'no-such-webhook' ? 404 : 422, title: 'Not done', says: error.message };
  if (error instanceof BadForm) return { status: 400, title: 'Not understood', says: error.message };
  return null;
}
