import type { Config } from '../../config/config.ts';
import { missingStaffDomains } from '../../config/config-checks.ts';
import { examineBlobs } from './blobs.ts';
import { examineDatabase } from './database.ts';
import { finding } from './finding.ts';
import type { Finding } from './finding.ts';
import { examineMailbox } from './mailbox.ts';
import { examineRedis } from './redis.ts';

/** Checks every setting and server, each on its own: one that fails hides no other. With `fix`, creates missing indexes. */
export async function* examine(config: Config, { fix }: { readonly fix: boolean }): AsyncGenerator<Finding> {
  for (const warning of config.warnings)
    yield finding('settings', 'warning', warning, 'correct or remove it');
  const staff = missingStaffDomains(config.rules);
  if (staff !== null) yield finding('staff', 'warning', staff, 'set it to the domains of the firm');
  yield* examineDatabase(config, fix);
  yield await examineRedis(config);
  yield await examineBlobs(config);
  if (config.mailboxes.length === 0)
    yield finding(
      'mailboxes',
      'warning',
      'no mailbox is given',
      'set IMAP_HOST, IMAP_USER and IMAP_PASS, or MAILBOXES_FILE',
    );
  for (const mailbox of config.mailboxes) yield* examineMailbox(mailbox, config.rules);
  yield examineDashboard(config);
}

function examineDashboard({ dashboard }: Config): Finding {
  if (dashboard.password !== null || dashboard.token !== null)
    return finding('dashboard', 'ok', `${dashboard.host}:${dashboard.port}, protected`);
  return finding(
    'dashboard',
    'ok',
    `${dashboard.host}:${dashboard.port}, no password: reachable from this machine only`,
  );
}
