import type { Config } from '../config/config.ts';
import { UsageError } from './usage.ts';

/** @throws UsageError that lists the mailboxes. */
export function mailboxNamed({ mailboxes }: Config, name: string): Config['mailboxes'][number] {
  const found = mailboxes.find((mailbox) => mailbox.name === name);
  if (found !== undefined) return found;
  throw new UsageError(
    `no mailbox ${name}; the settings name ${mailboxes.map((mailbox) => mailbox.name).join(', ')}`,
  );
}
