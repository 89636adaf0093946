/** Messages by what is known of them, newest first, as programs ask for them. */
import type { Filter } from 'mongodb';
import { normaliseAddress } from '../mime/addresses/addresses.ts';
import type { MessageDocument } from '../store/message-document.ts';
import type { Database } from '../store/mongo.ts';
import { beyond, placeText } from './keyset.ts';
import type { Place } from './keyset.ts';
import { idsMeant } from './named.ts';
import { newestRows } from './newest.ts';
import { rowsOf } from './waiting.ts';
import type { TriageRow } from './waiting.ts';

export interface MessagesWanted {
  readonly state: MessageDocument['state'] | null;
  readonly mailbox: string | null;
  /** Id of a client whose record they are on. */
  readonly client: string | null;
  /** Of the sender or a recipient. */
  readonly address: string | null;
  /** Of receiving, as the list is in that order. */
  readonly since: Date | null;
  /** Before this moment. */
  readonly until: Date | null;
  readonly after: Place | null;
  readonly limit: number;
}

export async function findMessages(
  database: Pick<Database, 'messages' | 'clients' | 'caseUpdates'>,
  { state, mailbox, client, address, since, until, after, limit }: MessagesWanted,
): Promise<{ readonly rows: TriageRow[]; readonly next: string | null }> {
  const wanted: Filter<MessageDocument>[] = [
    ...(state === null ? [] : [{ state }]),
    ...(mailbox === null ? [] : [{ mailboxes: mailbox }]),
    ...(client === null
      ? []
      : [{ links: { $elemMatch: { clientId: { $in: idsMeant(client) }, retract: { $exists: false } } } }]),
    ...(address === null ? [] : [{ 'participants.address': normaliseAddress(address) ?? address }]),
    ...(since === null ? [] : [{ receivedAt: { $gte: since } }]),
    ...(until === null ? [] : [{ receivedAt: { $lt: until } }]),
    ...(after === null ? [] : [beyond<MessageDocument>(after, { field: 'receivedAt', way: -1 })]),
  ];
  const found = await newestRows({ before: after?.time ?? until, wanted: limit + 1 }, async (from) => {
    const all = [...wanted, ...(from === null ? [] : [{ receivedAt: { $gte: from } }])];
    return await database.messages
      .find(all.length === 0 ? {} : { $and: all })
      .sort({ receivedAt: -1, _id: -1 })
      .limit(limit + 1)
      .toArray();
  });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    rows: await rowsOf(database, page),
    next: found.length > limit && last !== undefined ? placeText(last.receivedAt, last._id) : null,
  };
}
