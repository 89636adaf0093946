/** When each mailbox was last polled, with any result: shows that the queue no longer brings polls. */
import type { Collection } from 'mongodb';
import type { LeaseDocument } from './leases.ts';

export interface PollDocument {
  /** The mailbox. */
  readonly _id: string;
  /** By the database's clock. */
  readonly polledAt: Date;
}

export async function notePoll(polls: Collection<PollDocument>, mailbox: string): Promise<void> {
  await polls.updateOne({ _id: mailbox }, { $currentDate: { polledAt: true } }, { upsert: true });
}

/** Mailboxes that nobody is polling and that were not polled within their limit. For one never polled the time starts now. */
export async function findOverdue(
  { polls, leases }: { readonly polls: Collection<PollDocument>; readonly leases: Collection<LeaseDocument> },
  limits: ReadonlyMap<string, number>,
): Promise<string[]> {
  const now = '$$NOW';
  const rows = await polls
    .aggregate<{ _id: string; silentMs: number }>([
      { $match: { _id: { $in: [...limits.keys()] } } },
      { $project: { silentMs: { $subtract: [now, '$polledAt'] } } },
    ])
    .toArray();
  const silentMs = new Map(rows.map((row) => [row._id, row.silentMs]));
  const overdue: string[] = [];
  for (const [mailbox, limitMs] of limits) {
    const silent = silentMs.get(mailbox);
    if (silent === undefined) await notePoll(polls, mailbox);
    else if (silent > limitMs) overdue.push(mailbox);
  }
  if (overdue.length === 0) return [];
  // The server's time is available in a projection; some engines refuse it in a filter.
  const held = await leases
    .aggregate<{ mailbox: string; leftMs: number }>([
      { $match: { kind: 'poll', mailbox: { $in: overdue } } },
      { $project: { mailbox: 1, leftMs: { $subtract: ['$until', now] } } },
    ])
    .toArray();
  const busy = new Set(held.flatMap(({ mailbox, leftMs }) => (leftMs > 0 ? [mailbox] : [])));
  return overdue.filter((mailbox) => !busy.has(mailbox));
}
