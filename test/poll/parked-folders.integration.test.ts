/** Folders that are listed but do not open, on a real server: an operator's or a disk's permissions changed. */
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { controlServices } from '../../services/services.ts';
import { pollMailbox } from '../../src/poll/poll.ts';
import type { PolledMailbox, PollOutcome } from '../../src/poll/poll-run.ts';
import { cursorsOf, findCursor } from '../../src/store/cursors.ts';
import type { CursorDocument } from '../../src/store/cursors.ts';
import type { ImapAccount } from '../../src/mailbox/imap/imap.ts';
import { append, imapServer, newAccount, withWriter } from '../support/imap-server.ts';
import { rawMessage } from '../support/messages.ts';
import { newSite, runProgram, startProgram } from '../support/program.ts';
import { openFirm } from '../support/servers.ts';
import type { Firm } from '../support/servers.ts';
import { openTappedProxy } from '../support/tapped-proxy.ts';

const GHOST = 'Ghost';
const MINUTE_MS = 60_000;

/** An account with a message in INBOX and one in a folder that the server lists but cannot read. */
async function haunted(): Promise<{ user: string; lock: () => Promise<void>; mend: () => Promise<void> }> {
  const { user } = newAccount();
  await withWriter(user, async (client) => void (await client.mailboxCreate(GHOST)));
  await append(user, [rawMessage()]);
  await append(user, [rawMessage()], GHOST);
  const path = join(controlServices().folder, 'imap', 'mail', user, 'folders', GHOST);
  const mend = async (): Promise<void> => await chmod(path, 0o700);
  onTestFinished(mend);
  return { user, lock: async () => await chmod(path, 0o000), mend };
}

async function openHaunted() {
  const house = await haunted();
  const { host, port } = imapServer();
  const proxy = await openTappedProxy({ host, port });
  onTestFinished(() => proxy.close());
  const firm = await openFirm();
  const account = newAccount({ user: house.user, host: '127.0.0.1', port: proxy.port, security: 'none' });
  const mailbox = firm.mailbox(account, { folders: [GHOST, 'INBOX'] });
  const asked = (): number => proxy.sent(`EXAMINE ${GHOST}`);
  return { ...house, firm, mailbox, proxy, asked };
}

const ghostOf = async ({ database }: Firm, { name }: PolledMailbox): Promise<CursorDocument | null> =>
  await findCursor(database.cursors, { mailbox: name, folder: GHOST });

const isDue = async ({ database }: Firm): Promise<void> =>
  void (await database.cursors.updateMany({}, { $set: { parkedUntil: new Date(0) } }));

const newsOf = ({ problems }: PollOutcome): boolean[] => problems.map(({ isNews }) => isNews);

describe('a folder that is listed and does not open', () => {
  it('is asked for three times, then ever more rarely, while the others are polled', async () => {
    const { firm, mailbox, asked, lock } = await openHaunted();
    await lock();
    const outcomes = [];
    for (let round = 0; round < 5; round += 1) outcomes.push(await firm.poll(mailbox));
    expect(outcomes.map(newsOf)).toEqual([[true], [false], [true], [], []]);
    expect(outcomes.map(({ listed }) => listed)).toEqual([1, 0, 0, 0, 0]);
    expect(asked()).toBe(3);
    const cursor = await ghostOf(firm, mailbox);
    expect(cursor).toMatchObject({ epoch: 0, refusals: 3, lastPolledAt: null });
    expect(cursor?.lastError).toContain('cannot open the folder');
    const pauseOf = (row: CursorDocument | null): number =>
      ((row?.parkedUntil?.getTime() ?? 0) - Date.now()) / MINUTE_MS;
    expect(pauseOf(cursor)).toBeGreaterThan(4);
    expect(pauseOf(cursor)).toBeLessThanOrEqual(5);

    await isDue(firm);
    expect(newsOf(await firm.poll(mailbox))).toEqual([false]);
    expect(asked()).toBe(4);
    expect(pauseOf(await ghostOf(firm, mailbox))).toBeGreaterThan(9);
  });

  it('is read at once when it opens again', async () => {
    const { firm, mailbox, lock, mend } = await openHaunted();
    await lock();
    for (let round = 0; round < 3; round += 1) await firm.poll(mailbox);
    await mend();
    expect(await firm.poll(mailbox)).toMatchObject({ listed: 0, recovered: [] });
    await isDue(firm);
    expect(await firm.poll(mailbox)).toMatchObject({ listed: 1, fetched: 1, recovered: [GHOST] });
    expect(await ghostOf(firm, mailbox)).toMatchObject({
      epoch: 1,
      seenUid: 1,
      refusals: 0,
      parkedUntil: null,
      lastError: null,
    });
    expect(await firm.poll(mailbox)).toMatchObject({ recovered: [], problems: [] });
  });

  it('that was read before goes on where it was, without a reset', async () => {
    const { firm, mailbox, lock, mend, user } = await openHaunted();
    await firm.poll(mailbox);
    await append(user, [rawMessage()], GHOST);
    await lock();
    for (let round = 0; round < 3; round += 1) await firm.poll(mailbox);
    expect(await ghostOf(firm, mailbox)).toMatchObject({ epoch: 1, seenUid: 1, refusals: 3 });
    await mend();
    const asking = { ...firm.poller, checkParked: true };
    expect(await pollMailbox(asking, mailbox, new AbortController().signal)).toMatchObject({
      listed: 1,
      resets: [],
      recovered: [GHOST],
    });
  });
});

describe('a folder that is not there', () => {
  it('costs no LIST once it is parked, and leaves no row when it is found under another name', async () => {
    const { firm, mailbox, proxy } = await openHaunted();
    const wanting = { ...mailbox, folders: ['\\All', 'INBOX'] };
    for (let round = 0; round < 3; round += 1) await firm.poll(wanting);
    const lists = proxy.sent('LIST');
    expect(await firm.poll(wanting)).toMatchObject({ problems: [] });
    expect(proxy.sent('LIST')).toBe(lists);
    const rows = async (): Promise<string[]> => [
      ...(await cursorsOf(firm.database.cursors, mailbox.name)).keys(),
    ];
    expect((await rows()).toSorted()).toEqual(['INBOX', '\\All']);

    await isDue(firm);
    const { source } = wanting;
    const openSession: typeof source.openSession = async (signal) => {
      const session = await source.openSession(signal);
      return {
        ...session,
        resolveFolder: async (name) => (name === '\\All' ? GHOST : session.resolveFolder(name)),
      };
    };
    expect(await firm.poll({ ...wanting, source: { ...source, openSession } })).toMatchObject({ listed: 1 });
    expect((await rows()).toSorted()).toEqual([GHOST, 'INBOX']);
  });
});

describe('what a person sees of a parked folder', () => {
  const site = async (account: ImapAccount, settings = {}) =>
    await newSite([{ account, folders: [GHOST, 'INBOX'] }], settings);

  it('two lines in the log, Today, Mailboxes, a metric, the doctor, the audit and docketmail poll', async () => {
    const { user, lock, mend } = await haunted();
    await lock();
    const { env, database } = await site(newAccount({ user, name: 'office' }), {
      POLL_INTERVAL_SECONDS: '1',
    });
    const program = await startProgram(env);
    const { log, dashboard } = program;
    await vi.waitFor(
      async () => expect(await database.cursors.findOne({ parkedUntil: { $ne: null } })).not.toBeNull(),
      { timeout: 20_000 },
    );
    const polledAt = new Date();
    await vi.waitFor(
      async () =>
        expect(
          await database.cursors.findOne({ folder: 'INBOX', lastPolledAt: { $gt: polledAt } }),
        ).not.toBeNull(),
      { timeout: 20_000 },
    );
    const shown = async (path: string): Promise<string> =>
      await (await fetch(new URL(path, dashboard))).text();
    expect(await shown('/')).toContain('the folder Ghost cannot be opened');
    expect(await shown('/mailboxes')).toMatch(/Ghost[\s\S]*parked until <time datetime="20/u);
    expect(await shown('/metrics')).toContain('docketmail_parked_folders{mailbox="office"} 1');
    await program.stop();
    expect(log.filter(({ msg }) => msg.includes('folder could not be polled'))).toHaveLength(1);
    expect(log.filter(({ msg }) => msg.includes('folder is parked'))).toMatchObject([
      // oxlint-disable-next-line typescript/no-unsafe-assignment
      { mailbox: 'office', folder: GHOST, parkedUntil: expect.stringContaining('20') },
    ]);

    const doctor = await runProgram(['doctor'], env);
    expect(doctor.code).toBe(1);
    expect(doctor.stdout).toMatch(/FAILED {2}mailbox office: Ghost: cannot open the folder/u);
    expect(doctor.stdout).toMatch(/ok {6}mailbox office: INBOX: 1 messages/u);
    const audit = await runProgram(['audit', 'office'], env);
    expect(audit.code).toBe(1);
    expect(audit.stdout).toMatch(/Ghost: could not be compared: .*\nINBOX: 1 listed.*\noffice: 0 missing/u);
    const asked = await runProgram(['poll', 'office'], env);
    expect([asked.code, asked.stderr]).toEqual([1, expect.stringContaining('Ghost: ')]);

    await mend();
    expect((await runProgram(['poll', 'office'], env)).stdout).toContain('1 listed, 1 fetched');
    expect((await runProgram(['doctor'], env)).code).toBe(0);
    expect((await runProgram(['audit', 'office'], env)).stdout).toContain('Ghost: 1 listed');
  });
});
