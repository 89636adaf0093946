import type { Collection, Filter, ObjectId } from 'mongodb';
import { identifies } from '../decide/thread-ids.ts';
import type { AddressChange } from './address-book.ts';
import type { MessageDocument } from './message-document.ts';

/**
 * Marks messages for rejudging. The mark is in the database because Redis may lose the job; the reconciler finds it. A judgement in
 * progress has not seen the change, so its compare-and-set must fail: the revision increases.
 */
export async function markForRejudge(
  messages: Collection<MessageDocument>,
  filter: Filter<MessageDocument>,
): Promise<void> {
  await messages.updateMany(filter, { $inc: { rejudge: 1, revision: 1 } });
}

/** The same, and rechecks the automatic links by an address that was removed from its client. */
export async function markLost(
  messages: Collection<MessageDocument>,
  filter: Filter<MessageDocument>,
  { clientId, address }: AddressChange,
): Promise<void> {
  await messages.updateMany(filter, {
    $inc: { rejudge: 1, revision: 1 },
    $addToSet: { lost: { clientId, address } },
  });
}

/** Copies of a message: with a banner or footer, or with a relay's id. */
export const copiesOf = ({
  _id,
  variantKey,
  contentKey,
}: Pick<MessageDocument, '_id' | 'variantKey' | 'contentKey'>): Filter<MessageDocument> => ({
  _id: { $ne: _id },
  ...(contentKey === undefined ? { variantKey } : { $or: [{ variantKey }, { contentKey }] }),
});

/** Ids of the matching messages, in batches, oldest first: limits what a rematch of a hundred thousand holds in memory. */
export async function* idsInBatches(
  messages: Collection<MessageDocument>,
  filter: Filter<MessageDocument>,
  batch = 500,
): AsyncGenerator<ObjectId[]> {
  let ids: ObjectId[] = [];
  for await (const { _id } of messages.find(filter).project<{ _id: ObjectId }>({ _id: 1 })) {
    ids.push(_id);
    if (ids.length < batch) continue;
    yield ids;
    ids = [];
  }
  if (ids.length > 0) yield ids;
}

interface Awaited extends Pick<MessageDocument, '_id' | 'messageId' | 'originalIds' | 'originKey'> {
  /** Messages that were judged with what was decided about this one. */
  readonly knownTo?: ReadonlySet<string>;
}

/**
 * Marks the messages that wait for one of these (in triage, internal, or with an update held for their parent) to be judged again:
 * those that answer it, and those that forward it.
 * The mark is in the database because Redis may lose the job; the reconciler finds it.
 */
export async function markDependants(
  messages: Collection<MessageDocument>,
  awaited: readonly Awaited[],
): Promise<ObjectId[]> {
  const asked = awaited.map((one) => ({ ...one, ids: idsOf(one) }));
  const ids = asked.flatMap((one) => one.ids);
  const originKeys = asked.flatMap(({ originKey }) => originKey ?? []);
  const naming: Filter<MessageDocument>[] = [
    ...(ids.length === 0 ? [] : [{ answers: { $in: ids } }]),
    ...(originKeys.length === 0 ? [] : [{ carriesKey: { $in: originKeys } }]),
  ];
  if (naming.length === 0) return [];
  const waiting: Filter<MessageDocument> = {
    $and: [
      { $or: naming },
      {
        $or: [
          // One being judged right now may have looked before this message existed.
          { state: { $in: ['received', 'judged', 'triage'] } },
          { state: 'ignored', 'verdict.kind': 'internal' },
          { 'caseUpdates.awaitsParent': true },
        ],
      },
    ],
  };
  const found = await messages
    .find(waiting)
    .project<Pick<MessageDocument, '_id' | 'answers' | 'carriesKey'>>({ answers: 1, carriesKey: 1 })
    .limit(MAX_DEPENDANTS * asked.length)
    .toArray();
  const marked = found.flatMap(({ _id, answers, carriesKey }) => {
    const id = _id.toHexString();
    const waitsFor = (one: Awaited & { readonly ids: readonly string[] }): boolean =>
      !one._id.equals(_id) &&
      one.knownTo?.has(id) !== true &&
      (answers.some((answered) => one.ids.includes(answered)) ||
        (one.originKey !== null && one.originKey === carriesKey));
    return asked.some(waitsFor) ? [_id] : [];
  });
  if (marked.length > 0) await messages.updateMany({ _id: { $in: marked } }, { $inc: { rejudge: 1 } });
  return marked;
}

const idsOf = ({ messageId, originalIds = [] }: Awaited): string[] =>
  [messageId ?? '', ...originalIds].filter(identifies);

/** More that wait for one message say nothing that fewer do not. */
const MAX_DEPENDANTS = 1_000;

/** Takes the mark away, unless something changed again meanwhile. */
export async function clearRejudge(
  messages: Collection<MessageDocument>,
  message: Pick<MessageDocument, '_id' | 'rejudge'>,
): Promise<void> {
  if (message.rejudge === undefined) return;
  await messages.updateOne(
    { _id: message._id, rejudge: message.rejudge },
    { $unset: { rejudge: 1, rejudgeFailure: 1 } },
  );
}

const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 6 * 60 * 60_000;

/** It cannot be rejudged, for example because its raw bytes are gone. The mark stays, and retries become rarer. */
export async function noteRejudgeFailure(
  messages: Collection<MessageDocument>,
  id: ObjectId,
  error: string,
): Promise<void> {
  const message = await messages.findOneAndUpdate(
    { _id: id, rejudge: { $gt: 0 } },
    { $inc: { 'rejudgeFailure.times': 1 }, $set: { 'rejudgeFailure.error': error } },
    { returnDocument: 'after' },
  );
  if (message === null) return;
  const times = message.rejudgeFailure?.times ?? 1;
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(times - 1, 20), LONGEST_PAUSE_MS);
  await messages.updateOne(
    { _id: id },
    { $set: { 'rejudgeFailure.retryAt': new Date(Date.now() + pauseMs) } },
  );
}

/** Ids of due marked messages, ascending from `after` on, so that failing ones never block the others. */
export async function findToRejudge(
  messages: Collection<MessageDocument>,
  limit: number,
  after: ObjectId | null = null,
): Promise<ObjectId[]> {
  const now = Date.now();
  const rows = await messages
    .find({
      rejudge: { $gt: 0 },
      ...(after !== null && { _id: { $gt: after } }),
      $or: [
        { 'rejudgeFailure.retryAt': null },
        { 'rejudgeFailure.retryAt': { $lte: new Date(now) } },
        // By a clock that is ahead.
        { 'rejudgeFailure.retryAt': { $gt: new Date(now + LONGEST_PAUSE_MS) } },
      ],
    })
    .project<{ _id: ObjectId }>({ _id: 1 })
    .sort({ _id: 1 })
    .limit(limit)
    .toArray();
  return rows.map(({ _id }) => _id);
}
