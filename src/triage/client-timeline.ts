/** A client's record: its messages newest first, each with its files, the case updates that it made, and why it is there. */
import type { Filter } from 'mongodb';
import type { Via } from '../decide/verdict.ts';
import type { CaseUpdateDocument } from '../store/case-updates.ts';
import type { ClientDocument } from '../store/clients.ts';
import type { CommunicationDocument } from '../store/communications.ts';
import type { MessageDocument } from '../store/message-document.ts';
import type { Database } from '../store/mongo.ts';
import type { Address } from '../mime/parsed-message.ts';
import { idsMeant } from './named.ts';
import { newestRows } from './newest.ts';
import { TriageError } from './triage-error.ts';

/** Values that survive JSON. */
export interface TimelineEntry {
  readonly id: string;
  readonly date: string;
  readonly type: string;
  readonly direction: string | null;
  readonly subject: string;
  /** The beginning of what was written then. */
  readonly preview: string;
  readonly from: Address | null;
  readonly to: readonly Address[];
  readonly files: readonly {
    readonly filename: string | null;
    readonly size: number;
    readonly key: string;
  }[];
  readonly threadId: string | null;
  readonly forwardedBy: string | null;
  /** The message; null where the CRM wrote the entry. */
  readonly messageId: string | null;
  /** How the client was found; null where that is not known. */
  readonly via: Via | null;
  readonly address: string | null;
  readonly caseUpdates: readonly TimelineCaseUpdate[];
}

export interface TimelineCaseUpdate {
  readonly id: string;
  readonly date: string;
  readonly ref: string | null;
  readonly title: string;
  readonly status: string;
  readonly review: string | null;
}

export interface Timeline {
  /** As the CRM has it. */
  readonly clientId: ClientDocument['_id'];
  readonly client: {
    readonly id: string;
    readonly name: string | null;
    readonly company: string | null;
    readonly email: string | null;
  };
  readonly rows: readonly TimelineEntry[];
  /** Of the time of these rows, not made by one of them; none if only some entries were asked for. */
  readonly otherCaseUpdates: readonly TimelineCaseUpdate[];
  readonly next: string | null;
}

export const MAX_TIMELINE_PAGE = 100;
const MAX_CASE_UPDATES = 200;
const PREVIEW_CHARS = 500;
const MAX_NAMED = 20;

/** Rows of one moment before the page. The CRM chooses the ids of its own rows, so no id can tell a place. */
const PLACE = /^(-?\d{1,15})\.(\d{1,4})$/u;

/** Which entries are asked for; null: any. */
export interface TimelineFilter {
  readonly direction: NonNullable<CommunicationDocument['direction']> | null;
  /** The number of a case, as it is written. */
  readonly caseRef: string | null;
  readonly hasFiles: boolean;
}

export const everyEntry: TimelineFilter = { direction: null, caseRef: null, hasFiles: false };

const isFiltered = ({ direction, caseRef, hasFiles }: TimelineFilter): boolean =>
  direction !== null || caseRef !== null || hasFiles;

/** @throws TriageError if the CRM has no such client. */
export async function clientTimeline(
  database: Database,
  {
    name,
    after,
    limit,
    only = everyEntry,
  }: {
    readonly name: string;
    readonly after: string | null;
    readonly limit: number;
    readonly only?: TimelineFilter;
  },
): Promise<Timeline> {
  const client = await database.clients.findOne({ _id: { $in: idsMeant(name) } });
  if (client === null) throw new TriageError('no-such-client', `${name}: no such client`);
  const size = Math.min(limit, MAX_TIMELINE_PAGE);
  const { rows, isLast, until, next } = await pageOf(database, {
    clientId: client._id,
    after,
    size,
    only,
  });
  const oldest = isLast ? null : (rows.at(-1)?.date ?? null);
  const [updates, links] = await Promise.all([
    updatesWithin(database.caseUpdates, { clientId: client._id, until, oldest }),
    linksOf(database.messages, rows, client._id),
  ]);
  const shown = new Set(rows.map(({ _id }) => String(_id)));
  const bySource = Map.groupBy(updates, ({ communicationId }) => String(communicationId));
  return {
    clientId: client._id,
    client: {
      id: String(client._id),
      name: client.name ?? null,
      company: client.company ?? null,
      email: typeof client.email === 'string' ? client.email : null,
    },
    rows: rows.map((row) =>
      entryOf(row, links.get(String(row.messageRef)) ?? null, bySource.get(String(row._id)) ?? []),
    ),
    otherCaseUpdates: isFiltered(only)
      ? []
      : updates.filter(({ communicationId }) => !shown.has(String(communicationId))).map(updateOf),
    next,
  };
}

async function pageOf(
  { communications }: Pick<Database, 'communications'>,
  {
    clientId,
    after,
    size,
    only: { direction, caseRef, hasFiles },
  }: {
    readonly clientId: ClientDocument['_id'];
    readonly after: string | null;
    readonly size: number;
    readonly only: TimelineFilter;
  },
) {
  const [, time, skipped = '0'] = PLACE.exec(after ?? '') ?? [];
  const until = time === undefined ? null : new Date(Number(time));
  const found = await newestRows({ before: until, wanted: size + 1 }, async (since) => {
    const date = { ...(until !== null && { $lte: until }), ...(since !== null && { $gte: since }) };
    const filter: Filter<CommunicationDocument> = {
      clientId,
      ...(direction !== null && { direction }),
      ...(caseRef !== null && { caseRef }),
      ...(hasFiles && { 'attachments.0': { $exists: true } }),
      ...(Object.keys(date).length > 0 && { date }),
    };
    return await communications
      .find(filter, { projection: { html: 0 } })
      .sort({ date: -1, _id: -1 })
      .skip(Number(skipped))
      .limit(size + 1)
      .toArray();
  });
  const rows = found.slice(0, size);
  const last = rows.at(-1);
  const isLast = found.length <= size || last === undefined;
  if (isLast) return { rows, isLast, until, next: null };
  const ofMoment = rows.filter(({ date }) => date.getTime() === last.date.getTime()).length;
  const before = until?.getTime() === last.date.getTime() ? Number(skipped) : 0;
  return { rows, isLast, until, next: `${last.date.getTime()}.${before + ofMoment}` };
}

async function updatesWithin(
  caseUpdates: Database['caseUpdates'],
  {
    clientId,
    until,
    oldest,
  }: { readonly clientId: ClientDocument['_id']; readonly until: Date | null; readonly oldest: Date | null },
): Promise<CaseUpdateDocument[]> {
  const date = { ...(until !== null && { $lte: until }), ...(oldest !== null && { $gte: oldest }) };
  return await caseUpdates
    .find({ clientId, ...(Object.keys(date).length > 0 && { date }) })
    .sort({ date: -1, _id: -1 })
    .limit(MAX_CASE_UPDATES)
    .toArray();
}

async function linksOf(
  messages: Database['messages'],
  rows: readonly CommunicationDocument[],
  clientId: ClientDocument['_id'],
): Promise<ReadonlyMap<string, Pick<MessageDocument['links'][number], 'via' | 'address'>>> {
  const refs = rows.flatMap(({ messageRef }) => messageRef ?? []);
  const found = await messages
    .find({ _id: { $in: refs } })
    .project<Pick<MessageDocument, '_id' | 'links'>>({ links: 1 })
    .toArray();
  return new Map(
    found.flatMap(({ _id, links }) => {
      const link = links.find((one) => String(one.clientId) === String(clientId));
      return link === undefined ? [] : [[_id.toHexString(), link] as const];
    }),
  );
}

function entryOf(
  row: CommunicationDocument,
  link: Pick<MessageDocument['links'][number], 'via' | 'address'> | null,
  updates: readonly CaseUpdateDocument[],
): TimelineEntry {
  const { _id, date, type, direction, subject, message, reply, from, to = [] } = row;
  // The CRM may write rows of its own.
  const attachments = 'attachments' in row ? row.attachments : [];
  return {
    id: String(_id),
    date: date.toISOString(),
    type,
    direction: direction ?? null,
    subject,
    preview: (reply || message || '').slice(0, PREVIEW_CHARS),
    from: from ?? null,
    to: to.slice(0, MAX_NAMED),
    files: attachments.map(({ filename, size, key }) => ({ filename, size, key })),
    threadId: row.threadId ?? null,
    forwardedBy: row.forwardedBy ?? null,
    messageId: row.messageRef?.toHexString() ?? null,
    via: link?.via ?? null,
    address: link?.address ?? null,
    caseUpdates: updates.map(updateOf),
  };
}

const updateOf = ({ _id, date, ref, title, status, review }: CaseUpdateDocument): TimelineCaseUpdate => ({
  id: String(_id),
  date: date.toISOString(),
  ref: ref ?? null,
  title,
  status,
  review: review ?? null,
});
