// A Debian forky root beside the host: it has servers that earlier suites lack (the DocumentDB engine, Swift 2.38, Cyrus 3.12).
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { run } from './command.ts';
import { takeLock } from './lock.ts';
import { asRoot, isRoot, namespace } from './machine.ts';

// Increase it with every change of the recipe below: a new root is then built beside the old one.
const recipeVersion = 1;

const packages = [
  'postgresql-18-documentdb',
  'swift-proxy',
  'swift-account',
  'swift-container',
  'swift-object',
  'memcached',
  'libeatmydata1',
  'cyrus-imapd',
  'sasl2-bin',
] as const;

const unwanted = [
  '/usr/share/man/*',
  '/usr/share/doc/*',
  '/usr/share/locale/*',
  '/usr/share/info/*',
  '/usr/lib/postgresql/*/lib/bitcode/*',
] as const;

/** No daemon starts inside, and PostgreSQL creates no cluster of its own. `$1` is the new root. */
const setupHook = `mkdir -p "$1/usr/sbin" "$1/etc/postgresql-common"
printf '#!/bin/sh\\nexit 101\\n' > "$1/usr/sbin/policy-rc.d"
chmod 755 "$1/usr/sbin/policy-rc.d"
echo 'create_main_cluster = false' > "$1/etc/postgresql-common/createcluster.conf"`;

const cacheFolder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'docketmail');

const forkyRoot = join(cacheFolder, `forky-${recipeVersion}`);

export const forkyIsCached = (): boolean => existsSync(forkyRoot);

/** Takes about 75 s and 750 MB. Built under another name and renamed, so that an interrupted build never counts as a root. */
export async function buildForky({
  signal,
  log,
}: {
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}): Promise<void> {
  mkdirSync(cacheFolder, { recursive: true });
  const release = await takeLock(join(cacheFolder, 'forky.lock'), { signal, log });
  try {
    if (forkyIsCached()) return;
    await removeUnfinished();
    log(`building a Debian forky root in ${forkyRoot} (once; about a minute and a half, 750 MB)`);
    const building = `${forkyRoot}.building`;
    await run(
      [
        'mmdebstrap',
        '--variant=minbase',
        ...(isRoot ? ['--mode=root'] : []),
        // Some mirrors' Release file of the suite has expired; signatures are still checked.
        '--aptopt=Acquire::Check-Valid-Until "false"',
        '--aptopt=Acquire::Retries "3"',
        '--aptopt=APT::Install-Recommends "false"',
        '--dpkgopt=force-unsafe-io',
        ...unwanted.map((path) => `--dpkgopt=path-exclude=${path}`),
        `--setup-hook=${setupHook}`,
        `--include=${packages.join(',')}`,
        'forky',
        building,
        await debianMirror(),
      ],
      { signal },
    );
    renameSync(building, forkyRoot);
  } finally {
    release();
  }
}

async function removeUnfinished(): Promise<void> {
  const unfinished = readdirSync(cacheFolder).filter((name) => name.endsWith('.building'));
  for (const name of unfinished) {
    if (isRoot) rmSync(join(cacheFolder, name), { recursive: true, force: true });
    else await run(asRoot(['rm', '-rf', join(cacheFolder, name)]));
  }
}

/** The mirror in the host's own apt settings, never one named here. */
async function debianMirror(): Promise<string> {
  const lines = await run([
    'apt-get',
    'indextargets',
    '--format',
    '$(REPO_URI) $(ORIGIN) $(LABEL)',
    'Created-By: Packages',
  ]);
  const mirror = lines
    .split('\n')
    .map((line) => line.split(' '))
    .find(([, origin, label]) => origin === 'Debian' && label === 'Debian')?.[0];
  if (!mirror)
    throw new Error(
      'apt knows no Debian mirror yet: run `apt-get update` (as root), then `script/services up`',
    );
  return mirror;
}

export type InForky = { readonly user: string; readonly data: string; readonly command: readonly string[] };

/** Where a service's data folder is mounted inside the root. */
export const dataInForky = '/mnt';

/**
 * The command line that runs a program inside the root, with the data folder mounted at `dataInForky`. The mounts end with the
 * program.
 */
export function inForky({ user, data, command }: InForky): readonly string[] {
  const script = `set -e
mount -t proc proc "$1/proc"
mount -t tmpfs -o mode=1777 tmpfs "$1/dev/shm"
mount -t tmpfs -o mode=1777 tmpfs "$1/tmp"
mount -t tmpfs -o mode=755 tmpfs "$1/run"
mount --bind "$2" "$1${dataInForky}"
root=$1 identity=$3
shift 3
exec chroot "$root" setpriv $identity --pdeathsig KILL -- "$@"`;
  return [
    ...namespace(),
    'sh',
    '-c',
    script,
    'forky',
    forkyRoot,
    data,
    isRoot ? identityOf(user) : '',
    'env',
    '-i',
    'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
    'LANG=C.UTF-8',
    `HOME=${dataInForky}`,
    ...command,
  ];
}

/** Only here, after the change of user: the kernel then drops the signal of `unshare --kill-child`. */
function identityOf(name: string): string {
  const { uid, gid } = forkyUser(name);
  return `--reuid=${uid} --regid=${gid} --clear-groups`;
}

export const forkyPackageVersion = async (name: string): Promise<string> =>
  (
    await run(['dpkg-query', '--admindir', join(forkyRoot, 'var/lib/dpkg'), '-W', '-f', '${Version}', name])
  ).trim();

/** Ids differ between roots: packages take the next free one. */
export function forkyUser(name: string): { readonly uid: number; readonly gid: number } {
  const line = readFileSync(join(forkyRoot, 'etc/passwd'), 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (!uid || !gid)
    throw new Error(
      `${forkyRoot} has no user ${name}: remove that folder and run \`script/services up\` again`,
    );
  return { uid: Number(uid), gid: Number(gid) };
}
