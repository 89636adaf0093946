/**
 * Lists the messages of a folder. SEARCH says which UIDs exist, so that a FETCH that omits some is noticed; both run in windows, so
 * that a folder of a million messages is never held in memory.
 */
import type { FetchMessageObject, ImapFlow } from 'imapflow';
import { type FolderState, type ListedMessage, MailboxError } from '../mailbox.ts';

/** Runs work on the session's connection and translates its errors to the port's. */
export type Command = <T>(doing: string, work: (client: ImapFlow) => Promise<T>) => Promise<T>;

const listWindow = 2_000;
const uidWindow = 20_000;
/** Up to this size one SEARCH answers for the whole folder (under 1 MB). */
const oneSearchMessages = 100_000;
/** UIDs may have wide gaps. 1,000,000 of them, all in use, are a line of 11 MB. */
const maxSpan = 1_000_000;
/** RFC 2683 §3.2.1.5: servers need not accept commands over 8,000 bytes; this many UIDs of ten digits are 2,200. */
const uidsPerSearch = 200;

interface Listing {
  readonly command: Command;
  readonly folder: FolderState;
  readonly fromUid: number;
}

/** Ascending windows of at most 20,000 UIDs, all at or above `fromUid`. */
export async function* uidWindows({ command, folder, fromUid }: Listing): AsyncGenerator<readonly number[]> {
  const last = folder.uidNext === null ? null : folder.uidNext - 1;
  if (folder.exists === 0 || (last !== null && fromUid > last)) return;
  if (folder.exists <= oneSearchMessages) {
    const uids = await search(command, fromUid, last);
    if (uids.length === 0 && fromUid === 1) {
      throw new MailboxError('protocol', `the folder has ${folder.exists} messages and SEARCH finds none`);
    }
    yield* windows(uids, uidWindow);
    return;
  }
  const end = last ?? (await edge(command, '*'));
  let from = fromUid;
  if (end - from > uidWindow) from = Math.max(from, await edge(command, '1'));
  let span = uidWindow;
  while (from <= end) {
    const to = Math.min(from + span - 1, end);
    const uids = await search(command, from, to);
    yield* windows(uids, uidWindow);
    span = uids.length < listWindow ? Math.min(span * 2, maxSpan) : uidWindow;
    from = to + 1;
  }
}

export async function* listMessages(listing: Listing): AsyncGenerator<readonly ListedMessage[]> {
  for await (const uids of uidWindows(listing)) {
    for (const window of windows(uids, listWindow)) yield await describe(listing.command, window);
  }
}

/** `search` returns false for NO and BAD: a failure, never "no messages". */
async function search(command: Command, from: number, to: number | null): Promise<readonly number[]> {
  const uids = await searchSet(command, `${from}:${to ?? '*'}`);
  // RFC 3501 §6.4.8: `*` is the highest UID, so `<from>:*` returns the last old message if nothing is new.
  return uids.filter((uid: number) => uid >= from && (to === null || uid <= to));
}

async function searchSet(command: Command, set: string): Promise<readonly number[]> {
  const uids = await command('cannot search', (client) => client.search({ uid: set }, { uid: true }));
  if (!Array.isArray(uids)) throw new MailboxError('protocol', 'the server refuses to search');
  return uids;
}

/** Uses both SEARCH and FETCH: some servers' index lags, others omit rows. */
export async function stillListed(command: Command, uids: readonly number[]): Promise<ReadonlySet<number>> {
  const listed = new Set<number>();
  // Lets the server report what other sessions removed.
  await command('cannot ask for news', (client) => client.noop());
  for (const window of windows(
    uids.toSorted((a, b) => a - b),
    uidsPerSearch,
  )) {
    for (const uid of await searchSet(command, sequenceSet(window))) listed.add(uid);
    const unfound = window.filter((uid) => !listed.has(uid));
    if (unfound.length === 0) continue;
    for (const uid of (await find(command, unfound)).keys()) listed.add(uid);
  }
  return listed;
}

async function edge(command: Command, sequence: '1' | '*'): Promise<number> {
  const row = await command('cannot ask for a UID', (client) => client.fetchOne(sequence, { uid: true }));
  if (!row || !row.uid) throw new MailboxError('protocol', `the server has no UID for message ${sequence}`);
  return row.uid;
}

/** A message removed between SEARCH and FETCH stays listed, with size 0: the fetch will find it missing. */
async function describe(command: Command, uids: readonly number[]): Promise<readonly ListedMessage[]> {
  const found = await find(command, uids);
  return uids.map((uid) => found.get(uid) ?? { uid, internalDate: null, size: 0, isDraft: null });
}

export async function listAgain(
  command: Command,
  uids: readonly number[],
): Promise<readonly ListedMessage[]> {
  const found = await find(command, uids);
  return uids.flatMap((uid) => found.get(uid) ?? []);
}

async function find(command: Command, uids: readonly number[]): Promise<ReadonlyMap<number, ListedMessage>> {
  const found = new Map<number, ListedMessage>();
  await collect(command, uids, found);
  const missing = uids.filter((uid) => !found.has(uid));
  if (missing.length > 0) await collect(command, missing, found);
  return found;
}

async function collect(
  command: Command,
  uids: readonly number[],
  found: Map<number, ListedMessage>,
): Promise<void> {
  const wanted = new Set(uids);
  await command('cannot list', async (client) => {
    const query = { uid: true, internalDate: true, size: true, flags: true };
    for await (const row of client.fetch(sequenceSet(uids), query, { uid: true })) {
      // A row without a size is an unsolicited flag change from another session.
      if (!wanted.has(row.uid) || row.size === undefined) continue;
      found.set(row.uid, {
        uid: row.uid,
        internalDate: isoOf(row.internalDate),
        size: row.size,
        isDraft: row.flags?.has('\\Draft') ?? null,
      });
    }
  });
}

function isoOf(date: FetchMessageObject['internalDate']): string | null {
  if (date === undefined) return null;
  const time = new Date(date).getTime();
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

/** UIDs in ascending order as `1:3,7,9:10`. */
export function sequenceSet(uids: readonly number[]): string {
  const ranges: string[] = [];
  let first = 0;
  for (let at = 0; at < uids.length; at += 1) {
    if (uids[at + 1] === (uids[at] ?? 0) + 1) continue;
    ranges.push(first === at ? `${uids[at]}` : `${uids[first]}:${uids[at]}`);
    first = at + 1;
  }
  return ranges.join(',');
}

function* windows<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
