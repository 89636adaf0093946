import type { Config } from './config.ts';
import { openMailbox } from './app.ts';
import { describeError } from './errors.ts';
import { MailboxError } from './mailbox/mailbox.ts';
import type { MailboxSession } from './mailbox/mailbox.ts';
import { proposalText, proposeServers } from './mail/authentication/receiving-server.ts';
import { newestHeaders } from './doctor/receiving-server.ts';
import { inspectRedis } from './redis.ts';
import { openBlobStore } from './store/blob-store.ts';
import { ensureIndexes, openDatabase } from './store/mongo.ts';
import type { Database } from './store/mongo.ts';

/** One line of the doctor's report. `fix` says what to do about anything that is not `ok`. */
export interface Finding {
  readonly subject: string;
  readonly status: 'ok' | 'warning' | 'failed';
  readonly detail: string;
  readonly fix: string | null;
}

const MAILBOX_TIMEOUT_MS = 20_000;

/** Checks every setting and server, each on its own: one that fails hides no other. With `fix`, creates missing indexes. */
export async function* examine(config: Config, { fix }: { readonly fix: boolean }): AsyncGenerator<Finding> {
  for (const warning of config.warnings)
    yield finding('settings', 'warning', warning, 'correct or remove it');
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

function finding(
  subject: string,
  status: Finding['status'],
  detail: string,
  fix: string | null = null,
): Finding {
  return { subject, status, detail, fix };
}

/** Some errors say themselves what to do. */
function failed(subject: string, error: unknown, fix: string): Finding {
  const knowsFix = error instanceof Error && error.message.includes('Fix: ');
  if (knowsFix) return finding(subject, 'failed', error.message.slice(0, 500).replace(/\.$/u, ''));
  return finding(subject, 'failed', describeError(error), fix);
}

async function* examineDatabase(config: Config, fix: boolean): AsyncGenerator<Finding> {
  let database: Database;
  try {
    database = await openDatabase(config.mongodb);
  } catch (error) {
    yield finding(
      'mongodb',
      'failed',
      describeError(error),
      'start the database, or correct MONGODB_URI (host, port, user, password)',
    );
    return;
  }
  try {
    await database.db.command({ ping: 1 });
    await ensureIndexes(database);
    yield finding(
      'mongodb',
      'ok',
      `database ${config.mongodb.db}, ${await database.clients.estimatedDocumentCount()} clients`,
    );
    if (fix) await database.clients.createIndexes([{ key: { email: 1 } }, { key: { emails: 1 } }]);
    const indexes = await database.clients
      .listIndexes()
      .toArray()
      .catch(() => []);
    const keys = indexes.map((index) => Object.keys(index['key'] as object)[0]);
    if (['email', 'emails'].every((key) => keys.includes(key)))
      yield finding('client index', 'ok', 'clients can be looked up by email');
    else
      yield finding(
        'client index',
        'warning',
        'clients.email and clients.emails have no index: look-ups read the whole collection',
        'run docketmail doctor --fix',
      );
  } catch (error) {
    yield finding(
      'mongodb',
      'failed',
      describeError(error),
      'give the user of MONGODB_URI read and write access to the database',
    );
  } finally {
    await database.client.close();
  }
}

async function examineRedis({ redis }: Config): Promise<Finding> {
  try {
    const { version, maxmemoryPolicy } = await inspectRedis(redis.url);
    if (maxmemoryPolicy === 'noeviction') return finding('redis', 'ok', `version ${version}, noeviction`);
    return finding(
      'redis',
      'warning',
      `maxmemory-policy is ${maxmemoryPolicy}: jobs may be dropped`,
      'run CONFIG SET maxmemory-policy noeviction, and set it in redis.conf',
    );
  } catch (error) {
    return failed('redis', error, 'start Redis, or correct REDIS_URL');
  }
}

async function examineBlobs({ blobs: settings }: Config): Promise<Finding> {
  const subject = settings.kind === 's3' ? 's3' : 'blobs';
  const blobs = openBlobStore(settings);
  try {
    await blobs.check();
    return finding(
      subject,
      'ok',
      settings.kind === 's3' ? `bucket ${settings.bucket}` : `folder ${settings.dir}`,
    );
  } catch (error) {
    const fix =
      settings.kind === 's3'
        ? 'check S3_ENDPOINT, S3_BUCKET, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY'
        : 'make BLOB_DIR writable';
    return failed(subject, error, fix);
  } finally {
    await blobs.close();
  }
}

async function* examineMailbox(
  settings: Config['mailboxes'][number],
  rules: Config['rules'],
): AsyncGenerator<Finding> {
  const subject = `mailbox ${settings.name}`;
  const { source } = openMailbox(settings);
  try {
    const session = await source.openSession(AbortSignal.timeout(MAILBOX_TIMEOUT_MS));
    try {
      for (const wanted of settings.folders) {
        const path = await session.resolveFolder(wanted);
        if (path === null) {
          const names = (await session.folders())
            .map((folder) => folder.path)
            .slice(0, 20)
            .join(', ');
          yield finding(subject, 'failed', `has no folder ${wanted}`, `choose its folders of: ${names}`);
          continue;
        }
        yield await examineFolder(session, path, settings);
      }
      if (rules.authentication !== 'off') yield* examineReceivingServer(session, settings, rules);
    } finally {
      await session.close();
    }
  } catch (error) {
    yield failed(subject, error, mailboxFix(error, settings));
  } finally {
    await source.close();
  }
}

/** By which servers mail comes, where the settings do not say so. Of no folder but the inbox: elsewhere lies what came otherwise. */
async function* examineReceivingServer(
  session: MailboxSession,
  { name }: Config['mailboxes'][number],
  rules: Config['rules'],
): AsyncGenerator<Finding> {
  const path = await session.resolveFolder('\\Inbox');
  if (path === null) return;
  const { uidNext } = await session.open(path);
  const proposal = proposalText(proposeServers(await newestHeaders(session, uidNext), rules));
  if (proposal !== null) yield finding(`mail server of ${name}`, 'warning', proposal.detail, proposal.fix);
}

/** One folder that does not open says nothing about the others. */
async function examineFolder(
  session: MailboxSession,
  path: string,
  settings: Config['mailboxes'][number],
): Promise<Finding> {
  const subject = `mailbox ${settings.name}`;
  try {
    const { exists } = await session.open(path);
    return finding(subject, 'ok', `${path}: ${exists} messages`);
  } catch (error) {
    if (!(error instanceof MailboxError) || (error.code !== 'folder-missing' && error.code !== 'protocol'))
      throw error;
    const fix = `give the user the right to read it, or leave it out of its folders (IMAP_FOLDERS); docketmail poll ${settings.name} then asks at once`;
    const why = describeError(error);
    return finding(subject, 'failed', why.startsWith(path) ? why : `${path}: ${why}`, fix);
  }
}

/** Named as in MAILBOXES_FILE, with the name in the environment behind. */
function mailboxFix(error: unknown, { host, port, security }: Config['mailboxes'][number]): string {
  const code = error instanceof MailboxError ? error.code : 'connection';
  if (code === 'authentication-failed')
    return 'correct its user (IMAP_USER) or pass (IMAP_PASS); many providers want an app password';
  if (code === 'folder-missing') return 'correct its folders (IMAP_FOLDERS)';
  if (/certificate|altnames/iu.test(describeError(error)))
    return `name the authority of its certificate in caFile (IMAP_CA_FILE), or correct its host ${host} (IMAP_HOST)`;
  if (code === 'configuration')
    return `correct its security ${security} (IMAP_SECURITY) or port ${port} (IMAP_PORT)`;
  return `check its host ${host} (IMAP_HOST), port ${port} (IMAP_PORT) and security ${security} (IMAP_SECURITY)`;
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
