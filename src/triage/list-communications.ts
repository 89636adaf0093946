/** Communications, newest first: of all clients, of one, or of one thread. The CRM may have written some of them itself. */
import type { Filter } from 'mongodb';
import { soundFields } from '../store/communications.ts';
import type { CommunicationDocument } from '../store/communications.ts';
import type { Database } from '../store/mongo.ts';
import { idsMeant } from './named.ts';
import { newestRows } from './newest.ts';

export interface CommunicationsAsked {
  /** Id of a client. */
  readonly client: string | null;
  readonly thread: string | null;
  readonly since: Date | null;
  /** Before this moment. */
  readonly until: Date | null;
  /** `next` of the previous page. */
  readonly after: string | null;
  readonly limit: number;
}

/** Rows of one moment before the page. The CRM chooses the ids of its own rows, so no id can tell a place. */
const PLACE = /^(-?\d{1,15})\.(\d{1,6})$/u;
const PREVIEW_CHARS = 500;

export async function listCommunications(
  { communications }: Pick<Database, 'communications'>,
  { client, thread, since, until, after, limit }: CommunicationsAsked,
): Promise<{ readonly rows: CommunicationDocument[]; readonly next: string | null }> {
  const [, time, skipped = '0'] = PLACE.exec(after ?? '') ?? [];
  const place = time === undefined ? null : new Date(Number(time));
  const asked: Filter<CommunicationDocument>[] = [
    { date: { $type: 'date' } },
    ...(client === null ? [] : [{ clientId: { $in: idsMeant(client) } }]),
    ...(thread === null ? [] : [{ threadId: thread }]),
    ...(since === null ? [] : [{ date: { $gte: since } }]),
    ...(until === null ? [] : [{ date: { $lt: until } }]),
    ...(place === null ? [] : [{ date: { $lte: place } }]),
  ];
  const found = await newestRows({ before: place ?? until, wanted: limit + 1 }, async (from) => {
    const span = from === null ? [] : [{ date: { $gte: from } }];
    return await communications
      .find({ $and: [...asked, ...span] }, { projection: { html: 0 } })
      .sort({ date: -1, _id: -1 })
      .skip(Number(skipped))
      .limit(limit + 1)
      .toArray();
  });
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  if (found.length <= limit || last === undefined) return { rows, next: null };
  const ofMoment = rows.filter(({ date }) => date.getTime() === last.date.getTime()).length;
  const before = place?.getTime() === last.date.getTime() ? Number(skipped) : 0;
  return { rows, next: `${last.date.getTime()}.${before + ofMoment}` };
}

export async function communicationNamed(
  { communications }: Pick<Database, 'communications'>,
  id: string,
): Promise<CommunicationDocument | null> {
  return await communications.findOne({ _id: { $in: idsMeant(id) as never } });
}

/** Values that survive JSON. */
export function communicationRow(row: CommunicationDocument) {
  const { subject, message, reply, from, to, attachments } = soundFields(row);
  return {
    id: String(row._id),
    clientId: String(row.clientId),
    date: (row.date as unknown) instanceof Date ? row.date.toISOString() : null,
    type: textOf(row.type),
    direction: row.direction ?? null,
    subject,
    preview: (reply || message).slice(0, PREVIEW_CHARS),
    from,
    to,
    files: attachments.map(({ filename, size, key }) => ({ filename, size, key })),
    threadId: row.threadId ?? null,
    caseRef: row.caseRef ?? null,
    forwardedBy: row.forwardedBy ?? null,
    messageId: row.messageRef?.toHexString() ?? null,
  };
}

export function communicationDetail(row: CommunicationDocument) {
  const { cc, message, reply } = soundFields(row);
  return { ...communicationRow(row), cc, text: message, reply, html: row.html ?? null };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
