import type { Config } from '../config/config.ts';
import type { Directory } from '../connect/directory.ts';
import { UsageError } from './usage.ts';

/** @throws UsageError that lists the mailboxes there are. */
export function mailboxNamed(directory: Directory, name: string): Config['mailboxes'][number] {
  const found = directory.named(name);
  if (found !== null) return found.settings;
  const names = directory.all().map(({ settings }) => settings.name);
  throw new UsageError(`no mailbox ${name}; known: ${names.join(', ') || 'none'}`);
}
