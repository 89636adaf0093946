// Facts about this machine, gathered once for the plan.
import { existsSync } from 'node:fs';
import { succeeds } from './command.ts';
import { forkyIsCached } from './forky.ts';
import { isRoot, namespace, programPath } from './machine.ts';
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

export async function gatherFacts(settings: Facts['settings']): Promise<Facts> {
  const [engine, plugin, sudo, canUnshare] = await Promise.all([
    succeeds(['docker', 'info']),
    succeeds(['docker', 'compose', 'version']),
    isRoot ? Promise.resolve(true) : succeeds(['sudo', '-n', 'true']),
    succeeds([...namespace(), 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']),
  ]);
  return {
    settings,
    compose: engine && plugin,
    programs: programs.filter((program) => programPath(program) !== undefined),
    canInstall: sudo,
    isRoot,
    isDebian: existsSync('/etc/debian_version') && programPath('apt-get') !== undefined,
    canUnshare,
    forkyIsCached: forkyIsCached(),
  };
}
