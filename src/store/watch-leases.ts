/**
 * Who watches which mailbox: leases as in leases.ts, for all mailboxes of a process at once. A process that could watch has a lease
 * of the kind `watcher`, so that others leave it its share.
 */
import { MongoBulkWriteError } from 'mongodb';
import type { AnyBulkWriteOperation, Collection, Document } from 'mongodb';
import { deterministicId } from './ids.ts';
import { leaseIsOver, LONGEST_LEASE_MS } from './leases.ts';
import type { LeaseDocument } from './leases.ts';

interface Owner {
  readonly owner: string;
  readonly forMs: number;
}

/** A process that was frozen for longer enters again. */
const DEAD_AFTER_MS = 60 * 60_000;
const DUPLICATE_KEY = 11_000;

const kinds = ['watch', 'watcher'] as const;
const longer = ({ forMs }: Owner): Document => ({
  until: { $add: ['$$NOW', forMs] },
  takenAt: '$$NOW',
});

/** In one command, however many there are. Those that ran out and were taken by others stay with them. */
export async function renewWatches(leases: Collection<LeaseDocument>, by: Owner): Promise<void> {
  await leases.updateMany({ owner: by.owner, kind: { $in: [...kinds] } }, [{ $set: longer(by) }]);
}

export interface SeenWatches {
  readonly watches: readonly { readonly mailbox: string; readonly owner: string }[];
  readonly watchers: ReadonlySet<string>;
  /** Watchers that said nothing for long. */
  readonly dead: readonly string[];
}

/** All that have not run out. */
export async function findWatches(leases: Collection<LeaseDocument>): Promise<SeenWatches> {
  const rows = await leases
    .aggregate<Pick<LeaseDocument, 'mailbox' | 'kind' | 'owner'> & { readonly leftMs: number }>([
      { $match: { kind: { $in: [...kinds] } } },
      // The server's time is available in a projection; some engines refuse it in a filter.
      { $project: { mailbox: 1, kind: 1, owner: 1, leftMs: { $subtract: ['$until', '$$NOW'] } } },
    ])
    .toArray();
  const live = rows.filter(({ leftMs }) => leftMs > 0 && leftMs <= LONGEST_LEASE_MS);
  return {
    watches: live.filter(({ kind }) => kind === 'watch').map(({ mailbox, owner }) => ({ mailbox, owner })),
    watchers: new Set(live.filter(({ kind }) => kind === 'watcher').map(({ owner }) => owner)),
    dead: rows.flatMap(({ kind, owner, leftMs }) =>
      kind === 'watcher' && leftMs < -DEAD_AFTER_MS ? [owner] : [],
    ),
  };
}

/** Takes those that nobody has: which they are, `findWatches` tells. At most two commands. */
export async function claimWatches(
  leases: Collection<LeaseDocument>,
  { mailboxes, ...by }: Owner & { readonly mailboxes: readonly string[] },
): Promise<void> {
  if (mailboxes.length === 0) return;
  const ids = mailboxes.map((mailbox) => deterministicId(mailbox, 'watch'));
  const change = [{ $set: { owner: { $literal: by.owner }, ...longer(by) } }];
  const { matchedCount } = await leases.updateMany({ _id: { $in: ids }, $expr: leaseIsOver }, change);
  if (matchedCount === mailboxes.length) return;
  await insertNew(
    leases,
    mailboxes.map((mailbox) => ({ mailbox, kind: 'watch' as const })),
    by,
  );
}

/** Says that this process could watch, and forgets those that were killed. */
export async function enterWatcher(
  leases: Collection<LeaseDocument>,
  { dead, ...by }: Owner & Pick<SeenWatches, 'dead'>,
): Promise<void> {
  if (dead.length > 0) await leases.deleteMany({ kind: 'watcher', owner: { $in: [...dead] } });
  await insertNew(leases, [{ mailbox: by.owner, kind: 'watcher' }], by);
}

async function insertNew(
  leases: Collection<LeaseDocument>,
  wanted: readonly Pick<LeaseDocument, 'mailbox' | 'kind'>[],
  by: Owner,
): Promise<void> {
  const { owner } = by;
  const writes = wanted.map(({ mailbox, kind }): AnyBulkWriteOperation<LeaseDocument> => {
    const set = {
      mailbox: { $literal: mailbox },
      kind: { $literal: kind },
      owner: { $literal: owner },
      ...longer(by),
    };
    const _id = deterministicId(mailbox, kind);
    // Matches only one's own: where another has it, the insert fails. That of a watcher has its own id.
    const filter = kind === 'watcher' ? { _id } : { _id, owner };
    return { updateOne: { filter, update: [{ $set: set }], upsert: true } };
  });
  try {
    await leases.bulkWrite(writes, { ordered: false });
  } catch (error) {
    const errors = error instanceof MongoBulkWriteError ? [error.writeErrors].flat() : [];
    if (errors.length === 0 || errors.some(({ code }) => code !== DUPLICATE_KEY)) throw error;
  }
}

export async function releaseWatches(
  leases: Collection<LeaseDocument>,
  { owner, mailboxes }: { readonly owner: string; readonly mailboxes: readonly string[] },
): Promise<void> {
  if (mailboxes.length === 0) return;
  const ids = mailboxes.map((mailbox) => deterministicId(mailbox, 'watch'));
  await leases.deleteMany({ _id: { $in: ids }, owner });
}

/** Of a process that ends. */
export async function leaveWatches(leases: Collection<LeaseDocument>, owner: string): Promise<void> {
  await leases.deleteMany({ owner, kind: { $in: [...kinds] } });
}
