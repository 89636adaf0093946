import { afterEach, describe, expect, it, vi } from 'vitest';
import { openImapSource, type ImapAccount } from '../../../src/mailbox/imap/imap.ts';
import type { MailboxSession, MailboxSource } from '../../../src/mailbox/mailbox.ts';
import { collect, fetchAll, listAll } from '../mailbox.contract.ts';
import {
  examined,
  fetchRow,
  openScriptedServer,
  type Script,
  type ScriptedMessage,
  type ScriptedServer,
} from '../../support/scripted-imap.ts';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function serve(
  script: Script,
  changes: Partial<ImapAccount> = {},
  options: Parameters<typeof openImapSource>[1] = {},
): Promise<{ readonly server: ScriptedServer; readonly source: MailboxSource }> {
  const server = await openScriptedServer(script);
  ends.push(() => server.close());
  const account: ImapAccount = {
    name: 'office',
    host: '127.0.0.1',
    port: server.port,
    security: 'none',
    user: 'office',
    credential: { kind: 'password', password: 'secret' },
    ...changes,
  };
  const source = openImapSource(account, options);
  ends.push(() => source.close());
  return { server, source };
}

async function inbox(
  script: Script,
): Promise<{ readonly server: ScriptedServer; readonly session: MailboxSession }> {
  const { server, source } = await serve(script);
  const session = await source.openSession();
  await session.open('INBOX');
  return { server, session };
}

/** A clock whose pauses end at once. */
function hurried() {
  const pauses: number[] = [];
  let ahead = 0;
  const chance = {
    now: () => Date.now() + ahead,
    random: () => 0.5,
    wait: async (ms: number) => {
      pauses.push(ms);
      ahead += ms;
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    },
  };
  return { pauses, chance };
}

const mail = (uid: number, bytes = 20): ScriptedMessage => ({
  uid,
  raw: Buffer.from(`Subject: ${uid}\r\n\r\n${'x'.repeat(bytes)}`),
});
const three = [mail(5), mail(6), mail(9)];

describe('an IMAP server', () => {
  it('without UIDNEXT and CONDSTORE is read all the same', async () => {
    const { source } = await serve({ messages: three, examine: ['* 3 EXISTS', '* OK [UIDVALIDITY 77] ok'] });
    const session = await source.openSession();
    expect(await session.open('INBOX')).toMatchObject({
      uidNext: null,
      highestModseq: null,
      uidValidity: '77',
    });
    expect((await listAll(session)).map(({ uid }) => uid)).toEqual([5, 6, 9]);
    expect(await collect(session.list({ fromUid: 10 }))).toEqual([]);
    expect((await collect(session.list({ fromUid: 6 }))).flat().map(({ uid }) => uid)).toEqual([6, 9]);
  });

  it('that answers NOMODSEQ has no HIGHESTMODSEQ', async () => {
    const examine = [...examined(three), '* OK [NOMODSEQ] none', '* OK [HIGHESTMODSEQ 1] ok'];
    const { source } = await serve({ messages: three, examine, capabilities: 'IMAP4rev1 CONDSTORE' });
    const session = await source.openSession();
    expect(await session.open('INBOX')).toMatchObject({ highestModseq: null });
  });

  it('with numbers beyond 53 bits loses no digit', async () => {
    const examine = [
      '* 3 EXISTS',
      '* OK [UIDVALIDITY 4294967295] ok',
      '* OK [HIGHESTMODSEQ 9223372036854775807] ok',
    ];
    const { source } = await serve({ messages: three, examine, capabilities: 'IMAP4rev1 CONDSTORE' });
    const session = await source.openSession();
    expect(await session.open('INBOX')).toMatchObject({
      uidValidity: '4294967295',
      highestModseq: '9223372036854775807',
    });
  });

  it('without EXISTS does not count as an empty folder', async () => {
    const { source } = await serve({ examine: ['* OK [UIDVALIDITY 77] ok'] });
    const session = await source.openSession();
    await expect(session.open('INBOX')).rejects.toMatchObject({ code: 'protocol' });
  });

  it('with a phantom folder, which lists but does not open, misses that folder only', async () => {
    const { source } = await serve({
      messages: three,
      answer: (command) => {
        if (command.startsWith('LIST')) return ['* LIST () "/" INBOX', '* LIST () "/" Ghost', 'TAG OK done'];
        return command === 'EXAMINE Ghost' ? ['TAG NO cannot select'] : undefined;
      },
    });
    const session = await source.openSession();
    expect(await session.resolveFolder('Ghost')).toBe('Ghost');
    await expect(session.open('Ghost')).rejects.toMatchObject({ code: 'folder-missing' });
    expect(await session.open('INBOX')).toMatchObject({ exists: 3 });
  });

  it('whose folder is in use for a moment does not miss it', async () => {
    const { source } = await serve({
      answer: (command) => (command.startsWith('EXAMINE') ? ['TAG NO [INUSE] try later'] : undefined),
    });
    const session = await source.openSession();
    await expect(session.open('INBOX')).rejects.toMatchObject({ code: 'protocol' });
  });

  it('that lists folders which cannot be opened is not offered them', async () => {
    const { source } = await serve({
      answer: (command) =>
        command.startsWith('LIST')
          ? ['* LIST () "/" INBOX', '* LIST (\\Noselect) "/" Parent', 'TAG OK done']
          : undefined,
    });
    const session = await source.openSession();
    expect((await session.folders()).map(({ path }) => path)).toEqual(['INBOX']);
    expect(await session.resolveFolder('Parent')).toBeNull();
  });
});

describe('a listing', () => {
  it.each(['NO not now', 'BAD what'])('that is answered with "%s" fails', async (refusal) => {
    const { session } = await inbox({
      messages: three,
      answer: (command) => (command.startsWith('UID SEARCH') ? [`TAG ${refusal}`] : undefined),
    });
    await expect(listAll(session)).rejects.toMatchObject({ code: 'protocol' });
  });

  it('that finds nothing in a folder with messages fails', async () => {
    const { session } = await inbox({
      messages: three,
      answer: (command) => (command.startsWith('UID SEARCH') ? ['* SEARCH', 'TAG OK done'] : undefined),
    });
    await expect(listAll(session)).rejects.toMatchObject({ code: 'protocol' });
  });

  it('whose FETCH is refused half-way fails', async () => {
    const { session } = await inbox({
      messages: three,
      answer: (command) =>
        command.startsWith('UID FETCH')
          ? [fetchRow(1, three[0] ?? mail(1), command), 'TAG NO enough']
          : undefined,
    });
    await expect(listAll(session)).rejects.toMatchObject({ code: 'protocol' });
  });

  it('asks again for messages that the server left out', async () => {
    let asked = 0;
    const { session } = await inbox({
      messages: three,
      answer: (command) => {
        if (!command.startsWith('UID FETCH')) return undefined;
        asked += 1;
        return asked === 1 ? [fetchRow(2, three[1] ?? mail(1), command), 'TAG OK done'] : undefined;
      },
    });
    expect(await listAll(session)).toMatchObject(three.map(({ uid, raw }) => ({ uid, size: raw.length })));
  });

  it('keeps messages whose size the server never reports', async () => {
    const { session } = await inbox({
      messages: three,
      answer: (command) => (command.includes('RFC822.SIZE') ? ['TAG OK done'] : undefined),
    });
    const listed = await listAll(session);
    expect(listed).toEqual(three.map(({ uid }) => ({ uid, size: 0, internalDate: null, isDraft: null })));
    expect(await fetchAll(session, listed)).toMatchObject(
      three.map(({ uid, raw }) => ({ kind: 'whole', uid, raw })),
    );
  });

  it('is not misled by flag changes of other sessions', async () => {
    const { session } = await inbox({
      messages: three,
      answer: (command) => {
        if (!command.startsWith('UID FETCH')) return undefined;
        const flags = '* 1 FETCH (UID 5 FLAGS (\\Seen))';
        const rows = three.map((message, at) => fetchRow(at + 1, message, command));
        return [flags, ...rows, flags, '* 2 FETCH (FLAGS (\\Seen))', 'TAG OK done'];
      },
    });
    const listed = await listAll(session);
    expect(listed).toMatchObject(three.map(({ uid, raw }) => ({ uid, size: raw.length })));
    expect(await fetchAll(session, listed)).toMatchObject(
      three.map(({ uid, raw }) => ({ kind: 'whole', uid, raw })),
    );
  });

  it('of a million messages with gaps goes in bounded windows', async () => {
    const [count, first, gap] = [1_000_000, 1_700_000_000, 3];
    const last = first + (count - 1) * gap;
    const answers: number[] = [];
    const { server, session } = await inbox({
      examine: [`* ${count} EXISTS`, '* OK [UIDVALIDITY 77] ok', `* OK [UIDNEXT ${last + 1}] ok`],
      answer: (command) => {
        if (command.startsWith('FETCH 1 ')) return [`* 1 FETCH (UID ${first})`, 'TAG OK done'];
        if (!command.startsWith('UID SEARCH')) return undefined;
        const [from = 0, to = 0] = (command.split(' ').at(-1) ?? '').split(':').map(Number);
        const uids: number[] = [];
        const start = first + Math.ceil(Math.max(0, from - first) / gap) * gap;
        for (let uid = start; uid <= Math.min(to, last); uid += gap) uids.push(uid);
        answers.push(uids.length);
        return [`* SEARCH ${uids.join(' ')}`, 'TAG OK done'];
      },
    });
    let [seen, largest, previous] = [0, 0, 0];
    let ascending = true;
    for await (const window of session.listUids()) {
      seen += window.length;
      largest = Math.max(largest, window.length);
      for (const uid of window) {
        ascending &&= uid > previous;
        previous = uid;
      }
    }
    expect({ seen, ascending, previous }).toEqual({ seen: count, ascending: true, previous: last });
    expect(largest).toBeLessThanOrEqual(20_000);
    expect(Math.max(...answers)).toBeLessThanOrEqual(20_000);
    const before = server.commands.length;
    const uids = (await collect(session.list({ fromUid: last - 5 }))).flat().map(({ uid }) => uid);
    expect(uids).toEqual([last - 3, last]);
    expect(server.commands.length - before).toBe(3);
  });

  it('crosses a wide gap in few commands', async () => {
    const messages = [mail(7), mail(40_000_000)];
    const { server, session } = await inbox({
      messages,
      examine: ['* 200000 EXISTS', '* OK [UIDVALIDITY 77] ok', '* OK [UIDNEXT 40000001] ok'],
    });
    expect((await listAll(session)).map(({ uid }) => uid)).toEqual([7, 40_000_000]);
    expect(server.commands.length).toBeLessThan(70);
  });
});

describe('a fetch', () => {
  const wanted = three.map(({ uid, raw }) => ({ uid, size: raw.length }));

  it('that is refused because of one message returns the others', async () => {
    const { session } = await inbox({
      messages: three,
      answer: (command) => {
        const refused =
          command.startsWith('UID FETCH') && (command.includes('5:6,9') || command.includes('FETCH 6 '));
        return refused ? ['TAG NO The message could not be converted'] : undefined;
      },
    });
    expect((await fetchAll(session, wanted)).map(({ uid, kind }) => `${uid} ${kind}`)).toEqual([
      '5 whole',
      '6 failed',
      '9 whole',
    ]);
  });

  it('that is refused for every message fails as a whole, and blames none', async () => {
    const { session } = await inbox({
      messages: three,
      answer: (command) => (command.startsWith('UID FETCH') ? ['TAG NO not today'] : undefined),
    });
    await expect(fetchAll(session, wanted)).rejects.toMatchObject({ code: 'protocol' });
  });

  it('of a message that kills the connection names it among the suspects, and alone when asked alone', async () => {
    const script: Script = {
      messages: three,
      answer: (command) => (/FETCH (5:6,9|6) /.test(command) ? 'drop' : undefined),
    };
    const { session } = await inbox(script);
    const kinds: string[] = [];
    const reading = async (from: MailboxSession, alone: boolean): Promise<void> => {
      const messages = wanted.map((message) => ({ ...message, alone }));
      for await (const { uid, kind } of from.fetch(messages)) kinds.push(`${uid} ${kind}`);
    };
    await expect(reading(session, false)).rejects.toMatchObject({ code: 'connection' });
    expect(kinds.splice(0)).toEqual(['5 failed', '6 failed', '9 failed']);
    const { session: next } = await inbox(script);
    await expect(reading(next, true)).rejects.toMatchObject({ code: 'connection' });
    expect(kinds).toEqual(['5 whole', '6 failed']);
  });

  it('of a message with a NIL body does not return an empty one', async () => {
    const { session } = await inbox({
      messages: three,
      answer: (command) =>
        /FETCH .*BODY/.test(command) ? ['* 1 FETCH (UID 5 BODY[]<0> NIL)', 'TAG OK done'] : undefined,
    });
    expect(await fetchAll(session, wanted)).toMatchObject([
      { uid: 5, kind: 'failed', error: { code: 'message-refused' } },
      { uid: 6, kind: 'missing' },
      { uid: 9, kind: 'missing' },
    ]);
  });

  it.each([
    { name: 'nothing of 500 bytes', bytes: 0, size: 500 },
    { name: 'half of 400 KB', bytes: 200_000, size: 400_000 },
  ])('that brings $name is cut off', async ({ bytes, size }) => {
    const raw = Buffer.alloc(bytes, 'x');
    const { session } = await inbox({ messages: [{ uid: 5, raw, size }] });
    expect(await fetchAll(session, await listAll(session))).toMatchObject([
      { uid: 5, kind: 'failed', error: { code: 'truncated' } },
    ]);
  });

  it('of a large message that stops early fails its stream', async () => {
    const raw = Buffer.alloc(2_500_000, 'x');
    const { session } = await inbox({ messages: [{ uid: 5, raw, size: 6_000_000 }] });
    const listed = await listAll(session);
    await expect(fetchAll(session, listed)).rejects.toMatchObject({ code: 'truncated' });
    expect(await listAll(session)).toEqual(listed);
  });

  it.each([
    { name: 'a little too large', declared: 2_503_000 },
    { name: 'too small', declared: 1_200_000 },
    { name: 'absurdly small', declared: 10 },
  ])('of a large message whose declared size is $name brings all of it', async ({ declared }) => {
    const raw = Buffer.alloc(2_500_000, 'abc');
    const { session } = await inbox({ messages: [{ uid: 5, raw, size: declared }] });
    const [fetched] = await fetchAll(session, await listAll(session));
    expect(fetched).toMatchObject({ uid: 5, kind: 'streamed' });
    expect(fetched && 'raw' in fetched && fetched.raw.equals(raw)).toBe(true);
  });

  it('from a server that ignores the asked range brings each message once', async () => {
    const raws = [Buffer.alloc(300_000, 'a'), Buffer.alloc(1_500_000, 'b'), Buffer.alloc(3_000_000, 'c')];
    const messages = raws.map((raw, at) => ({ uid: at + 1, raw, size: at === 1 ? 20_000 : raw.length }));
    const { session } = await inbox({
      messages,
      answer: (command) => {
        if (!command.includes('BODY')) return undefined;
        const uids =
          /UID FETCH (\S+)/.exec(command)?.[1] === '1:2'
            ? [1, 2]
            : [Number(/FETCH (\d+)/.exec(command)?.[1])];
        const rows = messages
          .filter(({ uid }) => uids.includes(uid))
          .flatMap(({ uid, raw }) => [
            Buffer.from(`* ${uid} FETCH (UID ${uid} BODY[] {${raw.length}}\r\n`),
            raw,
            ')',
          ]);
        return [...rows, 'TAG OK done'];
      },
    });
    const fetched = await fetchAll(session, await listAll(session));
    expect(fetched.map((answer) => ('raw' in answer ? answer.raw.length : answer.kind))).toEqual([
      300_000, 1_500_000, 3_000_000,
    ]);
  });

  it('of a message without end is given up', async () => {
    const piece = Buffer.alloc(1024 * 1024, 'x');
    const { session } = await inbox({
      messages: [{ uid: 5, raw: piece, size: 1_100_000 }],
      answer: (command) => {
        const start = /BODY\.PEEK\[\]<(\d+)/.exec(command)?.[1];
        if (start === undefined) return undefined;
        return [
          Buffer.from(`* 1 FETCH (UID 5 BODY[]<${start}> {${piece.length}}\r\n`),
          piece,
          ')',
          'TAG OK done',
        ];
      },
    });
    await expect(fetchAll(session, await listAll(session))).rejects.toMatchObject({ code: 'protocol' });
  });

  it('of a literal that would fill the memory ends the connection', async () => {
    const { session } = await inbox({
      messages: three,
      answer: (command) => (command.includes('BODY') ? ['* 1 FETCH (UID 5 BODY[] {999999999}'] : undefined),
    });
    await expect(fetchAll(session, wanted)).rejects.toMatchObject({ code: 'protocol' });
  });

  it('of headers without end brings 1 MB of them', async () => {
    const { session } = await inbox({ messages: [{ uid: 5, raw: Buffer.alloc(3_000_000, 'x') }] });
    expect((await session.headersOnly(5)).length).toBe(1024 * 1024);
  });
});

describe('a login', () => {
  it.each([
    { answer: 'NO [AUTHENTICATIONFAILED] Authentication failed.', code: 'authentication-failed' },
    { answer: 'NO LOGIN failed.', code: 'authentication-failed' },
    { answer: 'NO [UNAVAILABLE] Temporary authentication failure.', code: 'throttled' },
    { answer: 'NO [INUSE] Another session holds the mailbox.', code: 'throttled' },
    { answer: 'NO Login rate limit reached. Try again later.', code: 'throttled' },
    { answer: 'NO [CONTACTADMIN] Account suspended for now.', code: 'throttled' },
    { answer: 'NO [EXPIRED] Password has expired. Try again later.', code: 'authentication-failed' },
    { answer: 'NO [LIMIT] Maximum number of connections from user+IP exceeded', code: 'throttled' },
    { answer: 'NO [ALERT] Too many simultaneous connections. (Failure)', code: 'throttled' },
    { answer: 'NO [ALERT] Account exceeded command or bandwidth limits. (Failure)', code: 'throttled' },
    { answer: 'BAD Request is throttled. Suggested Backoff Time: 40 milliseconds', code: 'throttled' },
  ])('that is answered with "$answer" is $code', async ({ answer, code }) => {
    const { source } = await serve({
      answer: (command) => (command.startsWith('LOGIN') ? [`TAG ${answer}`] : undefined),
    });
    await expect(source.openSession()).rejects.toMatchObject({ code });
    expect(source.health()).toMatchObject({ state: code, failures: 1 });
  });

  it('does not send the password if STARTTLS is demanded and not offered', async () => {
    const { server, source } = await serve({}, { security: 'starttls' });
    await expect(source.openSession()).rejects.toMatchObject({ code: 'configuration' });
    expect(server.commands.join('\n')).not.toMatch(/LOGIN|secret/);
  });

  it('with an access token uses it as a bearer token', async () => {
    const { server, source } = await serve(
      { capabilities: 'IMAP4rev1 AUTH=XOAUTH2 SASL-IR' },
      { credential: { kind: 'accessToken', accessToken: async () => 'token-1' } },
    );
    await source.openSession();
    const sent = server.commands.find((command) => command.startsWith('AUTHENTICATE XOAUTH2')) ?? '';
    const payload = Buffer.from(sent.split(' ').at(-1) ?? '', 'base64').toString();
    expect(payload).toBe('user=office\u0001auth=Bearer token-1\u0001\u0001');
  });

  it('keeps the password out of errors and health', async () => {
    const { source } = await serve({
      answer: (command) => (command.startsWith('LOGIN') ? ['TAG NO no'] : undefined),
    });
    const error: unknown = await source.openSession().catch((caught: unknown) => caught);
    expect(`${JSON.stringify(source.health())} ${String(error)}`).not.toContain('secret');
  });
});

describe('a server that disconnects with BYE', () => {
  it.each([
    { words: 'Too many connections from your address', code: 'throttled', state: 'throttled' },
    { words: 'Shutting down', code: 'connection', state: 'backing-off' },
  ])('instead of a greeting, "$words", is left alone for a while', async ({ words, code, state }) => {
    const { source } = await serve({ farewell: `* BYE ${words}` });
    await expect(source.openSession()).rejects.toMatchObject({ code });
    await expect(source.openSession()).rejects.toMatchObject({ code: state, isRepeated: true });
    expect(source.health().lastError).toContain(words);
  });

  it('in the middle of a listing does not look like its end, and its words are passed on', async () => {
    const { session } = await inbox({
      messages: three,
      answer: (command) => (command.startsWith('UID FETCH') ? ['* BYE Server is going down'] : undefined),
    });
    const failure = listAll(session);
    await expect(failure).rejects.toMatchObject({ code: 'connection' });
    await expect(failure).rejects.toThrow('Server is going down');
  });

  it('during IDLE is connected to again, after a pause', async () => {
    const { chance, pauses } = hurried();
    let idles = 0;
    const script: Script = {
      capabilities: 'IMAP4rev1 IDLE',
      messages: three,
      answer: (command) => {
        if (command !== 'IDLE') return undefined;
        idles += 1;
        return idles < 4 ? ['+ idling', '* BYE Idle for too long'] : ['+ idling'];
      },
    };
    const { server, source } = await serve(script, {}, { chance });
    const end = new AbortController();
    let arrivals = 0;
    const running = source.watch({ folder: 'INBOX', signal: end.signal, onArrival: () => (arrivals += 1) });
    await vi.waitFor(() => expect(idles).toBe(4));
    end.abort();
    await running;
    expect(arrivals).toBe(4);
    expect(server.commands.filter((command) => command.startsWith('LOGIN'))).toHaveLength(4);
    expect(pauses.length).toBeGreaterThanOrEqual(3);
  });
});

describe('a server that asks to slow down after the login', () => {
  const suggested = 'BAD Request is throttled. Suggested Backoff Time: 40 milliseconds';

  it.each([
    { answer: suggested, atLeastMs: 1 },
    { answer: 'NO [LIMIT] UID FETCH Rate limit hit.', atLeastMs: 59_000 },
    { answer: 'NO [OVERQUOTA] Account exceeded command or bandwidth limits.', atLeastMs: 59_000 },
  ])('with "$answer" is not asked anything on any connection before', async ({ answer, atLeastMs }) => {
    const { server, source } = await serve({
      messages: three,
      answer: (command) => (command.startsWith('EXAMINE') ? [`TAG ${answer}`] : undefined),
    });
    const session = await source.openSession();
    await expect(session.open('INBOX')).rejects.toMatchObject({ code: 'throttled' });
    await session.close();
    expect(source.health()).toMatchObject({ state: 'throttled' });
    const asked = server.commands.length;
    const refusal: unknown = await source.openSession().catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'throttled', isRepeated: true });
    expect((refusal as { retryAfterMs: number }).retryAfterMs).toBeGreaterThanOrEqual(atLeastMs);
    expect(server.commands.length).toBe(asked);
  });

  it('in a fetch blames no message', async () => {
    const { session } = await inbox({
      messages: three,
      answer: (command) => (command.startsWith('UID FETCH') ? ['TAG NO [LIMIT] Rate limit hit.'] : undefined),
    });
    const answers: string[] = [];
    const reading = async (): Promise<void> => {
      for await (const { kind } of session.fetch(three.map(({ uid }) => ({ uid, size: 20 }))))
        answers.push(kind);
    };
    await expect(reading()).rejects.toMatchObject({ code: 'throttled' });
    expect(answers).toEqual([]);
  });
});

describe('a server with few capabilities', () => {
  it('is trusted after the login, not before', async () => {
    const after = 'IMAP4rev1 IDLE CONDSTORE';
    const { server, source } = await serve({
      messages: three,
      examine: [...examined(three), '* OK [HIGHESTMODSEQ 12] ok'],
      answer: (command) => {
        if (command.startsWith('LOGIN')) return [`TAG OK [CAPABILITY ${after}] welcome`];
        return command === 'IDLE' ? ['+ idling'] : undefined;
      },
    });
    const session = await source.openSession();
    expect(await session.open('INBOX')).toMatchObject({ highestModseq: '12' });
    const end = new AbortController();
    const running = source.watch({ folder: 'INBOX', signal: end.signal, onArrival: () => {} });
    await vi.waitFor(() => expect(server.commands).toContain('IDLE'));
    end.abort();
    await running;
  });

  it('that withdraws IDLE and CONDSTORE after the login is not asked for them', async () => {
    const { server, source } = await serve({
      capabilities: 'IMAP4rev1 IDLE CONDSTORE QRESYNC SPECIAL-USE LIST-STATUS ENABLE',
      messages: three,
      answer: (command) =>
        command.startsWith('LOGIN') ? ['TAG OK [CAPABILITY IMAP4rev1] welcome'] : undefined,
    });
    const end = new AbortController();
    const running = source.watch({ folder: 'INBOX', signal: end.signal, onArrival: () => {} });
    await vi.waitFor(() => expect(server.commands).toContain('NOOP'));
    end.abort();
    await running;
    const session = await source.openSession();
    expect(await session.open('INBOX')).toMatchObject({ highestModseq: null });
    expect((await listAll(session)).map(({ uid }) => uid)).toEqual([5, 6, 9]);
    expect(server.commands.join('\n')).not.toMatch(/IDLE|CONDSTORE|QRESYNC|ENABLE|STATUS|RETURN/);
  });

  it('without SPECIAL-USE has a Sent folder by its usual name', async () => {
    const { source } = await serve({
      answer: (command) =>
        command.startsWith('LIST')
          ? ['* LIST () "/" INBOX', '* LIST () "/" "Sent Items"', 'TAG OK done']
          : undefined,
    });
    const session = await source.openSession();
    expect(await session.resolveFolder('\\Sent')).toBe('Sent Items');
    expect(await session.resolveFolder('\\Inbox')).toBe('INBOX');
    expect(await session.resolveFolder('\\All')).toBeNull();
  });
});

describe('a watch', () => {
  it.each([
    { answer: 'NO [SERVERBUG] Internal error', first: 1_000, most: 5 * 60_000 },
    { answer: 'NO Permission denied', first: 5 * 60_000, most: 60 * 60_000 },
  ])('of a folder that answers "$answer" logs in ever more rarely', async ({ answer, first, most }) => {
    const { chance, pauses } = hurried();
    const { server, source } = await serve(
      { answer: (command) => (command.startsWith('EXAMINE') ? [`TAG ${answer}`] : undefined) },
      {},
      { chance },
    );
    const end = new AbortController();
    const running = source.watch({ folder: 'INBOX', signal: end.signal, onArrival: () => {} });
    await vi.waitFor(() => expect(pauses.length).toBeGreaterThan(11), { timeout: 10_000 });
    end.abort();
    await running;
    expect(pauses.slice(0, 3)).toEqual([first, 2 * first, 4 * first]);
    expect(Math.max(...pauses)).toBe(most);
    expect(server.commands.filter((command) => command.startsWith('LOGIN')).length).toBeLessThanOrEqual(
      pauses.length + 1,
    );
  });

  it('of a server without IDLE looks at once and keeps the connection', async () => {
    const { server, source } = await serve({ messages: three });
    const end = new AbortController();
    let arrivals = 0;
    const running = source.watch({ folder: 'INBOX', signal: end.signal, onArrival: () => (arrivals += 1) });
    await vi.waitFor(() => expect(server.commands).toContain('NOOP'));
    end.abort();
    await running;
    expect(arrivals).toBe(1);
  });

  it('of a server that ends IDLE at once retries at most once per second', async () => {
    const pauses: number[] = [];
    const chance = {
      now: () => 0,
      random: () => 0,
      wait: async (ms: number) => {
        pauses.push(ms);
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
      },
    };
    const script: Script = {
      capabilities: 'IMAP4rev1 IDLE',
      messages: three,
      answer: (command) => (command === 'IDLE' ? ['+ idling', 'TAG OK done'] : undefined),
    };
    const { server, source } = await serve(script, {}, { chance });
    const end = new AbortController();
    const running = source.watch({ folder: 'INBOX', signal: end.signal, onArrival: () => {} });
    await vi.waitFor(() => expect(pauses.length).toBeGreaterThan(3));
    end.abort();
    await running;
    expect(server.commands.filter((command) => command === 'IDLE').length).toBeLessThanOrEqual(
      pauses.length + 1,
    );
    expect(Math.min(...pauses)).toBe(1_000);
  });
});
