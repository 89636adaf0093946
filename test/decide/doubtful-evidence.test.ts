/** Evidence that names a client but proves nothing: a person decides. */
import { describe, expect, it } from 'vitest';
import { enclosed, multipart, text } from '../../demo/mime.ts';
import { ada, crm, decide, decideAll, dropbox, gmail, office, outcome, people, raw } from './office.ts';
import type { MessageSpec, Setting } from './office.ts';

const john = 'John <john@x.test>';
const mary = 'Mary <mary@y.test>';
const otto = 'Otto <otto@away.test>';

const clients = [
  ...people,
  { _id: 'acme', email: 'kate@acme.test' },
  { _id: 'agency', email: 'boss@agency.test' },
];

function filedIn(config: Setting['config'] = {}): Setting {
  return { clients, config: { ...dropbox.config, ...config } };
}

const filed = (body: MessageSpec['body'], more: Partial<MessageSpec> = {}): MessageSpec => ({
  from: ada,
  to: crm,
  subject: 'Fwd: Wall',
  ...(body === undefined ? {} : { body }),
  ...more,
});

const attached = (...messages: readonly MessageSpec[]) =>
  multipart('multipart/mixed', 'outer', [
    text('For the file.'),
    ...messages.map((message, place) => enclosed(raw(message, place))),
  ]);

async function decisionOf(message: MessageSpec, setting: Setting) {
  const { verdict } = await decide(message, setting);
  const candidates = [...new Set(verdict.candidates.map(({ clientId }) => clientId))].toSorted();
  return [verdict.clients.length, verdict.reason, candidates.join(' ')];
}

describe('a chain of forwards by staff', () => {
  it.each([
    ['a shared address before a client', gmail('X <shared@house.test>', gmail(john))],
    ['a shared address behind a client', gmail(john, gmail('X <shared@house.test>'))],
    ['a shared address beside a client', attached({ from: 'shared@house.test' }, { from: john })],
  ])('that names %s waits for a person', async (_, body) => {
    expect(await decisionOf(filed(body), filedIn())).toEqual([
      0,
      'several-forwarded-clients',
      'john old young',
    ]);
  });

  it('links all clients of one address and never those of two hops, whatever AMBIGUITY says', async () => {
    const all = filedIn({ ambiguity: 'all' });
    const shared = await decide(filed(gmail('X <shared@house.test>')), all);
    expect(outcome(shared)).toBe('old forwarded, young forwarded');
    expect(await decisionOf(filed(gmail(john, gmail(mary))), all)).toEqual([
      0,
      'several-forwarded-clients',
      'john mary',
    ]);
  });

  it.each([
    ['companies', gmail('Bob <bob@acme.test>', gmail('Al <al@agency.test>')), 'acme agency'],
    [
      'companies, side by side',
      attached({ from: 'bob@acme.test' }, { from: 'al@agency.test' }),
      'acme agency',
    ],
    ['sub-addresses', gmail('J <john+1@x.test>', gmail('M <mary+2@y.test>')), 'john mary'],
  ])('that leads to two clients by their %s waits for a person', async (_, body, expected) => {
    expect(await decisionOf(filed(body), filedIn({ domainMatching: true }))).toEqual([
      0,
      'several-forwarded-clients',
      expected,
    ]);
  });

  it.each([
    ['under a sub-address', gmail('J <john+new@x.test>', gmail(mary)), {}, 'john mary'],
    ['of a company', gmail('Bob <bob@acme.test>', gmail(mary)), { domainMatching: true }, 'acme mary'],
  ])(
    'in which a client %s passes on another’s message waits for a person',
    async (_, body, config, expected) => {
      expect(await decisionOf(filed(body), filedIn(config))).toEqual([
        0,
        'several-forwarded-clients',
        expected,
      ]);
    },
  );

  it('leads to the client whose message a colleague passes on', async () => {
    const body = gmail('Bob <bob@acme.test>', gmail('Kate <kate@acme.test>'));
    expect(outcome(await decide(filed(body), filedIn({ domainMatching: true })))).toBe('acme forwarded');
  });

  it('waits for a person if one of us passed a client’s message on to another client', async () => {
    const passedOn = (to: string) =>
      `---------- Forwarded message ---------\nFrom: Ben <ben@firm.test>\nDate: Mon, 2 Feb 2026 at 09:05\nSubject: Wall\nTo: <${to}>\n\nSee below.\n\n${gmail(mary)}`;
    expect(await decisionOf(filed(passedOn('john@x.test')), filedIn())).toEqual([
      0,
      'several-forwarded-clients',
      'john mary',
    ]);
    for (const to of ['ada@firm.test', 'otto@away.test', 'mary@y.test'])
      expect(outcome(await decide(filed(passedOn(to)), filedIn()))).toBe('mary forwarded');
  });

  it.each([
    ['under one From', 'john@x.test, mary@y.test', []],
    ['under two', 'john@x.test', ['From: mary@y.test']],
  ])('is ignored if the enclosed message has several senders, %s', async (_, from, headers) => {
    expect(await decisionOf(filed(attached({ from, headers })), filedIn())).toEqual([
      0,
      'name-only-forward',
      '',
    ]);
  });

  it.each([
    ['waits where nobody can read who wrote it', filed('From: john@x.t…\n\nThe wall.'), 'unmatched'],
    ['is a message among us where we only answer', filed('Yes.', { subject: 'Re: Fwd: Wall' }), 'internal'],
  ])('%s', async (_, message, expected) => {
    expect(outcome(await decide(message, filedIn()))).toBe(expected);
  });

  it('is not the client’s if a blocked sender forwards that client’s message', async () => {
    const blocklist = { entries: ['away.test'], policy: 'skip-client' };
    expect(await decisionOf(filed(gmail(otto, gmail(mary))), filedIn({ blocklist }))).toEqual([
      0,
      'blocklisted',
      'mary',
    ]);
  });

  it('leads to the client who passes on a stranger’s message', async () => {
    expect(outcome(await decide(filed(gmail(john, gmail(otto))), filedIn()))).toBe('john forwarded');
  });

  it.each([
    ['a sub-address', [filed(gmail('J <john+new@x.test>'))]],
    ['a company', [filed(gmail('Bob <bob@acme.test>'))]],
    [
      'the message that it encloses',
      [
        { from: john, id: 'wall@x.test', subject: 'Wall' },
        filed(attached({ from: john, id: 'wall@x.test', subject: 'Wall' }), { minute: 9 }),
      ],
    ],
  ])('from an unproven sender is not matched through %s if proof is required', async (_, messages) => {
    const setting = filedIn({ domainMatching: true, authentication: 'require' });
    const decided = await decideAll(messages, setting);
    expect(decided.at(-1)?.verdict).toMatchObject({ kind: 'unmatched', reason: 'unauthenticated-forward' });
  });
});

describe('a stranger’s message', () => {
  it('is not the client’s if it only encloses that client’s known message', async () => {
    const known = { from: mary, id: 'known@y.test', subject: 'Wall' };
    const decided = await decideAll([
      known,
      { from: otto, minute: 9, body: attached(known), subject: 'Fwd: Wall' },
      { from: otto, minute: 10, body: attached(known), subject: 'Re: Wall', answers: ['known@y.test'] },
    ]);
    expect(decided.map(outcome)).toEqual(['mary from', 'unmatched', 'mary thread']);
  });

  it.each([
    ['a sub-address', 'john+a@x.test, otto@away.test', 'several-from'],
    ['a company', 'bob@acme.test, otto@away.test', 'several-from'],
  ])('proves nothing by %s among several senders', async (_, from) => {
    const decided = await decide({ from }, filedIn({ domainMatching: true }));
    expect(outcome(decided)).toBe('unmatched');
  });
});

describe('who writes by way of a client’s form or list', () => {
  const form = { domainMatching: true, formSenders: ['form@agency.test'] };

  it.each([
    ['a stranger', 'otto@away.test', 'unmatched'],
    ['a client under a sub-address', 'john+shop@x.test', 'john sub-address'],
    ['somebody of a client’s company', 'bob@acme.test', 'acme domain'],
  ])('is looked up instead of the form, %s', async (_, writer, expected) => {
    const message = { from: 'Form <form@agency.test>', headers: [`Reply-To: ${writer}`] };
    expect(outcome(await decide(message, filedIn(form)))).toBe(expected);
  });

  it('is nobody if the form names two', async () => {
    const headers = ['Reply-To: john@x.test, mary@y.test'];
    expect(await decisionOf({ from: 'Form <form@agency.test>', headers }, filedIn(form))).toEqual([
      0,
      'several-reply-to',
      'john mary',
    ]);
  });

  it('is not the company that keeps the list', async () => {
    const message = {
      from: 'Otto via Wine <wine@agency.test>',
      to: office,
      headers: ['List-Id: <wine.agency.test>', 'X-Original-From: Otto <otto@away.test>'],
    };
    expect(outcome(await decide(message, filedIn({ domainMatching: true })))).toBe('unmatched');
  });
});

describe('a company’s domain', () => {
  const matching = (...emails: readonly string[]): Setting => ({
    clients: emails.map((email) => ({ _id: email, email })),
    config: { domainMatching: true },
  });

  it.each(['posteo.de', 'fastmail.com', 'tutanota.com', 'pec.it', 'ziggo.nl', 'duck.com', 'gmx.ch'])(
    'is not %s, where anybody can have a mailbox',
    async (domain) => {
      const setting = matching(`anna@${domain}`);
      expect(outcome(await decide({ from: `zoe@${domain}` }, setting))).toBe('unmatched');
      const answersElsewhere = { from: `anna@${domain}`, headers: [`Reply-To: zoe@${domain}`] };
      const tagged = await decide({ ...answersElsewhere, subject: '[Case #1: Closed] Wall' }, setting);
      expect(tagged.caseUpdates.map(({ review }) => review)).toEqual(['unauthenticated']);
    },
  );

  it('is that of the tenant below a host of many', async () => {
    const setting = matching('anna@acme.onmicrosoft.com');
    const decided = await decideAll(
      [
        { from: 'bob@acme.onmicrosoft.com' },
        { from: 'zoe@other.onmicrosoft.com' },
        { from: 'zoe@onmicrosoft.com' },
      ],
      setting,
    );
    expect(decided.map(outcome)).toEqual(['anna@acme.onmicrosoft.com domain', 'unmatched', 'unmatched']);
  });
});

describe('who is blocked', () => {
  const config = { blocklist: { entries: ['away.test'], policy: 'drop' } };

  it.each([
    ['prints', gmail(otto)],
    ['encloses', attached({ from: otto })],
  ])('removes no message from a client’s record that %s one of theirs', async (_, body) => {
    expect(outcome(await decide({ from: john, subject: 'Fwd: Is this real?', body }, { config }))).toBe(
      'john from',
    );
  });

  it('is dropped if staff forward it', async () => {
    expect(outcome(await decide(filed(gmail(otto)), filedIn(config)))).toBe('ignored');
  });
});

describe('a blind copy in the dropbox', () => {
  it.each(['undisclosed-recipients:;', '', 'Our clients'])(
    'of a message to %j waits for a person, who knows to whom it went',
    async (to) => {
      const { verdict } = await decide({ from: ada, to }, dropbox);
      expect([verdict.kind, verdict.direction]).toEqual(['unmatched', 'outbound']);
    },
  );

  it('is not a message to staff', async () => {
    expect(outcome(await decide({ from: ada, to: 'ben@firm.test' }, dropbox))).toBe('internal');
  });
});
