import type { Rules } from '../decide/rules.ts';
import { mailboxSettings } from './mailbox-settings.ts';
import { missing, readTextFile } from './setting-reader.ts';
import type { ReadFile } from './setting-reader.ts';
import type { OAuthUse } from './oauth-use.ts';
import type { ValuesOf } from './setting.ts';

/** One IMAP account to watch. */
export interface MailboxConfig {
  /** Unique, and part of every record of the mailbox: a renamed mailbox is a new one. */
  readonly name: string;
  readonly role: 'capture' | 'dropbox';
  readonly host: string;
  readonly port: number;
  readonly security: 'tls' | 'starttls' | 'none';
  readonly user: string;
  readonly auth: MailboxAuth;
  /** PEM certificates to trust besides the public ones. */
  readonly ca: string | null;
  /** Paths, or special uses with a backslash (RFC 6154). */
  readonly folders: readonly string[];
  /** Whose mail in it moves a case. */
  readonly authority: 'both' | 'staff' | 'clients';
  /** Older mail is back-fill; null: none is. */
  readonly since: Date | null;
  readonly pollIntervalSeconds: number;
  /** No mail for so long is worth a look; null: however long. */
  readonly silenceHours: number | null;
}

export type MailboxAuth =
  | { readonly kind: 'password'; readonly password: string }
  /** If a file is named, it is read again before each login: tokens live for an hour. */
  | { readonly kind: 'token'; readonly accessToken: string; readonly accessTokenFile: string | null }
  | ({ readonly kind: 'oauth' } & OAuthUse)
  /** Sealed in the database, beside the mailbox. */
  | { readonly kind: 'stored' };

/** The fields of one mailbox as read, and the label of each in a problem. */
export interface MailboxFields {
  readonly values: Partial<ValuesOf<typeof mailboxSettings>>;
  readonly label: (field: keyof typeof mailboxSettings) => string;
  readonly accessTokenFile: string | null;
  /** Null: not given. undefined: given and already reported. */
  readonly oauth: OAuthUse | null | undefined;
  readonly pollIntervalSeconds: number | undefined;
}

const tlsPort = 993;
const plainPort = 143;

/** Assembles a mailbox; undefined after a problem, which is added to `problems`. */
export function mailboxOf({
  fields,
  readFile,
  problems,
}: {
  readonly fields: MailboxFields;
  readonly readFile: ReadFile;
  readonly problems: string[];
}): MailboxConfig | undefined {
  const { values, label, pollIntervalSeconds } = fields;
  const { host, port, security, user, folders, name, role, authority, since, silenceHours } = values;
  // null: not given. undefined: given and already reported.
  if (host === null) problems.push(missing({ row: mailboxSettings.host, label: label('host') }));
  if (user === null) problems.push(missing({ row: mailboxSettings.user, label: label('user') }));
  if (folders?.length === 0)
    problems.push(`${label('folders')}: names no folder. Fix: leave it out to watch \\Inbox and \\Sent.`);
  const auth = authOf({ fields, problems });
  const ca =
    typeof values.caFile === 'string'
      ? readTextFile({ label: label('caFile'), path: values.caFile, readFile, problems })
      : values.caFile;
  if (typeof ca === 'string' && !ca.includes('-----BEGIN CERTIFICATE-----')) {
    problems.push(
      `${label('caFile')}: the file has no PEM certificate. Fix: name a file with "-----BEGIN CERTIFICATE-----".`,
    );
  }
  if (!host || !user || !folders || !role || !authority || !auth) return undefined;
  if (port === undefined || security === undefined || name === undefined) return undefined;
  if (
    silenceHours === undefined ||
    since === undefined ||
    ca === undefined ||
    pollIntervalSeconds === undefined
  )
    return undefined;
  const secured = security ?? (port === null || port === tlsPort ? 'tls' : 'starttls');
  return {
    name: name ?? user,
    role,
    host,
    port: port ?? (secured === 'tls' ? tlsPort : plainPort),
    security: secured,
    user,
    auth,
    ca,
    folders,
    authority,
    since,
    pollIntervalSeconds,
    silenceHours,
  };
}

function authOf({
  fields: { values, label, accessTokenFile, oauth },
  problems,
}: {
  readonly fields: MailboxFields;
  readonly problems: string[];
}): MailboxAuth | undefined {
  const { pass, accessToken } = values;
  if (pass === undefined || accessToken === undefined || oauth === undefined) return undefined;
  if (oauth !== null) {
    if (pass === null && accessToken === null) return { kind: 'oauth', ...oauth };
    problems.push(
      `${label('pass')}: given together with oauth. Fix: remove the one that the provider does not accept.`,
    );
    return undefined;
  }
  if (pass !== null && accessToken !== null) {
    problems.push(
      `${label('pass')}: given together with ${label('accessToken')}. Fix: keep the one that the provider requires.`,
    );
    return undefined;
  }
  if (pass !== null) return { kind: 'password', password: pass };
  if (accessToken !== null) return { kind: 'token', accessToken, accessTokenFile };
  problems.push(
    `${label('pass')}: not set; expected the password of the mailbox. Fix: set ${label('pass')}, or name a file that contains it in ${label('pass')}${label('pass') === mailboxSettings.pass.name ? '_FILE' : 'File'}, or use ${label('accessToken')}.`,
  );
  return undefined;
}

/** Of the mailboxes in which not everybody's case tags take effect, whose do. */
export const caseAuthorityOf = (
  mailboxes: readonly Pick<MailboxConfig, 'name' | 'authority'>[],
): Rules['caseAuthority'] =>
  Object.fromEntries(
    mailboxes.flatMap(({ name, authority }) => (authority === 'both' ? [] : [[name, authority]])),
  );
