import type { Filter } from 'mongodb';
import { normaliseAddress } from '../mime/addresses/addresses.ts';
import type { MessageDocument } from '../store/message-document.ts';
import { idsInBatches, markForRejudge } from '../store/rejudge.ts';
import type { TriageDeps } from './triage-deps.ts';

/** Messages from an address, or from a domain or its subdomains. No index finds a domain: the caller limits it by state. */
export function sentFrom(subject: string): Filter<MessageDocument> {
  const key = subject.slice(subject.indexOf(':') + 1);
  const address = subject.startsWith('address:')
    ? (normaliseAddress(key) ?? key)
    : { $regex: `@(?:[^@]*\\.)?${key.replaceAll('.', String.raw`\.`)}$` };
  return { participants: { $elemMatch: { role: 'from', address } } };
}

/** Marks the messages and queues them. Returns how many. */
export async function followLater(
  { database, enqueue }: TriageDeps,
  filter: Filter<MessageDocument>,
): Promise<number> {
  let marked = 0;
  for await (const ids of idsInBatches(database.messages, filter)) {
    await markForRejudge(database.messages, { _id: { $in: ids } });
    await enqueue(ids);
    marked += ids.length;
  }
  return marked;
}
