import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { settings } from '../../demo/firm.ts';
import { demoMessages } from '../../demo/messages.ts';
import { enclosed, multipart, text } from '../../demo/mime.ts';
import { readClients } from '../../src/commands/client-file.ts';
import { groups } from '../fixtures/scenarios/groups.ts';
import { bothWays } from '../support/both-ways.ts';
import type { BothWays } from '../support/both-ways.ts';
import { rawMessage, office } from '../support/messages.ts';
import type { MessageSpec } from '../support/messages.ts';

const fixture = (path: string): string =>
  fileURLToPath(new URL(`../fixtures/scenarios/${path}`, import.meta.url));
const demoClients = fileURLToPath(new URL('../../demo/clients.json', import.meta.url));

describe('explain says of a folder what ingestion makes of it', () => {
  it.each(groups.map(({ folder, config }) => [folder, config] as const))(
    'the scenarios of %s',
    { timeout: 300_000 },
    async (folder, config) => {
      const mail = readdirSync(fixture(`${folder}/mail`)).map((name) => ({
        file: name,
        raw: readFileSync(fixture(`${folder}/mail/${name}`)),
      }));
      const clients = await readClients(fixture('clients.json'));
      const { explained, ingested } = await bothWays({ mail, config, clients });
      expect(explained).toEqual(ingested);
    },
  );

  it.each(['capture', 'dropbox'])(
    "the demo's mail, in a mailbox of the role %s",
    { timeout: 300_000 },
    async (role) => {
      const mail = demoMessages().map(({ id, raw }) => ({ file: id, raw }));
      const { ownAddresses, staffDomains, formSenders } = settings;
      const config = { ownAddresses, staffDomains, formSenders, mailbox: { name: 'demo', role } };
      const clients = await readClients(demoClients);
      const { explained, ingested } = await bothWays({ mail, config, clients });
      expect(explained).toEqual(ingested);
    },
  );
});

const ines = 'Ines <ines@firm.test>';
const omar = { _id: 'omar', name: 'Omar Sy', email: 'omar@sy.test' };
const at = (hour: number, minute = 0): Date => new Date(Date.UTC(2026, 2, 2, hour, minute));

/** As Gmail prints a message that is forwarded. */
const forwardOf = (subject: string, words: string, comment: string): string =>
  [
    comment,
    '',
    '---------- Forwarded message ---------',
    'From: Paula Kline <paula@kline.test>',
    'Date: Mon, 2 Mar 2026 at 10:00',
    `Subject: ${subject}`,
    `To: <${office}>`,
    '',
    words,
  ].join('\n');

const words = 'Please have a look at the lease before Friday, and call me.';

function tagged(role: 'capture' | 'dropbox', messages: Readonly<Record<string, MessageSpec>>): BothWays {
  return {
    clients: [omar],
    config: { ownAddresses: [office], staffDomains: ['firm.test'], mailbox: { name: 'office', role } },
    mail: Object.entries(messages).map(([file, given]) => ({
      file,
      raw: rawMessage({ id: `${file}@kline.test`, ...given }),
    })),
  };
}

const subject = '[Case #7: Closed] The lease';
const original: MessageSpec = { subject, body: words, date: at(10) };
const filed = (comment: string, hour: number): MessageSpec => ({
  from: ines,
  to: 'crm@firm.test',
  subject: `Fwd: ${subject}`,
  body: forwardOf(subject, words, comment),
  date: at(hour),
});

const threads: readonly (readonly [string, BothWays])[] = [
  [
    'an original and two forwards of it',
    tagged('dropbox', { original, first: filed('For the file.', 12), second: filed('Who takes this?', 13) }),
  ],
  [
    'forwards that are dated before the original',
    tagged('dropbox', { original, first: filed('For the file.', 8), second: filed('Who takes this?', 9) }),
  ],
  [
    'a forward that encloses the original',
    tagged('dropbox', {
      original,
      forward: {
        ...filed('', 12),
        body: multipart('multipart/mixed', 'forward', [
          text('For the file.'),
          enclosed(rawMessage({ id: 'original@kline.test', ...original })),
        ]),
      },
    }),
  ],
  [
    'a forward that answers the original too, and was held for it',
    tagged('dropbox', { original, forward: { ...filed('Here.', 9), answers: ['original@kline.test'] } }),
  ],
  [
    'copies that differ in a footer',
    tagged('capture', {
      original,
      footer: { ...original, id: 'original@kline.test', body: `${words}\n\n_______\nwith a list footer` },
      again: { ...original, id: 'original@kline.test', headers: ['X-Copy: 2'] },
    }),
  ],
  [
    'one message to each of many under one id',
    tagged('capture', {
      paula: { from: ines, to: 'paula@kline.test', id: 'circular@firm.test', subject, date: at(10) },
      omar: { from: ines, to: 'omar@sy.test', id: 'circular@firm.test', subject, date: at(10) },
    }),
  ],
  [
    'a reply that is dated before its parent, and echoes its tag',
    tagged('capture', {
      reply: {
        from: ines,
        to: 'paula@kline.test',
        subject: `Re: ${subject}`,
        answers: ['original@kline.test'],
        date: at(9),
      },
      original,
    }),
  ],
  [
    'a reply that is dated before its parent, and says more',
    tagged('capture', {
      reply: {
        from: ines,
        to: 'paula@kline.test',
        subject: `Re: ${subject}`,
        answers: ['original@kline.test'],
        date: at(9),
      },
      original: { ...original, subject: '[Case #7: Open] The lease' },
    }),
  ],
  [
    'a case whose status is inherited, and a client who names it too',
    tagged('capture', {
      open: { ...original, subject: '[Case #7: On Hold] The lease', date: at(8) },
      bare: { ...original, subject: '[case #7] The lease', date: at(9) },
      foreign: { from: 'Omar <omar@sy.test>', subject: '[Case #7: Closed] Mine', date: at(10) },
      word: { ...original, subject: '[Case #7: Someday] The lease', date: at(11) },
      last: { ...original, subject: '[Case #7] The lease', date: at(12) },
      other: { ...original, subject: '[Case Update] The roof', date: at(13) },
      closed: { ...original, subject: '[Case Update: Closed] The roof', date: at(14) },
      after: { ...original, subject: '[Case Update] The roof again', date: at(15) },
    }),
  ],
  [
    'a case number that two clients name at one moment',
    tagged('capture', {
      paula: { ...original, date: at(10) },
      omar: { from: 'Omar <omar@sy.test>', subject: '[Case #7: Someday] Mine', date: at(10) },
      later: { from: 'Omar <omar@sy.test>', subject: '[Case #7] Mine', date: at(11) },
    }),
  ],
  [
    'a thread whose client is known by a later message only',
    tagged('capture', {
      colleague: {
        from: 'Sam <sam@away.test>',
        subject: 'Re: The lease',
        answers: ['original@kline.test'],
        date: at(8),
      },
      another: {
        from: 'Kim <kim@away.test>',
        subject: 'Re: The lease',
        answers: ['colleague@kline.test'],
        date: at(9),
      },
      original: { ...original, subject: 'The lease' },
    }),
  ],
  [
    'a forward that prints another hour than its original, and one with a file more',
    tagged('dropbox', {
      original,
      later: {
        ...filed('Later.', 12),
        body: forwardOf(subject, words, 'Later.').replace('at 10:00', 'at 10:07'),
      },
      more: {
        ...filed('More.', 13),
        body: forwardOf(subject, `${words} And the garage, 400 a month.`, 'More.'),
      },
    }),
  ],
];

describe('explain says of a thread what ingestion makes of it', () => {
  it.each(threads)('%s', async (_, input) => {
    const { explained, ingested } = await bothWays(input);
    expect(explained).toEqual(ingested);
  });
});
