/** Any messages, newest first: all, in one state, or with one address. Each by an index in that order. */
import type { Filter } from 'mongodb';
import { normaliseAddress } from '../mime/addresses/addresses.ts';
import type { MessageDocument } from '../store/message-document.ts';
import { messagesNamed } from '../store/message-name.ts';
import type { Database } from '../store/mongo.ts';
import { beyond, placeText } from './keyset.ts';
import type { Place } from './keyset.ts';
import { newestRows } from './newest.ts';

export const STATES = ['stored', 'triage', 'ignored', 'quarantined', 'received', 'judged'] as const;

export interface MessagesAsked {
  readonly state: MessageDocument['state'] | null;
  /** An address: of the sender or a recipient. */
  readonly address: string | null;
  readonly after: Place | null;
  readonly limit: number;
}

export async function listMessages<T extends Pick<MessageDocument, '_id' | 'receivedAt'>>(
  { messages }: Pick<Database, 'messages'>,
  { state, address, after, limit }: MessagesAsked,
  fields: Readonly<Partial<Record<keyof T | `${string}.${string}`, 1>>>,
): Promise<{ readonly rows: T[]; readonly next: string | null }> {
  const asked: Filter<MessageDocument> =
    address === null
      ? state === null
        ? {}
        : { state }
      : { 'participants.address': normaliseAddress(address) ?? address };
  const before = after === null ? {} : beyond<MessageDocument>(after, { field: 'receivedAt', way: -1 });
  const found = await newestRows({ before: after?.time ?? null, wanted: limit + 1 }, async (since) => {
    const receivedAt = {
      ...(after !== null && { $lte: after.time }),
      ...(since !== null && { $gte: since }),
    };
    return await messages
      .find({ ...asked, ...before, ...(Object.keys(receivedAt).length > 0 && { receivedAt }) })
      .project<T>(fields)
      .sort({ receivedAt: -1, _id: -1 })
      .limit(limit + 1)
      .toArray();
  });
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return {
    rows,
    next: found.length > limit && last !== undefined ? placeText(last.receivedAt, last._id) : null,
  };
}

/** The messages that a person names by id, fingerprint or Message-ID. */
export async function messageIdsNamed(
  { messages }: Pick<Database, 'messages'>,
  name: string,
): Promise<readonly string[]> {
  const found = await messages
    .find(messagesNamed(name.trim().replace(/^<(.*)>$/u, '$1')), { projection: { _id: 1 } })
    .limit(2)
    .toArray();
  return found.map(({ _id }) => _id.toHexString());
}
