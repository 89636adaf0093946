/** All that is done with mailboxes, for pages, API and command line alike. */
import type { OAuthApp } from '../config/oauth-apps.ts';
import type { AdminDeps } from './mailbox-admin.ts';
import type { MailboxFields } from './mailbox-input.ts';
import type { TestStep } from './mailbox-test.ts';
import type { SignInDeps } from './oauth/sign-in.ts';
import type { VerifyStep } from './oauth/verify.ts';
import type { MailboxReport } from './report.ts';

export interface MailboxService {
  readonly admin: AdminDeps;
  readonly signIn: SignInDeps;
  readonly apps: readonly OAuthApp[];
  /** A mailbox that is down for longer makes the installation unhealthy. */
  readonly downSeconds: number;
  /** Every configured one, at most some seconds old. */
  reports(): Promise<readonly MailboxReport[]>;
  /** `name`: one that is there, with these fields in place of its own. @throws MailboxRequestError. */
  test(input: { readonly name: string | null; readonly fields: MailboxFields }): Promise<readonly TestStep[]>;
  pollNow(name: string): Promise<void>;
  /** `mailbox`: one that signs in by the app; null: the first such. @throws MailboxRequestError. */
  verifyApp(input: { readonly app: string; readonly mailbox: string | null }): Promise<readonly VerifyStep[]>;
}
