import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fetched, ListedMessage, MailboxSession, MailboxSource } from '../../src/mailbox/mailbox.ts';

/** A separate mailbox for each test: an INBOX, and how mail gets into it. */
export interface MailboxUnderTest {
  readonly openSource: () => MailboxSource;
  readonly deliver: (raws: readonly Buffer[]) => Promise<void>;
  /** Removes one message without the session noticing. */
  readonly remove: (raw: Buffer) => Promise<void>;
}

const small = (number: number, body = 'Hello.\r\n'): Buffer =>
  Buffer.from(
    `From: Ann <ann@client.test>\r\nTo: office@firm.test\r\nSubject: Note ${number}\r\nMessage-ID: <note-${number}@client.test>\r\n\r\n${body}`,
  );
const line = `${'0123456789abcdef'.repeat(4)}\r\n`;
const large = (number: number, megabytes: number): Buffer =>
  small(number, line.repeat(Math.ceil((megabytes * 1024 * 1024) / line.length)));

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Reads streams, as a caller must before asking for the next answer. */
export async function fetchAll(
  session: MailboxSession,
  wanted: readonly { readonly uid: number; readonly size: number }[],
): Promise<
  (
    | Exclude<Fetched, { kind: 'stream' }>
    | { kind: 'streamed'; uid: number; raw: Buffer; expectedSize: number }
  )[]
> {
  const all = [];
  for await (const fetched of session.fetch(wanted)) {
    if (fetched.kind !== 'stream') all.push(fetched);
    else {
      const { uid, stream, expectedSize } = fetched;
      all.push({ kind: 'streamed' as const, uid, raw: await buffer(stream), expectedSize });
    }
  }
  return all;
}

const ascending = (numbers: readonly number[]): readonly number[] => numbers.toSorted((a, b) => a - b);
const uidsOf = (items: readonly { readonly uid: number }[]): readonly number[] => items.map(({ uid }) => uid);
const sizeIn = (listed: readonly ListedMessage[], uid: number): number | undefined =>
  listed.find((message) => message.uid === uid)?.size;

export const listAll = async (session: MailboxSession): Promise<readonly ListedMessage[]> =>
  (await collect(session.list({ fromUid: 1 }))).flat();

export function describeMailbox(name: string, create: () => Promise<MailboxUnderTest>): void {
  describe(`${name} as a mailbox`, () => {
    let mailbox: MailboxUnderTest;
    let source: MailboxSource;
    let session: MailboxSession;
    const raws = [small(1), small(2), large(3, 2.5), small(4, ''), large(5, 1)];

    beforeAll(async () => {
      mailbox = await create();
      await mailbox.deliver(raws);
      source = mailbox.openSource();
      session = await source.openSession();
      await session.open('INBOX');
    });

    afterAll(async () => {
      await session.close();
      await source.close();
    });

    it('finds INBOX by its name in any case and by its special use', async () => {
      expect(await session.resolveFolder('INBOX')).toBe('INBOX');
      expect(await session.resolveFolder('Inbox')).toBe('INBOX');
      expect(await session.resolveFolder('\\Inbox')).toBe('INBOX');
      expect((await session.folders()).map(({ path }) => path)).toContain('INBOX');
    });

    it('has no folder that does not exist', async () => {
      expect(await session.resolveFolder('No such folder')).toBeNull();
      expect(await session.resolveFolder('\\Flagged')).toBeNull();
      const other = await source.openSession();
      await expect(other.open('No such folder')).rejects.toMatchObject({ code: 'folder-missing' });
      await other.close();
    });

    it('has a state that survives JSON and does not change by itself', async () => {
      const state = await session.open('INBOX');
      expect(state).toMatchObject({ path: 'INBOX', exists: 5 });
      expect(state.uidValidity).toMatch(/^[1-9]\d*$/);
      expect(JSON.parse(JSON.stringify(state))).toEqual(state);
      expect(await session.open('INBOX')).toEqual(state);
    });

    it('lists every message once, with its size', async () => {
      const listed = await listAll(session);
      expect(ascending(listed.map(({ size }) => size))).toEqual(ascending(raws.map(({ length }) => length)));
      expect(new Set(listed.map(({ uid }) => uid)).size).toBe(5);
      expect(listed.every(({ uid }) => Number.isSafeInteger(uid) && uid > 0)).toBe(true);
    });

    it('lists the same in another session', async () => {
      const other = await source.openSession();
      await other.open('INBOX');
      expect(await listAll(other)).toEqual(await listAll(session));
      await other.close();
    });

    it('lists nothing beyond the last UID', async () => {
      const last = Math.max(...(await listAll(session)).map(({ uid }) => uid));
      expect(await collect(session.list({ fromUid: last + 1 }))).toEqual([]);
    });

    it('lists from a UID on', async () => {
      const listed = await listAll(session);
      const from = listed.map(({ uid }) => uid).toSorted((a, b) => a - b)[2] ?? 0;
      const found = (await collect(session.list({ fromUid: from }))).flat();
      expect(found).toEqual(listed.filter(({ uid }) => uid >= from));
    });

    it('lists some messages again, without deleted ones', async () => {
      const listed = await listAll(session);
      const some = listed.filter((_, at) => at % 2 === 0);
      const gone = Math.max(...uidsOf(listed)) + 7;
      expect(await session.listAgain([...uidsOf(some), gone])).toEqual(some);
    });

    it('lists the same UIDs alone', async () => {
      const uids = (await collect(session.listUids())).flat();
      expect(uids).toEqual((await listAll(session)).map(({ uid }) => uid));
    });

    it('returns the bytes of every message unchanged, small ones whole and large ones as a stream', async () => {
      const listed = await listAll(session);
      const fetched = await fetchAll(session, listed);
      expect(ascending(uidsOf(fetched))).toEqual(ascending(uidsOf(listed)));
      const got = fetched.flatMap((answer) => ('raw' in answer ? [answer.raw] : []));
      expect(got.map(String).toSorted()).toEqual(raws.map(String).toSorted());
      const streamed = fetched.filter(({ kind }) => kind === 'streamed');
      expect(streamed).toHaveLength(2);
      expect(fetched.filter(({ kind }) => kind === 'whole')).toHaveLength(3);
      for (const answer of streamed)
        expect(answer).toMatchObject({
          raw: { length: sizeIn(listed, answer.uid) },
          expectedSize: sizeIn(listed, answer.uid),
        });
    });

    it('lets a caller leave large messages unread', async () => {
      const listed = await listAll(session);
      const kinds: string[] = [];
      for await (const fetched of session.fetch(listed)) kinds.push(fetched.kind);
      expect(kinds).toHaveLength(5);
      expect(await fetchAll(session, listed.slice(0, 1))).toHaveLength(1);
    });

    it('lets a caller stop in the middle of a listing and of a fetch', async () => {
      const listed = await listAll(session);
      for await (const window of session.list({ fromUid: 1 })) if (window.length > 0) break;
      for await (const fetched of session.fetch(listed)) if (fetched.uid > 0) break;
      expect(await listAll(session)).toEqual(listed);
    });

    it('allows calls between the answers of a listing and of a fetch', async () => {
      const seen: number[] = [];
      for await (const window of session.list({ fromUid: 1 })) {
        for await (const fetched of session.fetch(window)) {
          seen.push((await session.headersOnly(fetched.uid)).length);
        }
      }
      expect(seen).toHaveLength(5);
    });

    it('gives the header section alone', async () => {
      for (const { uid } of await listAll(session)) {
        const headers = (await session.headersOnly(uid)).toString();
        expect(headers).toMatch(/Subject: Note \d\r\n/);
        expect(headers.indexOf('\r\n\r\n')).toBe(headers.length - 4);
      }
    });

    it('reports missing UIDs among existing ones', async () => {
      const listed = await listAll(session);
      const last = Math.max(...listed.map(({ uid }) => uid));
      const wanted = [{ uid: last + 7, size: 10 }, ...listed.slice(0, 2), { uid: last + 9, size: 5_000_000 }];
      const fetched = await fetchAll(session, wanted);
      expect(fetched.filter(({ kind }) => kind === 'missing').map(({ uid }) => uid)).toEqual([
        last + 7,
        last + 9,
      ]);
      expect(fetched).toHaveLength(4);
      await expect(session.headersOnly(last + 7)).rejects.toMatchObject({ code: 'message-missing' });
    });

    it('answers an empty wish with nothing', async () => {
      expect(await collect(session.fetch([]))).toEqual([]);
    });

    it('needs an open folder for a listing', async () => {
      const other = await source.openSession();
      await expect(collect(wrapped(() => other.list({ fromUid: 1 })))).rejects.toMatchObject({
        code: 'protocol',
      });
      await other.close();
      await other.close();
    });

    it('does nothing for a caller who has given up', async () => {
      const aborted = AbortSignal.abort();
      await expect(source.openSession(aborted)).rejects.toMatchObject({ code: 'aborted' });
    });

    it('ends a watch when its signal is aborted, and reports once at the start that there may be mail', async () => {
      const end = new AbortController();
      let arrivals = 0;
      await source.watch({
        folder: 'INBOX',
        signal: end.signal,
        onArrival: () => {
          arrivals += 1;
          end.abort();
        },
      });
      expect(arrivals).toBe(1);
      expect(source.health()).toMatchObject({ state: 'ok', lastError: null });
    });

    it('keeps the other UIDs when messages come and go', async () => {
      const before = await listAll(session);
      const [newcomer, leaver] = [small(9), raws[1] ?? small(2)];
      await mailbox.deliver([newcomer]);
      await mailbox.remove(leaver);
      expect(await session.open('INBOX')).toMatchObject({ exists: 5 });
      const after = await listAll(session);
      const known = new Set(before.map(({ uid }) => uid));
      const came = after.filter(({ uid }) => !known.has(uid));
      expect(came).toHaveLength(1);
      expect(after.filter(({ uid }) => known.has(uid))).toHaveLength(4);
      expect(await fetchAll(session, came)).toMatchObject([{ kind: 'whole', raw: newcomer }]);
    });
  });
}

/** `list` may refuse at the call or at the first window. */
async function* wrapped<T>(start: () => AsyncIterable<T>): AsyncGenerator<T> {
  yield* start();
}
