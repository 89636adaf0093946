/** Servers that list a message but do not deliver it, and servers that no longer list it. */
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { auditMailbox } from '../../src/poll/audit.ts';
import { newAccount } from '../support/imap-server.ts';
import { newSite, runProgram, startProgram } from '../support/program.ts';
import { HOUR_MS, letPass, MINUTE_MS } from '../support/passing-time.ts';
import { fetchRow, openScriptedServer } from '../support/scripted-imap.ts';
import type { Script } from '../support/scripted-imap.ts';
import { mailOf, openScripted, statesOf } from '../support/scripted-mailbox.ts';

const messages = mailOf(5, 6, 9);
const [, six] = messages;

/** FETCH of UID 6 answers OK, without the message. */
const withholding = (rowOf: (command: string) => readonly Buffer[] = () => []): Script => ({
  messages,
  answer: (command) => {
    if (!command.startsWith('UID FETCH') || !command.includes('BODY')) return undefined;
    const others = messages.filter(({ uid }) => uid !== 6 && command.includes(`${uid}`));
    return [
      ...others.map((message) => fetchRow(message.uid, message, command)),
      ...rowOf(command),
      'TAG OK done',
    ];
  },
});

const misdeeds: readonly { readonly name: string; readonly script: Script }[] = [
  { name: 'leaves it out of an answer that says OK', script: withholding() },
  {
    name: 'gives its row without a UID',
    script: withholding(() => [Buffer.from('* 2 FETCH (FLAGS () BODY[]<0> {5}\r\nhello)\r\n')]),
  },
  {
    name: 'gives its row without a body',
    script: withholding(() => [Buffer.from('* 2 FETCH (UID 6 FLAGS ())\r\n')]),
  },
  {
    name: 'gives NIL for its body',
    script: withholding(() => [Buffer.from('* 2 FETCH (UID 6 BODY[]<0> NIL)\r\n')]),
  },
  {
    name: 'gives an empty body for it',
    script: withholding(() => [Buffer.from('* 2 FETCH (UID 6 BODY[]<0> {0}\r\n)\r\n')]),
  },
];

describe.each(misdeeds)('a message that is listed, of a server that $name', ({ script }) => {
  it('stays pending for as long as it is listed, and is fetched when it is delivered', async () => {
    const scripted = await openScripted(script);
    const { firm, mailbox } = scripted;
    expect(await firm.poll(mailbox)).toMatchObject({
      fetched: 2,
      vanished: 0,
      problems: [{ uid: 6, isNews: true }],
    });
    for (let polls = 0; polls < 12; polls += 1) {
      await letPass(firm.database, 2 * HOUR_MS);
      const { vanished, problems } = await firm.poll(mailbox);
      expect([vanished, problems.map(({ uid, isNews }) => [uid, isNews])]).toEqual([0, [[6, false]]]);
    }
    expect(await statesOf(scripted)).toEqual({ 5: 'fetched', 6: 'pending', 9: 'fetched' });
    scripted.become({ messages });
    await letPass(firm.database, 2 * HOUR_MS);
    expect(await firm.poll(mailbox)).toMatchObject({ fetched: 1 });
    expect(await firm.database.sightings.findOne({ uid: 6 })).toMatchObject({ attempts: 0, error: null });
  });
});

describe('a message that is listed and not delivered', () => {
  it('is asked for at the next two polls, then ever more rarely, and at once when a person polls', async () => {
    const scripted = await openScripted(withholding());
    const { firm, mailbox, server } = scripted;
    const asked = (): number =>
      server.commands.filter((command) => command.startsWith('UID FETCH 6 ') && command.includes('BODY'))
        .length;
    for (let polls = 0; polls < 3; polls += 1) await firm.poll(mailbox);
    const before = asked();
    await firm.poll(mailbox);
    await letPass(firm.database, MINUTE_MS - 1_000);
    await firm.poll(mailbox);
    expect(asked()).toBe(before);
    await letPass(firm.database, 2_000);
    await firm.poll(mailbox);
    expect(asked()).toBeGreaterThan(before);
    const then = asked();
    await letPass(firm.database, MINUTE_MS);
    await firm.poll(mailbox);
    expect(asked()).toBe(then);
    Object.assign(firm.poller, { checkParked: true });
    await firm.poll(mailbox);
    expect(asked()).toBeGreaterThan(then);
  });

  it('is named by the audit, the overview, the metrics and the log, there once', async () => {
    const server = await openScriptedServer(withholding());
    onTestFinished(() => server.close());
    const account = newAccount({
      name: 'office',
      host: '127.0.0.1',
      port: server.port,
      security: 'none',
    });
    const { env, database } = await newSite([{ account }], { POLL_INTERVAL_SECONDS: '1' });
    const program = await startProgram(env);
    await vi.waitFor(
      async () => expect((await database.sightings.findOne({ uid: 6 }))?.attempts).toBeGreaterThan(2),
      { timeout: 30_000, interval: 200 },
    );
    const overview = await (await fetch(program.dashboard)).text();
    expect(overview).toMatch(/INBOX UID 6[\s\S]*listed and not delivered/u);
    const metrics = await (await fetch(new URL('/metrics', program.dashboard))).text();
    expect(metrics).toContain('docketmail_undelivered_messages{mailbox="office"} 1');
    await program.stop();
    expect(program.log.filter(({ uid }) => uid === 6)).toMatchObject([
      { msg: 'message could not be fetched; will retry', mailbox: 'office', folder: 'INBOX' },
    ]);
    const audit = await runProgram(['audit', 'office'], env);
    expect(audit.stdout).toMatch(/UID 6: requested \d+ times: UID 6 is listed and not delivered/u);
    expect(audit.code).toBe(1);
  });
});

describe('a message that the folder lists no longer', () => {
  const gone: Script = { messages: messages.filter(({ uid }) => uid !== 6) };
  /** Listed, then deleted before it was fetched. */
  const begin = async () => {
    const scripted = await openScripted({
      messages,
      answer: (command) => (command.includes('BODY') ? ['TAG OK done'] : undefined),
    });
    await scripted.firm.poll(scripted.mailbox);
    scripted.become(gone);
    return scripted;
  };

  it('has vanished when that was seen three times, minutes apart', async () => {
    const scripted = await begin();
    const { firm, mailbox } = scripted;
    for (let polls = 0; polls < 5; polls += 1)
      expect(await firm.poll(mailbox)).toMatchObject({ vanished: 0 });
    await letPass(firm.database, 2 * MINUTE_MS);
    expect(await firm.poll(mailbox)).toMatchObject({ vanished: 0 });
    for (let polls = 0; polls < 5; polls += 1)
      expect(await firm.poll(mailbox)).toMatchObject({ vanished: 0 });
    await letPass(firm.database, 2 * MINUTE_MS);
    expect(await firm.poll(mailbox)).toMatchObject({ vanished: 1, problems: [] });
    expect(await statesOf(scripted)).toEqual({ 5: 'fetched', 6: 'vanished', 9: 'fetched' });
  });

  it('and lists it again begins anew', async () => {
    const scripted = await begin();
    const { firm, mailbox } = scripted;
    const pass = async () => {
      await letPass(firm.database, 10 * MINUTE_MS);
      return await firm.poll(mailbox);
    };
    await pass();
    await pass();
    scripted.become(withholding());
    await pass();
    scripted.become(gone);
    expect([(await pass()).vanished, (await pass()).vanished, (await pass()).vanished]).toEqual([0, 0, 1]);
  });

  it('after it had vanished is fetched when it is listed again', async () => {
    const scripted = await begin();
    const { firm, mailbox } = scripted;
    for (let polls = 0; polls < 4; polls += 1) {
      await firm.poll(mailbox);
      await letPass(firm.database, 10 * MINUTE_MS);
    }
    expect(await statesOf(scripted)).toMatchObject({ 6: 'vanished' });
    scripted.become({ messages });
    for (let polls = 0; polls < 2; polls += 1) await firm.poll(mailbox);
    expect(await statesOf(scripted)).toEqual({ 5: 'fetched', 6: 'fetched', 9: 'fetched' });
  });

  it('in SEARCH alone, because an index lags, has not gone', async () => {
    const scripted = await begin();
    const { firm, mailbox } = scripted;
    const script = withholding();
    scripted.become({
      messages,
      answer: (command) =>
        command.startsWith('UID SEARCH') ? ['* SEARCH 5 9', 'TAG OK done'] : script.answer?.(command),
    });
    for (let polls = 0; polls < 6; polls += 1) {
      await letPass(firm.database, 10 * MINUTE_MS);
      expect(await firm.poll(mailbox)).toMatchObject({ vanished: 0 });
    }
    expect((await auditMailbox(firm.database, mailbox, { fix: false }))[0]).toMatchObject({
      undelivered: [{ uid: six?.uid }],
    });
  });
});
