import pLimit from 'p-limit';
import type { AuditedFolder, MailboxService } from '../connect/mailbox-service.ts';
import { readChoice, MailboxRequestError, settingsOf } from '../connect/mailbox-input.ts';
import type { MailboxFields } from '../connect/mailbox-input.ts';
import type { ConfiguredMailbox } from '../connect/directory.ts';
import type { TokenUser } from '../connect/oauth/tokens.ts';
import { verifyApp } from '../connect/oauth/verify.ts';
import { serverTime } from '../store/events.ts';
import { testMailbox } from '../connect/mailbox-test.ts';
import { reportMailboxes } from '../connect/report.ts';
import type { MailboxReport } from '../connect/report.ts';
import { MailboxError } from '../mailbox/mailbox.ts';
import { auditMailbox } from '../poll/audit.ts';
import type { FolderAudit } from '../poll/audit.ts';
import { addPoll } from '../queue/queues.ts';
import { openMailbox } from './open-mailbox.ts';
import type { Resources } from './open.ts';
import { signInDeps } from './sign-in.ts';

/** It lists every message of a mailbox. */
const oneAudit = pLimit(1);
/** A page of figures asks several times. */
const REPORT_MS = 2_000;

export function mailboxService(resources: Resources): MailboxService {
  const { config, database, directory, tokens } = resources;
  let latest: { readonly at: number; readonly reports: Promise<readonly MailboxReport[]> } | null = null;

  async function settingsFor(name: string | null, fields: MailboxFields) {
    await directory.refresh();
    const found = name === null ? null : directory.named(name);
    if (name !== null && found === null)
      throw new MailboxRequestError('no-such-mailbox', `there is no mailbox ${name}`);
    // As it stands, those of the settings too.
    if (found !== null && Object.keys(fields).length === 0) return found.settings;
    const { auth, ...connection } = found?.settings ?? { auth: null };
    const before =
      found === null
        ? null
        : { ...found.settings, ...connection, oauth: auth?.kind === 'oauth' ? auth : null };
    const choice = readChoice(fields, {
      before,
      apps: config.oauthApps,
      pollIntervalSeconds: config.pollIntervalSeconds,
    });
    const asked = settingsOf(name ?? fields.name ?? choice.user, choice);
    return asked.auth.kind === 'stored' && found !== null ? { ...asked, auth: found.settings.auth } : asked;
  }

  const signIn = signInDeps(resources, async (name) => {
    await directory.refresh();
    return directory.named(name)?.settings ?? null;
  });
  return {
    admin: { database, directory, config },
    signIn,
    apps: config.oauthApps,
    downSeconds: config.mailboxDownSeconds,
    reports: async () => {
      const now = performance.now();
      if (latest === null || now - latest.at > REPORT_MS) {
        const reports = directory.refresh().then(async () => await reportMailboxes(database, directory));
        latest = { at: now, reports };
        reports.catch(() => (latest = null));
      }
      return await latest.reports;
    },
    test: async ({ name, fields }) => {
      const settings = await settingsFor(name, fields);
      return await testMailbox(
        settings,
        () => openMailbox(settings, { stored: { tokens, directory } }).source,
      );
    },
    verifyApp: async ({ app: name, mailbox }) => {
      const app = config.oauthApps.find((one) => one.name === name);
      if (app === undefined)
        throw new MailboxRequestError(
          'no-such-app',
          `there is no OAuth app ${name}. Fix: name one of oauthApps in MAILBOXES_FILE`,
        );
      await directory.refresh();
      const users = usersOf(app.name, directory.all());
      const use = mailbox === null ? (users[0] ?? null) : users.find((one) => one.mailbox === mailbox);
      if (use === undefined)
        throw new MailboxRequestError('no-such-mailbox', `no mailbox ${mailbox} signs in by the app ${name}`);
      return await verifyApp(signIn, { app, use, now: await serverTime(database.db) });
    },
    audit: async (name, { fix }) => await audit(resources, { name, fix }),
    pollNow: async (name) => {
      await directory.refresh();
      const found = directory.named(name);
      if (found === null) throw new MailboxRequestError('no-such-mailbox', `there is no mailbox ${name}`);
      if (found.isPaused)
        throw new MailboxRequestError(
          'bad-request',
          `mailbox ${name} is paused. Fix: docketmail mailbox resume ${name}`,
        );
      await addPoll(await resources.queues(), name);
    },
  };
}

/** Those that are read come first. */
const usersOf = (app: string, all: readonly ConfiguredMailbox[]): readonly TokenUser[] =>
  all
    .toSorted((a, b) => Number(a.isPaused) - Number(b.isPaused))
    .flatMap(({ settings: { auth, name, user } }) =>
      auth.kind === 'oauth' && auth.app === app ? [{ ...auth, mailbox: name, user }] : [],
    );

async function audit(
  resources: Resources,
  { name, fix }: { readonly name: string; readonly fix: boolean },
): Promise<readonly AuditedFolder[]> {
  const { database, directory, tokens } = resources;
  await directory.refresh();
  const found = directory.named(name);
  if (found === null) throw new MailboxRequestError('no-such-mailbox', `there is no mailbox ${name}`);
  const audits = await oneAudit(async () => {
    const mailbox = openMailbox(found.settings, { stored: { tokens, directory } });
    try {
      return await auditMailbox(database, mailbox, { fix });
    } catch (error) {
      if (!(error instanceof MailboxError)) throw error;
      throw new MailboxRequestError('bad-request', `${name} could not be read: ${error.message}`);
    } finally {
      await mailbox.source.close();
    }
  });
  if (fix && audits.some(({ missingCount }) => missingCount > 0))
    await addPoll(await resources.queues(), name);
  return audits.map(auditedFolder);
}

function auditedFolder(compared: FolderAudit): AuditedFolder {
  const { folder, listed, done, pending, failed, missingCount, unfound, undelivered, problem } = compared;
  return {
    folder,
    listed,
    done,
    pending,
    failed,
    missing: missingCount,
    undelivered: unfound + undelivered.length,
    problem,
  };
}
