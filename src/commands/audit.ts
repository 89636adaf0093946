import { Command } from 'commander';
import { withResources } from '../app/open.ts';
import { auditMailbox } from '../poll/audit.ts';
import type { FolderAudit } from '../poll/audit.ts';
import { loadConfig } from '../config/config.ts';
import { addPoll } from '../queue/queues.ts';
import { mailboxNamed } from './mailbox-named.ts';
import { exitStatus } from './usage.ts';

/** UIDs shown per folder. */
const SHOWN = 20;

export function auditCommand(): Command {
  return new Command('audit')
    .description(
      'compare a mailbox with the ledger, message by message; exits 1 while a message is missing or not delivered, or a folder cannot be read',
    )
    .argument('<mailbox>', 'its name in the settings')
    .option('--fix', 'queue missing messages')
    .option('--blobs', 'also look for the raw bytes of every message in blob storage')
    .option('--json', 'one JSON line per folder')
    .action(audit);
}

async function audit(
  name: string,
  { fix = false, blobs = false, json = false }: { fix?: boolean; blobs?: boolean; json?: boolean },
): Promise<void> {
  await withResources(loadConfig(process.env, { mailboxes: 'optional' }), async (resources) => {
    const wanted = mailboxNamed(resources.directory, name);
    const audits = await auditMailbox(resources.database, resources.mailbox(wanted), {
      fix,
      blobs: { store: resources.blobs, of: blobs ? 'all' : 'failed' },
    });
    for (const folder of audits) {
      console.log(json ? JSON.stringify(folder) : lineOf(folder));
      if (!json) for (const line of undeliveredLines(folder)) console.log(line);
    }
    const missing = audits.reduce((sum, { missingCount }) => sum + missingCount, 0);
    if (!json) console.log(`${name}: ${missing} missing`);
    if (missing > 0 || audits.some(isIncomplete)) process.exitCode = exitStatus.failed;
    const lost = audits.some(({ rawGone }) => rawGone.length > 0);
    if ((missing > 0 || lost) && fix) {
      await addPoll(await resources.queues(), name);
      console.log('they are queued; audit again when the workers have gone through them');
    }
  });
}

const isIncomplete = ({ problem, unfound, undelivered, rawGone }: FolderAudit): boolean =>
  problem !== null || unfound > 0 || undelivered.length > 0 || rawGone.length > 0;

/** What no audit can fix: the server counts or lists it, but does not deliver it. */
function undeliveredLines({ folder, unfound, undelivered, rawGone }: FolderAudit): string[] {
  return [
    ...(unfound > 0 ? [`${folder}: the server counts ${unfound} messages that it does not list`] : []),
    ...rawGone.slice(0, SHOWN).map((uid) => `${folder} UID ${uid}: its raw bytes are gone from blob storage`),
    ...undelivered
      .slice(0, SHOWN)
      .map(({ uid, attempts, error }) => `${folder} UID ${uid}: requested ${attempts} times: ${error ?? ''}`),
  ];
}

function lineOf({
  folder,
  listed,
  done,
  pending,
  failed,
  drafts,
  vanished,
  missing,
  missingCount,
  isNew,
  problem,
}: FolderAudit): string {
  if (problem !== null) return `${folder}: could not be compared: ${problem}`;
  const counts = `${folder}: ${listed} listed, ${done} done, ${pending} pending, ${failed} failed, ${drafts > 0 ? `${drafts} drafts, ` : ''}${vanished} vanished, ${missingCount} missing`;
  const uids = missing.slice(0, SHOWN).join(', ');
  const more = missingCount > SHOWN ? ', …' : '';
  return `${counts}${missingCount > 0 ? ` (UID ${uids}${more})` : ''}${isNew && listed > 0 ? '; not polled since it was made' : ''}`;
}
