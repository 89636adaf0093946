// What this machine offers: programs, rights, namespaces.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export const isRoot = process.getuid?.() === 0;

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
