import { allSettings } from './config-table.ts';
import type { settings } from './config-table.ts';
import { findTypos } from './env-typos.ts';
import type { MailboxConfig } from './mailbox-config.ts';
import type { Rules } from '../decide/rules.ts';
import { weaknessOf } from './secret-strength.ts';
import { isSet } from './setting-reader.ts';
import { holdsCredentials, quoted, webUrl } from './setting-kinds.ts';
import type { ValuesOf } from './setting.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** The settings as read; an undefined one has been reported. */
export type Found = Partial<ValuesOf<typeof settings>>;

/** Problems that involve several settings. */
export function findConflicts({
  found,
  env,
  mailboxes,
}: {
  readonly found: Found;
  readonly env: Env;
  readonly mailboxes: readonly MailboxConfig[];
}): readonly string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const { name } of mailboxes) {
    if (seen.has(name)) {
      problems.push(
        `MAILBOX_NAME: two mailboxes are called ${quoted(name)}. Fix: give each a name of its own.`,
      );
    }
    seen.add(name);
  }
  const { backpressureHigh: high, backpressureLow: low } = found;
  if (high && low && low >= high) {
    problems.push(
      `BACKPRESSURE_LOW: got ${low}; expected less than BACKPRESSURE_HIGH (${high}). Fix: lower it.`,
    );
  }
  if (found.s3Bucket === null) {
    const stray = ['S3_ENDPOINT', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'].filter((name) =>
      isSet(env[name]),
    );
    if (stray.length > 0) {
      problems.push(`S3_BUCKET: not set, though ${stray.join(', ')} is. Fix: set the name of the bucket.`);
    }
  }
  if ((found.s3AccessKeyId === null) !== (found.s3SecretAccessKey === null)) {
    problems.push(
      'S3_ACCESS_KEY_ID: goes with S3_SECRET_ACCESS_KEY, and only one is set. Fix: set both, or neither to use the credentials of the machine.',
    );
  }
  const { dashboardHost: host, dashboardUserHeader: header } = found;
  if (header && !/^[A-Za-z0-9-]{1,100}$/u.test(header))
    problems.push(
      `DASHBOARD_USER_HEADER: got ${quoted(header)}. Fix: give the name of a header, such as X-Forwarded-User.`,
    );
  if (header && !found.dashboardProxies)
    problems.push(
      'DASHBOARD_USER_HEADER: counts from DASHBOARD_PROXIES only, and none is set. Fix: set DASHBOARD_PROXIES to the address of the proxy.',
    );
  problems.push(...openIdProblems(found));
  if (host && !isLoopback(host)) {
    for (const { name, why } of weakSecrets(found))
      problems.push(
        `${name}: ${why}, and DASHBOARD_HOST lets others guess at it. Fix: choose a long random one, such as ${randomSecret} prints.`,
      );
  }
  return problems;
}

function openIdProblems({ oidcIssuer: issuer, oidcClientId, publicUrl }: Found): string[] {
  const problems: string[] = [];
  if (Boolean(issuer) !== Boolean(oidcClientId))
    problems.push('OIDC_ISSUER: goes with OIDC_CLIENT_ID, and only one is set. Fix: set both, or neither.');
  if (!issuer) return problems;
  if (!publicUrl)
    problems.push(
      'OIDC_ISSUER: the provider sends people back to PUBLIC_URL, which is not set. Fix: set it.',
    );
  const { protocol, hostname } = new URL(issuer);
  if (protocol !== 'https:' && !isLoopback(hostname))
    problems.push('OIDC_ISSUER: not https, so others could sign in as anybody. Fix: use its https address.');
  return problems;
}

const randomSecret = '`openssl rand -base64 24`';

/** The dashboard's passwords that can be guessed. */
function weakSecrets({
  dashboardPassword,
  dashboardToken,
}: Found): readonly { readonly name: string; readonly why: string }[] {
  const secrets = { DASHBOARD_PASSWORD: dashboardPassword, DASHBOARD_TOKEN: dashboardToken };
  return Object.entries(secrets).flatMap(([name, secret]) => {
    const why = secret ? weaknessOf(secret) : null;
    return why === null ? [] : [{ name, why }];
  });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/u.test(host);
}

/** What works, but probably not as intended. */
export function findWarnings({
  found,
  env,
  mailboxes,
}: {
  readonly found: ValuesOf<typeof settings>;
  readonly env: Env;
  readonly mailboxes: readonly MailboxConfig[];
}): readonly string[] {
  const warnings = [...findTypos(Object.keys(env), allSettings)];
  for (const { name, kind } of allSettings) {
    if (kind === webUrl && holdsCredentials(env[name] ?? ''))
      warnings.push(`${name}: the user name and password in it are not used. Leave them out.`);
  }
  for (const { name, why } of weakSecrets(found))
    warnings.push(
      `${name}: ${why}, so other programs and users of this machine can guess it. Choose a long random one, such as ${randomSecret} prints.`,
    );
  const isGuarded = found.dashboardPassword !== null || found.dashboardToken !== null;
  if (found.publicUrl !== null && isGuarded && found.dashboardProxies === null) {
    warnings.push(
      'DASHBOARD_PROXIES: not set, though PUBLIC_URL is: to docketmail all people behind the proxy have its address, and who guesses passwords there locks out all of them. Set it to the address of the proxy.',
    );
  }
  if (found.authentication === 'off') {
    warnings.push(
      'AUTHENTICATION: off, so anyone who writes the address of a client or of yours into From can close a case. Set it to flag or require.',
    );
  }
  if (isSet(env['S3_BUCKET']) && isSet(env['BLOB_DIR'])) {
    warnings.push('BLOB_DIR: not used, because S3_BUCKET is set.');
  }
  for (const { name, host, security } of mailboxes) {
    if (security === 'none' && !isLoopback(host)) {
      warnings.push(`IMAP_SECURITY: mailbox ${quoted(name)} sends its password to ${host} in clear text.`);
    }
  }
  return warnings;
}

/** Without them only the mailboxes themselves are staff; null if they are given. */
export function missingStaffDomains({ staffDomains }: Rules): string | null {
  return staffDomains.length > 0
    ? null
    : 'STAFF_DOMAINS: not set, so a colleague whose address is not listed in OWN_ADDRESSES counts as a stranger, or a client';
}
