// Facts about this machine, gathered once for the plan.
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run, succeeds } from './command.ts';
import { forkyIsCached } from './forky.ts';
import type { Facts } from './plan.ts';

const programs = [
  'mongod',
  'redis-server',
  'valkey-server',
  'dovecot',
  'doveadm',
  'openssl',
  'mmdebstrap',
] as const;

export const isRoot = process.getuid?.() === 0;

export async function gatherFacts(): Promise<Facts> {
  const [engine, plugin, sudo, canUnshare] = await Promise.all([
    succeeds(['docker', 'info']),
    succeeds(['docker', 'compose', 'version']),
    isRoot ? Promise.resolve(true) : succeeds(['sudo', '-n', 'true']),
    succeeds([...namespace(), 'true']),
  ]);
  return {
    settings: process.env,
    compose: engine && plugin,
    programs: programs.filter((program) => programPath(program) !== undefined),
    canInstall: sudo,
    isDebian: existsSync('/etc/debian_version') && programPath('apt-get') !== undefined,
    canUnshare,
    forkyIsCached: forkyIsCached(),
  };
}

/** Daemons live in /usr/sbin, which is not on the PATH of an ordinary user. */
export function programPath(program: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A mount namespace (what is mounted inside ends with it) and a process namespace (its first process takes all others along when it dies). */
export function namespace(): readonly string[] {
  const user = isRoot ? [] : ['--user', '--map-current-user', '--keep-caps'];
  return ['unshare', ...user, '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'];
}

/** `apt-get` as root, if need be by way of sudo. */
export const asRoot = (command: readonly string[]): readonly string[] =>
  isRoot ? command : ['sudo', '-n', ...command];

export const hostPackageVersion = async (name: string): Promise<string> =>
  (await run(['dpkg-query', '-W', '-f', '${Version}', name])).trim();
