/** What a person asks for, checked with the words of the settings. */
import { z } from 'zod';
import type { MailboxConfig } from '../config/mailbox-config.ts';
import { mailboxSettings } from '../config/mailbox-settings.ts';
import { quoted, readAs, wholeNumber } from '../config/setting-kinds.ts';
import type { Kind } from '../config/setting-kinds.ts';
import { oauthProblem, oauthUse } from '../config/oauth-use.ts';
import type { OAuthApp } from '../config/oauth-apps.ts';
import type { MailboxChoice } from '../store/mailboxes.ts';

/** Why a request for a mailbox cannot be followed, and what to do. */
export class MailboxRequestError extends Error {
  override readonly name = 'MailboxRequestError';
  readonly code:
    | 'bad-request'
    | 'no-such-mailbox'
    | 'no-such-app'
    | 'already-there'
    | 'changed-meanwhile'
    | 'read-only'
    | 'no-key';

  constructor(
    code: MailboxRequestError['code'],
    message: string,
    options: { readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
  }
}

/** Names stand in addresses of pages, in logs and as labels. */
const nameOf = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .refine((name) => !/[\p{Cc}/?#]/u.test(name), 'has characters that no name may have');

/** As JSON or by the command line; null takes a value back to its default. */
export const mailboxFields = z.strictObject({
  name: nameOf.optional(),
  host: z.unknown().optional(),
  port: z.unknown().optional(),
  security: z.unknown().optional(),
  user: z.unknown().optional(),
  pass: z.string().min(1).max(4_000).optional(),
  role: z.unknown().optional(),
  folders: z.unknown().optional(),
  since: z.unknown().optional(),
  pollIntervalSeconds: z.unknown().optional(),
  silenceHours: z.unknown().optional(),
  authority: z.unknown().optional(),
  ca: z.string().max(200_000).nullable().optional(),
  oauth: oauthUse.nullable().optional(),
});
export type MailboxFields = z.infer<typeof mailboxFields>;

/** A choice whose password is not sealed yet; undefined: as it is. */
export type AskedChoice = Omit<MailboxChoice, 'pass'> & { readonly pass: string | undefined };

/** The fields on top of what there is. @throws MailboxRequestError with everything that is wrong. */
export function readChoice(
  fields: MailboxFields,
  {
    before,
    apps,
    pollIntervalSeconds,
  }: {
    readonly before: Omit<MailboxChoice, 'pass'> | null;
    readonly apps: readonly OAuthApp[];
    /** Where neither says. */
    readonly pollIntervalSeconds: number;
  },
): AskedChoice {
  const problems: string[] = [];
  const read = <T>(key: keyof MailboxFields, kind: Kind<T>, otherwise: T): T => {
    const given = fields[key];
    if (given === undefined || given === null || given === '') return otherwise;
    const reading = readAs(kind, given);
    if (reading.ok) return reading.value;
    problems.push(`${key}: got ${quoted(given)}; expected ${kind.expects}`);
    return otherwise;
  };
  const port = read('port', mailboxSettings.port.kind, before?.port ?? 0);
  const usual = port === 0 || port === 993 ? 'tls' : 'starttls';
  const security = read('security', mailboxSettings.security.kind, before?.security ?? usual);
  const choice = {
    host: read('host', mailboxSettings.host.kind, before?.host ?? ''),
    port: port === 0 ? (security === 'tls' ? 993 : 143) : port,
    security,
    user: read('user', mailboxSettings.user.kind, before?.user ?? ''),
    role: read('role', mailboxSettings.role.kind, before?.role ?? 'capture'),
    folders: read('folders', mailboxSettings.folders.kind, before?.folders ?? ['\\Inbox', '\\Sent']),
    since:
      fields.since === null
        ? null
        : read<Date | null>('since', mailboxSettings.since.kind, before?.since ?? null),
    pollIntervalSeconds: read(
      'pollIntervalSeconds',
      wholeNumber({ min: 1, max: 86_400 }),
      before?.pollIntervalSeconds ?? pollIntervalSeconds,
    ),
    silenceHours:
      fields.silenceHours === null
        ? null
        : read<number | null>(
            'silenceHours',
            wholeNumber({ min: 1, max: 8_760 }),
            before?.silenceHours ?? null,
          ),
    authority: read('authority', mailboxSettings.authority.kind, before?.authority ?? 'both'),
    ca: fields.ca === undefined ? (before?.ca ?? null) : fields.ca,
    oauth: fields.oauth === undefined ? (before?.oauth ?? null) : fields.oauth,
    pass: fields.pass,
  };
  if (choice.host === '') problems.push('host: not given; expected the name of the IMAP server');
  if (choice.user === '') problems.push('user: not given; expected the login, usually the address');
  if (choice.folders.length === 0) problems.push('folders: names no folder');
  if (choice.ca !== null && !choice.ca.includes('-----BEGIN CERTIFICATE-----'))
    problems.push('ca: holds no PEM certificate');
  problems.push(...problemsOfAuth(choice, { isNew: before === null || before.oauth !== null, apps }));
  if (problems.length > 0) throw new MailboxRequestError('bad-request', problems.join('; '));
  return choice;
}

function problemsOfAuth(
  { oauth, pass }: AskedChoice,
  { isNew, apps }: { readonly isNew: boolean; readonly apps: readonly OAuthApp[] },
): string[] {
  if (oauth === null)
    return isNew && pass === undefined ? ['pass: not given; expected the password, or oauth'] : [];
  if (pass !== undefined) return ['pass: given beside oauth. Fix: leave out what the provider does not take'];
  const problem = oauthProblem(oauth, apps);
  return problem === null ? [] : [`oauth: ${problem}`];
}

/** What the choice comes to for one who connects. */
export function settingsOf(name: string, choice: AskedChoice): MailboxConfig {
  const { oauth, pass, ...connection } = choice;
  return {
    ...connection,
    name,
    auth:
      oauth !== null
        ? { kind: 'oauth', ...oauth }
        : pass === undefined
          ? { kind: 'stored' }
          : { kind: 'password', password: pass },
  };
}
