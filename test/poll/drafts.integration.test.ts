/** Drafts in a folder of all mail, on a server whose answers lack messages or flags. */
import { expect, it } from 'vitest';
import { letPass, MINUTE_MS } from '../support/passing-time.ts';
import type { Script } from '../support/scripted-imap.ts';
import { mailOf, openScripted, statesOf } from '../support/scripted-mailbox.ts';

const messages = mailOf(5, 6, 9);

/** The flags of UID 6 as the server tells them; null: the row is missing. */
const telling = (flags: string | null): Script => ({
  messages,
  answer: (command) => {
    if (command === 'CAPABILITY') return ['* CAPABILITY IMAP4rev1 SPECIAL-USE', 'TAG OK done'];
    if (command.startsWith('LIST'))
      return ['* LIST () "/" INBOX', '* LIST (\\All) "/" "All Mail"', 'TAG OK done'];
    if (!command.startsWith('UID FETCH') || !command.includes('FLAGS')) return undefined;
    const [from = 0, to = from] = (command.split(' ')[2] ?? '').split(/[:,]/u).map(Number);
    const rows = messages.filter(({ uid }) => uid >= from && uid <= to && (uid !== 6 || flags !== null));
    return [
      ...rows.map(({ uid, raw }) => {
        const said = uid === 6 ? flags : 'FLAGS ()';
        return `* ${uid} FETCH (UID ${uid} RFC822.SIZE ${raw.length} ${said ?? ''})`;
      }),
      'TAG OK done',
    ];
  },
});

const openAll = async (flags: string | null) => {
  const scripted = await openScripted(telling(flags));
  const mailbox = { ...scripted.mailbox, folders: ['\\All'] };
  return {
    firm: scripted.firm,
    poll: async () => await scripted.firm.poll(mailbox),
    serve: (script: Script) => scripted.become(script),
  };
};

it.each([
  ['the message', null],
  ['its flags', ''],
])('a draft stays one if an answer lacks %s, and is fetched once it is sent', async (_, flags) => {
  const { firm, poll, serve } = await openAll('FLAGS (\\Draft)');
  expect(await poll()).toMatchObject({ listed: 3, fetched: 2 });
  serve(telling(flags));
  for (let polls = 0; polls < 3; polls += 1) await poll();
  expect(await statesOf({ firm })).toEqual({ 5: 'fetched', 6: 'draft', 9: 'fetched' });
  serve(telling('FLAGS (\\Seen)'));
  await poll();
  expect(await statesOf({ firm })).toMatchObject({ 6: 'fetched' });
  expect((await firm.database.sightings.findOne({ uid: 6 }))?.warning ?? null).toBeNull();
});

it('a draft that was listed without its flags waits like any draft', async () => {
  const { firm, poll, serve } = await openAll(null);
  await poll();
  expect(await statesOf({ firm })).toEqual({ 5: 'fetched', 6: 'draft', 9: 'fetched' });
  serve(telling('FLAGS (\\Draft)'));
  for (let polls = 0; polls < 6; polls += 1) {
    await letPass(firm.database, 3 * MINUTE_MS);
    await poll();
  }
  expect(await statesOf({ firm })).toMatchObject({ 6: 'draft' });
});

it('a message whose flags the server never tells is fetched as mail in the end, with a warning', async () => {
  const { firm, poll } = await openAll('');
  for (let polls = 0; polls < 4; polls += 1) {
    await poll();
    expect(await statesOf({ firm })).toMatchObject({ 6: 'draft' });
    await letPass(firm.database, 3 * MINUTE_MS);
  }
  await poll();
  expect(await statesOf({ firm })).toEqual({ 5: 'fetched', 6: 'fetched', 9: 'fetched' });
  expect((await firm.database.sightings.findOne({ uid: 6 }))?.warning).toContain('whether it is a draft');
});
