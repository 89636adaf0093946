import { randomUUID } from 'node:crypto';
import type { ObjectId } from 'mongodb';
import type { LimitFunction } from 'p-limit';
import { describeError, PermanentError } from '../errors.ts';
import { judgeAnew } from './judge-message.ts';
import { receiveCopy } from './receive.ts';
import { isNews, stateWhenWritten } from '../decide/decide.ts';
import { deferToOriginal } from './defer.ts';
import { messageFactsOf, recipientsKey } from '../decide/facts-from-mail.ts';
import type { Reader, ReadMessage } from '../read/reader.ts';
import { flagReusedId, writeOut, flagSender } from './record.ts';
import { laterOf } from '../mail/authentication/authentication.ts';
import { retractLinks } from './retract.ts';
import type { Written } from './retract.ts';
import type { Rules } from '../decide/rules.ts';
import type { BlobStore } from '../store/blobs/blobs.ts';
import { deterministicId } from '../store/ids.ts';
import { clearRejudge, markDependants, markForRejudge } from '../store/rejudge.ts';
import {
  addRecipients,
  isJudgedAsSeen,
  markWritten,
  persistJudgement,
  quarantineMessage,
} from '../store/messages.ts';
import { asDecided } from '../store/decided-message.ts';
import type { MessageDocument } from '../store/message-document.ts';
import type { Database } from '../store/mongo.ts';
import {
  deathsAmong,
  markDone,
  markFailed,
  openAttempts,
  reportAttempt,
  reportDeath,
  startAttempt,
  withdrawAttempt,
} from '../store/attempts.ts';
import type { Self } from '../store/processes.ts';
import type { SightingDocument } from '../store/sightings.ts';
import type { VerdictKind } from '../decide/verdict.ts';

export interface IngestDeps {
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly reader: Reader;
  readonly rules: Rules;
  /** Adds jobs that rejudge messages; the reconciler re-adds lost ones. */
  readonly rejudgeSoon: (ids: readonly ObjectId[]) => Promise<void>;
  /** Runs one at a time: messages in progress when a process died, so that the next death shows which one caused it. */
  readonly runExclusively?: LimitFunction;
  /** This process, and which of the others died. Without it no death is counted. */
  readonly self?: Pick<Self, 'id' | 'deadAmong'>;
  /** Called between steps, with the step's name: for progress, and for tests that kill the process there. */
  readonly step?: (name: IngestStep) => void;
}

export type IngestStep =
  | 'started'
  | 'read'
  | 'attachments-stored'
  | 'received'
  | 'judged'
  | 'written'
  | 'dependants-marked'
  | 'marked-written'
  | 'done';

/** The result of a job, for the log line, the metrics and the dashboard. */
export interface IngestOutcome {
  readonly outcome: 'nothing-to-do' | 'quarantined' | MessageDocument['state'];
  readonly messageRef: string | null;
  readonly verdict: VerdictKind | null;
  readonly communications: number;
  readonly caseUpdates: number;
  readonly warnings: readonly string[];
  /** From arrival in the mailbox to stored, for mail seen on arrival; null for all other. */
  readonly lag: { readonly mailbox: string; readonly seconds: number } | null;
}

/** Older mail belongs to an import, and does not show how far behind we are. */
const SEEN_AS_IT_CAME_MS = 24 * 60 * 60_000;
/** If three processes die on the same message, it is the cause (invariant 8). */
const MAX_DEATHS = 3;

const anonymous: NonNullable<IngestDeps['self']> = {
  id: randomUUID(),
  deadAmong: async () => new Set(),
};

/**
 * Takes one sighting to its end: read, received, judged, written. Any step may run twice; every write is idempotent. An aborted
 * `signal` stops it without a trace. @throws whatever a server throws: the job is retried.
 */
export async function ingestSighting(
  deps: IngestDeps,
  id: ObjectId,
  signal?: AbortSignal,
): Promise<IngestOutcome> {
  const { sightings } = deps.database;
  const owner = (deps.self ?? anonymous).id;
  const sighting = await startAttempt(sightings, id, owner);
  if (sighting === null) return nothingToDo;
  if (openAttempts(sighting, owner).length === 0 || deps.runExclusively === undefined)
    return await attempt(deps, sighting, signal);
  // Messages that were only in progress with a poison one when the process died must not be quarantined with it.
  await withdrawAttempt(sightings, id, owner);
  return await deps.runExclusively(async () => {
    const suspect = await startAttempt(sightings, id, owner);
    return suspect === null ? nothingToDo : await attempt(deps, suspect, signal);
  });
}

async function attempt(
  deps: IngestDeps,
  sighting: SightingDocument,
  signal?: AbortSignal,
): Promise<IngestOutcome> {
  const { database, self = anonymous } = deps;
  if (sighting.rawKey === null) return nothingToDo;
  deps.step?.('started');
  const marks = openAttempts(sighting, self.id);
  if (marks.length >= MAX_DEATHS && deathsAmong(marks, await self.deadAmong(marks)) >= MAX_DEATHS)
    return await quarantine(deps, sighting, `the process died ${MAX_DEATHS} times over it`);
  try {
    const read = await deps.reader.read({ key: sighting.rawKey, size: sighting.size }, signal);
    deps.step?.('read');
    try {
      signal?.throwIfAborted();
      const { message, others, isByOther } = await receiveCopy(deps, sighting, read);
      const outcome = isByOther
        ? await judgeLater(deps, message)
        : await finish(deps, message, { read, again: others.length > 0 || message.takenOver !== undefined });
      if (message.takenOver !== undefined) await clearRejudge(database.messages, message);
      if (others.length > 0)
        await addRecipients(database.messages, message, { recipients: others, sighting });
      await markDone(database.sightings, sighting._id, message._id);
      await forgetQuarantined(database, sighting, message);
      await followRaw(database, sighting, message);
      deps.step?.('done');
      return { ...outcome, lag: lagOf(sighting, new Date()) };
    } finally {
      await read.dispose();
    }
  } catch (error) {
    if (error instanceof PermanentError)
      return await quarantine(deps, sighting, `${error.code}: ${describeError(error)}`);
    await account(deps, sighting, { error, isAborted: signal?.aborted === true });
    throw error;
  }
}

/** Removes the mark of the attempt, or counts a death. If even that fails the mark stays, and proves nothing. */
async function account(
  { database: { sightings }, self = anonymous }: IngestDeps,
  sighting: SightingDocument,
  { error, isAborted }: { readonly error: unknown; readonly isAborted: boolean },
): Promise<void> {
  const text = describeError(error);
  if (isAborted) await withdrawAttempt(sightings, sighting._id, self.id);
  else if (error instanceof Error && error.name === 'ReadingDied')
    await reportDeath(sightings, sighting, { owner: self.id, error: text });
  else await reportAttempt(sightings, sighting._id, text);
}

/** The refetched bytes may differ slightly from the lost ones. */
async function followRaw(
  { messages }: Database,
  { lostRaw, rawKey }: SightingDocument,
  { _id }: MessageDocument,
): Promise<void> {
  if (lostRaw === undefined || rawKey === null || lostRaw === rawKey) return;
  await messages.updateOne({ _id, rawKey: lostRaw }, { $set: { rawKey } });
}

/** If only its header was read, what was stored of it while unreadable has another fingerprint. */
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
  if (internalDate === null || createdAt.getTime() - internalDate.getTime() > SEEN_AS_IT_CAME_MS) return null;
  // INTERNALDATE has whole seconds, of another clock.
  return { mailbox, seconds: Math.max(0, now.getTime() - internalDate.getTime()) / 1000 };
}

/** Rejudges a message with what has become known since. Automatic judging only adds. */
export async function ingestAgain(deps: IngestDeps, id: ObjectId): Promise<IngestOutcome> {
  const message = await deps.database.messages.findOne({ _id: id });
  if (message === null || message.state === 'quarantined') return nothingToDo;
  const read = await deps.reader.read({ key: message.rawKey, size: message.size });
  try {
    const outcome = await finish(deps, message, { read, again: true });
    await clearRejudge(deps.database.messages, message);
    return outcome;
  } finally {
    await read.dispose();
  }
}

/** This sighting changes the message's verdict, but the message is judged by another copy. */
async function judgeLater(deps: IngestDeps, message: MessageDocument): Promise<IngestOutcome> {
  const { _id, state, verdict } = message;
  if (!isJudgedAsSeen(message)) {
    await markForRejudge(deps.database.messages, { _id });
    await deps.rejudgeSoon([_id]);
  }
  return { ...nothingToDo, outcome: state, messageRef: _id.toHexString(), verdict: verdict?.kind ?? null };
}

/** Judges if due, then writes what was decided and not written yet. */
async function finish(
  deps: IngestDeps,
  received: MessageDocument,
  { read, again }: { readonly read: ReadMessage; readonly again: boolean },
): Promise<IngestOutcome> {
  const { database, rules } = deps;
  const { disagreements, reading } = read;
  const { mail } = reading;
  let message = received;
  let woken: readonly ObjectId[] = [];
  let due = again || !isJudgedAsSeen(message);
  while (due) {
    const authentication = laterOf(message.authentication, read.authentication);
    const asked = { mail, message, authentication, disagreements };
    const { judgement, wakes } = await judgeAnew(database, { ...asked, rules });
    woken = wakes;
    const persisted = await persistJudgement(database.messages, message, judgement);
    message = persisted ?? (await database.messages.findOne({ _id: message._id })) ?? message;
    // A faster worker may have judged by a copy that names other recipients.
    const isJudged = isJudgedAsSeen(message) && message.judgedWith?.recipients === recipientsKey(mail);
    due = persisted === null && (again || !isJudged);
  }
  await flagReusedId(database, message);
  await flagSender(database, message);
  deps.step?.('judged');
  let written = { communications: 0, caseUpdates: 0 };
  if (message.state === 'judged') {
    const earlier = await readEarlier(deps, message);
    message = await deferToOriginal(database, await retractLinks(database, message, { mail, earlier }), mail);
    written = await writeOut(database, message, mail);
    deps.step?.('written');
    const known = asDecided({ ...received, links: received.state === 'judged' ? [] : received.links });
    if (isNews(asDecided(message), { before: known, isFirst: message.storedAt === null }))
      await deps.rejudgeSoon(await markDependants(database.messages, message));
    if (woken.length > 0) {
      await markForRejudge(database.messages, { _id: { $in: [...woken] } });
      await deps.rejudgeSoon(woken);
    }
    deps.step?.('dependants-marked');
    await markWritten(database.messages, message, stateWhenWritten(message));
    deps.step?.('marked-written');
  }
  return {
    outcome: message.state === 'judged' ? stateWhenWritten(message) : message.state,
    messageRef: message._id.toHexString(),
    verdict: message.verdict?.kind ?? null,
    warnings: message.warnings,
    lag: null,
    ...written,
  };
}

/** The copy from which a message's rows were written before a better one replaced it. */
async function readEarlier(
  { reader, rules }: Pick<IngestDeps, 'reader' | 'rules'>,
  message: MessageDocument,
): Promise<Written | null> {
  const { writtenFrom, links } = message;
  if (writtenFrom === undefined || links.every(({ retract }) => retract === undefined)) return null;
  const { rawKey, size } = writtenFrom;
  const { reading, dispose } = await reader.read({ key: rawKey, size });
  await dispose();
  const facts = messageFactsOf(reading, { rawKey, internalDate: message.date, now: new Date(), rules });
  return { message: { ...message, ...facts }, mail: reading.mail };
}

/** Keeps the raw bytes and the reason; the folder continues. */
async function quarantine(
  deps: IngestDeps,
  sighting: SightingDocument,
  error: string,
): Promise<IngestOutcome> {
  const raw = { key: sighting.rawKey ?? '', size: sighting.size };
  const { reading } = await deps.reader.header(raw);
  const { internalDate, mailbox, role, inOwnSent, rawKey } = sighting;
  const facts = messageFactsOf(reading, {
    rawKey: rawKey ?? '',
    internalDate,
    now: new Date(),
    rules: deps.rules,
  });
  const id = deterministicId(facts.fingerprint);
  await quarantineMessage(deps.database.messages, {
    id,
    facts,
    sighted: { mailbox, role, inOwnSent, backfill: false },
    error,
    secondReading: await deps.reader.second(raw),
  });
  await markFailed(deps.database.sightings, sighting._id, { error, messageRef: id });
  return { ...nothingToDo, outcome: 'quarantined', messageRef: id.toHexString(), warnings: [error] };
}

const nothingToDo: IngestOutcome = {
  outcome: 'nothing-to-do',
  messageRef: null,
  verdict: null,
  communications: 0,
  caseUpdates: 0,
  warnings: [],
  lag: null,
};
