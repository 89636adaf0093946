/** The case updates that wait for a person, each with what decides about it. */
import type { Authentication } from '../mail/authentication/authentication.ts';
import type { Review } from '../decide/case-updates.ts';
import { spellingsOfRef } from '../decide/case-status.ts';
import type { Participant } from '../decide/message-facts.ts';
import type { CaseUpdateDocument } from '../store/case-updates.ts';
import { REVIEWS } from '../store/held-updates.ts';
import type { MessageDocument } from '../store/message-document.ts';
import type { Database } from '../store/mongo.ts';
import { beyond, placeText } from './keyset.ts';
import type { Place } from './keyset.ts';

export interface HeldCaseUpdate {
  readonly id: string;
  readonly clientId: string;
  readonly ref: string | null;
  readonly title: string;
  readonly date: Date;
  readonly review: Review;
  /** As the case stands; null for a case that is new. */
  readonly from: string | null;
  /** As the tag asks; null where it names no status that is known. */
  readonly to: string | null;
  /** The tag's own word. */
  readonly statusText: string | null;
  readonly message: {
    readonly id: string;
    readonly subject: string;
    readonly preview: string;
    readonly from: readonly Participant[];
    readonly replyTo: readonly Participant[];
    readonly mailboxes: readonly string[];
    readonly authentication: Authentication | null;
    /** What was said of the tag when it was decided. */
    readonly why: string | null;
  };
}

type Row = Pick<
  CaseUpdateDocument,
  | '_id'
  | 'clientId'
  | 'date'
  | 'title'
  | 'status'
  | 'ref'
  | 'statusText'
  | 'statusInherited'
  | 'review'
  | 'messageRef'
>;

/** One page, oldest first. */
export async function heldPage(
  database: Pick<Database, 'caseUpdates' | 'messages'>,
  { after, limit }: { readonly after: Place | null; readonly limit: number },
): Promise<{ readonly updates: HeldCaseUpdate[]; readonly next: string | null }> {
  // One query for each reason: for several an engine would sort all that are held.
  const byReason = await Promise.all(
    REVIEWS.map(
      async (review) =>
        await database.caseUpdates
          .find({
            review,
            ...(after === null ? {} : beyond<CaseUpdateDocument>(after, { field: 'date', way: 1 })),
          })
          .sort({ date: 1, _id: 1 })
          .limit(limit + 1)
          .toArray(),
    ),
  );
  const found = byReason
    .flat()
    .toSorted((a, b) => a.date.getTime() - b.date.getTime() || (String(a._id) < String(b._id) ? -1 : 1));
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    updates: await withMessages(database, page),
    next: found.length > limit && last !== undefined ? placeText(last.date, last._id) : null,
  };
}

/** Of one message. */
export async function heldOfMessage(
  database: Pick<Database, 'caseUpdates' | 'messages'>,
  ids: readonly CaseUpdateDocument['_id'][],
): Promise<HeldCaseUpdate[]> {
  if (ids.length === 0) return [];
  const rows = await database.caseUpdates
    .find({ _id: { $in: [...ids] }, review: { $in: [...REVIEWS] } })
    .toArray();
  return await withMessages(database, rows);
}

async function withMessages(
  { caseUpdates, messages }: Pick<Database, 'caseUpdates' | 'messages'>,
  rows: readonly Row[],
): Promise<HeldCaseUpdate[]> {
  const ids = rows.flatMap(({ messageRef }) => messageRef ?? []);
  const found = await messages
    .find({ _id: { $in: ids } })
    .project<Told>(told)
    .toArray();
  const byId = new Map(found.map((message) => [message._id.toHexString(), message]));
  const refs = [...new Set(rows.flatMap(({ ref }) => ref ?? []))];
  const statuses = new Map(
    await Promise.all(refs.map(async (ref) => [ref, await statusOf(caseUpdates, ref)] as const)),
  );
  return rows.flatMap((row) => {
    const message = byId.get(String(row.messageRef));
    const { review = null, ref = null, statusText = null, statusInherited = false } = row;
    // Rows of other programs and people are theirs.
    if (message === undefined || review === null || review === 'rejected') return [];
    return [
      {
        id: row._id.toHexString(),
        clientId: String(row.clientId),
        ref,
        title: row.title,
        date: row.date,
        review,
        from: ref === null ? null : (statuses.get(ref) ?? null),
        to: statusInherited && statusText !== null ? null : row.status,
        statusText,
        message: asTold(message),
      },
    ];
  });
}

const told = {
  subject: 1,
  preview: 1,
  participants: 1,
  mailboxes: 1,
  authentication: 1,
  'verdict.evidence': 1,
} as const;

type Told = Pick<
  MessageDocument,
  '_id' | 'subject' | 'preview' | 'participants' | 'mailboxes' | 'authentication' | 'verdict'
>;

function asTold({
  _id,
  participants,
  verdict,
  subject,
  preview,
  mailboxes,
  authentication,
}: Told): HeldCaseUpdate['message'] {
  const inRole = (wanted: Participant['role']): Participant[] =>
    participants.filter(({ role }) => role === wanted);
  return {
    id: _id.toHexString(),
    subject,
    preview,
    mailboxes,
    authentication,
    from: inRole('from'),
    replyTo: inRole('reply-to'),
    why: verdict?.evidence.findLast(({ rule }) => rule === 'case-tag')?.detail ?? null,
  };
}

/** By the latest update that counts. */
async function statusOf(caseUpdates: Database['caseUpdates'], ref: string): Promise<string | null> {
  const [latest] = await caseUpdates
    .find({ ref: { $in: spellingsOfRef(ref) }, review: null }, { projection: { status: 1 } })
    .sort({ date: -1 })
    .limit(1)
    .toArray();
  return latest?.status ?? null;
}
