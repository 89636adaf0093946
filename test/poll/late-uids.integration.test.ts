/** UIDs that appear late: below those already listed, or counted before they are found. */
import { describe, expect, it } from 'vitest';
import { append, newAccount, withWriter } from '../support/imap-server.ts';
import { rawMessage } from '../support/messages.ts';
import { HOUR_MS, letPass, MINUTE_MS } from '../support/passing-time.ts';
import { openFirm } from '../support/servers.ts';
import { mailOf, openScripted, statesOf } from '../support/scripted-mailbox.ts';
import type { Scripted } from '../support/scripted-mailbox.ts';

const examined = (exists: number, uidNext: number): readonly string[] => [
  `* ${exists} EXISTS`,
  '* OK [UIDVALIDITY 77] ok',
  `* OK [UIDNEXT ${uidNext}] ok`,
];

async function pollAll({ firm, mailbox }: Scripted): Promise<void> {
  while ((await firm.poll(mailbox)).outcome === 'more');
}

describe('a UID below those that were listed', () => {
  it('is fetched as soon as the folder counts it', async () => {
    const scripted = await openScripted({ messages: mailOf(5, 9) });
    await pollAll(scripted);
    scripted.become({ messages: mailOf(5, 7, 9) });
    await pollAll(scripted);
    expect(await statesOf(scripted)).toEqual({ 5: 'fetched', 7: 'fetched', 9: 'fetched' });
  });

  it('far below, outside of the recent range, is fetched too', async () => {
    const scripted = await openScripted({ messages: mailOf(3, 90_000, 90_001) });
    await pollAll(scripted);
    scripted.become({ messages: mailOf(3, 17, 90_000, 90_001) });
    await pollAll(scripted);
    expect(await statesOf(scripted)).toMatchObject({ 17: 'fetched' });
  });

  it('that comes as another message is deleted, so that the counts agree, is found within the quarter of an hour', async () => {
    const scripted = await openScripted({ messages: mailOf(5, 6, 9) });
    await pollAll(scripted);
    scripted.become({ messages: mailOf(5, 7, 9) });
    await pollAll(scripted);
    expect(await statesOf(scripted)).not.toHaveProperty('7');
    await letPass(scripted.firm.database, 15 * MINUTE_MS);
    await pollAll(scripted);
    expect(await statesOf(scripted)).toMatchObject({ 7: 'fetched' });
  });

  it('outside of the recent range, as another is deleted, is found within a day', async () => {
    const scripted = await openScripted({ messages: mailOf(5, 6, 90_000) });
    await pollAll(scripted);
    scripted.become({ messages: mailOf(5, 7, 90_000) });
    await pollAll(scripted);
    await letPass(scripted.firm.database, 25 * HOUR_MS);
    await pollAll(scripted);
    expect(await statesOf(scripted)).toMatchObject({ 7: 'fetched' });
  });

  it('of a real server whose ledger lost a row is fetched without an audit, once an hour', async () => {
    const account = newAccount();
    await append(account.user, [rawMessage(), rawMessage(), rawMessage()]);
    const firm = await openFirm();
    const mailbox = firm.mailbox(account);
    await firm.poll(mailbox);
    await firm.ingestWaiting();
    await firm.database.sightings.deleteOne({ uid: 2 });
    await firm.poll(mailbox);
    expect(await firm.database.sightings.countDocuments({ uid: 2 })).toBe(0);
    await letPass(firm.database, HOUR_MS);
    while ((await firm.poll(mailbox)).outcome === 'more');
    await firm.ingestWaiting();
    expect(await firm.database.sightings.findOne({ uid: 2 })).toMatchObject({ state: 'done' });
    expect(await firm.database.communications.countDocuments()).toBe(3);
  });
});

describe('a message that EXISTS and UIDNEXT count before SEARCH finds it', () => {
  it('is fetched when SEARCH has it, although nothing else arrives', async () => {
    const messages = mailOf(5, 6);
    const examine = examined(3, 10);
    const scripted = await openScripted({ messages, examine });
    await pollAll(scripted);
    expect(await statesOf(scripted)).toEqual({ 5: 'fetched', 6: 'fetched' });
    const cursor = () => scripted.firm.database.cursors.findOne({ folder: 'INBOX' });
    expect(await cursor()).toMatchObject({ uidNext: null, ledger: { unfound: 1 } });
    scripted.become({ messages: mailOf(5, 6, 9), examine });
    await pollAll(scripted);
    expect(await statesOf(scripted)).toMatchObject({ 9: 'fetched' });
    expect(await cursor()).toMatchObject({ uidNext: 10, ledger: { unfound: 0 } });
  });

  it('is fetched even if its UID is below others', async () => {
    const examine = examined(3, 10);
    const scripted = await openScripted({ messages: mailOf(5, 9), examine });
    await pollAll(scripted);
    scripted.become({ messages: mailOf(5, 6, 9), examine });
    await pollAll(scripted);
    expect(await statesOf(scripted)).toMatchObject({ 6: 'fetched' });
  });

  it('and that SEARCH never finds is said once and looked for ever more rarely, at bounded cost', async () => {
    const scripted = await openScripted({ messages: mailOf(5, 6), examine: examined(3, 10) });
    const { firm, mailbox, server } = scripted;
    const problems = [];
    for (let polls = 0; polls < 30; polls += 1) {
      problems.push(...(await firm.poll(mailbox)).problems);
      await letPass(firm.database, MINUTE_MS);
    }
    expect(problems.filter(({ isNews }) => isNews)).toMatchObject([
      { folder: 'INBOX', error: { message: 'INBOX: the server counts 1 messages that it does not list' } },
    ]);
    const searches = server.commands.filter((command) => command.startsWith('UID SEARCH'));
    expect(searches.length).toBeLessThan(30 * 2 + 10);
  });
});

describe('a folder whose messages are deleted', () => {
  it('is compared once an hour at most and then left alone', async () => {
    const scripted = await openScripted({ messages: mailOf(5, 6, 7, 9) });
    await pollAll(scripted);
    scripted.become({ messages: mailOf(5, 9) });
    await letPass(scripted.firm.database, HOUR_MS);
    await pollAll(scripted);
    expect(await scripted.firm.database.cursors.findOne({})).toMatchObject({ ledger: { rows: 4, gone: 2 } });
    const before = scripted.server.commands.length;
    for (let polls = 0; polls < 5; polls += 1) await scripted.firm.poll(scripted.mailbox);
    expect(scripted.server.commands.slice(before).filter((command) => command !== 'EXAMINE INBOX')).toEqual(
      [],
    );
    expect(await statesOf(scripted)).toEqual({ 5: 'fetched', 6: 'fetched', 7: 'fetched', 9: 'fetched' });
  });

  it('all of them, for a moment, loses no row and reads nothing twice', async () => {
    const scripted = await openScripted({ messages: mailOf(5, 6, 9) });
    await pollAll(scripted);
    scripted.become({ messages: [], examine: examined(0, 10) });
    await pollAll(scripted);
    scripted.become({ messages: mailOf(5, 6, 9) });
    await pollAll(scripted);
    expect(await scripted.firm.poll(scripted.mailbox)).toMatchObject({
      listed: 0,
      fetched: 0,
      problems: [],
      resets: [],
    });
    expect(await statesOf(scripted)).toEqual({ 5: 'fetched', 6: 'fetched', 9: 'fetched' });
  });

  it('on a real server, beside new ones, is in agreement again', async () => {
    const account = newAccount();
    await append(account.user, [rawMessage(), rawMessage(), rawMessage()]);
    const firm = await openFirm();
    const mailbox = firm.mailbox(account);
    await firm.poll(mailbox);
    await withWriter(account.user, async (client) => {
      await client.mailboxOpen('INBOX');
      await client.messageDelete('2', { uid: true });
    });
    await append(account.user, [rawMessage(), rawMessage()]);
    await firm.poll(mailbox);
    await letPass(firm.database, HOUR_MS);
    while ((await firm.poll(mailbox)).outcome === 'more');
    expect(await firm.database.cursors.findOne({})).toMatchObject({
      uidNext: 6,
      ledger: { rows: 5, gone: 1, unfound: 0 },
    });
  });
});
