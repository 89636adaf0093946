/** Reads messages again from their raw bytes: quarantined ones as if they had just come, others to be judged anew. */
import type { ObjectId } from 'mongodb';
import { PermanentError } from '../errors.ts';
import { ingestAgain, ingestSighting } from '../ingest/ingest.ts';
import type { IngestDeps } from '../ingest/ingest-deps.ts';
import { reopen } from '../store/attempts.ts';
import { askForRaw, polledMailboxes } from '../store/lost-raw.ts';
import type { MessageDocument } from '../store/message-document.ts';

export interface ReadAgain {
  /** What became of it, in words. */
  readonly outcome: string;
  /** Once it can be read its identity may be another one. */
  readonly messageRef: ObjectId;
}

/** `mailboxes`: those that are configured. @throws PermanentError if its bytes are lost and no mailbox has them. */
export async function readAgain(
  deps: IngestDeps,
  message: MessageDocument,
  mailboxes: readonly string[],
): Promise<ReadAgain> {
  const refetched = await refetchLost(deps, message, mailboxes);
  if (refetched !== null) return { outcome: refetched, messageRef: message._id };
  if (message.state !== 'quarantined')
    return { outcome: (await ingestAgain(deps, message._id)).outcome, messageRef: message._id };
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
  if (stillReferred > 0) return { outcome, messageRef: message._id };
  await messages.deleteOne({ _id: message._id, state: 'quarantined' });
  const moved = await sightings.findOne({ _id: { $in: ids }, messageRef: { $ne: null } });
  return { outcome, messageRef: moved?.messageRef ?? message._id };
}

/** Without its raw bytes there is nothing to read: requests them from a mailbox. Null if they exist. */
async function refetchLost(
  { database, blobs }: Pick<IngestDeps, 'database' | 'blobs'>,
  { _id, rawKey }: MessageDocument,
  mailboxes: readonly string[],
): Promise<string | null> {
  if ((await blobs.head(rawKey)) !== null) return null;
  const polled = new Set([...(await polledMailboxes(database)), ...mailboxes]);
  const asked = await askForRaw(database, { messageRef: _id }, polled);
  if (asked.length === 0)
    throw new PermanentError(
      'raw-missing',
      `its raw bytes are gone from blob storage, and no mailbox that is polled has the message; restore ${rawKey}`,
    );
  const places = asked.map(({ mailbox, folder, uid }) => `${mailbox} ${folder} UID ${uid}`);
  return `its raw bytes are gone from blob storage; the next poll fetches them again from ${places.join(', ')}`;
}
