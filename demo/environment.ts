import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { allSettings } from '../src/config/config-table.ts';
import { settings } from './firm.ts';

/** The settings of the demo: servers from `script/services env`, the firm's rules, both mailboxes from a file. */
export async function demoEnvironment(
  services: NodeJS.ProcessEnv,
  folder: string,
): Promise<NodeJS.ProcessEnv> {
  const need = (name: string): string => {
    const value = services[name];
    if (value === undefined || value === '')
      throw new Error(`${name} is not set: start the demo with script/demo`);
    return value;
  };
  const mailboxes = settings.mailboxes.map(({ name, user, folders, role }) => ({
    name,
    role,
    host: need('IMAP_HOST'),
    port: Number(need('IMAP_PORT')),
    security: 'starttls',
    caFile: need('IMAP_TLS_CA'),
    user,
    passEnv: 'DEMO_MAIL_PASSWORD',
    folders,
  }));
  const path = join(folder, 'mailboxes.json');
  await writeFile(path, JSON.stringify({ mailboxes }, null, 2));
  const rest = Object.entries(services).filter(
    ([name]) => !/^(?:IMAP|IMAPS|LMTP|CYRUS|SERVICES)_/u.test(name),
  );
  return {
    ...Object.fromEntries(rest),
    DEMO_MAIL_PASSWORD: need('IMAP_TEST_PASSWORD'),
    MAILBOXES_FILE: path,
    MONGODB_DB: `docketmail_demo_${randomBytes(4).toString('hex')}`,
    QUEUE_PREFIX: `demo-${randomBytes(4).toString('hex')}`,
    OWN_ADDRESSES: settings.ownAddresses.join(','),
    STAFF_DOMAINS: settings.staffDomains.join(','),
    FORM_SENDERS: settings.formSenders.join(','),
    TRUSTED_AUTHSERV_IDS: settings.trustedAuthservIds.join(','),
    DASHBOARD_PORT: services['DASHBOARD_PORT'] ?? '0',
    SPOOL_DIR: folder,
    LOG_LEVEL: services['LOG_LEVEL'] ?? 'info',
    // The demo reads the log.
    LOG_FORMAT: 'json',
  };
}

/** The settings of the running demo as a file, so that any command can be tried on it. Contains passwords of the demo's own servers. */
export async function writeDemoSettings(env: NodeJS.ProcessEnv, folder: string): Promise<string> {
  const names = [...allSettings.flatMap(({ name }) => [name, `${name}_FILE`]), 'DEMO_MAIL_PASSWORD'];
  const lines = names.flatMap((name) => (env[name] ? [`${name}='${env[name]}'\n`] : []));
  const path = join(folder, 'demo.env');
  await writeFile(path, lines.join(''), { mode: 0o600 });
  return path;
}
