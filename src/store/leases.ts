import type { Collection, Document, ObjectId } from 'mongodb';

import type { ClientDocument } from './clients.ts';
import { deterministicId } from './ids.ts';
import { isDuplicateKey } from './duplicate-key.ts';

/** How far the rolling scan of the clients got; outlives the process that did it. */
export interface BookScan {
  readonly after: ClientDocument['_id'] | null;
  /** Null until every client was read once. */
  readonly completedAt: Date | null;
}

export interface LeaseDocument {
  readonly _id: ObjectId;
  readonly mailbox: string;
  /** `scan`: the rolling scan of the clients, not of a mailbox; `watcher`: that a process could watch, in place of a mailbox its id. */
  readonly kind: 'poll' | 'watch' | 'watcher' | 'scan' | 'token';
  readonly owner: string;
  /** By the server's clock, like every time it is compared with: the processes' clocks may differ by hours. */
  readonly until: Date;
  readonly takenAt?: Date;
  readonly scan?: BookScan;
}

export interface LeaseRequest {
  readonly mailbox: string;
  readonly kind: LeaseDocument['kind'];
  readonly owner: string;
  readonly forMs: number;
}

/** The longest lease requested: one that ends later was written by a clock that is ahead, and has expired. */
export const LONGEST_LEASE_MS = 5 * 60_000;

/** For `$expr`. */
export const leaseIsOver: Document = {
  $or: [{ $lt: ['$until', '$$NOW'] }, { $gt: ['$until', { $add: ['$$NOW', LONGEST_LEASE_MS] }] }],
};

/**
 * Takes or renews the lease and returns the server's time; null while another owner has it. A lease prevents two pollers from doing
 * the same work; it protects no data: a holder frozen past its lease may continue writing and does no harm.
 */
export async function takeLease(
  leases: Collection<LeaseDocument>,
  request: LeaseRequest,
): Promise<Date | null> {
  return (await takeLeaseDocument(leases, request))?.takenAt ?? null;
}

/** At most two commands, because engines refuse `$expr` in an upsert. */
export async function takeLeaseDocument(
  leases: Collection<LeaseDocument>,
  { mailbox, kind, owner, forMs }: LeaseRequest,
): Promise<LeaseDocument | null> {
  const _id = deterministicId(mailbox, kind);
  const change: Document[] = [
    {
      $set: {
        mailbox: { $literal: mailbox },
        kind: { $literal: kind },
        owner: { $literal: owner },
        until: { $add: ['$$NOW', forMs] },
        takenAt: '$$NOW',
      },
    },
  ];
  try {
    return await leases.findOneAndUpdate({ _id, owner }, change, { upsert: true, returnDocument: 'after' });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  return await leases.findOneAndUpdate({ _id, $expr: leaseIsOver }, change, { returnDocument: 'after' });
}

export async function releaseLease(
  leases: Collection<LeaseDocument>,
  { mailbox, kind, owner }: Omit<LeaseRequest, 'forMs'>,
): Promise<void> {
  await leases.deleteOne({ _id: deterministicId(mailbox, kind), owner });
}
