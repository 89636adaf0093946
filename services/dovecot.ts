// Dovecot with its own configuration: every user name exists, mail arrives by LMTP, the host's mail system is not touched.
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { certificateIn, makeCertificate } from './certificate.ts';
import { run } from './command.ts';
import { checkImap } from './imap-check.ts';
import { isRoot, namespace, programPath } from './machine.ts';
import { loopback } from './ports.ts';
import { innermost, isRunning, startProcess } from './processes.ts';
import { portOf, type ServiceRecipe, type Setup } from './recipe.ts';

// As root, Dovecot's helpers run as other users, who may not have access to the data folder; and its socket paths must be short.
const mounted = '/mnt';
const home = ({ folder }: Setup): string => (isRoot ? mounted : folder);

export const dovecot: ServiceRecipe = {
  portNames: ['imap', 'imaps', 'lmtp'],
  prepare: async (setup) => {
    mkdirSync(setup.folder, { recursive: true });
    await makeCertificate(setup.folder);
    const mail = join(setup.folder, 'mail');
    mkdirSync(mail);
    const owner = await mailOwner();
    if (isRoot) chownSync(mail, owner.uid, owner.gid);
    chmodSync(setup.folder, 0o755);
    writeFileSync(join(setup.folder, 'dovecot.conf'), configuration(setup, owner), { mode: 0o600 });
    writeTokenValidation(setup);
  },
  start: async (setup, started) => {
    const program = programPath('dovecot');
    if (!program) throw new Error('dovecot is not on PATH');
    started(
      startProcess({
        label: 'dovecot',
        command: inMounts(setup, [program, '-F', '-c', join(home(setup), 'dovecot.conf')]),
        log: join(setup.folder, 'dovecot.out'),
      }),
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
    IMAP_HOST: loopback,
    IMAP_PORT: String(portOf(setup, 'imap')),
    IMAPS_PORT: String(portOf(setup, 'imaps')),
    IMAP_TLS_CA: certificateIn(setup.folder).ca,
    IMAP_TEST_PASSWORD: setup.secrets.imapPassword,
    LMTP_HOST: loopback,
    LMTP_PORT: String(portOf(setup, 'lmtp')),
  }),
  version: async () =>
    `Dovecot ${(await run([programPath('dovecot') ?? 'dovecot', '--version'])).split(' ')[0]?.trim()}`,
};

function inMounts({ folder }: Setup, command: readonly string[]): readonly string[] {
  if (!isRoot) return command;
  return [
    ...namespace(),
    'sh',
    '-c',
    `mount -t proc proc /proc; mount --bind "$1" ${mounted}; shift; exec "$@"`,
    'dovecot',
    folder,
    ...command,
  ];
}

type Owner = { readonly user: string; readonly login: string; readonly uid: number; readonly gid: number };

/** As root, the users from Dovecot's package; otherwise everything runs as the current user. */
async function mailOwner(): Promise<Owner> {
  const user = isRoot ? 'dovecot' : (await run(['id', '-un'])).trim();
  const [uid, gid] = await Promise.all([run(['id', '-u', user]), run(['id', '-g', user])]);
  return { user, login: isRoot ? 'dovenull' : user, uid: Number(uid), gid: Number(gid) };
}

const special = (name: string): string =>
  `  mailbox ${name} {\n    auto = create\n    special_use = \\${name}\n  }`;
const listener = (name: string, port: number, extra = ''): string =>
  `  inet_listener ${name} {\n    address = ${loopback}\n    port = ${port}${extra}\n  }`;

function configuration(setup: Setup, { user, login, uid, gid }: Owner): string {
  const base = home(setup);
  const { certificate, key } = certificateIn(base);
  return `protocols = imap lmtp
base_dir = ${base}/run
state_dir = ${base}/state
log_path = ${base}/dovecot.log
default_internal_user = ${user}
default_login_user = ${login}
default_internal_group = ${isRoot ? user : ''}
# As a user of its own Dovecot cannot chroot its login processes; as root it need not, for a test.
service imap-login {
  chroot =
${listener('imap', portOf(setup, 'imap'))}
${listener('imaps', portOf(setup, 'imaps'), '\n    ssl = yes')}
}
service anvil {
  chroot =
  # Without the penalty listener a failed login does not slow the next one from the same address down by four seconds.
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service lmtp {
${listener('lmtp', portOf(setup, 'lmtp'))}
  client_limit = 1
  process_limit = 50
}
service imap {
  process_limit = 1000
}
service stats {
  chroot =
}
ssl = yes
ssl_cert = <${certificate}
ssl_key = <${key}
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
auth_username_chars = abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01234567890.-_@+='!#$&~
mail_max_userip_connections = 10000
# Tokens are JWTs that a test signs with the password of the test run; no server is asked.
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = ${base}/oauth2.conf.ext
}
passdb {
  driver = static
  mechanisms = plain login
  args = password=${setup.secrets.imapPassword}
}
userdb {
  driver = static
  args = uid=${uid} gid=${gid} home=${base}/mail/%Lu allow_all_users=yes
}
first_valid_uid = 1
# One folder a mailbox: removing dovecot-uidlist and dovecot.index* is a lost index, with a new UIDVALIDITY.
mail_location = maildir:~/folders:LAYOUT=fs:UTF-8:INBOX=~/inbox
mail_fsync = never
maildir_stat_dirs = yes
# The full address names the user, also one with a plus sign in it.
recipient_delimiter =
lmtp_save_to_detail_mailbox = no
namespace inbox {
  inbox = yes
  separator = /
${['Sent', 'Drafts', 'Junk', 'Trash', 'Archive'].map(special).join('\n')}
  # Comes into being with a CREATE.
  mailbox "All Mail" {
    special_use = \\All
  }
}
`;
}

/** https://doc.dovecot.org/2.3/configuration_manual/authentication/oauth2/: keys are at <azp>/<alg>/<kid>. */
function writeTokenValidation(setup: Setup): void {
  const keys = join(setup.folder, 'token-keys/default/HS256');
  mkdirSync(keys, { recursive: true });
  writeFileSync(join(keys, 'default'), Buffer.from(setup.secrets.imapPassword).toString('base64'));
  writeFileSync(
    join(setup.folder, 'oauth2.conf.ext'),
    `introspection_mode = local
local_validation_key_dict = fs:posix:prefix=${home(setup)}/token-keys/
username_attribute = email
`,
  );
}

const userFolder = (setup: Setup, user: string): string => join(setup.folder, 'mail', user.toLowerCase());

/**
 * What an administrator does to restore a mailbox from a backup without its indexes: UIDVALIDITY changes, all messages get new
 * UIDs.
 */
export async function resetUidValidity(
  setup: Setup,
  { user, folder }: { readonly user: string; readonly folder: string },
): Promise<void> {
  const path =
    folder.toUpperCase() === 'INBOX'
      ? join(userFolder(setup, user), 'inbox')
      : join(userFolder(setup, user), 'folders', folder);
  if (!existsSync(path)) throw new Error(`user ${user} has no folder ${folder}`);
  await endSessions(setup, user);
  const index = readdirSync(path).filter(
    (name) => name === 'dovecot-uidlist' || name.startsWith('dovecot.index'),
  );
  for (const name of index) rmSync(join(path, name));
}

/** The user starts over, with empty folders, at the next login or delivery. */
export async function dropUser(setup: Setup, user: string): Promise<void> {
  await endSessions(setup, user);
  rmSync(userFolder(setup, user), { recursive: true, force: true });
}

/** A running session would write back its own state of the index. */
async function endSessions(setup: Setup, user: string): Promise<void> {
  const [master] = setup.processes;
  if (!master || !isRunning(master)) return;
  const enter = isRoot ? ['nsenter', `--target=${innermost(master)}`, '--mount', '--pid'] : [];
  // doveadm fails if the user has no session.
  await run([...enter, 'doveadm', '-c', join(home(setup), 'dovecot.conf'), 'kick', user]).catch(
    () => undefined,
  );
}
