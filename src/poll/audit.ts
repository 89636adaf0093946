import { describeError } from '../errors.ts';
import { MailboxError } from '../mailbox/mailbox.ts';
import type { FolderState, MailboxSession } from '../mailbox/mailbox.ts';
import { isOtherFolder } from '../mailbox/sync-plan.ts';
import { compareFolder } from './comparison.ts';
import type { PolledMailbox } from './poll-run.ts';
import { useOf } from './folder-use.ts';
import { recordAbsent } from './listing.ts';
import { findCursor } from '../store/cursors.ts';
import type { BlobStore } from '../store/blobs/blobs.ts';
import { askForRaw } from '../store/lost-raw.ts';
import { findUndelivered } from '../store/fetches.ts';
import type { Undelivered } from '../store/fetches.ts';
import type { Database } from '../store/mongo.ts';
import { countRows } from '../store/sightings.ts';
import type { FolderEpoch, LedgerRow, SightingDocument } from '../store/sightings.ts';

/** What a folder lists, compared with the ledger. */
export interface FolderAudit {
  readonly folder: string;
  /** UIDs that the mailbox lists now. */
  readonly listed: number;
  /** Of the listed ones. */
  readonly done: number;
  readonly pending: number;
  readonly failed: number;
  /** Not fetched, because someone is still writing them. */
  readonly drafts: number;
  /** Rows of messages that the mailbox no longer lists: moved, deleted, or gone before they were fetched. */
  readonly vanished: number;
  /** Listed, but the ledger has no row or considers them gone. The first thousand; `missingCount` has the total. */
  readonly missing: readonly number[];
  readonly missingCount: number;
  /** Messages that the folder counts but does not list. */
  readonly unfound: number;
  /** Listed and requested, but not received yet: the first hundred. */
  readonly undelivered: readonly Pick<Undelivered, 'uid' | 'attempts' | 'error'>[];
  /** Listed, but their raw bytes are missing in blob storage: the first hundred. Only of those checked. */
  readonly rawGone: readonly number[];
  /** The folder differs from the one in the ledger, or was never polled: the next poll reads all of it. */
  readonly isNew: boolean;
  /** Why it could not be compared: missing, or does not open. Null if it was. */
  readonly problem: string | null;
}

const MAX_NAMED = 1_000;
const MAX_UNDELIVERED = 100;

type State = SightingDocument['state'];

interface AuditOptions {
  readonly fix: boolean;
  /** Checks raw bytes: those of messages that failed, or of all. Not checked if omitted. */
  readonly blobs?: { readonly store: Pick<BlobStore, 'head'>; readonly of: 'failed' | 'all' } | null;
}

/**
 * Compares a mailbox with the ledger, folder by folder, in windows: a million messages are never in memory. `fix` writes rows for
 * the missing ones, which the next poll fetches. @throws MailboxError; what the database throws.
 */
export async function auditMailbox(
  database: Database,
  mailbox: PolledMailbox,
  { fix, blobs = null }: AuditOptions,
): Promise<FolderAudit[]> {
  const session = await mailbox.source.openSession();
  try {
    const audits: FolderAudit[] = [];
    for (const wanted of mailbox.folders) {
      const path = await session.resolveFolder(wanted);
      const state = path === null ? 'there is no such folder' : await openOrWhyNot(session, path);
      audits.push(
        typeof state === 'string'
          ? unread(path ?? wanted, state)
          : await auditFolder({ database, mailbox, session, wanted, state, fix, blobs }),
      );
    }
    return audits;
  } finally {
    await session.close();
  }
}

const unread = (folder: string, problem: string): FolderAudit => ({
  folder,
  listed: 0,
  done: 0,
  pending: 0,
  failed: 0,
  drafts: 0,
  vanished: 0,
  missing: [],
  missingCount: 0,
  unfound: 0,
  undelivered: [],
  rawGone: [],
  isNew: false,
  problem,
});

async function openOrWhyNot(session: MailboxSession, path: string): Promise<FolderState | string> {
  try {
    return await session.open(path);
  } catch (error) {
    if (error instanceof MailboxError && (error.code === 'folder-missing' || error.code === 'protocol'))
      return describeError(error);
    throw error;
  }
}

async function auditFolder(
  input: {
    readonly database: Database;
    readonly mailbox: PolledMailbox;
    readonly session: MailboxSession;
    readonly wanted: string;
    readonly state: FolderState;
  } & AuditOptions,
): Promise<FolderAudit> {
  const { database, mailbox, session, state, fix } = input;
  const { path } = state;
  const cursor = await findCursor(database.cursors, { mailbox: mailbox.name, folder: path });
  const isNew = cursor === null || isOtherFolder(state, cursor);
  const key: FolderEpoch = { mailbox: mailbox.name, folder: path, epoch: cursor?.epoch ?? 1 };
  const counts: Record<State, number> = { done: 0, pending: 0, failed: 0, vanished: 0, draft: 0 };
  // Before any row is added.
  const rows = isNew ? 0 : await countRows(database.sightings, key);
  const use = await useOf(session, { wanted: input.wanted, path });
  const missing: number[] = [];
  const rawGone: number[] = [];
  let [listed, missingCount, knownListed] = [0, 0, 0];
  for await (const window of compareFolder({ database, session }, isNew ? null : key, 1)) {
    for (const row of window.rows.values()) counts[row.state]++;
    listed += window.listed.length;
    knownListed += window.rows.size;
    missingCount += window.absent.length;
    if (fix && !isNew) await recordAbsent(input, { key, use }, window.absent);
    const gone = await rawGoneIn(input.blobs ?? null, window.rows);
    if (fix && gone.length > 0)
      await askForRaw(database, { _id: { $in: gone.map(({ _id }) => _id) } }, new Set([mailbox.name]));
    rawGone.push(...gone.map(({ uid }) => uid).slice(0, MAX_UNDELIVERED - rawGone.length));
    missing.push(...window.absent.slice(0, MAX_NAMED - missing.length));
  }
  const undelivered = isNew ? [] : await findUndelivered(database.sightings, MAX_UNDELIVERED, key);
  return {
    folder: path,
    listed,
    done: counts.done,
    pending: counts.pending,
    failed: counts.failed,
    drafts: counts.draft,
    vanished: rows - knownListed,
    missing,
    missingCount,
    unfound: Math.max(0, state.exists - listed),
    undelivered: undelivered.map(({ uid, attempts, error }) => ({ uid, attempts, error })),
    rawGone,
    isNew,
    problem: null,
  };
}

/** Checked in parallel: each is a request to the store. */
const HEADS_AT_ONCE = 16;

async function rawGoneIn(
  blobs: NonNullable<AuditOptions['blobs']> | null,
  ledger: ReadonlyMap<number, LedgerRow>,
): Promise<{ readonly _id: LedgerRow['_id']; readonly uid: number }[]> {
  if (blobs === null) return [];
  const wanted = [...ledger].filter(
    ([, { state, rawKey }]) => rawKey !== null && (blobs.of === 'all' || state === 'failed'),
  );
  const gone: { _id: LedgerRow['_id']; uid: number }[] = [];
  for (let at = 0; at < wanted.length; at += HEADS_AT_ONCE)
    await Promise.all(
      wanted.slice(at, at + HEADS_AT_ONCE).map(async ([uid, { _id, rawKey }]) => {
        if (rawKey !== null && (await blobs.store.head(rawKey)) === null) gone.push({ _id, uid });
      }),
    );
  return gone.toSorted((a, b) => a.uid - b.uid);
}
