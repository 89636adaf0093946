import type { Collection } from 'mongodb';
import type { ClientDocument } from './clients.ts';
import { deterministicId } from './ids.ts';
import type { LeaseDocument } from './leases.ts';
import { isDuplicateKey } from './mongo.ts';

/** How far the rolling scan of the clients has come; it outlives the process that did it. */
export interface BookScan {
  readonly after: ClientDocument['_id'] | null;
  /** Null until every client was read once. */
  readonly completedAt: Date | null;
}

const key = { mailbox: '', kind: 'scan' } as const;
const _id = deterministicId(key.mailbox, key.kind);

/** Takes or renews the scan; null while another process has it. */
export async function takeScan(
  leases: Collection<LeaseDocument>,
  { owner, forMs }: { readonly owner: string; readonly forMs: number },
): Promise<BookScan | null> {
  const now = new Date();
  try {
    const lease = await leases.findOneAndUpdate(
      { _id, $or: [{ owner }, { until: { $lt: now } }] },
      { $set: { ...key, owner, until: new Date(now.getTime() + forMs) } },
      { upsert: true, returnDocument: 'after' },
    );
    return { after: lease?.scan?.after ?? null, completedAt: lease?.scan?.completedAt ?? null };
  } catch (error) {
    if (isDuplicateKey(error)) return null;
    throw error;
  }
}

export async function saveScan(
  leases: Collection<LeaseDocument>,
  { owner, after, completedAt }: BookScan & { readonly owner: string },
): Promise<void> {
  await leases.updateOne({ _id, owner }, { $set: { scan: { after, completedAt } } });
}

/** The step is done: from then on any process may do the next one. */
export async function passScanOn(
  leases: Collection<LeaseDocument>,
  { owner, from }: { readonly owner: string; readonly from: Date },
): Promise<void> {
  await leases.updateOne({ _id, owner }, { $set: { until: from } });
}
