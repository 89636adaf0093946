import { Command } from 'commander';
import type { ObjectId } from 'mongodb';
import { withResources } from '../app/open.ts';
import type { Resources } from '../app/open.ts';
import { loadConfig } from '../config/config.ts';
import { describeError } from '../errors.ts';
import { ingestAgain } from '../ingest/ingest.ts';
import type { IngestDeps } from '../ingest/ingest-deps.ts';
import { messagesNamed } from '../store/message-name.ts';
import { tally } from '../rejudge/preview.ts';
import type { RejudgePreview } from '../rejudge/preview.ts';
import { readAgain } from '../rejudge/read-again.ts';
import { diffLine, previewReplay, receivedSince } from '../rejudge/replay.ts';
import type { MessageDocument } from '../store/message-document.ts';
import { markForRejudge } from '../store/rejudge.ts';
import { createProgress } from './progress.ts';
import { withTriageContext } from './triage-context.ts';
import { printable, tallyReport } from './triage-report.ts';
import { UsageError, dateOption, exitStatus } from './usage.ts';

export function replayCommand(): Command {
  return new Command('replay')
    .description(
      'decide stored messages again with the current rules; quarantined ones are read again from their raw bytes',
    )
    .argument('[message...]', 'id, fingerprint or Message-ID')
    .option(
      '--since <date>',
      'instead: every message received since then, such as 2026-01-31; says what would change first',
    )
    .option('--dry-run', 'change nothing; only with --since')
    .option('--json', 'one JSON line per change, and a last one with the counts; only with --since')
    .action(async (wanted: string[], options: { since?: string; dryRun?: boolean; json?: boolean }) => {
      const { since, dryRun = false, json = false } = options;
      if ((since === undefined) === (wanted.length === 0))
        throw new UsageError('give messages, or --since with a date');
      if (since === undefined && (dryRun || json)) throw new UsageError('--dry-run and --json need --since');
      if (since === undefined) return await replayMessages(wanted);
      return await replaySince(dateOption('--since', since), { dryRun, json });
    });
}

/** Prints what would change, by kind, before anything does; then queues the changes. */
async function replaySince(since: Date, { dryRun, json }: { dryRun: boolean; json: boolean }): Promise<void> {
  await withTriageContext(async (context) => {
    const { messages } = context.database;
    const filter = receivedSince(since);
    const progress = createProgress('messages', await messages.countDocuments(filter));
    const changing: ObjectId[] = [];
    const total = await tally(previewReplay(context, filter), (change, examined) => {
      progress.show(examined);
      if (change.kinds.includes('nothing')) return;
      if (!change.kinds.includes('verdict') && !change.kinds.includes('unreadable'))
        changing.push(change.message._id);
      progress.end();
      console.log(json ? JSON.stringify(lineOf(change)) : printable(diffLine(change)));
    });
    progress.end();
    console.log(json ? JSON.stringify(total) : tallyReport(total));
    if (dryRun) return;
    for (let at = 0; at < changing.length; at += BATCH) {
      const ids = changing.slice(at, at + BATCH);
      await markForRejudge(messages, { _id: { $in: ids } });
      await context.enqueue(ids);
    }
    if (!json) console.log(`${changing.length} messages are judged again by the workers`);
  });
}

/** Messages marked and queued per step. */
const BATCH = 500;

function lineOf({ message, kinds, links, unlinks, caseUpdates, before, after, error }: RejudgePreview) {
  return {
    id: message._id.toHexString(),
    kinds,
    links,
    unlinks,
    caseUpdates,
    before: before && { kind: before.kind, reason: before.reason },
    after: after && { kind: after.kind, reason: after.reason, clients: after.clients },
    error,
  };
}

/** Messages with one name: several may share a Message-ID. */
const MAX_NAMED = 100;

/**
 * By id, fingerprint or Message-ID. Prints the result for each; exit status 1 if one could not be read. @throws UsageError, before
 * anything is done, if a name matches no message, or with `only` none in that state.
 */
export async function replayMessages(
  wanted: readonly string[],
  { only }: { readonly only?: MessageDocument['state'] } = {},
): Promise<void> {
  const config = loadConfig(process.env, { mailboxes: 'optional' });
  await withResources(config, async (resources) => {
    const { database, blobs } = resources;
    const again: ObjectId[] = [];
    const deps: IngestDeps = {
      database,
      blobs,
      reader: resources.reader(),
      rules: resources.config.rules,
      rejudgeSoon: async (ids) => void again.push(...ids),
    };
    const found: MessageDocument[] = [];
    for (const name of wanted) found.push(...(await messagesOf(database, name, only)));
    for (const message of found) await replayFound(deps, message, config.mailboxes);
    for (let id = again.shift(); id !== undefined; id = again.shift()) await ingestAgain(deps, id);
  });
}

async function messagesOf(
  { messages }: Resources['database'],
  name: string,
  only: MessageDocument['state'] | undefined,
): Promise<MessageDocument[]> {
  const named = await messages.find(messagesNamed(name)).limit(MAX_NAMED).toArray();
  const found = only === undefined ? named : named.filter(({ state }) => state === only);
  if (found.length > 0) return found;
  const [other] = named;
  throw new UsageError(
    other === undefined
      ? `${name}: no such message${only === undefined ? '' : ' in quarantine'}`
      : `${name}: is not in quarantine but ${other.state}; docketmail replay decides any message again`,
  );
}

async function replayFound(
  deps: IngestDeps,
  message: MessageDocument,
  mailboxes: readonly { readonly name: string }[],
): Promise<void> {
  const id = message._id.toHexString();
  try {
    const names = mailboxes.map(({ name }) => name);
    console.log(`${id} ${message.state} -> ${(await readAgain(deps, message, names)).outcome}`);
  } catch (error) {
    console.error(`${id} ${message.state}: ${describeError(error)}`);
    process.exitCode = exitStatus.failed;
  }
}
