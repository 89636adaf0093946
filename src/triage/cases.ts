/** Case histories, from the CRM's own rows, and merges that the CRM reports. */
import type { Filter } from 'mongodb';
import { spellingsOfRef } from '../decide/case-status.ts';
import type { CaseUpdateDocument } from '../store/case-updates.ts';
import { caseKey, survivingCases, mergedCases, recordMerge } from '../store/cases.ts';
import type { DecisionDocument } from '../store/decisions.ts';
import type { MessageDocument } from '../store/message-document.ts';
import type { Database } from '../store/mongo.ts';
import { TriageError } from './triage-error.ts';
import { decisionRow } from './waiting.ts';
import type { DecisionRow } from './waiting.ts';

/** One update of a case. Values that survive JSON. */
export interface CaseStep {
  readonly id: string;
  readonly clientId: string;
  readonly ref: string | null;
  readonly date: string;
  readonly title: string;
  readonly status: string;
  readonly statusText: string | null;
  /** Why it is held; `rejected`: a person rejected it; null: it is effective. */
  readonly review: string | null;
  /** The message that it comes from; null if a person or another program wrote the row. */
  readonly message: {
    readonly id: string;
    readonly messageId: string | null;
    readonly subject: string;
    readonly sender: string | null;
    readonly mailboxes: readonly string[];
  } | null;
  /** People's decisions about it, oldest first. */
  readonly decisions: readonly DecisionRow[];
}

export interface CaseHistory {
  readonly ref: string;
  /** From the latest effective update; null if there is none. */
  readonly status: string | null;
  readonly clients: readonly string[];
  /** The surviving case, if the CRM reported a merge. */
  readonly mergedInto: string | null;
  readonly mergedFrom: readonly string[];
  /** By date, oldest first. */
  readonly steps: readonly CaseStep[];
  /** Whether there are more steps than listed. */
  readonly isCut: boolean;
}

export interface CaseSummary {
  readonly ref: string;
  readonly status: string | null;
  readonly clients: readonly string[];
  readonly updates: number;
  readonly held: number;
  readonly latest: string;
  readonly mergedInto: string | null;
}

const MAX_STEPS = 1_000;
export const MAX_REF_LENGTH = 200;

/**
 * Every step of a case and of those merged into it, with message, sender and decisions.
 * @throws TriageError if nothing is known about the case.
 */
export async function caseHistory(database: Database, ref: string): Promise<CaseHistory> {
  const [merged, living] = await Promise.all([
    mergedCases(database.cases, ref),
    survivingCases(database.cases, [ref]),
  ]);
  const refs = [ref, ...merged].flatMap(spellingsOfRef);
  const found = await database.caseUpdates
    .find({ ref: { $in: refs } })
    .sort({ date: 1, _id: 1 })
    .limit(MAX_STEPS + 1)
    .toArray();
  const rows = found.slice(0, MAX_STEPS);
  const mergedInto = living.get(ref) ?? null;
  if (rows.length === 0 && merged.length === 0 && mergedInto === null)
    throw new TriageError('no-such-case', `no case has the number ${ref}`);
  return {
    ref,
    ...summaryOf(rows),
    mergedInto,
    mergedFrom: merged,
    steps: await stepsOf(database, rows),
    isCut: found.length > MAX_STEPS,
  };
}

function summaryOf(rows: readonly CaseUpdateDocument[]): Pick<CaseHistory, 'status' | 'clients'> {
  const effective = rows.filter(({ review = null }) => review === null);
  return {
    status: effective.at(-1)?.status ?? null,
    clients: [...new Set(effective.map(({ clientId }) => String(clientId)))],
  };
}

async function stepsOf(database: Database, rows: readonly CaseUpdateDocument[]): Promise<CaseStep[]> {
  const refs = rows.flatMap(({ messageRef }) => messageRef ?? []);
  const [messages, decisions] = await Promise.all([
    database.messages
      .find({ _id: { $in: refs } })
      .project<Pick<MessageDocument, '_id' | 'messageId' | 'subject' | 'participants' | 'mailboxes'>>({
        messageId: 1,
        subject: 1,
        participants: 1,
        mailboxes: 1,
      })
      .toArray(),
    database.decisions
      .find({ 'caseUpdate.id': { $in: rows.map(({ _id }) => _id) } })
      .sort({ at: 1, _id: 1 })
      .toArray(),
  ]);
  const byId = new Map(messages.map((message) => [message._id.toHexString(), message]));
  const decided = Map.groupBy(decisions, ({ caseUpdate }: DecisionDocument) => String(caseUpdate?.id));
  return rows.map((row): CaseStep => {
    const message = byId.get(String(row.messageRef));
    return {
      id: String(row._id),
      clientId: String(row.clientId),
      ref: row.ref ?? null,
      date: row.date.toISOString(),
      title: row.title,
      status: row.status,
      statusText: row.statusText ?? null,
      review: row.review ?? null,
      message:
        message === undefined
          ? null
          : {
              id: message._id.toHexString(),
              messageId: message.messageId,
              subject: message.subject,
              sender: message.participants.find(({ role }) => role === 'from')?.address ?? null,
              mailboxes: message.mailboxes,
            },
      decisions: (decided.get(String(row._id)) ?? []).map(decisionRow),
    };
  });
}

export const MAX_CASES_PAGE = 200;

/** Cases with a number, most recently updated first. `after` is `next` of the previous page. */
export async function listCases(
  { caseUpdates, cases }: Pick<Database, 'caseUpdates' | 'cases'>,
  { limit, after }: { readonly limit: number; readonly after: string | null },
): Promise<{ readonly rows: CaseSummary[]; readonly next: string | null }> {
  const size = Math.min(limit, MAX_CASES_PAGE);
  const [, time, key] = /^(\d{1,15})-(.{1,200})$/u.exec(after ?? '') ?? [];
  const from = time === undefined || key === undefined ? [] : [{ $match: laterThan(Number(time), key) }];
  const found = await caseUpdates
    .aggregate<{ _id: string; latest: Date; updates: number }>([
      { $match: { ref: { $type: 'string' } } },
      { $group: { _id: { $toLower: '$ref' }, latest: { $max: '$date' }, updates: { $sum: 1 } } },
      ...from,
      { $sort: { latest: -1, _id: 1 } },
      { $limit: size + 1 },
    ])
    .toArray();
  const page = found.slice(0, size);
  const rows = await caseUpdates
    .find({ ref: { $in: page.flatMap(({ _id }) => spellingsOfRef(_id)) } })
    .sort({ date: 1, _id: 1 })
    .limit(MAX_STEPS * size)
    .toArray();
  const byCase = Map.groupBy(rows, ({ ref }) => caseKey(ref ?? ''));
  const merged = await survivingCases(
    cases,
    page.map(({ _id }) => _id),
  );
  const last = page.at(-1);
  return {
    rows: page.map(({ _id, latest, updates }) => {
      const ofCase = byCase.get(caseKey(_id)) ?? [];
      return {
        ref: ofCase.at(-1)?.ref ?? _id,
        ...summaryOf(ofCase),
        updates,
        held: ofCase.filter(({ review = null }) => review !== null && review !== 'rejected').length,
        latest: latest.toISOString(),
        mergedInto: merged.get(_id) ?? null,
      };
    }),
    next: found.length > size && last !== undefined ? `${last.latest.getTime()}-${last._id}` : null,
  };
}

function laterThan(time: number, key: string): Filter<{ latest: Date; _id: string }> {
  const latest = new Date(time);
  return { $or: [{ latest: { $lt: latest } }, { latest, _id: { $gt: key } }] };
}

/**
 * Records that the CRM merged a case into another one, or undid the merge (null). Later tags with the old number go to the surviving
 * case. Existing case updates are not moved; that is the CRM's job. @throws TriageError if the merge would be circular.
 */
export async function mergeCase(
  { cases }: Pick<Database, 'cases'>,
  { ref, mergedInto, by }: { readonly ref: string; readonly mergedInto: string | null; readonly by: string },
): Promise<{ readonly ref: string; readonly mergedInto: string | null; readonly livesIn: string }> {
  const loop = () =>
    new TriageError(
      'not-possible',
      `case ${mergedInto} was itself merged into ${ref}: a case cannot be merged into itself`,
    );
  if (mergedInto !== null) {
    const end = (await survivingCases(cases, [mergedInto])).get(mergedInto) ?? mergedInto;
    if (caseKey(end) === caseKey(ref) || caseKey(mergedInto) === caseKey(ref)) throw loop();
  }
  const before = await recordMerge(cases, { ref, mergedInto, by });
  const livesIn = (await survivingCases(cases, [ref])).get(ref) ?? ref;
  // Somebody else may have recorded the opposite merge at the same time.
  if (mergedInto !== null && livesIn === ref) {
    await recordMerge(cases, { ref, mergedInto: before?.mergedInto ?? null, by: before?.by ?? by });
    throw loop();
  }
  return { ref, mergedInto, livesIn };
}
