/** The OAuth apps of MAILBOXES_FILE: programs registered with a mail provider, in whose name people sign in. */
import { basename, dirname, resolve } from 'node:path';
import { nearestName } from './nearest-name.ts';
import { isSet, readTable, readTextFile } from './setting-reader.ts';
import type { Occurrence, ReadFile } from './setting-reader.ts';
import { isoDate, list, oneOf, quoted, secretText, text } from './setting-kinds.ts';
import type { Kind } from './setting-kinds.ts';
import { setting } from './setting.ts';
import type { Setting, ValuesOf } from './setting.ts';

export interface OAuthApp {
  readonly name: string;
  readonly provider: 'microsoft' | 'google' | 'fastmail' | 'yahoo' | 'custom';
  readonly clientId: string;
  readonly credential: AppCredential;
  /** Microsoft only: an id or domain, `organizations` or `consumers`. */
  readonly tenant: string | null;
  /** What differs from the provider's defaults, for sovereign clouds and for `custom`. */
  readonly authorizationEndpoint: string | null;
  readonly tokenEndpoint: string | null;
  readonly deviceEndpoint: string | null;
  readonly scopes: readonly string[] | null;
  /** When the secret or certificate expires, if known. */
  readonly secretExpires: Date | null;
}

type AppCredential =
  | { readonly kind: 'none' }
  /** A file is read again for each use: a renewed secret needs no restart. */
  | { readonly kind: 'secret'; readonly secret: string; readonly file: string | null }
  | { readonly kind: 'certificate'; readonly privateKey: string; readonly certificate: string }
  | {
      readonly kind: 'service-account';
      readonly email: string;
      readonly privateKey: string;
      readonly keyId: string;
    };

const url: Kind<string> = {
  schema: text.schema.refine(isSafeUrl),
  expects: 'a URL that begins with https:// (http:// only on this machine)',
};

function isSafeUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname } = new URL(value);
  return (
    protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname))
  );
}

const row = <T>(name: string, kind: Kind<T>, doc: string) => setting({ name, group: '', doc, kind });

const appSettings = {
  name: setting({ ...row('name', text, 'Its name, for the oauth.app of a mailbox.'), required: true }),
  provider: setting({
    ...row('provider', oneOf(['microsoft', 'google', 'fastmail', 'yahoo', 'custom']), 'Who runs the mail.'),
    required: true,
  }),
  clientId: row('clientId', text, 'Client id; a service account has it in its file.'),
  clientSecret: setting({ ...row('clientSecret', secretText, 'Client secret.'), secret: true }),
  privateKeyFile: row('privateKeyFile', text, 'PEM file with the private key of the certificate.'),
  certificateFile: row('certificateFile', text, 'PEM file with the certificate.'),
  serviceAccountFile: row('serviceAccountFile', text, "JSON file of a Google service account's key."),
  tenant: row('tenant', text, 'Microsoft tenant: its id or domain, organizations, or consumers.'),
  authorizationEndpoint: row('authorizationEndpoint', url, 'Where people sign in.'),
  tokenEndpoint: row('tokenEndpoint', url, 'Where tokens come from.'),
  deviceEndpoint: row('deviceEndpoint', url, 'Where device codes come from.'),
  scopes: row('scopes', list, 'Scopes in place of the usual ones.'),
  secretExpires: row('secretExpires', isoDate, 'When the client secret or certificate ends.'),
} as const;

type AppValues = ValuesOf<typeof appSettings>;

interface Reading {
  readonly path: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: ReadFile;
  readonly problems: string[];
}

const keys = [...Object.keys(appSettings), 'clientSecretFile', 'clientSecretEnv'];

/** `entries`: the value of `oauthApps`. Every problem is added to `problems`, without secrets. */
export function readOAuthApps(entries: unknown, input: Reading): readonly OAuthApp[] {
  if (!isSet(entries)) return [];
  if (!Array.isArray(entries)) {
    input.problems.push(
      `${basename(input.path)}, oauthApps: expected a list. Fix: begin each app with "- name: …".`,
    );
    return [];
  }
  const apps = entries.flatMap(
    (entry: unknown, index) => readApp(entry, { ...input, number: index + 1 }) ?? [],
  );
  const seen = new Set<string>();
  for (const { name } of apps) {
    if (seen.has(name))
      input.problems.push(`oauthApps: two apps are called ${quoted(name)}. Fix: rename one.`);
    seen.add(name);
  }
  return apps;
}

function readApp(entry: unknown, input: Reading & { readonly number: number }): OAuthApp | undefined {
  const { path, readFile, problems } = input;
  const where = `${basename(path)}, oauthApps ${input.number}`;
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    problems.push(`${where}: expected fields such as name, provider and clientId.`);
    return undefined;
  }
  const fields = entry as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(fields).filter((one) => !keys.includes(one)))
    problems.push(`${where}: unknown key ${quoted(key)}. ${hint(key)}`);
  const before = problems.length;
  const values = readTable({
    table: appSettings,
    find: (key: string, { secret }: Setting): Occurrence => ({
      label: `${where}, ${key}`,
      value:
        secret === true && isSet(fields[`${key}Env`]) ? input.env[String(fields[`${key}Env`])] : fields[key],
      file:
        secret === true && isSet(fields[`${key}File`])
          ? { label: `${where}, ${key}File`, path: resolve(dirname(path), String(fields[`${key}File`])) }
          : null,
    }),
    readFile,
    problems,
  });
  if (problems.length > before) return undefined;
  const secretFile = isSet(fields['clientSecretFile'])
    ? resolve(dirname(path), String(fields['clientSecretFile']))
    : null;
  const read = (file: string | null, key: string): string | undefined | null =>
    file === null
      ? null
      : readTextFile({ label: `${where}, ${key}`, path: resolve(dirname(path), file), readFile, problems });
  // Every value was read: a problem would have been counted above.
  return appOf(values as AppValues, { where, secretFile, read, problems });
}

function appOf(
  v: AppValues,
  {
    where,
    secretFile,
    read,
    problems,
  }: {
    readonly where: string;
    readonly secretFile: string | null;
    readonly read: (file: string | null, key: string) => string | undefined | null;
    readonly problems: string[];
  },
): OAuthApp | undefined {
  const [privateKey, certificate, account] = [
    read(v.privateKeyFile, 'privateKeyFile'),
    read(v.certificateFile, 'certificateFile'),
    read(v.serviceAccountFile, 'serviceAccountFile'),
  ];
  if (privateKey === undefined || certificate === undefined || account === undefined) return undefined;
  const complain = (problem: string): undefined => void problems.push(`${where}: ${problem}`);
  const { name, provider, clientId, clientSecret, tenant, authorizationEndpoint, tokenEndpoint } = v;
  const { deviceEndpoint, scopes, secretExpires } = v;
  if ([clientSecret, privateKey, account].filter((one) => one !== null).length > 1)
    return complain('has several of clientSecret, privateKeyFile and serviceAccountFile. Fix: keep one.');
  if ((privateKey === null) !== (certificate === null))
    return complain('privateKeyFile and certificateFile go together. Fix: set both.');
  if (provider === 'microsoft' && tenant === null)
    return complain(
      'has no tenant. Fix: set the id of your tenant, or organizations or consumers; "common" may resolve an address to an account without a mailbox.',
    );
  if (provider === 'custom' && (tokenEndpoint === null || scopes === null))
    return complain(
      'a custom provider needs tokenEndpoint and scopes, and authorizationEndpoint or deviceEndpoint.',
    );
  const serviceAccount = account === null ? null : serviceAccountOf(account);
  if (serviceAccount === undefined)
    return complain(
      'serviceAccountFile is not the key of a Google service account. Fix: download its JSON key.',
    );
  const id = clientId ?? serviceAccount?.clientId ?? null;
  if (id === null) return complain('has no clientId. Fix: copy it from where the app is registered.');
  const credential: AppCredential =
    serviceAccount !== null
      ? serviceAccount.credential
      : clientSecret !== null
        ? { kind: 'secret', secret: clientSecret, file: secretFile }
        : privateKey !== null && certificate !== null
          ? { kind: 'certificate', privateKey, certificate }
          : { kind: 'none' };
  return {
    name,
    provider,
    clientId: id,
    credential,
    tenant,
    authorizationEndpoint,
    tokenEndpoint,
    deviceEndpoint,
    scopes,
    secretExpires,
  };
}

function serviceAccountOf(content: string) {
  try {
    const {
      client_email: email,
      private_key: privateKey,
      private_key_id: keyId,
      client_id: clientId,
    } = JSON.parse(content) as Readonly<Record<string, unknown>>;
    if (typeof email !== 'string' || typeof privateKey !== 'string') return undefined;
    const credential = {
      kind: 'service-account',
      email,
      privateKey,
      keyId: typeof keyId === 'string' ? keyId : '',
    } as const;
    return { credential, clientId: typeof clientId === 'string' ? clientId : email };
  } catch {
    return undefined;
  }
}

function hint(key: string): string {
  const near = nearestName(key, keys);
  return near === null ? `Known are ${keys.join(', ')}.` : `Did you mean ${near}?`;
}
