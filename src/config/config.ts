import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { findConflicts, findWarnings } from './config-checks.ts';
import type { Env, Found } from './config-checks.ts';
import { allSettings, settings } from './config-table.ts';
import { findTypos } from './env-typos.ts';
import { caseAuthorityOf, mailboxOf } from './mailbox-config.ts';
import type { MailboxConfig } from './mailbox-config.ts';
import { readMailboxFile } from './mailbox-file.ts';
import type { MailboxFile } from './mailbox-file.ts';
import type { OAuthApp } from './oauth-apps.ts';
import { mailboxSettings } from './mailbox-settings.ts';
import type { LogFormat } from '../log.ts';
import { defaultRules } from '../decide/rules.ts';
import type { Rules } from '../decide/rules.ts';
import { isSet, readTable, readTextFile } from './setting-reader.ts';
import type { Occurrence, ReadFile } from './setting-reader.ts';
import type { Setting, ValuesOf } from './setting.ts';
import { parseKeyRing, SecretError } from '../secrets/key-ring.ts';
import { withoutCredentials } from '../errors.ts';
import type { BlobConfig } from '../store/blobs/blob-config.ts';
import type { MongoSettings } from '../store/mongo.ts';

/** Everything that the environment decides. Contains secrets: never log it whole. */
export interface Config {
  readonly mongodb: MongoSettings;
  readonly redis: { readonly url: string; readonly prefix: string };
  readonly blobs: BlobConfig;
  readonly mailboxes: readonly MailboxConfig[];
  readonly oauthApps: readonly OAuthApp[];
  readonly rules: Rules;
  readonly poll: {
    /** Messages after which a poll yields. */
    readonly batch: number;
    readonly budgetSeconds: number;
    readonly concurrency: number;
    /** Numbers of waiting ingest jobs at which polling pauses and continues. */
    readonly backpressure: { readonly high: number; readonly low: number };
  };
  /** Of one process. */
  readonly logins: { readonly perSecond: number; readonly perSecondAtOneHost: number };
  readonly ingest: {
    readonly concurrency: number;
    readonly maxMessageBytes: number;
    readonly readTimeLimitSeconds: number;
    readonly spoolDir: string;
  };
  readonly events: { readonly keepDays: number; readonly allowPrivate: boolean };
  readonly reconcileSeconds: number;
  /** Of a mailbox that does not say. */
  readonly pollIntervalSeconds: number;
  readonly mailboxDownSeconds: number;
  readonly dashboard: {
    readonly host: string;
    readonly port: number;
    readonly password: string | null;
    readonly token: string | null;
    readonly publicUrl: string | null;
    /** With {name}, {email} and {domain}. */
    readonly newClientUrl: string | null;
    /** Addresses and networks. */
    readonly proxies: readonly string[];
    readonly openid: {
      readonly issuer: string;
      readonly clientId: string;
      readonly clientSecret: string | null;
      readonly nameClaim: 'email' | 'preferred_username';
      readonly roleClaim: string | null;
    } | null;
    readonly userHeader: string | null;
    /** Null: none. */
    readonly defaultRole: 'reader' | 'decider' | 'operator' | 'admin' | null;
  };
  /** The key ring for stored secrets; null: none are stored. */
  readonly secretsKeyFile: string | null;
  readonly log: { readonly level: string; readonly format: LogFormat };
  readonly livenessFile: string | null;
  readonly shutdownSeconds: number;
  /** Unknown names in the environment that look like a setting, and settings without effect. To be logged at start. */
  readonly warnings: readonly string[];
}

/** All problems of the settings, one line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const shown = problems.map(withoutCredentials);
    super(`The settings need attention:\n${shown.map((problem) => `- ${problem}`).join('\n')}`);
    this.problems = shown;
  }
}

export interface LoadOptions {
  /** `optional` for commands that read no mailbox. */
  readonly mailboxes?: 'required' | 'optional';
  readonly readFile?: ReadFile;
}

/** Reads the settings of the whole program. @throws ConfigError with every problem. */
export function loadConfig(env: Env, options: LoadOptions = {}): Config {
  const readFile = options.readFile ?? ((path: string) => readFileSync(path, 'utf8'));
  const problems: string[] = [];
  const found: Found = readTable({ table: settings, find: inEnvironment(env), readFile, problems });
  const { mailboxes, oauthApps } = readMailboxes({ env, found, readFile, problems });
  if (
    options.mailboxes !== 'optional' &&
    !found.secretsKeyFile &&
    mailboxes.length === 0 &&
    problems.length === 0
  ) {
    problems.push(
      `${mailboxSettings.host.name}: no mailbox is given. Fix: set IMAP_HOST, IMAP_USER and IMAP_PASS, or name a list in MAILBOXES_FILE; with SECRETS_KEY_FILE mailboxes may be added later (docketmail mailbox add).`,
    );
  }
  if (found.secretsKeyFile) checkKeyFile({ path: found.secretsKeyFile, readFile, problems });
  problems.push(...findConflicts({ found, env, mailboxes }));
  if (problems.length > 0 || !isComplete(found)) {
    // A mistyped name is the most likely reason for a missing setting.
    throw new ConfigError([...problems, ...findTypos(Object.keys(env), allSettings)]);
  }
  return configOf({ values: found, mailboxes, oauthApps, env });
}

function checkKeyFile({
  path,
  readFile,
  problems,
}: {
  readonly path: string;
  readonly readFile: ReadFile;
  readonly problems: string[];
}): void {
  const label = settings.secretsKeyFile.name;
  const content = readTextFile({ label, path, readFile, problems });
  if (content === undefined) return;
  try {
    parseKeyRing(content);
  } catch (error) {
    problems.push(`${label}: ${error instanceof SecretError ? error.message : String(error)}.`);
  }
}

/** Where a setting is in the environment. */
function inEnvironment(env: Env): (key: string, row: Setting) => Occurrence {
  return (_key, { name, secret }) => {
    const label = `${name}_FILE`;
    const path = secret === true ? env[label] : undefined;
    return { label: name, value: env[name], file: path ? { label, path } : null };
  };
}

function isComplete<T extends object>(found: Partial<T>): found is T {
  return Object.values(found).every((value) => value !== undefined);
}

function readMailboxes({
  env,
  found,
  readFile,
  problems,
}: {
  readonly env: Env;
  readonly found: Found;
  readonly readFile: ReadFile;
  readonly problems: string[];
}): MailboxFile {
  const { pollIntervalSeconds } = found;
  const mailboxes: MailboxConfig[] = [];
  const names = Object.values<Setting>(mailboxSettings).flatMap(({ name }) => [name, `${name}_FILE`]);
  if (names.some((name) => isSet(env[name]))) {
    const fields = {
      values: readTable({ table: mailboxSettings, find: inEnvironment(env), readFile, problems }),
      label: (field: keyof typeof mailboxSettings) => mailboxSettings[field].name,
      accessTokenFile: env[`${mailboxSettings.accessToken.name}_FILE`] || null,
      oauth: null,
      pollIntervalSeconds,
    };
    const mailbox = mailboxOf({ fields, readFile, problems });
    if (mailbox !== undefined) mailboxes.push(mailbox);
  }
  if (found.mailboxesFile) {
    const path = resolve(found.mailboxesFile);
    const file = readMailboxFile({ path, env, pollIntervalSeconds, readFile, problems });
    return { mailboxes: [...mailboxes, ...file.mailboxes], oauthApps: file.oauthApps };
  }
  return { mailboxes, oauthApps: [] };
}

function configOf({
  values: v,
  mailboxes,
  oauthApps,
  env,
}: {
  readonly values: ValuesOf<typeof settings>;
  readonly mailboxes: readonly MailboxConfig[];
  readonly oauthApps: readonly OAuthApp[];
  readonly env: Env;
}): Config {
  return {
    mongodb: {
      uri: v.mongodbUri,
      db: v.mongodbDb ?? databaseOf(v.mongodbUri),
      collections: {
        clients: v.clientsCollection,
        communications: v.communicationsCollection,
        caseUpdates: v.caseUpdatesCollection,
        ownPrefix: v.ownCollectionsPrefix ?? '',
      },
    },
    redis: { url: v.redisUrl, prefix: v.queuePrefix },
    blobs: blobsOf(v),
    mailboxes,
    oauthApps,
    rules: rulesOf(v, mailboxes),
    poll: {
      batch: v.pollBatch,
      budgetSeconds: v.pollBudgetSeconds,
      concurrency: v.pollConcurrency,
      backpressure: { high: v.backpressureHigh, low: v.backpressureLow },
    },
    logins: { perSecond: v.loginRate, perSecondAtOneHost: v.loginRatePerHost },
    ingest: {
      concurrency: v.ingestConcurrency,
      maxMessageBytes: v.maxMessageBytes,
      readTimeLimitSeconds: v.readTimeLimitSeconds,
      spoolDir: resolve(v.spoolDir ?? tmpdir()),
    },
    events: { keepDays: v.eventsKeepDays, allowPrivate: v.webhookAllowPrivate },
    reconcileSeconds: v.reconcileSeconds,
    pollIntervalSeconds: v.pollIntervalSeconds,
    mailboxDownSeconds: v.mailboxDownSeconds,
    dashboard: {
      host: v.dashboardHost,
      port: v.dashboardPort,
      password: v.dashboardPassword,
      token: v.dashboardToken,
      publicUrl: v.publicUrl,
      newClientUrl: v.newClientUrl,
      proxies: v.dashboardProxies ?? [],
      openid:
        v.oidcIssuer === null || v.oidcClientId === null
          ? null
          : {
              issuer: v.oidcIssuer,
              clientId: v.oidcClientId,
              clientSecret: v.oidcClientSecret,
              nameClaim: v.oidcNameClaim,
              roleClaim: v.oidcRoleClaim,
            },
      userHeader: v.dashboardUserHeader,
      defaultRole: v.dashboardDefaultRole === 'none' ? null : v.dashboardDefaultRole,
    },
    secretsKeyFile: v.secretsKeyFile === null ? null : resolve(v.secretsKeyFile),
    log: { level: v.logLevel, format: v.logFormat },
    livenessFile: v.livenessFile,
    shutdownSeconds: v.shutdownSeconds,
    warnings: findWarnings({ found: v, env, mailboxes }),
  };
}

function blobsOf(v: ValuesOf<typeof settings>): BlobConfig {
  if (v.s3Bucket === null) return { kind: 'directory', dir: resolve(v.blobDir) };
  const { s3AccessKeyId: accessKeyId, s3SecretAccessKey: secretAccessKey } = v;
  return {
    kind: 's3',
    bucket: v.s3Bucket,
    endpoint: v.s3Endpoint,
    region: v.s3Region,
    credentials: accessKeyId !== null && secretAccessKey !== null ? { accessKeyId, secretAccessKey } : null,
    forcePathStyle: v.s3ForcePathStyle ?? v.s3Endpoint !== null,
    checksums: v.s3Checksums,
  };
}

/** The mailboxes themselves are staff: their addresses are added to the firm's own. */
function rulesOf(v: ValuesOf<typeof settings>, mailboxes: readonly MailboxConfig[]): Rules {
  const mailboxAddresses = mailboxes
    .flatMap(({ user, name }) => [user, name])
    .filter((login) => /^[^\s@]+@[^\s@]+$/u.test(login))
    .map((login) => login.normalize('NFC').toLowerCase());
  return {
    ownAddresses: [...new Set([...(v.ownAddresses ?? defaultRules.ownAddresses), ...mailboxAddresses])],
    staffDomains: v.staffDomains ?? defaultRules.staffDomains,
    storeInternal: v.storeInternal,
    formSenders: v.formSenders ?? defaultRules.formSenders,
    ambiguity: v.ambiguity,
    domainMatching: v.domainMatching,
    subAddressing: v.subAddressing,
    blocklist: { entries: v.blocklist ?? defaultRules.blocklist.entries, policy: v.blocklistPolicy },
    authentication: v.authentication,
    trustedAuthservIds: v.trustedAuthservIds ?? defaultRules.trustedAuthservIds,
    ownRelays: v.ownRelays ?? defaultRules.ownRelays,
    tagsInReplies: v.tagsInReplies,
    caseWords: v.caseWords,
    caseStatuses: v.caseStatuses ?? defaultRules.caseStatuses,
    caseAuthority: caseAuthorityOf(mailboxes),
  };
}

const defaultDatabase = 'crm';

/** The database in the path of a MongoDB URI. Not a URL: it may name several hosts. */
function databaseOf(uri: string): string {
  const path = uri.split('://', 2)[1]?.split('?', 1)[0] ?? '';
  const slash = path.indexOf('/');
  const name = slash < 0 ? '' : decodeURIComponent(path.slice(slash + 1));
  return name === '' ? defaultDatabase : name;
}
