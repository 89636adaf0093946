import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { withResources } from '../app/open.ts';
import type { Resources } from '../app/open.ts';
import { loadConfig } from '../config/config.ts';
import type { MessageDocument } from '../store/message-document.ts';
import { messagesNamed } from '../store/message-name.ts';
import { replayMessages } from './replay.ts';
import { UsageError } from './usage.ts';

/** Rows of a list; more have one common cause, which the first show as well. */
const LISTED = 1_000;

/** Messages that could not be read, kept with their raw bytes and the reason. */
export function quarantineCommand(): Command {
  const command = new Command('quarantine').description(
    'messages that could not be read, with their raw bytes and the reason',
  );
  command
    .command('list')
    .description('one line each, newest first')
    .option('--json', 'one JSON line each')
    .action(async ({ json = false }: { json?: boolean }) => await withStores((stores) => list(stores, json)));
  command
    .command('show')
    .description('everything known about one message')
    .argument('<message>', 'id, fingerprint or Message-ID')
    .action(async (name: string) => await withStores((stores) => show(stores, name)));
  command
    .command('replay')
    .description('read messages again from their raw bytes, for example after an update')
    .argument('[message...]', 'id, fingerprint or Message-ID')
    .option('--all', 'all of them')
    .action(replay);
  command
    .command('export')
    .description('write the raw bytes unchanged')
    .argument('<message>', 'id, fingerprint or Message-ID')
    .option('--out <file>', 'a file that does not exist yet; default: standard output')
    .action(
      async (name: string, { out }: { out?: string }) =>
        await withStores((stores) => exportRaw(stores, name, out)),
    );
  return command;
}

async function withStores(work: (stores: Stores) => Promise<void>): Promise<void> {
  await withResources(loadConfig(process.env, { mailboxes: 'optional' }), work);
}

type Stores = Pick<Resources, 'database' | 'blobs'>;

async function list({ database }: Stores, json: boolean): Promise<void> {
  const found = await findAll(database);
  for (const message of found) console.log(json ? JSON.stringify(summaryOf(message)) : lineOf(message));
  if (!json) console.log(`${found.length}${found.length === LISTED ? ' or more' : ''} in quarantine`);
}

async function findAll({ messages }: Stores['database']): Promise<MessageDocument[]> {
  return await messages.find({ state: 'quarantined' }).sort({ receivedAt: -1 }).limit(LISTED).toArray();
}

async function show({ database }: Stores, name: string): Promise<void> {
  const message = await quarantined(database, name);
  const sightings = await database.sightings.find({ messageRef: message._id }).toArray();
  const seen = sightings.map(({ mailbox, folder, uid, attempts, updatedAt }) => ({
    mailbox,
    folder,
    uid,
    attempts,
    updatedAt,
  }));
  const { secondReading = null } = message;
  console.log(JSON.stringify({ ...summaryOf(message), secondReading, sightings: seen }, null, 2));
}

async function replay(names: readonly string[], { all = false }: { all?: boolean }): Promise<void> {
  if (all === names.length > 0) throw new UsageError('quarantine replay: name messages, or give --all');
  let wanted = names;
  if (all)
    await withStores(async ({ database }) => {
      const found = await findAll(database);
      wanted = found.map(({ _id }) => _id.toHexString());
    });
  await replayMessages(wanted, { only: 'quarantined' });
}

async function exportRaw({ database, blobs }: Stores, name: string, out: string | undefined): Promise<void> {
  const raw = await blobs.get((await quarantined(database, name)).rawKey);
  // Does not overwrite an existing file, or write through a link. A message is for its owner only.
  const target = out === undefined ? process.stdout : createWriteStream(out, { flags: 'wx', mode: 0o600 });
  await pipeline(raw, target, { end: out !== undefined });
}

async function quarantined({ messages }: Stores['database'], name: string): Promise<MessageDocument> {
  const message = await messages.findOne({ ...messagesNamed(name), state: 'quarantined' });
  if (message === null) throw new UsageError(`${name}: no such message in quarantine`);
  return message;
}

function summaryOf({
  _id,
  fingerprint,
  messageId,
  error,
  receivedAt,
  size,
  rawKey,
  mailboxes,
  subject,
  participants,
}: MessageDocument) {
  const from = participants.find(({ role }) => role === 'from')?.address ?? null;
  return {
    id: _id.toHexString(),
    receivedAt: receivedAt.toISOString(),
    mailboxes,
    from,
    subject,
    error,
    size,
    messageId,
    fingerprint,
    rawKey,
  };
}

/** Header fields are a stranger's: they must not move a terminal's cursor. */
function lineOf(message: MessageDocument): string {
  const { id, receivedAt, mailboxes, from, error, size } = summaryOf(message);
  return `${id}  ${receivedAt}  ${mailboxes.join(', ')}  ${from ?? '-'}  ${size} bytes  ${error ?? ''}`.replaceAll(
    /[^\P{C}]/gu,
    '?',
  );
}
