/** How a mailbox signs in by OAuth: the `oauth` of its entry. */
import { z } from 'zod';
import type { OAuthApp } from './oauth-apps.ts';
import { quoted } from './setting-kinds.ts';

export const oauthGrants = ['code', 'device', 'client-credentials', 'service-account'] as const;
export type OAuthGrant = (typeof oauthGrants)[number];

export interface OAuthUse {
  /** The name of an app. */
  readonly app: string;
  readonly grant: OAuthGrant;
  /** The account that signs in, if not the mailbox's user: a person opens a shared mailbox. */
  readonly signInAs: string | null;
}

export const oauthUse = z.strictObject({
  app: z.string().trim().min(1).max(200),
  grant: z.enum(oauthGrants).default('code'),
  signInAs: z.string().trim().min(1).max(320).nullable().default(null),
});

/** What is wrong with it, given the existing apps; null if nothing. */
export function oauthProblem({ app: name, grant }: OAuthUse, apps: readonly OAuthApp[]): string | null {
  const app = apps.find((one) => one.name === name);
  if (app === undefined)
    return `there is no OAuth app ${quoted(name)}. Fix: name one of ${apps.map((one) => one.name).join(', ') || 'oauthApps in MAILBOXES_FILE, which has none'}.`;
  const { provider, credential, tenant } = app;
  if (grant === 'service-account' && credential.kind !== 'service-account')
    return `the grant service-account needs an app with serviceAccountFile. Fix: add it to ${quoted(name)}.`;
  if (grant !== 'service-account' && credential.kind === 'service-account')
    return `the app ${quoted(name)} is a service account. Fix: use the grant service-account.`;
  if (grant === 'client-credentials' && credential.kind === 'none')
    return `the grant client-credentials needs an app with clientSecretFile or a certificate. Fix: add it to ${quoted(name)}.`;
  if (grant === 'client-credentials' && ['organizations', 'consumers', 'common'].includes(tenant ?? ''))
    return `the grant client-credentials needs the id of your own tenant. Fix: set it in ${quoted(name)} in place of ${tenant}.`;
  if (grant === 'device' && provider === 'google')
    return 'Google gives no access to mail by device code. Fix: use the grant code or service-account.';
  if (grant === 'device' && provider !== 'microsoft' && app.deviceEndpoint === null)
    return `the app ${quoted(name)} has no deviceEndpoint. Fix: set it, or use the grant code.`;
  return null;
}
