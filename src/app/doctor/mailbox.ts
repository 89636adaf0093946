import type { Config } from '../../config/config.ts';
import { describeError } from '../../errors.ts';
import { MailboxError } from '../../mailbox/mailbox.ts';
import type { MailboxSession } from '../../mailbox/mailbox.ts';
import { openMailbox } from '../open-mailbox.ts';
import type { StoredCredentials } from '../open-mailbox.ts';
import { proposalText, proposeServers } from '../../mail/authentication/receiving-server.ts';
import { newestHeaders } from './receiving-server.ts';
import { fixFor } from '../../connect/fixes.ts';
import { failed, finding } from './finding.ts';
import type { Finding } from './finding.ts';

const TIMEOUT_MS = 20_000;

export async function* examineMailbox(
  settings: Config['mailboxes'][number],
  { rules, stored }: { readonly rules: Config['rules']; readonly stored: StoredCredentials | null },
): AsyncGenerator<Finding> {
  const subject = `mailbox ${settings.name}`;
  const { source } = openMailbox(settings, { stored });
  try {
    const session = await source.openSession(AbortSignal.timeout(TIMEOUT_MS));
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

/**
 * The servers that deliver mail, if the settings do not name them. Only from the inbox: other folders contain mail from other
 * sources.
 */
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

function mailboxFix(error: unknown, settings: Config['mailboxes'][number]): string {
  return fixFor(error instanceof MailboxError ? error.code : 'connection', settings, describeError(error));
}
