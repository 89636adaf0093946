/** One attempt to ingest the claimed sightings of a group: read, received, judged, written. */
import { MongoNetworkError, MongoServerSelectionError } from 'mongodb';
import { describeError, PermanentError } from '../errors.ts';
import type { ReadMessage } from '../read/reader.ts';
import {
  deathsAmong,
  markDone,
  openAttempts,
  reportAttempt,
  reportDeath,
  withdrawAttempts,
} from '../store/attempts.ts';
import type { MessageDocument } from '../store/message-document.ts';
import { addRecipients, isJudgedAsSeen, receiveMessages } from '../store/messages.ts';
import type { Database } from '../store/mongo.ts';
import { clearRejudge, markForRejudge } from '../store/rejudge.ts';
import type { SightingDocument } from '../store/sightings.ts';
import { finish } from './finish.ts';
import { nothingToDo } from './ingest-deps.ts';
import type { IngestDeps, IngestOutcome } from './ingest-deps.ts';
import { forAll, forEach } from './members.ts';
import type { Failures, Member } from './members.ts';
import { quarantine } from './quarantine.ts';
import { placeCopy, seenCopyOf, storeAttachments } from './receive.ts';
import type { ReceivedCopy, SeenCopy } from './receive.ts';

/** After this many deaths over a message, the message is the cause (invariant 8). */
const MAX_DEATHS = 3;
/** Older mail comes from a first import, so it does not count for the lag. */
const LIVE_MAIL_MS = 24 * 60 * 60_000;

/** The result for a sighting. */
export type Ended =
  | { readonly kind: 'ended'; readonly sighting: SightingDocument; readonly outcome: IngestOutcome }
  | { readonly kind: 'failed'; readonly sighting: SightingDocument; readonly error: unknown };

interface Sighted extends Member {
  readonly sighting: SightingDocument;
}

interface Copy extends Sighted {
  readonly read: ReadMessage;
  readonly seen: SeenCopy;
}

type Deps = IngestDeps & Required<Pick<IngestDeps, 'self'>>;

export async function attemptGroup(
  deps: Deps,
  sightings: readonly SightingDocument[],
  signal?: AbortSignal,
): Promise<Ended[]> {
  if (sightings.length === 0) return [];
  deps.step?.('started');
  const failures: Failures = new Map();
  const outcomes = new Map<string, IngestOutcome>();
  const members = sightings.map((sighting) => ({ key: sighting._id.toHexString(), sighting }));
  const healthy = await withoutPoison(deps, members, { failures, outcomes });
  const read = await forAll(healthy, failures, async (one) => {
    const { rawKey, size } = one.sighting;
    return { ...one, read: await deps.reader.read({ key: rawKey ?? '', size }, signal) };
  });
  deps.step?.('read');
  try {
    signal?.throwIfAborted();
    const copies = read.map((one) => ({ ...one, seen: seenCopyOf(deps, one.sighting, one.read) }));
    await ingestCopies(deps, copies, { failures, outcomes });
  } catch (error) {
    for (const { key } of read) if (!outcomes.has(key) && !failures.has(key)) failures.set(key, error);
  } finally {
    for (const one of read) await one.read.dispose();
  }
  return await resultsOf(deps, members, { failures, outcomes, isAborted: signal?.aborted === true });
}

interface Results {
  readonly failures: Failures;
  readonly outcomes: Map<string, IngestOutcome>;
}

/** Quarantines messages over which too many processes died, without reading them. */
async function withoutPoison(
  deps: Deps,
  members: readonly Sighted[],
  { failures, outcomes }: Results,
): Promise<Sighted[]> {
  const { self } = deps;
  const healthy = await forEach(members, failures, async (one) => {
    const marks = openAttempts(one.sighting, self.id);
    const isPoison =
      marks.length >= MAX_DEATHS && deathsAmong(marks, await self.deadAmong(marks)) >= MAX_DEATHS;
    if (!isPoison) return [one];
    const reason = `the process died ${MAX_DEATHS} times over it`;
    outcomes.set(one.key, await quarantine(deps, one.sighting, reason));
    return [];
  });
  return healthy.flat();
}

/** Ingests copies of the same message in separate rounds, because each is compared with the result of the one before. */
async function ingestCopies(
  deps: IngestDeps,
  copies: readonly Copy[],
  { failures, outcomes }: Results,
): Promise<void> {
  let left = copies;
  while (left.length > 0) {
    const first = new Map(left.toReversed().map((copy) => [copy.seen.id.toHexString(), copy]));
    const round = left.filter((copy) => first.get(copy.seen.id.toHexString()) === copy);
    left = left.filter((copy) => !round.includes(copy));
    for (const [key, outcome] of await ingestRound(deps, round, failures)) outcomes.set(key, outcome);
  }
}

/** If a step fails for the whole round, a single message may be the cause (such as a document that is too large): retry one by one. */
async function ingestRound(
  deps: IngestDeps,
  copies: readonly Copy[],
  failures: Failures,
): Promise<Map<string, IngestOutcome>> {
  try {
    return await ingestDistinct(deps, copies, failures);
  } catch (error) {
    if (copies.length === 1 || isOutage(error)) throw error;
    const alone = await forEach(
      copies.filter(({ key }) => !failures.has(key)),
      failures,
      async (copy) => [...(await ingestDistinct(deps, [copy], failures))],
    );
    return new Map(alone.flat());
  }
}

/** The database is unreachable, so retrying one by one would fail too. */
const isOutage = (error: unknown): boolean =>
  error instanceof MongoNetworkError || error instanceof MongoServerSelectionError;

async function ingestDistinct(
  deps: IngestDeps,
  copies: readonly Copy[],
  failures: Failures,
): Promise<Map<string, IngestOutcome>> {
  const { database } = deps;
  const stored = await forAll(copies, failures, async (copy) => {
    await storeAttachments(deps, copy.read);
    return copy;
  });
  deps.step?.('attachments-stored');
  const known = await receiveMessages(
    database.messages,
    stored.map(({ seen }) => seen),
  );
  const received = stored.flatMap((copy, at) => {
    const message = known[at];
    return message === undefined ? [] : [{ ...copy, known: message }];
  });
  const placed = await forEach(received, failures, async (copy) => ({
    ...copy,
    ...(await placeCopy(deps, copy.seen, copy.known)),
  }));
  deps.step?.('received');
  const [byOther, byThis] = [
    placed.filter(({ isByOther }) => isByOther),
    placed.filter(({ isByOther }) => !isByOther),
  ];
  const later = await forEach(byOther, failures, async (copy) => ({
    ...copy,
    outcome: await judgeLater(deps, copy.message),
  }));
  const finished = await finish(
    deps,
    byThis.map(({ key, message, read, others }) => ({
      key,
      message,
      read,
      again: others.length > 0 || message.takenOver !== undefined,
    })),
    failures,
  );
  const outcomes = new Map(finished.map(({ key, outcome }) => [key, outcome]));
  const ended = [
    ...later,
    ...byThis.flatMap((copy) => {
      const outcome = outcomes.get(copy.key);
      return outcome === undefined ? [] : [{ ...copy, outcome }];
    }),
  ];
  return await markEnded(deps, ended, failures);
}

/** Marks these sightings as done in the ledger. */
async function markEnded(
  deps: IngestDeps,
  ended: readonly (Copy & ReceivedCopy & { readonly outcome: IngestOutcome })[],
  failures: Failures,
): Promise<Map<string, IngestOutcome>> {
  const { database } = deps;
  const settled = await forEach(ended, failures, async (copy) => {
    const { message, others, sighting } = copy;
    if (message.takenOver !== undefined) await clearRejudge(database.messages, message);
    if (others.length > 0) await addRecipients(database.messages, message, { recipients: others, sighting });
    return copy;
  });
  await markDone(
    database.sightings,
    settled.map(({ sighting, message }) => ({ id: sighting._id, messageRef: message._id })),
  );
  const done = await forEach(settled, failures, async (copy) => {
    await forgetQuarantined(database, copy.sighting, copy.message);
    await followRaw(database, copy.sighting, copy.message);
    return copy;
  });
  deps.step?.('done');
  const now = new Date();
  return new Map(done.map(({ key, sighting, outcome }) => [key, { ...outcome, lag: lagOf(sighting, now) }]));
}

/** The new sighting may change the verdict, but the message is judged by another copy, so rejudge it later. */
async function judgeLater(deps: IngestDeps, message: MessageDocument): Promise<IngestOutcome> {
  const { _id, state, verdict } = message;
  if (!isJudgedAsSeen(message)) {
    await markForRejudge(deps.database.messages, { _id });
    await deps.rejudgeSoon([_id]);
  }
  return { ...nothingToDo, outcome: state, messageRef: _id.toHexString(), verdict: verdict?.kind ?? null };
}

/** The bytes fetched again may differ from those that were lost, so the message must refer to the new ones. */
async function followRaw(
  { messages }: Database,
  { lostRaw, rawKey }: SightingDocument,
  { _id }: MessageDocument,
): Promise<void> {
  if (lostRaw === undefined || rawKey === null || lostRaw === rawKey) return;
  await messages.updateOne({ _id, rawKey: lostRaw }, { $set: { rawKey } });
}

/** Deletes the quarantined placeholder: if only the header could be read, it has another fingerprint than the message. */
async function forgetQuarantined(
  { sightings, messages }: Database,
  { messageRef }: SightingDocument,
  { _id }: MessageDocument,
): Promise<void> {
  if (messageRef === null || messageRef.equals(_id)) return;
  if ((await sightings.countDocuments({ messageRef })) > 0) return;
  await messages.deleteOne({ _id: messageRef, state: 'quarantined' });
}

function lagOf({ mailbox, internalDate, createdAt }: SightingDocument, now: Date): IngestOutcome['lag'] {
  if (internalDate === null || createdAt.getTime() - internalDate.getTime() > LIVE_MAIL_MS) return null;
  // INTERNALDATE has whole seconds and comes from another clock.
  return { mailbox, seconds: Math.max(0, now.getTime() - internalDate.getTime()) / 1000 };
}

/** Permanent errors quarantine the message. For all others the attempt mark is withdrawn, or counted as a death. */
async function resultsOf(
  deps: Deps,
  members: readonly Sighted[],
  { failures, outcomes, isAborted }: Results & { readonly isAborted: boolean },
): Promise<Ended[]> {
  const ended: Ended[] = [];
  for (const { key, sighting } of members) {
    const outcome = outcomes.get(key);
    if (outcome !== undefined) ended.push({ kind: 'ended', sighting, outcome });
    else ended.push(await resultOfFailure(deps, sighting, { error: failures.get(key), isAborted }));
  }
  return ended;
}

async function resultOfFailure(
  deps: Deps,
  sighting: SightingDocument,
  { error, isAborted }: { readonly error: unknown; readonly isAborted: boolean },
): Promise<Ended> {
  try {
    if (error instanceof PermanentError) {
      const outcome = await quarantine(deps, sighting, `${error.code}: ${describeError(error)}`);
      return { kind: 'ended', sighting, outcome };
    }
    await recordFailure(deps, sighting, { error, isAborted });
    return { kind: 'failed', sighting, error };
  } catch (failed) {
    // If even that fails the mark stays, but an open mark alone proves no death.
    return { kind: 'failed', sighting, error: failed };
  }
}

async function recordFailure(
  { database: { sightings }, self }: Deps,
  sighting: SightingDocument,
  { error, isAborted }: { readonly error: unknown; readonly isAborted: boolean },
): Promise<void> {
  const text = describeError(error);
  if (isAborted) await withdrawAttempts(sightings, [sighting._id], self.id);
  else if (error instanceof Error && error.name === 'ReadingDied')
    await reportDeath(sightings, sighting, { owner: self.id, error: text });
  else await reportAttempt(sightings, sighting._id, text);
}
