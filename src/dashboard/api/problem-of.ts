import { MailboxRequestError } from '../../connect/mailbox-input.ts';
import { SignInError } from '../../connect/oauth/sign-in.ts';
import { WebhookError } from '../../events/endpoints.ts';
import { TriageError } from '../../triage/triage-error.ts';
import { AccountError } from '../sign-in/accounts.ts';
import { Problem } from './problem.ts';

/** What the rooms below refuse, as the API says it; null for a fault of our own. */
export function problemOf(error: unknown): Problem | null {
  if (error instanceof Problem) return error;
  if (error instanceof TriageError || error instanceof WebhookError || error instanceof AccountError)
    return new Problem(error.code, error.message);
  if (error instanceof SignInError) return new Problem('not-possible', error.message);
  if (error instanceof MailboxRequestError)
    return new Problem(error.code === 'bad-request' ? 'invalid-request' : error.code, error.message);
  return null;
}
