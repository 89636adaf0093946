import type { Config } from '../../config/config.ts';
import type { ConfiguredMailbox } from '../../connect/directory.ts';
import { finding } from './finding.ts';
import type { Finding } from './finding.ts';

const DAY_MS = 24 * 60 * 60_000;
/** Time enough to create a new secret: when it expires, all mailboxes of the app stop at once. */
const WARN_DAYS = 30;

export function* examineApps(
  { oauthApps, secretsKeyFile, dashboard }: Config,
  mailboxes: readonly ConfiguredMailbox[],
): Generator<Finding> {
  const grants = mailboxes.flatMap(({ settings: { auth } }) => (auth.kind === 'oauth' ? [auth.grant] : []));
  if (grants.length > 0 && secretsKeyFile === null)
    yield finding(
      'stored secrets',
      'failed',
      'mailboxes sign in by OAuth, but there is no key to store their tokens',
      'openssl rand -base64 32 > secrets.key, and name it in SECRETS_KEY_FILE',
    );
  if (grants.includes('code') && dashboard.publicUrl === null)
    yield finding(
      'sign-in',
      'warning',
      'people sign in with a browser, and PUBLIC_URL is not set',
      'set it, and register <PUBLIC_URL>/oauth/callback with the provider',
    );
  for (const { name, secretExpires } of oauthApps) {
    const subject = `OAuth app ${name}`;
    const days = secretExpires === null ? null : Math.floor((secretExpires.getTime() - Date.now()) / DAY_MS);
    if (days === null) yield finding(subject, 'ok', 'when its secret ends is not noted (secretExpires)');
    else if (days < 0)
      yield finding(subject, 'failed', 'its secret has ended', 'make a new one with the provider');
    else if (days < WARN_DAYS)
      yield finding(
        subject,
        'warning',
        `its secret ends in ${days} days`,
        'make a new one with the provider',
      );
    else yield finding(subject, 'ok', `its secret ends in ${days} days`);
  }
}
