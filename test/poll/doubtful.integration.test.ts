/** Answers that are not a message, or not all of one, and messages that cannot be stored. */
import { describe, expect, it, vi } from 'vitest';
import { rawMessage } from '../support/messages.ts';
import { letPass, MINUTE_MS } from '../support/passing-time.ts';
import { fetchRow } from '../support/scripted-imap.ts';
import type { Script, ScriptedMessage } from '../support/scripted-imap.ts';
import { mailOf, openScripted, statesOf } from '../support/scripted-mailbox.ts';
import type { Scripted } from '../support/scripted-mailbox.ts';
import { openFirm } from '../support/servers.ts';

const notice = Buffer.from(
  'From: Microsoft Exchange Server\r\nTo: office@firm.test\r\nSubject: Retrieval using the IMAP4 protocol failed for the following message: 12\r\n\r\nThe server couldn\'t retrieve the following message:\r\n\r\nSubject: "The lease"\r\n',
);

/** UID 6 is served as `raw`, whatever it is. */
const serving = (messages: readonly ScriptedMessage[], raw: Buffer): Script => ({
  messages,
  answer: (command) => {
    if (!command.startsWith('UID FETCH') || !command.includes('BODY')) return undefined;
    const set = command.split(' ')[2] ?? '';
    const rows = messages.filter(({ uid }) => set.includes(`${uid}`) || (set.includes(':') && uid !== 99));
    return [
      ...rows.map((message) => fetchRow(message.uid, message.uid === 6 ? { uid: 6, raw } : message, command)),
      'TAG OK done',
    ];
  },
});

const rowOf = async ({ firm }: Scripted) => await firm.database.sightings.findOne({ uid: 6 });

describe('a notice of the server in place of a message', () => {
  it('stays pending with its reason, and the message is fetched when the server has it', async () => {
    const messages = mailOf(5, 6, 9);
    const scripted = await openScripted(serving(messages, notice));
    const { firm, mailbox } = scripted;
    expect(await firm.poll(mailbox)).toMatchObject({ fetched: 2, problems: [{ uid: 6, isNews: true }] });
    for (let polls = 0; polls < 6; polls += 1) {
      await letPass(firm.database, 60 * MINUTE_MS);
      await firm.poll(mailbox);
    }
    await firm.ingestWaiting();
    expect(await rowOf(scripted)).toMatchObject({
      state: 'pending',
      rawKey: null,
      error: 'UID 6: the server serves a notice that it cannot give the message',
    });
    expect(await firm.database.messages.countDocuments()).toBe(2);
    scripted.become({ messages });
    await letPass(firm.database, 60 * MINUTE_MS);
    await firm.poll(mailbox);
    await firm.ingestWaiting();
    expect(await firm.database.messages.countDocuments({ messageId: '6@kline.test' })).toBe(1);
    expect(await firm.database.messages.countDocuments()).toBe(3);
  });
});

it('a message that reads like a notice is accepted with a warning once the same was served for a day', async () => {
  const raw = rawMessage({ id: '6@kline.test', body: '[The message could not be opened]' });
  const messages = [...mailOf(5), { uid: 6, raw }, ...mailOf(9)];
  const scripted = await openScripted({ messages });
  const { firm, mailbox } = scripted;
  for (let hours = 0; hours < 24; hours += 6) {
    await firm.poll(mailbox);
    expect(await statesOf(scripted)).toMatchObject({ 5: 'fetched', 6: 'pending' });
    await letPass(firm.database, 6 * 60 * MINUTE_MS);
  }
  await firm.poll(mailbox);
  expect(await statesOf(scripted)).toMatchObject({ 6: 'fetched' });
  expect((await rowOf(scripted))?.warning).toContain('reads like a notice');
});

describe('a message of which fewer bytes come than were declared', () => {
  const whole = rawMessage({ id: '6@kline.test', body: 'Line after line of it. '.repeat(400) });
  const messages = [...mailOf(5), { uid: 6, raw: whole }, ...mailOf(9)];

  it.each([
    ['half of it', whole.subarray(0, whole.length / 2)],
    ['all but its last hundred bytes', whole.subarray(0, -100)],
    ['nothing', Buffer.alloc(0)],
  ])('%s, and then all of it, is stored whole', async (_, raw) => {
    let asked = 0;
    const scripted = await openScripted({
      messages,
      answer: (command) => {
        if (!command.startsWith('UID FETCH') || !command.includes('BODY')) return undefined;
        asked += 1;
        return asked === 1 ? serving(messages, raw).answer?.(command) : undefined;
      },
    });
    await scripted.firm.poll(scripted.mailbox);
    expect(await rowOf(scripted)).toMatchObject({ size: whole.length, error: null });
    expect((await rowOf(scripted))?.rawKey).not.toBeNull();
    expect((await rowOf(scripted))?.warning ?? null).toBeNull();
  });

  it('a few, twice the same, is an estimate: it is stored at once, with a warning', async () => {
    const scripted = await openScripted(serving(messages, whole.subarray(0, -100)));
    expect(await scripted.firm.poll(scripted.mailbox)).toMatchObject({ fetched: 3, problems: [] });
    expect(await rowOf(scripted)).toMatchObject({
      size: whole.length - 100,
      warning: `${whole.length} bytes were declared, ${whole.length - 100} arrived each time`,
    });
  });

  it('half of it, the same at times minutes apart, is believed with a warning', async () => {
    const half = whole.subarray(0, whole.length / 2);
    const scripted = await openScripted(serving(messages, half));
    const { firm, mailbox } = scripted;
    for (let polls = 0; polls < 3; polls += 1)
      expect(await firm.poll(mailbox)).toMatchObject({ problems: [{ uid: 6 }] });
    expect(await statesOf(scripted)).toMatchObject({ 6: 'pending' });
    await letPass(firm.database, 3 * MINUTE_MS);
    expect(await firm.poll(mailbox)).toMatchObject({ fetched: 1 });
    expect(await rowOf(scripted)).toMatchObject({ size: half.length });
    expect((await rowOf(scripted))?.warning).toContain('were declared');
  });

  it('half of it, another half each time, is not believed', async () => {
    let at = 0;
    const scripted = await openScripted({
      messages,
      answer: (command) => serving(messages, whole.subarray(0, 2_000 + (at += 1))).answer?.(command),
    });
    for (let polls = 0; polls < 6; polls += 1) {
      await scripted.firm.poll(scripted.mailbox);
      await letPass(scripted.firm.database, 60 * MINUTE_MS);
    }
    expect(await statesOf(scripted)).toMatchObject({ 6: 'pending' });
  });

  it('nothing, ever, is not taken for an empty message', async () => {
    const scripted = await openScripted(serving(messages, Buffer.alloc(0)));
    for (let polls = 0; polls < 6; polls += 1) {
      await scripted.firm.poll(scripted.mailbox);
      await letPass(scripted.firm.database, 60 * MINUTE_MS);
    }
    expect(await statesOf(scripted)).toMatchObject({ 6: 'pending' });
  });

  it('of a large one, always the same, is believed after minutes', async () => {
    const raw = rawMessage({ id: '6@kline.test', body: `${'x'.repeat(76)}\r\n`.repeat(20_000) });
    const scripted = await openScripted({ messages: [{ uid: 6, raw, size: raw.length * 3 }] });
    const { firm, mailbox } = scripted;
    for (let polls = 0; polls < 3; polls += 1) await firm.poll(mailbox);
    expect(await statesOf(scripted)).toMatchObject({ 6: 'pending' });
    await letPass(firm.database, 3 * MINUTE_MS);
    await firm.poll(mailbox);
    expect(await rowOf(scripted)).toMatchObject({ size: raw.length });
    expect(await statesOf(scripted)).toMatchObject({ 6: 'fetched' });
  });
});

describe('a message that cannot be stored', () => {
  const refusing = async (refused: (sizeOfBlob: number) => boolean) => {
    const { blobs } = await openFirm();
    return {
      ...blobs,
      put: async (blob: Parameters<typeof blobs.put>[0]) => {
        if (refused(blob.size)) throw new Error('EntityTooLarge');
        return await blobs.put(blob);
      },
    };
  };
  const large = { uid: 5, raw: rawMessage({ id: '5@kline.test', body: 'x'.repeat(5_000) }) };

  it('is named and put off, and those behind it and in later folders are fetched', async () => {
    const blobs = await refusing((size) => size > 4_000);
    const scripted = await openScripted({ messages: [large, ...mailOf(6, 9)] }, { blobs });
    const { firm, mailbox } = scripted;
    expect(await firm.poll(mailbox)).toMatchObject({
      outcome: 'done',
      fetched: 2,
      problems: [{ folder: 'INBOX UID 5', uid: 5 }],
    });
    expect(await firm.database.sightings.findOne({ uid: 5 })).toMatchObject({
      state: 'pending',
      attempts: 1,
      error: 'EntityTooLarge',
    });
  });

  it('is not the cause if none can be: the poll ends, with the UIDs', async () => {
    const blobs = await refusing(() => true);
    const scripted = await openScripted({ messages: mailOf(5, 6, 7, 8, 9) }, { blobs });
    await expect(scripted.firm.poll(scripted.mailbox)).rejects.toThrow(
      'INBOX UID 5, 6, 7: 3 messages in a row could not be stored',
    );
  });
});

it('a message that kills the connection is asked for alone, and the others are fetched', async () => {
  const messages = mailOf(5, 6, 9);
  const scripted = await openScripted({
    messages,
    answer: (command) =>
      command.includes('BODY') && /FETCH (?:5:6|6)\b/u.test(command) ? 'drop' : undefined,
  });
  const { firm, mailbox } = scripted;
  // Each drop shuts the account for a second or two.
  await vi.waitFor(
    async () => {
      await firm.poll(mailbox).catch(() => {});
      expect(await statesOf(scripted)).toMatchObject({ 5: 'fetched', 9: 'fetched' });
    },
    { timeout: 60_000, interval: 500 },
  );
  expect(await statesOf(scripted)).toMatchObject({ 6: 'pending' });
});

it('a message at whose second piece the server hangs up holds up no other, nor mail that comes later', async () => {
  const large = {
    uid: 5,
    raw: rawMessage({ id: '5@kline.test', body: 'line of a lease\n'.repeat(100_000) }),
  };
  const hangsUp: Script['answer'] = (command) =>
    /^UID FETCH 5 .*BODY(?:\.PEEK)?\[\]<[1-9]/u.test(command) ? 'drop' : undefined;
  const scripted = await openScripted({ messages: [large, ...mailOf(6)], answer: hangsUp });
  const { firm, mailbox } = scripted;
  const pollUntil = async (states: Readonly<Record<number, string>>): Promise<void> =>
    await vi.waitFor(
      async () => {
        await firm.poll(mailbox).catch(() => {});
        expect(await statesOf(scripted)).toMatchObject(states);
      },
      { timeout: 60_000, interval: 500 },
    );
  await pollUntil({ 5: 'pending', 6: 'fetched' });
  scripted.become({ messages: [large, ...mailOf(6, 7, 9)], answer: hangsUp });
  await pollUntil({ 5: 'pending', 7: 'fetched', 9: 'fetched' });
  const row = await firm.database.sightings.findOne({ uid: 5 });
  expect(row?.attempts).toBeGreaterThan(0);
  expect(row?.error).toContain('cannot fetch');
  scripted.become({ messages: [large, ...mailOf(6, 7, 9)] });
  await letPass(firm.database, 60 * MINUTE_MS);
  await pollUntil({ 5: 'fetched' });
});
