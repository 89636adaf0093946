import type { Collection, ObjectId } from 'mongodb';
import type { BookScan } from './book-scan.ts';
import { deterministicId } from './ids.ts';
import { isDuplicateKey } from './mongo.ts';

export interface LeaseDocument {
  readonly _id: ObjectId;
  readonly mailbox: string;
  /** `scan`: the rolling scan of the clients, of no mailbox. */
  readonly kind: 'poll' | 'watch' | 'scan';
  readonly owner: string;
  readonly until: Date;
  readonly scan?: BookScan;
}

export interface LeaseRequest {
  readonly mailbox: string;
  readonly kind: LeaseDocument['kind'];
  readonly owner: string;
  readonly forMs: number;
}

/**
 * Takes or renews the lease; false while another owner holds it. A lease keeps two pollers from doing the same work; it
 * guards no data: a holder that was frozen past its lease may go on writing and does no harm.
 */
export async function takeLease(leases: Collection<LeaseDocument>, request: LeaseRequest): Promise<boolean> {
  const { mailbox, kind, owner, forMs } = request;
  const now = new Date();
  try {
    const result = await leases.updateOne(
      { _id: deterministicId(mailbox, kind), $or: [{ owner }, { until: { $lt: now } }] },
      { $set: { mailbox, kind, owner, until: new Date(now.getTime() + forMs) } },
      { upsert: true },
    );
    return result.matchedCount + result.upsertedCount > 0;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

export async function releaseLease(
  leases: Collection<LeaseDocument>,
  { mailbox, kind, owner }: Omit<LeaseRequest, 'forMs'>,
): Promise<void> {
  await leases.deleteOne({ _id: deterministicId(mailbox, kind), owner });
}
