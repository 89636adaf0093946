// Cyrus IMAP from the forky root: a second, different server, to catch what only Dovecot accepts. Users are created by their first
// mail or login.
import { chmodSync, chownSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { certificateIn, makeCertificate } from './certificate.ts';
import { run } from './command.ts';
import { dataInForky, forkyPackageVersion, forkyUser, inForky } from './forky.ts';
import { checkImap } from './imap-check.ts';
import { isRoot } from './machine.ts';
import { loopback } from './ports.ts';
import { startProcess } from './processes.ts';
import { portOf, type ServiceRecipe, type Setup } from './recipe.ts';

const folders = ['config', 'mail', 'run', 'sasl'] as const;
const special = ['Sent', 'Drafts', 'Junk', 'Trash', 'Archive'] as const;
const saslauthd = fileURLToPath(new URL('saslauthd.ts', import.meta.url));

export const cyrus: ServiceRecipe = {
  portNames: ['imap', 'imaps', 'lmtp'],
  prepare: async (setup) => {
    mkdirSync(setup.folder, { recursive: true });
    await makeCertificate(setup.folder);
    for (const name of folders) mkdirSync(join(setup.folder, name));
    writeFileSync(join(setup.folder, 'imapd.conf'), imapdConfiguration());
    writeFileSync(join(setup.folder, 'cyrus.conf'), masterConfiguration(setup));
    chmodSync(setup.folder, 0o755);
    if (!isRoot) return;
    const { uid, gid } = forkyUser('cyrus');
    for (const name of [...folders, 'server.key']) chownSync(join(setup.folder, name), uid, gid);
  },
  start: async (setup, started) => {
    started(
      startProcess({
        label: 'saslauthd',
        command: [process.execPath, saslauthd, '--socket', join(setup.folder, 'sasl/mux')],
        cwd: fileURLToPath(new URL('..', import.meta.url)),
        log: join(setup.folder, 'saslauthd.log'),
        env: { IMAP_TEST_PASSWORD: setup.secrets.imapPassword },
      }),
    );
    const master = [
      tool('master'),
      '-C',
      conf('imapd.conf'),
      '-M',
      conf('cyrus.conf'),
      '-p',
      conf('run/master.pid'),
    ];
    started(
      startProcess({ label: 'cyrus', command: inCyrus(setup, master), log: join(setup.folder, 'cyrus.log') }),
    );
  },
  check: async (setup) =>
    checkImap({
      port: portOf(setup, 'imap'),
      lmtpPort: portOf(setup, 'lmtp'),
      user: 'warm-up@docketmail.test',
      password: setup.secrets.imapPassword,
    }),
  env: (setup) => ({
    CYRUS_HOST: loopback,
    CYRUS_PORT: String(portOf(setup, 'imap')),
    CYRUS_IMAPS_PORT: String(portOf(setup, 'imaps')),
    CYRUS_TLS_CA: certificateIn(setup.folder).ca,
    CYRUS_TEST_PASSWORD: setup.secrets.imapPassword,
    CYRUS_LMTP_PORT: String(portOf(setup, 'lmtp')),
  }),
  version: async () => `Cyrus IMAP ${await forkyPackageVersion('cyrus-imapd')}`,
};

const conf = (name: string): string => `${dataInForky}/${name}`;

const inCyrus = ({ folder }: Setup, command: readonly string[]): readonly string[] =>
  inForky({ user: 'cyrus', data: folder, command: ['LD_PRELOAD=libeatmydata.so', ...command] });

const imapdConfiguration = (): string => `configdirectory: ${conf('config')}
defaultpartition: default
partition-default: ${conf('mail')}
proc_path: ${conf('run/proc')}
mboxname_lockpath: ${conf('run/lock')}
lmtpsocket: ${conf('run/lmtp')}
idlesocket: ${conf('run/idle')}
notifysocket: ${conf('run/notify')}
altnamespace: yes
unixhierarchysep: yes
virtdomains: userid
defaultdomain: docketmail.test
admins: cyrus
# 0 is without limit; unset, no user would come into being.
autocreate_quota: 0
autocreate_post: yes
autocreate_inbox_folders: ${special.join('|')}
${special.map((name) => `xlist-${name.toLowerCase()}: ${name}`).join('\n')}
specialusealways: yes
lmtp_downcase_rcpt: yes
duplicatesuppression: no
allowplaintext: yes
sasl_pwcheck_method: saslauthd
sasl_saslauthd_path: ${conf('sasl/mux')}
sasl_mech_list: PLAIN LOGIN
tls_server_cert: ${conf('server.pem')}
tls_server_key: ${conf('server.key')}
# STARTTLS is off by default since 3.12.
allowstarttls: on
# Seconds: an idle client is told this soon, also where idled is not.
imapidlepoll: 1
conversations: no
`;

function masterConfiguration(setup: Setup): string {
  const listen = (name: string): string => `listen="${loopback}:${portOf(setup, name)}" prefork=1`;
  return `START {
  recover cmd="ctl_cyrusdb -r -C ${conf('imapd.conf')}"
}
SERVICES {
  imap cmd="imapd -C ${conf('imapd.conf')}" ${listen('imap')}
  imaps cmd="imapd -s -C ${conf('imapd.conf')}" ${listen('imaps')}
  lmtp cmd="lmtpd -a -C ${conf('imapd.conf')}" ${listen('lmtp')}
}
DAEMON {
  idled cmd="idled -C ${conf('imapd.conf')}"
}
EVENTS {
}
`;
}

/** Loses the index of a folder, like the function of that name for Dovecot: another UIDVALIDITY, the same messages. */
export async function resetCyrusUidValidity(
  setup: Setup,
  { user, folder }: { readonly user: string; readonly folder: string },
): Promise<void> {
  const name = mailboxName(user, folder);
  const path = (await run(inCyrus(setup, [tool('mbpath'), '-C', conf('imapd.conf'), name]))).trim();
  if (!path.startsWith(`${dataInForky}/`)) throw new Error(`user ${user} has no folder ${folder}`);
  const onHost = join(setup.folder, path.slice(dataInForky.length));
  // UIDVALIDITY is the time in seconds: recreated within the same second, a mailbox would get the same one.
  const createdAt = Math.floor(statSync(join(onHost, 'cyrus.header')).birthtimeMs / 1000);
  while (Math.floor(Date.now() / 1000) <= createdAt + 1) await sleep(100);
  for (const file of ['cyrus.index', 'cyrus.cache']) rmSync(join(onHost, file), { force: true });
  await run(inCyrus(setup, [tool('reconstruct'), '-C', conf('imapd.conf'), '-q', name]));
}

const tool = (name: string): string => `/usr/lib/cyrus/bin/${name}`;

/** user/name/folder@domain: the domain comes last. */
function mailboxName(user: string, folder: string): string {
  const [name = '', domain] = user.toLowerCase().split('@');
  const path = folder.toUpperCase() === 'INBOX' ? name : `${name}/${folder}`;
  return `user/${path}${domain ? `@${domain}` : ''}`;
}
