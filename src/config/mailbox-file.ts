import { basename, dirname, resolve } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { settings } from './config-table.ts';
import { mailboxOf } from './mailbox-config.ts';
import type { MailboxConfig } from './mailbox-config.ts';
import { mailboxSettings } from './mailbox-settings.ts';
import { readOAuthApps } from './oauth-apps.ts';
import type { OAuthApp } from './oauth-apps.ts';
import { oauthGrants, oauthProblem, oauthUse } from './oauth-use.ts';
import type { OAuthUse } from './oauth-use.ts';
import { nearestName } from './nearest-name.ts';
import { isSet, readSetting, readTable, readTextFile } from './setting-reader.ts';
import type { Occurrence, ReadFile } from './setting-reader.ts';
import { quoted } from './setting-kinds.ts';
import type { Setting } from './setting.ts';

interface MailboxFileInput {
  readonly path: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pollIntervalSeconds: number | undefined;
  readonly readFile: ReadFile;
  readonly problems: string[];
}

export interface MailboxFile {
  readonly mailboxes: readonly MailboxConfig[];
  readonly oauthApps: readonly OAuthApp[];
}

const nothing: MailboxFile = { mailboxes: [], oauthApps: [] };

const secretKeys = Object.entries<Setting>(mailboxSettings)
  .filter(([, row]) => row.secret === true)
  .map(([key]) => key);
const knownKeys = [
  ...Object.keys(mailboxSettings),
  ...secretKeys.flatMap((key) => [`${key}File`, `${key}Env`]),
  'pollIntervalSeconds',
  'oauth',
];

/**
 * Reads MAILBOXES_FILE: a YAML or JSON list of mailboxes, alone or under the key `mailboxes`. Paths in it are relative to its
 * folder. Every problem is added to `problems`, without quoting the file, which may contain a password.
 */
export function readMailboxFile(input: MailboxFileInput): MailboxFile {
  const { path, readFile, problems } = input;
  const label = settings.mailboxesFile.name;
  const source = readTextFile({ label, path, readFile, problems });
  if (source === undefined) return nothing;
  const lines = new LineCounter();
  const document = parseDocument(source, { prettyErrors: false, lineCounter: lines });
  for (const error of document.errors) {
    const { line, col } = lines.linePos(error.pos[0]);
    problems.push(
      `${label}: ${basename(path)}, line ${line}, column ${col}: not valid YAML or JSON (${error.code}).`,
    );
  }
  if (document.errors.length > 0) return nothing;
  const content: unknown = document.toJS();
  const oauthApps = readOAuthApps(isObject(content) ? content['oauthApps'] : null, input);
  const entries = entriesOf(content);
  if ((entries === null || entries.length === 0) && oauthApps.length === 0) {
    problems.push(
      `${label}: ${basename(path)} has no list of mailboxes. Fix: begin each mailbox with "- host: …".`,
    );
    return nothing;
  }
  const mailboxes = (entries ?? []).flatMap(
    (entry, index) => readEntry({ ...input, oauthApps, entry, number: index + 1 }) ?? [],
  );
  return { mailboxes, oauthApps };
}

function entriesOf(content: unknown): readonly unknown[] | null {
  const list = isObject(content) ? content['mailboxes'] : content;
  return Array.isArray(list) ? list : null;
}

function readEntry({
  entry,
  number,
  path,
  env,
  pollIntervalSeconds,
  readFile,
  problems,
  oauthApps,
}: MailboxFileInput & {
  readonly oauthApps: readonly OAuthApp[];
  readonly entry: unknown;
  readonly number: number;
}): MailboxConfig | undefined {
  const where = `${basename(path)}, mailbox ${number}`;
  if (!isObject(entry)) {
    problems.push(`${where}: expected fields such as host, user and passFile.`);
    return undefined;
  }
  reportUnknownKeys({ entry, where, problems });
  const label = (field: string): string => `${where}, ${field}`;
  const pathOf = (key: string): string | null =>
    isSet(entry[key]) ? resolve(dirname(path), String(entry[key])) : null;

  const values = readTable({
    table: mailboxSettings,
    find: (key) => {
      if (secretKeys.includes(key)) {
        return findSecret({ entry, key, label, env, file: pathOf(`${key}File`), problems });
      }
      const value = key === 'caFile' ? pathOf(key) : entry[key];
      return { label: label(key), value, file: null };
    },
    readFile,
    problems,
  });
  const interval = readSetting({
    row: settings.pollIntervalSeconds,
    at: {
      label: label('pollIntervalSeconds'),
      value: entry['pollIntervalSeconds'] ?? pollIntervalSeconds,
      file: null,
    },
    readFile,
    problems,
  });
  return mailboxOf({
    fields: {
      values,
      label,
      accessTokenFile: pathOf('accessTokenFile'),
      oauth: readOAuthUse(entry['oauth'], { label: label('oauth'), oauthApps, problems }),
      pollIntervalSeconds: interval,
    },
    readFile,
    problems,
  });
}

/** Null if not given; undefined after a problem. */
function readOAuthUse(
  value: unknown,
  {
    label,
    oauthApps,
    problems,
  }: { readonly label: string; readonly oauthApps: readonly OAuthApp[]; readonly problems: string[] },
): OAuthUse | null | undefined {
  if (!isSet(value)) return null;
  const read = oauthUse.safeParse(value);
  const problem = read.success
    ? oauthProblem(read.data, oauthApps)
    : `expected app, grant (${oauthGrants.join(', ')}) and signInAs. Fix: correct ${read.error.issues[0]?.path.join('.') || 'it'}.`;
  if (read.success && problem === null) return read.data;
  problems.push(`${label}: ${problem ?? ''}`);
  return undefined;
}

/** A secret may be in the file, in another file or in the environment; undefined after a problem. */
function findSecret({
  entry,
  key,
  label,
  env,
  file,
  problems,
}: {
  readonly entry: Readonly<Record<string, unknown>>;
  readonly key: string;
  readonly label: (field: string) => string;
  readonly env: MailboxFileInput['env'];
  readonly file: string | null;
  readonly problems: string[];
}): Occurrence | undefined {
  const fromFile = file === null ? null : { label: label(`${key}File`), path: file };
  const variable = entry[`${key}Env`];
  if (!isSet(variable)) return { label: label(key), value: entry[key], file: fromFile };
  if (isSet(entry[key])) {
    problems.push(`${label(key)}: given twice, also by ${key}Env. Fix: leave one of them out.`);
    return undefined;
  }
  const value = env[String(variable)];
  if (isSet(value)) return { label: label(`${key}Env`), value, file: fromFile };
  problems.push(
    `${label(`${key}Env`)}: the environment has no ${quoted(variable)}. Fix: set it, or correct the name.`,
  );
  return undefined;
}

function reportUnknownKeys({
  entry,
  where,
  problems,
}: {
  readonly entry: Readonly<Record<string, unknown>>;
  readonly where: string;
  readonly problems: string[];
}): void {
  for (const key of Object.keys(entry)) {
    if (knownKeys.includes(key)) continue;
    const near = nearestName(key, knownKeys);
    const fix = near === null ? `Known are ${knownKeys.join(', ')}.` : `Did you mean ${near}?`;
    problems.push(`${where}: unknown key ${quoted(key)}. ${fix}`);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
