import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import type { Env } from './config-checks.ts';

/**
 * The addresses of the mailboxes, which are the firm's own, even if their passwords are unreadable: explaining a message needs no
 * login.
 */
export function readMailboxAddresses(env: Env): string[] {
  const named = [env['IMAP_USER'], env['MAILBOX_NAME'], ...fromFile(env['MAILBOXES_FILE'])];
  return named.filter(
    (login): login is string => typeof login === 'string' && /^[^\s@,]+@[^\s@,]+$/u.test(login),
  );
}

function fromFile(path: string | undefined): unknown[] {
  if (path === undefined || path === '') return [];
  try {
    const file = parse(readFileSync(resolve(path), 'utf8')) as unknown;
    const list = Array.isArray(file) ? file : (file as { mailboxes?: unknown } | null)?.mailboxes;
    return Array.isArray(list)
      ? list.flatMap((one: { user?: unknown; name?: unknown } | null) => [one?.user, one?.name])
      : [];
  } catch {
    // `doctor` and `start` report what is wrong with it.
    return [];
  }
}
