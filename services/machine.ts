// What this machine offers: programs, permissions, namespaces.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export const isRoot = process.getuid?.() === 0;

/** Daemons are in /usr/sbin, which is not on an ordinary user's PATH. */
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

/** A mount namespace (its mounts end with it) and a process namespace (when its first process dies, so do all others). */
export function namespace(): readonly string[] {
  const user = isRoot ? [] : ['--user', '--map-current-user', '--keep-caps'];
  return ['unshare', ...user, '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'];
}

/** `apt-get` as root, through sudo if needed. */
export const asRoot = (command: readonly string[]): readonly string[] =>
  isRoot ? command : ['sudo', '-n', ...command];
