/** The messages that wait for a person, in the order in which they are gone through. */
import type { Filter } from 'mongodb';
import type { Participant } from '../decide/message-facts.ts';
import type { MessageDocument } from '../store/message-document.ts';
import type { Database } from '../store/mongo.ts';
import { beyond, placeText } from './keyset.ts';
import type { Place } from './keyset.ts';

export interface WaitingMessage {
  readonly id: string;
  readonly from: Participant | null;
  readonly subject: string;
  readonly preview: string;
  readonly receivedAt: Date;
  readonly reason: string;
  readonly files: number;
  readonly tags: number;
}

/** Messages of one sender that wait for one reason. */
export interface SenderGroup {
  readonly reason: string;
  readonly from: Participant | null;
  readonly messages: readonly WaitingMessage[];
}

type Shown = Pick<
  MessageDocument,
  '_id' | 'participants' | 'subject' | 'preview' | 'receivedAt' | 'verdict' | 'attachments' | 'tags'
>;

const shown = {
  participants: 1,
  subject: 1,
  preview: 1,
  receivedAt: 1,
  'verdict.reason': 1,
  attachments: 1,
  tags: 1,
} as const;

/** One page, oldest first. */
export async function waitingPage(
  { messages }: Pick<Database, 'messages'>,
  {
    reason,
    after,
    limit,
  }: { readonly reason: string | null; readonly after: Place | null; readonly limit: number },
): Promise<{ readonly messages: WaitingMessage[]; readonly next: string | null }> {
  const found = await messages
    .find({
      ...waitsFor(reason),
      ...(after === null ? {} : beyond<MessageDocument>(after, { field: 'receivedAt', way: 1 })),
    })
    .project<Shown>(shown)
    .sort({ receivedAt: 1, _id: 1 })
    .limit(limit + 1)
    .toArray();
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    messages: page.map(asWaiting),
    next: found.length > limit && last !== undefined ? placeText(last.receivedAt, last._id) : null,
  };
}

const waitsFor = (reason: string | null): Filter<MessageDocument> =>
  reason === null ? { state: 'triage' } : { state: 'triage', 'verdict.reason': reason };

function asWaiting({
  _id,
  participants,
  subject,
  preview,
  receivedAt,
  verdict,
  attachments,
  tags,
}: Shown): WaitingMessage {
  return {
    id: _id.toHexString(),
    from: senderOf({ participants }),
    subject,
    preview,
    receivedAt,
    reason: verdict?.reason ?? 'no-client',
    files: attachments.length,
    tags: tags.length,
  };
}

export const senderOf = ({ participants }: Pick<MessageDocument, 'participants'>): Participant | null =>
  participants.find(({ role }) => role === 'from') ?? null;

/** By reason and sender; a group stands where its oldest message does. */
export function groupBySender(messages: readonly WaitingMessage[]): SenderGroup[] {
  const reasons = [...new Set(messages.map(({ reason }) => reason))];
  return reasons.flatMap((reason) => {
    const ofReason = messages.filter((message) => message.reason === reason);
    const bySender = Map.groupBy(ofReason, ({ from }) => from?.address ?? from?.name ?? '');
    return [...bySender.values()].map((group) => ({ reason, from: group[0]?.from ?? null, messages: group }));
  });
}

/** More than these are many, whatever their reasons. */
const COUNTED = 20_000;

/** How many wait for each reason, the most first. */
export async function countByReason({
  messages,
}: Pick<Database, 'messages'>): Promise<ReadonlyMap<string, number>> {
  const rows = await messages
    .aggregate<{ _id: string | null; count: number }>([
      { $match: { state: 'triage' } },
      { $limit: COUNTED },
      { $group: { _id: '$verdict.reason', count: { $sum: 1 } } },
      { $sort: { count: -1, _id: 1 } },
    ])
    .toArray();
  return new Map(rows.map(({ _id, count }) => [_id ?? 'no-client', count]));
}

export interface Neighbours {
  readonly next: string | null;
  readonly previous: string | null;
}

/** The messages beside one in the queue. */
export async function neighboursOf(
  database: Pick<Database, 'messages'>,
  message: Pick<MessageDocument, '_id' | 'receivedAt'>,
  reason: string | null,
): Promise<Neighbours> {
  const beside = async (way: 1 | -1): Promise<string | null> => {
    const place = { time: message.receivedAt, id: message._id };
    const [found] = await database.messages
      .find({ ...waitsFor(reason), ...beyond<MessageDocument>(place, { field: 'receivedAt', way }) })
      .project<Pick<MessageDocument, '_id'>>({ _id: 1 })
      .sort({ receivedAt: way, _id: way })
      .limit(1)
      .toArray();
    return found?._id.toHexString() ?? null;
  };
  const [next, previous] = await Promise.all([beside(1), beside(-1)]);
  return { next, previous };
}

/** What to look at once this one is decided: the next of the queue, else the one before. */
export async function nextToDecide(
  database: Pick<Database, 'messages'>,
  message: Pick<MessageDocument, '_id' | 'receivedAt'>,
  reason: string | null,
): Promise<string | null> {
  const { next, previous } = await neighboursOf(database, message, reason);
  return next ?? previous;
}
