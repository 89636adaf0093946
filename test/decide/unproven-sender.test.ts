/** What a message may do if its sender is not the one in From. */
import { describe, expect, it } from 'vitest';
import { enclosed, multipart, text } from '../../demo/mime.ts';
import { ada, crm, decide, decideAll, dropbox, gmail, outcome, raw } from './office.ts';
import type { MessageSpec } from './office.ts';

const trustedAuthservIds = ['mx.firm.test'];
const states = (results: string): readonly string[] => [`Authentication-Results: mx.firm.test; ${results}`];
const proven = (domain: string) => states(`dkim=pass header.d=${domain}`);
const failed = (domain: string, policy: string) => states(`dmarc=fail (p=${policy}) header.from=${domain}`);
const john = 'John <john@x.test>';

describe('under AUTHENTICATION=require, a message', () => {
  const config = { authentication: 'require', trustedAuthservIds };

  it('of a sender who is not proven waits in triage, with those it may concern', async () => {
    const { verdict } = await decide({ from: john }, { config });
    expect(verdict).toMatchObject({
      kind: 'unmatched',
      reason: 'unauthenticated',
      clients: [],
      candidates: [{ clientId: 'john' }],
    });
    expect(outcome(await decide({ from: john, headers: proven('x.test') }, { config }))).toBe('john from');
  });

  it('in the name of one of us waits, too', async () => {
    const { verdict } = await decide({ from: ada, to: 'john@x.test, mary@y.test' }, { config });
    expect([verdict.kind, verdict.reason, verdict.candidates.length]).toEqual([
      'ambiguous',
      'unauthenticated',
      2,
    ]);
  });
});

describe('a forward in the name of one of us', () => {
  const forward = (headers: readonly string[]): MessageSpec => ({
    from: ada,
    to: crm,
    subject: 'Fwd: Wall',
    body: gmail(john),
    headers,
  });

  it.each([
    ['off', failed('firm.test', 'reject'), 'unmatched'],
    ['off', failed('firm.test', 'quarantine'), 'unmatched'],
    ['off', failed('firm.test', 'none'), 'john forwarded'],
    ['flag', failed('firm.test', 'reject'), 'unmatched'],
    ['flag', [], 'john forwarded'],
    ['flag', proven('firm.test'), 'john forwarded'],
    ['require', [], 'unmatched'],
    ['require', proven('firm.test'), 'john forwarded'],
  ])('under %s, if our server says %j: %s', async (authentication, headers, expected) => {
    const config = { ...dropbox.config, authentication, trustedAuthservIds };
    expect(outcome(await decide(forward(headers), { config }))).toBe(expected);
  });
});

describe('a stranger in a thread of one client', () => {
  const messages = (headers: readonly string[]): MessageSpec[] => [
    { from: john, id: 'first@x.test', headers: proven('x.test') },
    { from: 'otto@away.test', answers: ['first@x.test'], headers },
  ];

  it.each([
    ['off', [], 'john thread'],
    ['flag', proven('away.test'), 'john thread'],
    ['flag', [], 'unmatched'],
    ['flag', failed('away.test', 'none'), 'unmatched'],
  ])('under %s, if our server says %j: %s', async (authentication, headers, expected) => {
    const [, stranger] = await decideAll(messages(headers), {
      config: { authentication, trustedAuthservIds },
    });
    expect(stranger && outcome(stranger)).toBe(expected);
    const told = stranger?.verdict.evidence.find(({ rule }) => rule === 'thread')?.detail;
    expect(told).toContain('otto@away.test is a stranger in it');
  });

  it('is not a stranger if it is the client', async () => {
    const [, own] = await decideAll([
      { from: john, id: 'first@x.test' },
      { from: 'john+new@x.test', answers: ['first@x.test'] },
    ]);
    expect(own && outcome(own)).toBe('john thread');
  });
});

describe('the first hop that is not ours', () => {
  const otto = 'Otto <otto@away.test>';
  const filed = (body: MessageSpec['body']): MessageSpec => ({
    from: ada,
    to: crm,
    subject: '[Case 12: Closed] Fwd: Wall',
    ...(body === undefined ? {} : { body }),
  });
  const attached = (...messages: readonly MessageSpec[]) =>
    multipart('multipart/mixed', 'outer', [
      text('For the file.'),
      ...messages.map((message, place) => enclosed(raw(message, place))),
    ]);
  const within: MessageSpec = {
    from: otto,
    body: multipart('multipart/mixed', 'inner', [text('See there.'), enclosed(raw({ from: john }, 1))]),
  };

  it.each([
    ['prints a client', gmail(otto, gmail(john))],
    ['prints a client’s sub-address', gmail(otto, gmail('J <john+1@x.test>'))],
    ['encloses a client’s message', attached(within)],
    ['came beside a client’s message', attached({ from: otto }, { from: john })],
  ])('is not skipped if nobody has it and it %s', async (_, body) => {
    const { verdict, caseUpdates } = await decide(filed(body), dropbox);
    expect([verdict.kind, verdict.reason, verdict.clients, caseUpdates]).toEqual([
      'unmatched',
      'unknown-first-hop',
      [],
      [],
    ]);
    expect(verdict.candidates).toMatchObject([{ clientId: 'john' }]);
  });

  it('does not lead into the thread of a message that it encloses', async () => {
    const known: MessageSpec = { from: john, id: 'known@x.test', minute: 0 };
    const carrying: MessageSpec = {
      from: otto,
      body: multipart('multipart/mixed', 'inner', [
        text('See there.'),
        enclosed(raw({ ...known, from: 'eve@evil.test' }, 1)),
      ]),
    };
    const [, forward] = await decideAll([known, { ...filed(attached(carrying)), minute: 9 }], dropbox);
    expect(forward && outcome(forward)).toBe('unmatched');
  });
});

describe('a tag in the subject of the message inside', () => {
  const held = async (message: MessageSpec) =>
    (await decide(message, dropbox)).caseUpdates.map(({ review }) => review);
  const forward = (subject: string, inside: string): MessageSpec => ({
    from: ada,
    to: crm,
    subject,
    body: gmail(john, 'The wall.', inside),
  });

  it('is not the forwarder’s word', async () => {
    const tag = '[Case 12: Closed] Wall';
    expect(await held(forward(`Fwd: ${tag}`, tag))).toEqual(['unauthenticated']);
    expect(await held(forward(`WG: [CASE-12 closed] Wall`, tag))).toEqual(['unauthenticated']);
    expect(await held(forward('[Case 12: Closed] Fwd: Wall', 'Wall'))).toEqual([null]);
    expect(await held(forward('[Case 12: Closed] Fwd: Wall', '[Case 12: Open] Wall'))).toEqual([null]);
  });

  it('is none of a client who forwards it', async () => {
    const body = gmail('Otto <otto@away.test>', 'The wall.', '[Case 12: Closed] Wall');
    expect(await held({ from: john, subject: 'Fwd: [Case 12: Closed] Wall', body })).toEqual([
      'unauthenticated',
    ]);
  });

  it('is an echo if the message inside is known', async () => {
    const tag = '[Case 12: Closed] Wall';
    const [, again] = await decideAll(
      [
        { from: john, subject: tag, body: 'The wall has a crack.' },
        { ...forward(`Fwd: ${tag}`, tag), body: gmail(john, 'The wall has a crack.', tag), minute: 70 },
      ],
      dropbox,
    );
    expect(again?.caseUpdates).toEqual([]);
  });
});

describe('explain without settings', () => {
  const evidenceOf = async (config: Readonly<Record<string, unknown>>) =>
    (await decide({ from: john }, { config })).verdict.evidence.find(({ rule }) => rule === 'authentication');

  it('checks no sender, and says so', async () => {
    expect(await evidenceOf({})).toEqual({
      rule: 'authentication',
      outcome: 'skipped',
      detail: 'senders are not checked: AUTHENTICATION is off',
    });
  });

  it('checks senders if the file has something to check them by', async () => {
    for (const config of [{ dns: {} }, { trustedAuthservIds }, { authentication: 'flag' }])
      expect(await evidenceOf(config)).toMatchObject({ outcome: 'rejected' });
    expect(await evidenceOf({ dns: {}, authentication: 'off' })).toMatchObject({ outcome: 'skipped' });
  });
});
