// Where each service comes from, decided only from facts about the machine: settings, then compose, then the machine, then
// packages.
import type { ServiceName } from './state.ts';

export type Facts = {
  readonly settings: Readonly<Record<string, string | undefined>>;
  /** A docker engine answers and has the compose plugin. */
  readonly compose: boolean;
  /** Programs found on PATH (or in /usr/sbin). */
  readonly programs: readonly string[];
  /** root, or sudo without a password. */
  readonly canInstall: boolean;
  readonly isRoot: boolean;
  readonly isDebian: boolean;
  /** A mount and process namespace can be created, with or without root. */
  readonly canUnshare: boolean;
  readonly forkyIsCached: boolean;
};

export type Recipe = 'redis' | 'dovecot' | 'mongod' | 'documentdb' | 'swift' | 'cyrus';

export type Plan =
  | { readonly source: 'settings' }
  | { readonly source: 'compose' }
  | { readonly source: 'machine'; readonly recipe: Recipe; readonly install: readonly string[] }
  | {
      readonly source: 'forky';
      readonly recipe: Recipe;
      readonly install: readonly string[];
      readonly build: boolean;
    }
  | { readonly source: 'none'; readonly why: string; readonly fix: readonly [string, string] };

const settingsOf: Readonly<Record<ServiceName, readonly string[]>> = {
  mongodb: ['MONGODB_URI'],
  redis: ['REDIS_URL'],
  s3: ['S3_ENDPOINT', 'S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'],
  imap: ['IMAP_HOST', 'IMAP_PORT', 'LMTP_PORT'],
  cyrus: ['CYRUS_HOST', 'CYRUS_PORT', 'CYRUS_LMTP_PORT'],
};

const ownProgram: Readonly<
  Partial<Record<ServiceName, readonly { readonly programs: readonly string[]; readonly recipe: Recipe }[]>>
> = {
  mongodb: [{ programs: ['mongod'], recipe: 'mongod' }],
  redis: [
    { programs: ['redis-server'], recipe: 'redis' },
    { programs: ['valkey-server'], recipe: 'redis' },
  ],
  imap: [{ programs: ['dovecot', 'doveadm', 'openssl'], recipe: 'dovecot' }],
};

const packagesOf: Readonly<
  Partial<Record<ServiceName, { readonly recipe: Recipe; readonly packages: readonly string[] }>>
> = {
  redis: { recipe: 'redis', packages: ['redis-server'] },
  imap: { recipe: 'dovecot', packages: ['dovecot-imapd', 'dovecot-lmtpd', 'openssl'] },
};

const forkyRecipe: Readonly<Partial<Record<ServiceName, Recipe>>> = {
  mongodb: 'documentdb',
  s3: 'swift',
  cyrus: 'cyrus',
};

export function planService(name: ServiceName, facts: Facts): Plan {
  const settings = settingsOf[name];
  const given = settings.filter((setting) => facts.settings[setting]);
  if (given.length === settings.length) return { source: 'settings' };
  if (given.length > 0 && name !== 'imap') return halfNamed(given, settings);
  if (facts.compose && name !== 'cyrus') return { source: 'compose' };

  const own = ownProgram[name]?.find(({ programs }) =>
    programs.every((program) => facts.programs.includes(program)),
  );
  if (own) return { source: 'machine', recipe: own.recipe, install: [] };
  const packaged = packagesOf[name];
  if (packaged && facts.isDebian && facts.canInstall)
    return { source: 'machine', recipe: packaged.recipe, install: packaged.packages };
  const forky = forkyRecipe[name];
  if (forky) return planForky(name, forky, facts);
  return none(name, facts);
}

function planForky(name: ServiceName, recipe: Recipe, facts: Facts): Plan {
  const needsRoot = name === 'cyrus' && !facts.isRoot;
  if (!facts.isDebian || !facts.canUnshare || needsRoot) return none(name, facts);
  if (facts.forkyIsCached) return { source: 'forky', recipe, install: [], build: false };
  if (facts.programs.includes('mmdebstrap')) return { source: 'forky', recipe, install: [], build: true };
  return facts.canInstall
    ? { source: 'forky', recipe, install: ['mmdebstrap'], build: true }
    : none(name, facts);
}

function halfNamed(given: readonly string[], settings: readonly string[]): Plan {
  const missing = settings.filter((setting) => !given.includes(setting));
  return {
    source: 'none',
    why: `${given.join(', ')} ${given.length === 1 ? 'is' : 'are'} set, but ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not`,
    fix: [`export ${missing.map((setting) => `${setting}=…`).join(' ')}`, `or: unset ${given.join(' ')}`],
  };
}

const installPackages: Readonly<Partial<Record<ServiceName, string>>> = {
  redis: 'apt-get install redis-server',
  imap: 'apt-get install dovecot-imapd dovecot-lmtpd openssl',
};

function none(name: ServiceName, facts: Facts): Plan {
  const install = installPackages[name] ?? 'apt-get install mmdebstrap uidmap && script/services up';
  const needsNamespace = forkyRecipe[name] !== undefined && !facts.canUnshare;
  const why = [
    `${settingsOf[name].join(', ')} not set`,
    ...(name === 'cyrus' ? [] : ['no docker engine with compose answers']),
    ...(ownProgram[name]
      ? [`no ${ownProgram[name].map(({ programs }) => programs[0]).join(' or ')} on PATH`]
      : []),
    name === 'cyrus' && !facts.isRoot
      ? 'Cyrus insists on a user of its own, and only root can give it one'
      : undefined,
    facts.isDebian ? undefined : 'this is not a Debian system',
    facts.canInstall ? undefined : 'no right to install packages (neither root nor sudo without a password)',
    needsNamespace ? 'no mount namespace can be made (unshare, mount)' : undefined,
  ].filter((reason) => reason !== undefined);
  const byHand = facts.isDebian && !needsNamespace ? `or, as root: ${install}` : otherWay(name);
  return {
    source: 'none',
    why: why.join('; '),
    fix: [`export ${settingsOf[name].map((setting) => `${setting}=…`).join(' ')}`, byHand],
  };
}

const otherWay = (name: ServiceName): string =>
  name === 'cyrus'
    ? 'or leave it out: script/services up'
    : 'or start a docker engine, then: script/services up';
