import type { Collection } from 'mongodb';
import { deterministicId } from './ids.ts';
import { takeLeaseDocument } from './leases.ts';
import type { BookScan, LeaseDocument } from './leases.ts';

const key = { mailbox: '', kind: 'scan' } as const;
const _id = deterministicId(key.mailbox, key.kind);

/** Takes or renews the scan; null if another process has it, or the next step is not due. */
export async function takeScan(
  leases: Collection<LeaseDocument>,
  { owner, forMs }: { readonly owner: string; readonly forMs: number },
): Promise<BookScan | null> {
  const lease = await takeLeaseDocument(leases, { ...key, owner, forMs });
  return lease && { after: lease.scan?.after ?? null, completedAt: lease.scan?.completedAt ?? null };
}

export async function saveScan(
  leases: Collection<LeaseDocument>,
  { owner, after, completedAt }: BookScan & { readonly owner: string },
): Promise<void> {
  await leases.updateOne({ _id, owner }, { $set: { scan: { after, completedAt } } });
}

/** The step is done: after `pauseMs` any process may do the next one. */
export async function passScanOn(
  leases: Collection<LeaseDocument>,
  { owner, pauseMs }: { readonly owner: string; readonly pauseMs: number },
): Promise<void> {
  await leases.updateOne({ _id, owner }, [{ $set: { until: { $add: ['$$NOW', pauseMs] } } }]);
}
