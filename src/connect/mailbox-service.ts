/** All that is done with mailboxes, for pages, API and command line alike. */
import type { OAuthApp } from '../config/oauth-apps.ts';
import type { AdminDeps } from './mailbox-admin.ts';
import type { MailboxFields } from './mailbox-input.ts';
import type { TestStep } from './mailbox-test.ts';
import type { SignInDeps } from './oauth/sign-in.ts';
import type { VerifyStep } from './oauth/verify.ts';
import type { MailboxReport } from './report.ts';

/** A folder compared with the ledger. */
export interface AuditedFolder {
  readonly folder: string;
  readonly listed: number;
  readonly done: number;
  readonly pending: number;
  readonly failed: number;
  /** Listed, and not in the ledger. */
  readonly missing: number;
  /** Counted by the server, and not listed; or listed, requested and not received. */
  readonly undelivered: number;
  /** Why it could not be compared; null if it was. */
  readonly problem: string | null;
}

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
  /** Compares it with the ledger, one mailbox at a time; `fix` has what is missing fetched. @throws MailboxRequestError. */
  audit(name: string, options: { readonly fix: boolean }): Promise<readonly AuditedFolder[]>;
  /** `mailbox`: one that signs in by the app; null: the first such. @throws MailboxRequestError. */
  verifyApp(input: { readonly app: string; readonly mailbox: string | null }): Promise<readonly VerifyStep[]>;
}
