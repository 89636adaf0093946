import { buffer } from 'node:stream/consumers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { controlServices } from '../../../services/services.ts';
import { openImapSource, type ImapAccount } from '../../../src/mailbox/imap/imap.ts';
import type { MailboxSource } from '../../../src/mailbox/mailbox.ts';
import { planSync } from '../../../src/mailbox/sync-plan.ts';
import { collect, fetchAll, listAll } from '../mailbox.contract.ts';
import { append, expunge, imapServer, newAccount, withWriter } from '../../support/imap-server.ts';
import { openTappedProxy, type TappedProxy } from '../../support/tapped-proxy.ts';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

function open(account: ImapAccount, options: Parameters<typeof openImapSource>[1] = {}): MailboxSource {
  const source = openImapSource(account, options);
  ends.push(() => source.close());
  return source;
}

async function tapped(): Promise<{ readonly proxy: TappedProxy; readonly account: ImapAccount }> {
  const { host, port } = imapServer();
  const proxy = await openTappedProxy({ host, port });
  ends.push(() => proxy.close());
  return { proxy, account: newAccount({ host: '127.0.0.1', port: proxy.port, security: 'none' }) };
}

const note = (number: number, bytes = 10): Buffer =>
  Buffer.from(
    `Subject: Note ${number}\r\nMessage-ID: <n${number}@client.test>\r\n\r\n${'x'.repeat(bytes)}\r\n`,
  );

/** A clock whose pauses end at once. */
function hurried(): {
  readonly pauses: number[];
  readonly chance: NonNullable<Parameters<typeof openImapSource>[1]>['chance'];
} {
  const pauses: number[] = [];
  let ahead = 0;
  return {
    pauses,
    chance: {
      now: () => Date.now() + ahead,
      random: () => 0.5,
      wait: async (ms) => {
        pauses.push(ms);
        ahead += ms;
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
      },
    },
  };
}

describe('an IMAP folder', () => {
  it('is opened read-only and leaves no trace in the mailbox', async () => {
    const account = newAccount();
    await append(account.user, [note(1), note(2, 1_500_000)]);
    const session = await open(account).openSession();
    await session.open('INBOX');
    await fetchAll(session, await listAll(session));
    const flags = await withWriter(account.user, async (client) => {
      const box = await client.mailboxOpen('INBOX', { readOnly: true });
      expect(box.exists).toBe(2);
      return (await client.fetchAll('1:*', { flags: true })).flatMap((row) => [...(row.flags ?? [])]);
    });
    expect(flags).not.toContain('\\Seen');
  });

  it('tells the date at which the server received each message', async () => {
    const account = newAccount();
    await append(account.user, [note(1)]);
    const session = await open(account).openSession();
    await session.open('INBOX');
    expect(await listAll(session)).toMatchObject([{ uid: 1, internalDate: '2026-01-05T10:00:00.000Z' }]);
  });

  it('is found by its special use, with a path outside ASCII, too', async () => {
    const account = newAccount();
    await withWriter(account.user, (client) => client.mailboxCreate('Verträge/Büro & Co'));
    const session = await open(account).openSession();
    expect(await session.resolveFolder('\\Sent')).toBe('Sent');
    expect(await session.resolveFolder('\\SENT')).toBe('Sent');
    expect(await session.resolveFolder('\\All')).toBeNull();
    const path = await session.resolveFolder('Verträge/Büro & Co');
    expect(path).toBe('Verträge/Büro & Co');
    expect(await session.open('Verträge/Büro & Co')).toMatchObject({ exists: 0 });
  });

  it('gets one command per idle poll, with no LIST, SEARCH or FETCH', async () => {
    const { proxy, account } = await tapped();
    await append(account.user, [note(1)]);
    const source = open(account);
    const poll = async (): Promise<void> => {
      const session = await source.openSession();
      const path = (await session.resolveFolder('\\Inbox')) ?? '';
      await session.open(path);
      await session.close();
    };
    await poll();
    const before = ['LIST', 'SEARCH', 'FETCH', 'LOGIN', 'AUTHENTICATE'].map((words) => proxy.sent(words));
    const examined = proxy.sent('EXAMINE');
    await poll();
    await poll();
    expect(proxy.sent('EXAMINE')).toBe(examined + 2);
    expect(['LIST', 'SEARCH', 'FETCH', 'LOGIN', 'AUTHENTICATE'].map((words) => proxy.sent(words))).toEqual(
      before,
    );
    expect(proxy.connections()).toBe(1);
  });

  it('shows its state from before what arrives later', async () => {
    const account = newAccount();
    await append(account.user, [note(1)]);
    const session = await open(account).openSession();
    const before = await session.open('INBOX');
    const cursor = { epoch: 1, seenUid: 1, ...before };
    await append(account.user, [note(2)]);
    expect((await listAll(session)).map(({ uid }) => uid)).toEqual([1]);
    const after = await session.open('INBOX');
    expect(planSync({ state: after, cursor })).toMatchObject({ kind: 'list', fromUid: 2 });
    expect((await collect(session.list({ fromUid: 2 }))).flat().map(({ uid }) => uid)).toEqual([2]);
  });

  it('is read again after its index was lost, although UIDNEXT is the same', async () => {
    const account = newAccount();
    await append(account.user, [note(1), note(2)]);
    const source = open(account);
    const session = await source.openSession();
    const before = await session.open('INBOX');
    await session.close();
    await controlServices().resetUidValidity({ user: account.user, folder: 'INBOX' });
    const again = await open(account).openSession();
    const after = await again.open('INBOX');
    expect(after.uidValidity).not.toBe(before.uidValidity);
    expect(after.uidNext).toBe(before.uidNext);
    expect(planSync({ state: after, cursor: { epoch: 1, seenUid: 2, ...before } })).toEqual({
      kind: 'reset',
      epoch: 2,
      fromUid: 1,
      reason: 'uidvalidity-changed',
    });
    expect(await listAll(again)).toHaveLength(2);
  });

  it('of thousands of messages is listed in windows and fetched in few commands', async () => {
    const { proxy, account } = await tapped();
    const count = 2_050;
    await append(
      account.user,
      Array.from({ length: count }, (_, at) => note(at)),
    );
    const session = await open(account).openSession();
    await session.open('INBOX');
    const windows = await collect(session.list({ fromUid: 1 }));
    expect(windows.map(({ length }) => length)).toEqual([2_000, 50]);
    expect(windows.flat().map(({ uid }) => uid)).toEqual(Array.from({ length: count }, (_, at) => at + 1));
    const before = proxy.sent('FETCH');
    expect(await fetchAll(session, windows.flat().slice(0, 500))).toHaveLength(500);
    expect(proxy.sent('FETCH') - before).toBe(10);
  });

  it('returns the others when a message is deleted between listing and fetch', async () => {
    const account = newAccount();
    await append(account.user, [note(1), note(2), note(3)]);
    const session = await open(account).openSession();
    await session.open('INBOX');
    const listed = await listAll(session);
    await expunge(account.user, '<n2@client.test>');
    const fetched = await fetchAll(session, listed);
    expect(fetched.map(({ uid, kind }) => [uid, kind])).toEqual([
      [1, 'whole'],
      [2, 'missing'],
      [3, 'whole'],
    ]);
  });

  it('returns a 12 MB message in pieces that are never held together', async () => {
    const account = newAccount();
    const raw = note(1, 12 * 1024 * 1024);
    await append(account.user, [raw]);
    const session = await open(account).openSession();
    await session.open('INBOX');
    const pieces: number[] = [];
    for await (const fetched of session.fetch(await listAll(session))) {
      if (fetched.kind !== 'stream') continue;
      const stream: AsyncIterable<Buffer> = fetched.stream;
      for await (const piece of stream) pieces.push(piece.length);
    }
    expect(Math.max(...pieces)).toBeLessThanOrEqual(1024 * 1024);
    expect(pieces.reduce((sum, length) => sum + length, 0)).toBe(raw.length);
  });
});

describe('the connection of an IMAP account', () => {
  it('is used again by the next session', async () => {
    const { proxy, account } = await tapped();
    const source = open(account);
    for (let round = 0; round < 3; round += 1) {
      const session = await source.openSession();
      await session.open('INBOX');
      await session.close();
    }
    expect(proxy.connections()).toBe(1);
  });

  it('is replaced unnoticed when it was dropped while it was kept', async () => {
    const { proxy, account } = await tapped();
    const { chance } = hurried();
    const source = open(account, chance ? { chance } : {});
    const session = await source.openSession();
    await session.open('INBOX');
    await session.close();
    proxy.cut();
    await vi.waitFor(async () => {
      const again = await source.openSession();
      expect(await again.open('INBOX')).toMatchObject({ exists: 0 });
      await again.close();
    });
    expect(proxy.connections()).toBe(2);
  });

  it('that breaks during a fetch fails the fetch, keeps what had arrived and names what was under way', async () => {
    const { proxy, account } = await tapped();
    const arrived = Array.from({ length: 50 }, (_, at) => note(at + 1));
    await append(account.user, [...arrived, note(51, 200_000), note(52, 200_000)]);
    const session = await open(account).openSession();
    await session.open('INBOX');
    const listed = await listAll(session);
    proxy.cutAfter(300_000);
    const kinds: string[] = [];
    const reading = async (): Promise<void> => {
      for await (const { uid, kind } of session.fetch(listed)) kinds.push(`${uid} ${kind}`);
    };
    await expect(reading()).rejects.toMatchObject({ code: 'connection' });
    expect(kinds.slice(0, 50)).toEqual(arrived.map((_, at) => `${at + 1} whole`));
    // Its last byte was sent before the cut; whether it was read before it depends on scheduling.
    expect(kinds[50]).toMatch(/^51 (?:whole|failed)$/u);
    expect(kinds.slice(51)).toEqual(['52 failed']);
    await expect(listAll(session)).rejects.toMatchObject({ code: 'connection' });
  });

  it('that breaks during a large message fails its stream', async () => {
    const { proxy, account } = await tapped();
    await append(account.user, [note(1, 4_000_000)]);
    const session = await open(account).openSession();
    await session.open('INBOX');
    const listed = await listAll(session);
    proxy.cutAfter(2_500_000);
    await expect(fetchAll(session, listed)).rejects.toMatchObject({ code: 'connection' });
  });

  it('that breaks during a listing never looks like its end', async () => {
    const { proxy, account } = await tapped();
    await append(
      account.user,
      Array.from({ length: 300 }, (_, at) => note(at)),
    );
    const session = await open(account).openSession();
    await session.open('INBOX');
    proxy.cutAfter(12_000);
    await expect(listAll(session)).rejects.toMatchObject({ code: 'connection' });
  });

  it('ends when the caller aborts', async () => {
    const { proxy, account } = await tapped();
    await append(account.user, [note(1, 4_000_000)]);
    const end = new AbortController();
    const session = await open(account).openSession(end.signal);
    await session.open('INBOX');
    const listed = await listAll(session);
    const reading = async (): Promise<void> => {
      for await (const fetched of session.fetch(listed)) {
        end.abort();
        if (fetched.kind === 'stream') await buffer(fetched.stream);
      }
    };
    await expect(reading()).rejects.toMatchObject({ code: 'aborted' });
    await session.close();
    await vi.waitFor(() => expect(proxy.open()).toBe(0));
  });

  it('is not shared: more sessions than connections wait, then fail as busy', async () => {
    const source = open(newAccount({ connectionLimit: 1 }), { timing: { busyAfterMs: 50 } });
    const first = await source.openSession();
    await expect(source.openSession()).rejects.toMatchObject({ code: 'busy' });
    const second = source.openSession();
    await first.close();
    const session = await second;
    expect(await session.open('INBOX')).toMatchObject({ exists: 0 });
  });

  it('is kept by the watching process only, so an account has three however many processes there are', async () => {
    const { proxy, account } = await tapped();
    const sources = Array.from({ length: 5 }, () => open(account, { keep: 'while-watching' }));
    const [watching] = sources;
    if (watching === undefined) throw new Error('no source');
    const { arrivals } = watch(watching);
    await vi.waitFor(() => expect(arrivals()).toBe(1));
    let most = 0;
    for (let round = 0; round < 3; round += 1)
      for (const source of sources) {
        // One poll at a time, by the poll lease.
        const session = await source.openSession();
        await session.open('INBOX');
        most = Math.max(most, proxy.sent('LOGIN') + proxy.sent('AUTHENTICATE') - proxy.sent('LOGOUT'));
        await session.close();
        await vi.waitFor(() => expect(proxy.open()).toBeLessThanOrEqual(2));
      }
    expect(most).toBeLessThanOrEqual(3);
    expect(proxy.open()).toBe(2);
  });

  it('is logged out when nobody used it for a while', async () => {
    const { proxy, account } = await tapped();
    const source = open(account, { timing: { idleCloseMs: 20 } });
    await (await source.openSession()).close();
    await vi.waitFor(() => expect(proxy.open()).toBe(0));
    expect(proxy.sent('LOGOUT')).toBe(1);
    expect(source.health()).toMatchObject({ state: 'ok', failures: 0 });
  });
});

describe('a login', () => {
  it('with a wrong password is tried once, then not before a quarter of an hour has passed', async () => {
    const { proxy, account } = await tapped();
    const { chance } = hurried();
    const wrong = { ...account, credential: { kind: 'password', password: 'wrong' } } as const;
    const source = open(wrong, chance ? { chance } : {});
    await expect(source.openSession()).rejects.toMatchObject({ code: 'authentication-failed' });
    await expect(source.openSession()).rejects.toMatchObject({
      code: 'authentication-failed',
      // oxlint-disable-next-line typescript/no-unsafe-assignment
      retryAfterMs: expect.closeTo(15 * 60_000, -5),
    });
    expect(proxy.connections()).toBe(1);
    expect(source.health()).toMatchObject({ state: 'authentication-failed', failures: 1 });
    expect(JSON.stringify(source.health())).not.toContain('wrong');
    await chance?.wait(17 * 60_000, new AbortController().signal);
    await expect(source.openSession()).rejects.toMatchObject({ code: 'authentication-failed' });
    expect(proxy.connections()).toBe(2);
  });

  it('is tried again at once when its secret was renewed', async () => {
    const { password } = imapServer();
    let given = 'stale';
    const account = newAccount({ credential: { kind: 'password', password: async () => given } });
    const source = open(account);
    await expect(source.openSession()).rejects.toMatchObject({ code: 'authentication-failed' });
    await expect(source.openSession()).rejects.toMatchObject({ code: 'authentication-failed' });
    expect(source.health()).toMatchObject({ failures: 1 });
    given = password;
    const session = await source.openSession();
    expect(await session.open('INBOX')).toMatchObject({ exists: 0 });
    expect(source.health()).toMatchObject({ state: 'ok' });
  });

  it('to a server with an unknown certificate is refused, and the password is not sent', async () => {
    const source = open(newAccount({ caFile: null }));
    await expect(source.openSession()).rejects.toMatchObject({ code: 'configuration' });
  });

  it('over STARTTLS to a server with an unknown certificate is refused, too', async () => {
    const source = open(newAccount({ caFile: null, port: imapServer().port, security: 'starttls' }));
    await expect(source.openSession()).rejects.toMatchObject({ code: 'configuration' });
  });

  it.each([
    { name: 'a CA file that is not there', changes: { caFile: '/nonexistent/ca.pem' } },
    { name: 'clear text to another machine', changes: { host: 'imap.example.com', security: 'none' } },
    { name: 'an empty password', changes: { credential: { kind: 'password', password: '' } } },
  ] as const)('with $name is a fault of the configuration', async ({ changes }) => {
    await expect(open(newAccount(changes)).openSession()).rejects.toMatchObject({ code: 'configuration' });
  });

  it('to a port where nobody listens is a connection error, and the next one waits', async () => {
    const { proxy, account } = await tapped();
    await proxy.close();
    ends.splice(ends.length - 1, 1);
    const source = open(account);
    await expect(source.openSession()).rejects.toMatchObject({ code: 'connection' });
    await expect(source.openSession()).rejects.toMatchObject({ code: 'backing-off' });
  });
});

function watch(source: MailboxSource): {
  readonly arrivals: () => number;
  readonly stop: () => Promise<void>;
} {
  const end = new AbortController();
  let arrivals = 0;
  const running = source.watch({ folder: '\\Inbox', signal: end.signal, onArrival: () => (arrivals += 1) });
  const stop = async (): Promise<void> => {
    end.abort();
    await running;
  };
  ends.push(stop);
  return { arrivals: () => arrivals, stop };
}

describe('a watch', () => {
  it('reports an arriving message at once', async () => {
    const account = newAccount();
    const { arrivals } = watch(open(account));
    await vi.waitFor(() => expect(arrivals()).toBe(1));
    await append(account.user, [note(1)]);
    await vi.waitFor(() => expect(arrivals()).toBe(2));
  });

  it('renews IDLE before the server times out, and continues', async () => {
    const { proxy, account } = await tapped();
    const { chance } = hurried();
    const { arrivals } = watch(open(account, { timing: { maxIdleMs: 30 }, ...(chance ? { chance } : {}) }));
    await vi.waitFor(() => expect(proxy.sent('IDLE')).toBeGreaterThan(4), { timeout: 10_000 });
    await append(account.user, [note(1)]);
    await vi.waitFor(() => expect(arrivals()).toBe(2), { timeout: 10_000 });
    expect(proxy.connections()).toBe(1);
  });

  it('reconnects after its connection was cut, and reports what arrived meanwhile', async () => {
    const { proxy, account } = await tapped();
    const { chance, pauses } = hurried();
    const source = open(account, chance ? { chance } : {});
    const { arrivals } = watch(source);
    await vi.waitFor(() => expect(proxy.sent('IDLE')).toBe(1));
    proxy.cut();
    await vi.waitFor(() => expect(arrivals()).toBe(2));
    expect(pauses.length).toBeGreaterThan(0);
    await append(account.user, [note(1)]);
    await vi.waitFor(() => expect(arrivals()).toBe(3));
    expect(proxy.connections()).toBe(2);
  });

  it('does not hammer a server that accepts and drops', async () => {
    const { proxy, account } = await tapped();
    const { chance, pauses } = hurried();
    proxy.cutAfter(10);
    watch(open(account, chance ? { chance } : {}));
    await vi.waitFor(() => expect(proxy.connections()).toBeGreaterThan(12), { timeout: 10_000 });
    expect(Math.max(...pauses)).toBeGreaterThan(60_000);
  });

  it('uses a connection beside that of the polls, within the limit', async () => {
    const { proxy, account } = await tapped();
    const source = open({ ...account, connectionLimit: 2 });
    const { arrivals, stop } = watch(source);
    await vi.waitFor(() => expect(arrivals()).toBe(1));
    const session = await source.openSession();
    await session.open('INBOX');
    expect(proxy.open()).toBe(2);
    await stop();
    await vi.waitFor(() => expect(proxy.open()).toBe(1));
  });

  it('retries a missing folder rarely', async () => {
    const { chance, pauses } = hurried();
    const end = new AbortController();
    const source = open(newAccount(), chance ? { chance } : {});
    const running = source.watch({ folder: 'None', signal: end.signal, onArrival: () => {} });
    await vi.waitFor(() => expect(pauses.length).toBeGreaterThan(0), { timeout: 10_000 });
    end.abort();
    await running;
    expect(pauses[0]).toBe(5 * 60_000);
  });
});
