/** Raw messages that blob storage lost while the mailbox still has them: refetched by their sightings. */
import type { Filter } from 'mongodb';
import type { Database } from './mongo.ts';
import type { SightingDocument } from './sightings.ts';

type Stores = Pick<Database, 'sightings' | 'cursors'>;
export type Occurrence = Pick<SightingDocument, 'mailbox' | 'folder' | 'uid'>;

/**
 * Schedules them for the next poll, and returns which: those of mailboxes in `polled`, in the current epoch of the folder, whose
 * UIDs are still valid. One that the folder no longer listed when fetched is not requested again.
 */
export async function askForRaw(
  { sightings, cursors }: Stores,
  filter: Filter<SightingDocument>,
  polled: ReadonlySet<string>,
): Promise<Occurrence[]> {
  const asked: Occurrence[] = [];
  const rows = sightings.find({ ...filter, rawKey: { $ne: null }, isGone: { $ne: true } });
  for await (const { _id, mailbox, folder, epoch, uid, rawKey } of rows) {
    if (rawKey === null) continue;
    if (!polled.has(mailbox) || (await cursors.countDocuments({ mailbox, folder, epoch })) === 0) continue;
    const { modifiedCount } = await sightings.updateOne(
      { _id, rawKey },
      {
        $set: {
          state: 'pending',
          rawKey: null,
          lostRaw: rawKey,
          attempts: 0,
          attemptsBy: [],
          error: 'its raw bytes are gone from blob storage; it is fetched again',
          updatedAt: new Date(),
        },
        $unset: { retryAt: true, looks: true, unlistedAt: true },
      },
    );
    if (modifiedCount > 0) asked.push({ mailbox, folder, uid });
  }
  return asked;
}

const RAW_MISSING = /^raw-missing\b/u;

/** Rows that ended because their raw bytes were gone, not yet requested from the mailbox. */
export async function askForMissingRaw(database: Stores & Pick<Database, 'polls'>): Promise<Occurrence[]> {
  const { sightings, polls } = database;
  const filter: Filter<SightingDocument> = { state: 'failed', error: RAW_MISSING };
  if ((await sightings.countDocuments(filter, { limit: 1 })) === 0) return [];
  return await askForRaw(database, filter, await polledMailboxes({ polls }));
}

/** Mailboxes that some process polls. */
export async function polledMailboxes({ polls }: Pick<Database, 'polls'>): Promise<ReadonlySet<string>> {
  return new Set((await polls.find().toArray()).map(({ _id }) => _id));
}

/** Neither blob storage nor the mailbox has it: it stays in quarantine. */
export async function giveUpRaw(
  sightings: Database['sightings'],
  { _id, lostRaw }: Pick<SightingDocument, '_id' | 'lostRaw'>,
): Promise<void> {
  if (lostRaw === undefined) return;
  await sightings.updateOne(
    { _id, state: 'vanished' },
    {
      $set: {
        state: 'failed',
        rawKey: lostRaw,
        isGone: true,
        error: 'raw-missing: its raw bytes are gone, and the mailbox lists it no longer',
      },
    },
  );
}
