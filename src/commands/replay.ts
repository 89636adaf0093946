import { Command } from 'commander';
import { mkdir } from 'node:fs/promises';
import { ObjectId } from 'mongodb';
import type { Filter } from 'mongodb';
import { openReaderFor, openStores } from '../app.ts';
import { loadConfig } from '../config.ts';
import { describeError } from '../errors.ts';
import { ingestAgain, ingestSighting } from '../ingest.ts';
import type { IngestDeps } from '../ingest.ts';
import type { MessageDocument } from '../store/messages.ts';
import { reopen } from '../store/sightings.ts';

export function replayCommand(): Command {
  return new Command('replay')
    .description(
      "judge stored messages again by today's rules; a quarantined one is read again from its raw bytes",
    )
    .argument('<message...>', 'id, fingerprint or Message-ID')
    .action(replayMessages);
}

/** By id, fingerprint or Message-ID. Says what became of each; exit status 1 where one could not be. */
export async function replayMessages(wanted: readonly string[]): Promise<void> {
  const config = loadConfig(process.env, { mailboxes: 'optional' });
  await mkdir(config.ingest.spoolDir, { recursive: true });
  const stores = await openStores(config);
  const reader = openReaderFor(config, stores.blobs);
  const { database } = stores;
  const again: ObjectId[] = [];
  const deps: IngestDeps = {
    ...stores,
    reader,
    rules: config.rules,
    rejudgeSoon: async (ids) => void again.push(...ids),
  };
  try {
    for (const name of wanted) {
      const messages = await database.messages.find(filterFor(name)).limit(100).toArray();
      if (messages.length === 0) {
        console.error(`${name}: no such message`);
        process.exitCode = 1;
      }
      for (const message of messages) {
        const id = message._id.toHexString();
        try {
          console.log(`${id} ${message.state} -> ${await replayOne(deps, message)}`);
        } catch (error) {
          console.error(`${id} ${message.state}: ${describeError(error)}`);
          process.exitCode = 1;
        }
      }
    }
    for (let id = again.shift(); id !== undefined; id = again.shift()) await ingestAgain(deps, id);
  } finally {
    await reader.close();
    await stores.close();
  }
}

export function filterFor(name: string): Filter<MessageDocument> {
  if (/^[0-9a-f]{24}$/u.test(name)) return { _id: ObjectId.createFromHexString(name) };
  if (/^(?:v1|raw):[0-9a-f]{64}$/u.test(name)) return { fingerprint: name };
  return { messageId: name.replace(/^<|>$/gu, '') };
}

async function replayOne(deps: IngestDeps, message: MessageDocument): Promise<string> {
  if (message.state !== 'quarantined') return (await ingestAgain(deps, message._id)).outcome;
  const { sightings, messages } = deps.database;
  const seen = await sightings
    .find({ messageRef: message._id })
    .project<{ _id: ObjectId }>({ _id: 1 })
    .toArray();
  const ids = seen.map(({ _id }) => _id);
  await reopen(sightings, ids);
  let outcome = 'nothing-to-do';
  for (const id of ids) outcome = (await ingestSighting(deps, id)).outcome;
  const stillReferred = await sightings.countDocuments({ messageRef: message._id });
  if (stillReferred === 0) await messages.deleteOne({ _id: message._id, state: 'quarantined' });
  return outcome;
}
