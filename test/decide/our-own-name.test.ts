/** Mail with one of our own addresses as sender that none of us wrote. */
import { describe, expect, it } from 'vitest';
import { multipart, text } from '../../demo/mime.ts';
import { ada, crm, decide, decideAll, dropbox, gmail, office, outcome } from './office.ts';

const group = {
  from: `"'John' via Office" <${office}>`,
  to: office,
  headers: ['X-Original-From: John <john@x.test>', 'List-ID: <office.firm.test>'],
};

describe('a post to one of our groups, sent in the group’s name', () => {
  it.each([
    ['who answers go to', [...group.headers, 'Reply-To: John <john@x.test>']],
    ['who is named in a header only', group.headers],
  ])('is the client’s, %s', async (_, headers) => {
    const decided = await decide({ ...group, headers });
    expect([decided.verdict.direction, outcome(decided)]).toEqual(['inbound', 'john list-original']);
  });

  it('is not our own circular, although that has list fields and another reply address', async () => {
    const headers = ['List-ID: <news.firm.test>', `List-Post: <mailto:${office}>`, 'Reply-To: x@mailer.test'];
    expect(outcome(await decide({ from: office, to: 'john@x.test', headers }))).toBe('john to');
  });

  it('is internal if one of us wrote it', async () => {
    const headers = ['X-Original-From: Ada <ada@firm.test>', 'List-ID: <office.firm.test>'];
    expect(outcome(await decide({ ...group, headers }))).toBe('internal');
  });

  it('has no staff authority: its content does not count as forwarded by staff', async () => {
    const headers = ['X-Original-From: Otto <otto@away.test>', 'List-ID: <office.firm.test>'];
    const decided = await decide({ ...group, headers, body: gmail('John <john@x.test>') }, dropbox);
    expect(outcome(decided)).toBe('unmatched');
  });
});

describe('the form of our own site', () => {
  const form = { from: 'Site <site@firm.test>', to: office };

  it('suggests its Reply-To as candidate, and links nobody before it is configured', async () => {
    const { verdict } = await decide({ ...form, headers: ['Reply-To: john@x.test'] });
    expect([verdict.kind, verdict.reason, verdict.candidates.map(({ clientId }) => clientId)]).toEqual([
      'unmatched',
      'reply-to-only',
      ['john'],
    ]);
  });

  it('has no staff authority: a forward typed into it is nobody’s', async () => {
    const decided = await decide(
      { ...form, headers: ['Reply-To: otto@away.test'], body: gmail('John <john@x.test>') },
      { config: { formSenders: ['site@firm.test'] } },
    );
    expect(outcome(decided)).toBe('unmatched');
  });
});

describe('a bounce from our own mail server', () => {
  const bounce = (recipient: string) => ({
    from: 'Mail Delivery System <mailer-daemon@firm.test>',
    to: ada,
    subject: 'Undelivered Mail Returned to Sender',
    headers: ['Return-Path: <>'],
    body: multipart('multipart/report; report-type=delivery-status', 'report', [
      text('It could not be delivered.'),
      text(
        `Reporting-MTA: dns; mx.firm.test\n\nFinal-Recipient: rfc822; ${recipient}\nAction: failed\nStatus: 5.1.1`,
        'message/delivery-status',
      ),
      text('Message-ID: <sent@firm.test>\nSubject: A message', 'text/rfc822-headers'),
    ]),
  });

  it('belongs to the client to whom the message went', async () => {
    const [, returned] = await decideAll([
      { from: ada, to: 'john@x.test', id: 'sent@firm.test' },
      bounce('john@x.test'),
    ]);
    if (returned === undefined) throw new Error('two messages');
    expect([returned.verdict.direction, outcome(returned)]).toEqual(['inbound', 'john thread']);
  });

  it('is internal if the message was', async () => {
    expect(outcome(await decide(bounce('tim@firm.test')))).toBe('internal');
  });
});

describe('a forward that staff send to somebody outside', () => {
  it('is a message of ours to them, filed nowhere as the message inside', async () => {
    const { verdict } = await decide({
      from: ada,
      to: 'mary@y.test',
      cc: crm,
      subject: 'Fwd: Wall',
      body: gmail('John <john@x.test>'),
    });
    expect([verdict.direction, verdict.forwardedBy, verdict.clients.map(({ clientId }) => clientId)]).toEqual(
      ['outbound', null, ['mary']],
    );
  });
});
