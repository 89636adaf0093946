import type { Config } from '../../config/config.ts';
import { missingStaffDomains } from '../../config/config-checks.ts';
import { openDirectory } from '../../connect/directory.ts';
import { openTokens } from '../../connect/oauth/tokens.ts';
import { reportMailboxes } from '../../connect/report.ts';
import { isLoopback } from '../../dashboard/loopback.ts';
import { isGuarded } from '../../dashboard/sign-in/identify.ts';
import { openDatabase } from '../../store/mongo.ts';
import { hasUsers } from '../../store/users.ts';
import { examineApps } from './oauth-apps.ts';
import { examineBlobs } from './blobs.ts';
import { examineDatabase } from './database.ts';
import { finding } from './finding.ts';
import type { Finding } from './finding.ts';
import { examineMailbox } from './mailbox.ts';
import { examineRedis } from './redis.ts';

/** Checks every setting and server separately: one that fails hides no other. With `fix`, creates missing indexes. */
export async function* examine(config: Config, { fix }: { readonly fix: boolean }): AsyncGenerator<Finding> {
  for (const warning of config.warnings)
    yield finding('settings', 'warning', warning, 'correct or remove it');
  const staff = missingStaffDomains(config.rules);
  if (staff !== null) yield finding('staff', 'warning', staff, 'set it to the domains of the firm');
  yield* examineDatabase(config, fix);
  yield await examineRedis(config);
  yield await examineBlobs(config);
  yield* examineMailboxes(config);
  yield await examineDashboard(config);
}

async function* examineMailboxes(config: Config): AsyncGenerator<Finding> {
  const { oauthApps: apps, secretsKeyFile: keyFile, mailboxes, rules } = config;
  const database = await openDatabase(config.mongodb).catch(() => null);
  if (database === null) {
    for (const mailbox of mailboxes)
      if (isInDatabase(mailbox.auth))
        yield finding(
          `mailbox ${mailbox.name}`,
          'warning',
          'not looked at: its credentials are in the database, which does not answer',
          'see mongodb',
        );
      else yield* examineMailbox(mailbox, { rules, stored: null });
    return;
  }
  try {
    const tokens = openTokens({ database, apps, keyFile });
    const directory = await openDirectory({ database, fileMailboxes: mailboxes, keyFile });
    const all = directory.all();
    yield* examineApps(config, all);
    if (all.length === 0)
      yield finding(
        'mailboxes',
        'warning',
        'no mailbox is given',
        'docketmail mailbox add, or set IMAP_HOST, IMAP_USER and IMAP_PASS, or MAILBOXES_FILE',
      );
    for (const { settings, isPaused } of all)
      if (isPaused) yield finding(`mailbox ${settings.name}`, 'ok', 'is paused');
      else yield* examineMailbox(settings, { rules, stored: { tokens, directory } });
    for (const report of await reportMailboxes(database, directory))
      if (['not-polled', 'silent', 'internal'].includes(report.state))
        yield finding(`mailbox ${report.name}`, 'warning', report.says, report.fix);
  } finally {
    await database.client.close();
  }
}

const isInDatabase = ({ kind }: Config['mailboxes'][number]['auth']): boolean =>
  kind === 'stored' || kind === 'oauth';

async function examineDashboard({ dashboard, mongodb }: Config): Promise<Finding> {
  const { host, port } = dashboard;
  const users = await anyUsers(mongodb).catch(() => null);
  if (isGuarded(dashboard) || users === true) return finding('dashboard', 'ok', `${host}:${port}, protected`);
  if (isLoopback(host))
    return finding('dashboard', 'ok', `${host}:${port}, no password: reachable from this machine only`);
  if (users === null)
    return finding(
      'dashboard',
      'warning',
      'not looked at: its users are in the database, which does not answer',
      'see mongodb',
    );
  return finding(
    'dashboard',
    'failed',
    `DASHBOARD_HOST: ${host} is reachable by others, and there is no password`,
    'set DASHBOARD_PASSWORD or DASHBOARD_TOKEN, or docketmail user add',
  );
}

async function anyUsers(settings: Config['mongodb']): Promise<boolean> {
  const database = await openDatabase(settings);
  try {
    return await hasUsers(database.users);
  } finally {
    await database.client.close();
  }
}
