/** The second half of ingest, shared with rejudging: judge, then write. */
import type { ObjectId } from 'mongodb';
import { isNews, stateWhenWritten } from '../decide/decide.ts';
import { messageFactsOf, recipientsKey } from '../decide/facts-from-mail.ts';
import { laterOf } from '../mail/authentication/authentication.ts';
import type { Mail } from '../mail/mail.ts';
import type { ReadMessage } from '../read/reader.ts';
import { asDecided } from '../store/decided-message.ts';
import type { MessageDocument } from '../store/message-document.ts';
import { isJudgedAsSeen, markWritten, persistJudgements } from '../store/messages.ts';
import { markDependants, markForRejudge } from '../store/rejudge.ts';
import { beforeDeferring, deferToOriginal } from './defer.ts';
import type { IngestDeps, IngestOutcome } from './ingest-deps.ts';
import { judgeGroup } from './judge-message.ts';
import { forEach } from './members.ts';
import type { Failures, Member } from './members.ts';
import { flagReusedId, flagSender, writeCaseUpdates, writeCommunications } from './record.ts';
import { retractLinks } from './retract.ts';
import { publishWritten } from './publish-events.ts';
import type { Written } from './retract.ts';

/** A message that was received and read. */
export interface Received extends Member {
  readonly message: MessageDocument;
  readonly read: ReadMessage;
  /** Judge it again even if it was judged: more is known now. */
  readonly again: boolean;
}

interface Judged extends Received {
  /** As it was received. */
  readonly received: MessageDocument;
  readonly mail: Mail;
  /** Messages to rejudge because of this one. */
  readonly wakes: readonly ObjectId[];
  /** Its position in the order of judging within the group; −1 if it was not judged. */
  readonly turn: number;
}

export interface Finished extends Member {
  readonly message: MessageDocument;
  readonly outcome: IngestOutcome;
}

/** Judges the members that are due, then writes all decisions that are not written yet. */
export async function finish(
  deps: IngestDeps,
  members: readonly Received[],
  failures: Failures,
): Promise<Finished[]> {
  const { database } = deps;
  const judged = await judgeDue(deps, members);
  const flagged = await forEach(judged, failures, async (one) => {
    await flagReusedId(database, one.message);
    await flagSender(database, one.message);
    return one;
  });
  deps.step?.('judged');
  const due = flagged.filter(({ message }) => message.state === 'judged');
  const written = due.length === 0 ? [] : await write(deps, due, failures);
  const counts = new Map(written.map((one) => [one.key, one]));
  return flagged.flatMap(({ key, message }) => {
    if (failures.has(key)) return [];
    const { communications = 0, caseUpdates = 0, message: now = message } = counts.get(key) ?? {};
    const outcome: IngestOutcome = {
      outcome: now.state === 'judged' ? stateWhenWritten(now) : now.state,
      messageRef: now._id.toHexString(),
      verdict: now.verdict?.kind ?? null,
      warnings: now.warnings,
      lag: null,
      communications,
      caseUpdates,
    };
    return [{ key, message: now, outcome }];
  });
}

/**
 * Judges until each judgement is persisted, or another worker's is there first. A judgement that relied on one that was not persisted
 * is discarded and made again before anything is written.
 */
async function judgeDue(deps: IngestDeps, members: readonly Received[]): Promise<Judged[]> {
  const { messages } = deps.database;
  const results = members.map((member): Judged => ({
    ...member,
    received: member.message,
    mail: member.read.reading.mail,
    wakes: [],
    turn: -1,
  }));
  let due = results.flatMap(({ again, message }, at) => (again || !isJudgedAsSeen(message) ? [at] : []));
  for (let turns = 0; due.length > 0; turns += members.length) {
    const asked = due.map((at) => resultAt(results, at));
    const judged = await judgeGroup(
      deps.database,
      asked.map(({ mail, message, read }) => ({
        mail,
        message,
        authentication: laterOf(message.authentication, read.authentication),
        disagreements: read.disagreements,
      })),
      { rules: deps.rules },
    );
    deps.step?.('judging');
    const persisted = await persistJudgements(
      messages,
      judged.map(({ judgement }, index) => ({ message: resultAt(asked, index).message, judgement })),
    );
    const firstLost = Math.min(
      ...judged.flatMap(({ turn }, index) => (persisted[index] === null ? [turn] : [])),
    );
    const next: number[] = [];
    for (const [index, at] of due.entries()) {
      const before = resultAt(asked, index);
      const { turn, wakes } = resultAt(judged, index);
      const stored = persisted[index] ?? null;
      if (stored === null) {
        const message = (await messages.findOne({ _id: before.message._id })) ?? before.message;
        // The other worker may have judged by a copy that names other recipients.
        const isJudged =
          isJudgedAsSeen(message) && message.judgedWith?.recipients === recipientsKey(before.mail);
        results[at] = { ...before, message, wakes };
        if (before.again || !isJudged) next.push(at);
      } else if (turn > firstLost) {
        const { revision, flags } = stored;
        results[at] = { ...before, message: { ...before.message, revision, flags } };
        next.push(at);
      } else results[at] = { ...before, message: stored, wakes, turn: turns + turn };
    }
    due = next;
  }
  return results;
}

function resultAt<T>(results: readonly T[], at: number): T {
  const result = results[at];
  if (result === undefined) throw new Error('a member of a group without a result');
  return result;
}

interface WrittenOut extends Judged {
  /** Before links were retracted. */
  readonly marked: MessageDocument;
  readonly communications: number;
  readonly caseUpdates: number;
}

async function write(deps: IngestDeps, due: readonly Judged[], failures: Failures): Promise<WrittenOut[]> {
  const { database } = deps;
  const retracted = await forEach(due, failures, async (one) => {
    const { message, mail } = one;
    return {
      ...one,
      marked: message,
      message: await retractLinks(database, message, { mail, earlier: await readEarlier(deps, message) }),
    };
  });
  const deferred = await forEach(await beforeDeferring(database, retracted), failures, async (one) => ({
    ...one,
    message: await deferToOriginal(database, one),
  }));
  const communications = await writeCommunications(database, deferred);
  const counted = deferred.map((one, at) => ({ ...one, communications: communications[at] ?? 0 }));
  const written = await forEach(counted, failures, async (one) => ({
    ...one,
    caseUpdates: await writeCaseUpdates(database, one.message, one.mail),
  }));
  deps.step?.('written');
  await publishWritten(database, written);
  deps.step?.('published');
  await wakeOthers(deps, written);
  deps.step?.('dependants-marked');
  await markWritten(
    database.messages,
    written.map(({ message }) => ({ message, state: stateWhenWritten(message) })),
  );
  deps.step?.('marked-written');
  return written;
}

/** Marks for rejudging the messages that wait for one of these, and those that one of these outranks. */
async function wakeOthers(deps: IngestDeps, written: readonly WrittenOut[]): Promise<void> {
  const { messages } = deps.database;
  const news = written.filter(({ received, message }) => {
    const before = asDecided({ ...received, links: received.state === 'judged' ? [] : received.links });
    return isNews(asDecided(message), { before, isFirst: message.storedAt === null });
  });
  const marked = await markDependants(
    messages,
    news.map(({ message, turn }) => ({
      ...message,
      // These were judged later in the group, so they have already seen this result.
      knownTo: new Set(
        turn < 0
          ? []
          : written.flatMap((other) => (other.turn > turn ? [other.message._id.toHexString()] : [])),
      ),
    })),
  );
  const woken = written.flatMap(({ wakes }) => wakes);
  if (woken.length > 0) await markForRejudge(messages, { _id: { $in: woken } });
  if (marked.length + woken.length > 0) await deps.rejudgeSoon([...marked, ...woken]);
}

/** The copy from which the message's records were written before a better copy replaced it. */
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
