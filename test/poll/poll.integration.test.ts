import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { file } from '../../demo/mime.ts';
import { auditMailbox } from '../../src/poll/audit.ts';
import { MailboxError } from '../../src/mailbox/mailbox.ts';
import type { MailboxSession, MailboxSource } from '../../src/mailbox/mailbox.ts';
import { pollMailbox } from '../../src/poll/poll.ts';
import type { PolledMailbox, PollStep } from '../../src/poll/poll-run.ts';
import { advanceCursor, findCursor } from '../../src/store/cursors.ts';
import { takeLease } from '../../src/store/leases.ts';
import { append, newAccount, withWriter } from '../support/imap-server.ts';
import { rawMessage } from '../support/messages.ts';
import { HOUR_MS, letPass } from '../support/passing-time.ts';
import { openFirm } from '../support/servers.ts';
import type { Firm } from '../support/servers.ts';

const INBOX = { folder: 'INBOX' };

/** A firm with one mailbox that holds some messages. */
async function openWith(
  count: number,
  changes: Partial<PolledMailbox> = {},
): Promise<{ firm: Firm; mailbox: PolledMailbox; user: string }> {
  const firm = await openFirm();
  const account = newAccount();
  if (count > 0)
    await append(
      account.user,
      Array.from({ length: count }, (_, index) => rawMessage({ id: `${index}.${account.user}` })),
    );
  return { firm, mailbox: firm.mailbox(account, changes), user: account.user };
}

/** The same mailbox with sessions that behave differently. */
function altered(
  mailbox: PolledMailbox,
  alter: (session: MailboxSession) => Partial<MailboxSession>,
): PolledMailbox {
  const openSession: MailboxSource['openSession'] = async (signal) => {
    const session = await mailbox.source.openSession(signal);
    return { ...session, ...alter(session) };
  };
  return { ...mailbox, source: { ...mailbox.source, openSession } };
}

const cursorOf = (firm: Firm, mailbox: PolledMailbox) =>
  findCursor(firm.database.cursors, { mailbox: mailbox.name, ...INBOX });
const refused = (): never => {
  throw new MailboxError('protocol', 'SEARCH: NO');
};

describe('a sighting row exists before the cursor passes its UID, raw bytes before an ingest job (invariant 1)', () => {
  it('at every step of a poll', async () => {
    const { firm, mailbox } = await openWith(5);
    const { sightings } = firm.database;
    const seen: [PollStep, number, number][] = [];
    const steps: Promise<void>[] = [];
    const poller = {
      ...firm.poller,
      step: (name: PollStep) => {
        steps.push(
          (async () => {
            const cursor = await cursorOf(firm, mailbox);
            seen.push([
              name,
              await sightings.countDocuments({ uid: { $lte: cursor?.seenUid ?? 0 } }),
              cursor?.seenUid ?? 0,
            ]);
          })(),
        );
      },
      enqueue: async (ids: Parameters<typeof firm.poller.enqueue>[0]) => {
        for (const id of ids) {
          const row = await sightings.findOne({ _id: id });
          expect(await firm.blobs.head(row?.rawKey ?? '')).toEqual({ size: row?.size });
        }
        firm.waiting.sightings.push(...ids);
      },
    };
    expect(await pollMailbox(poller, mailbox, new AbortController().signal)).toMatchObject({
      outcome: 'done',
      listed: 5,
      fetched: 5,
    });
    await Promise.all(steps);
    for (const [, rows, seenUid] of seen) expect(rows).toBe(seenUid);
    expect(firm.waiting.sightings).toHaveLength(5);
  });

  for (const step of [
    'opened',
    'rows-written',
    'cursor-moved',
    'listing-finished',
    'raw-stored',
    'row-fetched',
    'enqueued',
  ] as const)
    it(`a poll that dies at "${step}" is made good by the next one`, async () => {
      const { firm, mailbox } = await openWith(3);
      const dying = {
        ...firm.poller,
        step: (name: PollStep) => {
          if (name === step) throw new Error('died here');
        },
      };
      await expect(pollMailbox(dying, mailbox, new AbortController().signal)).rejects.toThrow('died here');
      expect(await firm.poll(mailbox)).toMatchObject({ outcome: 'done' });
      const rows = await firm.database.sightings.find().toArray();
      expect(rows.filter(({ rawKey }) => rawKey !== null)).toHaveLength(3);
      // The reconciler finds what was fetched but not queued, by the same rows.
      firm.waiting.sightings.push(...rows.map(({ _id }) => _id));
      await firm.ingestWaiting();
      expect(await firm.database.communications.countDocuments()).toBe(3);
      expect(await firm.database.messages.countDocuments()).toBe(3);
    });
});

describe('seenUid moves forward only, and only within its epoch (invariant 2)', () => {
  it('a late or frozen worker can do no harm', async () => {
    const { firm, mailbox } = await openWith(4);
    await firm.poll(mailbox);
    const key = { mailbox: mailbox.name, ...INBOX };
    await advanceCursor(firm.database.cursors, { ...key, epoch: 1, seenUid: 2 });
    await advanceCursor(firm.database.cursors, { ...key, epoch: 2, seenUid: 900 });
    expect(await cursorOf(firm, mailbox)).toMatchObject({ seenUid: 4, epoch: 1 });
  });

  it('a failed SEARCH moves nothing, and the other folders are polled', async () => {
    const { firm, mailbox, user } = await openWith(3, { folders: ['\\Inbox', 'Sent'] });
    await append(user, [rawMessage()], 'Sent');
    const broken = altered(mailbox, (session) => {
      let path = '';
      return {
        open: (folder) => session.open((path = folder)),
        list: (input) => (path === 'INBOX' ? refused() : session.list(input)),
      };
    });
    const outcome = await firm.poll(broken);
    expect(outcome).toMatchObject({ listed: 1, fetched: 1, problems: [{ folder: 'INBOX' }] });
    expect(await cursorOf(firm, mailbox)).toMatchObject({
      seenUid: 0,
      uidNext: null,
      lastError: 'SEARCH: NO',
    });
    expect(await firm.poll(mailbox)).toMatchObject({ listed: 3, problems: [] });
    expect(await cursorOf(firm, mailbox)).toMatchObject({ seenUid: 3, lastError: null });
  });

  it('a listing that breaks off moves the cursor over the rows that were written, no further', async () => {
    const { firm, mailbox } = await openWith(4);
    const broken = altered(mailbox, (session) => ({
      list: async function* (input) {
        for await (const window of session.list(input)) {
          yield window.slice(0, 2);
          refused();
        }
      },
    }));
    await firm.poll(broken);
    expect(await cursorOf(firm, mailbox)).toMatchObject({ seenUid: 2, uidNext: null });
    expect(await firm.database.sightings.countDocuments()).toBe(2);
    expect(await firm.poll(mailbox)).toMatchObject({ listed: 2, fetched: 4 });
    expect(await cursorOf(firm, mailbox)).toMatchObject({ seenUid: 4 });
  });

  it('a FETCH that returns fewer messages than asked leaves those pending for as long as they are listed', async () => {
    const { firm, mailbox } = await openWith(3);
    const partial = altered(mailbox, (session) => ({
      fetch: async function* (wanted) {
        yield* session.fetch(wanted.filter(({ uid }) => uid !== 2));
        for (const { uid } of wanted) if (uid === 2) yield { kind: 'missing', uid };
      },
    }));
    expect(await firm.poll(partial)).toMatchObject({ fetched: 2, vanished: 0 });
    expect(await firm.database.sightings.findOne({ uid: 2 })).toMatchObject({
      state: 'pending',
      rawKey: null,
    });
    for (let polls = 0; polls < 5; polls += 1) {
      await letPass(firm.database, HOUR_MS);
      expect(await firm.poll(partial)).toMatchObject({ vanished: 0 });
    }
    expect(await firm.database.sightings.findOne({ uid: 2 })).toMatchObject({ state: 'pending' });
    await letPass(firm.database, HOUR_MS);
    expect(await firm.poll(mailbox)).toMatchObject({ fetched: 1 });
  });

  it('a message that the server refuses stays pending and blocks no other (invariant 8)', async () => {
    const { firm, mailbox } = await openWith(3);
    const alone: boolean[] = [];
    const refusing = altered(mailbox, (session) => ({
      fetch: async function* (wanted) {
        yield* session.fetch(wanted.filter(({ uid }) => uid !== 1));
        for (const one of wanted)
          if (one.uid === 1) {
            alone.push(one.alone === true);
            yield { kind: 'failed', uid: 1, error: new MailboxError('message-refused', 'NO, corrupt') };
          }
      },
    }));
    expect(await firm.poll(refusing)).toMatchObject({ fetched: 2, problems: [{ folder: 'INBOX UID 1' }] });
    await firm.poll(refusing);
    expect(await firm.database.sightings.findOne({ uid: 1 })).toMatchObject({
      state: 'pending',
      attempts: 2,
      error: 'NO, corrupt',
    });
    expect(alone).toEqual([false, true]);
    expect(await firm.poll(mailbox)).toMatchObject({ fetched: 1 });
  });
});

describe('a folder that was reset (invariant 4)', () => {
  it('is read again under a higher epoch and doubles nothing', async () => {
    const { firm, mailbox, user } = await openWith(0, { folders: ['Filed'] });
    const sent = Array.from({ length: 3 }, (_, index) => rawMessage({ id: `reset-${index}@kline.test` }));
    await withWriter(user, async (client) => void (await client.mailboxCreate('Filed')));
    await append(user, sent, 'Filed');
    await firm.poll(mailbox);
    await firm.ingestWaiting();
    await withWriter(user, async (client) => {
      await client.mailboxDelete('Filed');
      await client.mailboxCreate('Filed');
    });
    await append(user, [...sent, rawMessage({ id: 'reset-new@kline.test' })], 'Filed');

    expect((await firm.poll(mailbox)).resets).toHaveLength(1);
    await firm.ingestWaiting();
    const { messages, communications, sightings, cursors } = firm.database;
    expect([await messages.countDocuments(), await communications.countDocuments()]).toEqual([4, 4]);
    expect(await sightings.countDocuments({ epoch: 2, state: 'done' })).toBe(4);
    expect(await cursors.findOne({})).toMatchObject({ epoch: 2, seenUid: 4 });
    expect((await cursors.findOne({}))?.resets).toHaveLength(1);
    expect(await firm.poll(mailbox)).toMatchObject({ listed: 0, fetched: 0, resets: [] });
  });

  it('rows that were never fetched before it are given up, those fetched are ingested', async () => {
    const { firm, mailbox, user } = await openWith(0, { folders: ['Filed'] });
    await withWriter(user, async (client) => void (await client.mailboxCreate('Filed')));
    await append(user, [rawMessage(), rawMessage()], 'Filed');
    await firm.poll(
      altered(mailbox, (session) => ({
        fetch: async function* (wanted) {
          yield* session.fetch(wanted.slice(0, 1));
        },
      })),
    );
    await withWriter(user, async (client) => {
      await client.mailboxDelete('Filed');
      await client.mailboxCreate('Filed');
    });
    await firm.poll(mailbox);
    await firm.ingestWaiting();
    const states = await firm.database.sightings.find().sort({ uid: 1 }).toArray();
    expect(states.map(({ epoch, state }) => [epoch, state])).toEqual([
      [1, 'done'],
      [1, 'vanished'],
    ]);
  });
});

describe('a database that was restored from a backup', () => {
  it('lists what it forgot from the older cursor, and stores nothing twice', async () => {
    const { firm, mailbox, user } = await openWith(2);
    await firm.poll(mailbox);
    await firm.ingestWaiting();
    const { database } = firm;
    const own = [
      database.cursors,
      database.sightings,
      database.messages,
      database.communications,
      database.addressBook,
    ];
    const backup = await Promise.all(own.map(async (collection) => await collection.find().toArray()));
    await append(user, [rawMessage({ subject: 'The roof' }), rawMessage({ subject: 'The wall' })]);
    await firm.poll(mailbox);
    await firm.ingestWaiting();
    expect(await database.communications.countDocuments()).toBe(4);

    for (const [at, collection] of own.entries()) {
      await collection.deleteMany({});
      await collection.insertMany((backup[at] ?? []) as never);
    }
    expect(await database.communications.countDocuments()).toBe(2);
    expect(await firm.poll(mailbox)).toMatchObject({ listed: 2, fetched: 2, resets: [] });
    await firm.ingestWaiting();
    expect(await database.communications.countDocuments()).toBe(4);
    expect(await database.messages.countDocuments()).toBe(4);
  });
});

describe('a poll that dies while it begins a folder anew', () => {
  it('leaves no row behind that nobody asks for', async () => {
    const { firm, mailbox, user } = await openWith(0, { folders: ['Filed'] });
    await withWriter(user, async (client) => void (await client.mailboxCreate('Filed')));
    await append(user, [rawMessage(), rawMessage()], 'Filed');
    await firm.poll(altered(mailbox, () => ({ fetch: async function* () {} })));
    await withWriter(user, async (client) => {
      await client.mailboxDelete('Filed');
      await client.mailboxCreate('Filed');
    });
    const { sightings } = firm.database;
    const dying = vi.spyOn(sightings, 'updateMany').mockRejectedValueOnce(new Error('died here'));
    await expect(firm.poll(mailbox)).rejects.toThrow('died here');
    dying.mockRestore();
    expect((await firm.poll(mailbox)).resets).toHaveLength(1);
    expect(await sightings.countDocuments({ state: 'pending' })).toBe(0);
    expect(await sightings.countDocuments({ state: 'vanished' })).toBe(2);
  });
});

describe('the mailbox is opened read-only (invariant 14)', () => {
  it('flags are as they were after a poll, of small and of large messages', async () => {
    const { firm, mailbox, user } = await openWith(2);
    await append(user, [
      rawMessage({
        body: file({ name: 'a.bin', type: 'application/octet-stream', content: randomBytes(2_000_000) }),
      }),
    ]);
    const flags = (): Promise<string[][]> =>
      withWriter(user, async (client) => {
        await client.mailboxOpen('INBOX', { readOnly: true });
        return (await client.fetchAll('1:*', { flags: true })).map((message) => [...(message.flags ?? [])]);
      });
    const before = await flags();
    expect(await firm.poll(mailbox)).toMatchObject({ fetched: 3 });
    await firm.ingestWaiting();
    const after = await flags();
    expect(after).toEqual(before);
    expect(after.flat()).not.toContain('\\Seen');
  });
});

describe('a poll', () => {
  it('of a mailbox that another process polls leaves it alone', async () => {
    const { firm, mailbox } = await openWith(1);
    await takeLease(firm.database.leases, {
      mailbox: mailbox.name,
      kind: 'poll',
      owner: randomUUID(),
      forMs: 60_000,
    });
    expect(await firm.poll(mailbox)).toMatchObject({ outcome: 'leased', listed: 0 });
    await firm.database.leases.updateOne({}, { $set: { until: new Date(Date.now() - 1) } });
    expect(await firm.poll(mailbox)).toMatchObject({ outcome: 'done', listed: 1 });
  });

  it('waits while ingest is behind', async () => {
    const { firm, mailbox } = await openWith(1);
    const outcome = await pollMailbox(
      { ...firm.poller, hasRoom: async () => false },
      mailbox,
      new AbortController().signal,
    );
    expect(outcome).toMatchObject({ outcome: 'waiting', listed: 0 });
    expect(await firm.database.leases.countDocuments()).toBe(0);
  });

  it('gives way after its batch and says that there is more', async () => {
    const { firm, mailbox } = await openWith(5);
    const small = { ...firm.poller, batch: 1 };
    const outcomes = [];
    for (let round = 0; round < 4; round += 1)
      outcomes.push((await pollMailbox(small, mailbox, new AbortController().signal)).outcome);
    expect(outcomes[0]).toBe('more');
    expect(outcomes.at(-1)).toBe('done');
    expect(await firm.database.sightings.countDocuments({ rawKey: { $ne: null } })).toBe(5);
  });

  it('names a folder that is not there, and reads the others', async () => {
    const { firm, mailbox } = await openWith(1, { folders: ['Klienten', '\\Inbox'] });
    const { problems, fetched } = await firm.poll(mailbox);
    expect(fetched).toBe(1);
    expect(problems.map(({ folder, error }) => [folder, String(error)])).toEqual([
      [
        'Klienten',
        `MailboxError: mailbox ${mailbox.name} has no folder Klienten; correct its folders setting`,
      ],
    ]);
  });

  it('notes what it saw in a Sent folder, and the since of its mailbox', async () => {
    const since = new Date('2026-01-01T00:00:00Z');
    const { firm, mailbox, user } = await openWith(1, { folders: ['\\Inbox', '\\Sent'], since });
    await append(user, [rawMessage()], 'Sent');
    await firm.poll(mailbox);
    const rows = await firm.database.sightings.find().sort({ folder: 1 }).toArray();
    expect(rows.map(({ folder, inOwnSent, since: from }) => [folder, inOwnSent, from])).toEqual([
      ['INBOX', false, since],
      ['Sent', true, since],
    ]);
  });

  it('lets drafts wait in a folder of all mail until they are sent', async () => {
    const { firm, mailbox, user } = await openWith(0, { folders: ['\\All'] });
    const { sightings } = firm.database;
    const states = async () =>
      (await sightings.find().sort({ uid: 1 }).toArray()).map(({ uid, state, rawKey }) => [
        uid,
        rawKey === null ? state : 'fetched',
      ]);
    await withWriter(user, async (client) => {
      await client.mailboxCreate('All Mail');
      for (const flags of [['\\Draft'], [], ['\\Draft', '\\Seen'], ['\\Draft']])
        await client.append('All Mail', rawMessage(), flags);
      expect(await firm.poll(mailbox)).toMatchObject({ listed: 4, fetched: 1, problems: [] });
      expect(await states()).toEqual([
        [1, 'draft'],
        [2, 'fetched'],
        [3, 'draft'],
        [4, 'draft'],
      ]);
      const [audited] = await auditMailbox(firm.database, mailbox, { fix: false });
      expect(audited).toMatchObject({ listed: 4, pending: 1, drafts: 3, missingCount: 0 });

      await client.mailboxOpen('All Mail');
      await client.messageFlagsRemove('1', ['\\Draft'], { uid: true });
      await client.messageDelete('3', { uid: true });
    });
    expect(await firm.poll(mailbox)).toMatchObject({ listed: 0, fetched: 1 });
    for (let polls = 0; polls < 2; polls += 1) {
      await letPass(firm.database, HOUR_MS);
      await firm.poll(mailbox);
    }
    expect(await states()).toEqual([
      [1, 'fetched'],
      [2, 'fetched'],
      [3, 'vanished'],
      [4, 'draft'],
    ]);
  });

  it('believes the mark of a draft in no other folder', async () => {
    const { firm, mailbox, user } = await openWith(0);
    await withWriter(user, (client) => client.append('INBOX', rawMessage(), ['\\Draft']));
    expect(await firm.poll(mailbox)).toMatchObject({ listed: 1, fetched: 1 });
  });

  it('of an unchanged mailbox writes no row and fetches nothing', async () => {
    const { firm, mailbox } = await openWith(2);
    await firm.poll(mailbox);
    expect(await firm.poll(mailbox)).toEqual({
      outcome: 'done',
      listed: 0,
      fetched: 0,
      vanished: 0,
      problems: [],
      resets: [],
      recovered: [],
    });
  });

  it('aborted by its signal leaves what a later one finishes', async () => {
    const { firm, mailbox } = await openWith(3);
    const stopping = new AbortController();
    const poller = {
      ...firm.poller,
      step: (name: PollStep) => {
        if (name === 'cursor-moved') stopping.abort();
      },
    };
    await pollMailbox(poller, mailbox, stopping.signal).catch(() => {});
    expect(await firm.database.leases.countDocuments()).toBe(0);
    await firm.poll(mailbox);
    expect(await firm.database.sightings.countDocuments({ rawKey: { $ne: null } })).toBe(3);
  });
});
