import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { classifyAutomatic } from '../../../src/mail/automatic/automatic.ts';
import { readBounce } from '../../../src/mail/bounce/bounce.ts';
import type { Automatic, Bounce } from '../../../src/mail/mail.ts';
import { parseMessage } from '../../../src/mime/parse.ts';
import { readMail } from '../../../src/mail/read.ts';

async function read(raw: string): Promise<{ bounce: Bounce | null; automatic: Automatic | null }> {
  const message = await parseMessage({ raw: Buffer.from(raw) });
  const bounce = readBounce(message);
  return { bounce, automatic: classifyAutomatic(message, bounce) };
}

const linesOf = ({ bounce }: { readonly bounce: Bounce | null }): readonly string[] =>
  (bounce?.recipients ?? []).map(
    ({ address, replyCode, status, reason }) =>
      `${address ?? '-'} ${replyCode ?? '-'} ${status ?? '-'} ${reason ?? '-'}`,
  );

const inText = (head: string, body: string): string =>
  `${head}\nTo: sender@firm.test\nContent-Type: text/plain; charset=utf-8\n\n${body}`;

const status =
  'Reporting-MTA: dns; mx.test\n\nFinal-Recipient: rfc822; client@shop.test\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such user\n';
const returned =
  'From: sender@firm.test\nTo: client@shop.test\nMessage-ID: <orig-1@firm.test>\nSubject: Offer\n\nHello\n';

const mixed = (head: string, type: string, parts: readonly (readonly [string, string])[]): string =>
  `${head}\nTo: sender@firm.test\nMIME-Version: 1.0\nContent-Type: ${type}; boundary=b\n\n${parts
    .map(([partType, body]) => `--b\nContent-Type: ${partType}\n\n${body}\n`)
    .join('')}--b--\n`;

describe('a delivery report whose type is not stated', () => {
  const head = 'From: Post Office <post@relay.test>\nSubject: your mail';
  const parts = [
    ['text/plain', 'We could not hand on your mail.'],
    ['message/delivery-status', status],
  ] as const;

  test.each([
    'multipart/report',
    'multipart/report; report-type=delivery',
    'Multipart/Report; Report-Type="Delivery Status"',
  ])('is known by its second part: %s', async (type) => {
    const found = await read(mixed(head, type, parts));
    expect(linesOf(found)).toEqual(['client@shop.test 550 5.1.1 user-unknown']);
    expect(found.automatic).toEqual({ kind: 'bounce', sign: expect.stringContaining('delivery') });
  });

  test('is not one if a person attaches a part of one', async () => {
    expect(await read(mixed(head, 'multipart/mixed', parts))).toEqual({ bounce: null, automatic: null });
  });
});

describe('a bounce from a sender that also writes other mail', () => {
  const notice =
    'Your letter of 1 October was not delivered to <client@shop.test>.\nReason: the mailbox is full.\n';

  test.each(['no-reply@mx.test', 'delivery-notice@mx.test', 'smtp-error@mx.test', 'notification@mx.test'])(
    'is known by what came back: %s',
    async (from) => {
      const found = await read(
        mixed(`From: ${from}\nSubject: Mail error notice`, 'multipart/mixed', [
          ['text/plain', notice],
          ['message/rfc822', returned],
        ]),
      );
      expect(found.automatic?.kind).toBe('bounce');
      expect(linesOf(found)).toEqual(['client@shop.test - 5.0.0 mailbox-full']);
      expect(found.bounce?.originalMessageId).toBe('orig-1@firm.test');
    },
  );

  test.each([
    ['no-reply@parcel.test', 'Delivery failed', 'We could not deliver your parcel 550 to help@parcel.test.'],
    ['no-reply@shop.test', 'Your order could not be delivered', 'Contact client@shop.test.'],
    ['Ann <ann@shop.test>', 'Mail error notice', notice],
  ])('is none without it, or from a person: %s', async (from, subject, body) => {
    expect((await read(inText(`From: ${from}\nSubject: ${subject}`, body))).bounce).toBeNull();
  });

  test('forwards nothing, although it contains the returned message', async () => {
    const raw = mixed('From: no-reply@mx.test\nSubject: Mail error notice', 'multipart/mixed', [
      ['text/plain', notice],
      ['message/rfc822', returned],
    ]);
    const { mail } = await readMail({ raw: Readable.from([Buffer.from(raw)]) });
    expect([mail.automatic?.kind, mail.forwards]).toEqual(['bounce', []]);
  });

  test('is also recognised by its subject if anyone might send it', async () => {
    const raw = (subject: string, words: string): string =>
      mixed(`From: Support <support@provider.test>\nSubject: ${subject}`, 'multipart/mixed', [
        ['text/plain', words],
        ['message/rfc822', returned],
      ]);
    const words = 'Your message to client@shop.test could not be delivered: 550 5.1.1 user unknown';
    expect(linesOf(await read(raw('Undeliverable message', words)))).toEqual([
      'client@shop.test 550 5.1.1 user-unknown',
    ]);
    expect((await read(raw('Your message', words))).bounce).toBeNull();
    expect((await read(raw('Re: Undeliverable message', words))).bounce).toBeNull();
  });

  test('is not one if someone forwards it', async () => {
    const raw = mixed('From: no-reply@mx.test\nSubject: Fwd: Mail error notice', 'multipart/mixed', [
      ['text/plain', notice],
      ['message/rfc822', returned],
    ]);
    expect((await read(raw)).bounce).toBeNull();
  });
});

describe('a postmaster that answers', () => {
  const head = 'From: post_master@shop.test\nSubject: Re:Offer\nIn-Reply-To: <orig-1@firm.test>';

  test.each([
    'This address is not valid: client@shop.test\n\nThe server said:\n550 - mailbox unavailable, user does not exist',
    'Delivery to client@shop.test failed.\n\n550 5.1.1 User unknown',
  ])('reports a bounce if a server answers on a line of its own: %j', async (body) => {
    const found = await read(inText(head, body));
    expect(found.automatic?.kind).toBe('bounce');
    expect(found.bounce?.recipients[0]).toMatchObject({ address: 'client@shop.test', replyCode: '550' });
  });

  test.each([
    ['the address client@shop.test does not exist any more, she left in May.', 'Postmaster'],
    [
      'I looked into it: client@shop.test got a 550 5.7.1 from our filter. Fixed.\n\n> 550 5.7.1 blocked',
      'Postmaster',
    ],
    ['client@shop.test has moved, the server says:\n550 5.1.1 User unknown', 'Max Hill'],
  ])('is a person otherwise: %s', async (body, name) => {
    const raw = inText(head.replace('post_master@shop.test', `${name} <postmaster@shop.test>`), body);
    expect((await read(raw)).bounce).toBeNull();
  });
});

describe('a transcript of the session', () => {
  const head = 'From: MAILER-DAEMON@old.test\nSubject: Returned mail: User unknown';

  test('names every recipient that was refused', async () => {
    const body =
      '   ----- Transcript of session follows -----\n550 shop.test (smtp)... 550 Host unknown\n554 <client@shop.test>... 550 Host unknown\n' +
      '554 <eva@holm.test>... 550 Host unknown\n550 <bo@lind.test>... User unknown\n\n   ----- Unsent message follows -----\nFrom: sender@firm.test\nTo: client@shop.test\nSubject: Offer\n\nHello';
    expect(linesOf(await read(inText(head, body)))).toEqual([
      'client@shop.test 550 5.0.0 host-unknown',
      'eva@holm.test 550 5.0.0 host-unknown',
      'bo@lind.test 550 5.0.0 user-unknown',
    ]);
  });

  test('distinguishes refused from accepted commands', async () => {
    const body =
      '... while talking to mx.shop.test.:\n>>> RCPT To:<client@shop.test>\n<<< 550 5.1.1 User unknown\n>>> RCPT To:<fine@shop.test>\n<<< 250 2.1.5 Ok\n>>> RCPT To:<full@shop.test>\n<<< 552 5.2.2 Mailbox full';
    expect(linesOf(await read(inText(head, body)))).toEqual([
      'client@shop.test 550 5.1.1 user-unknown',
      'full@shop.test 552 5.2.2 mailbox-full',
    ]);
  });
});

describe('a bounce in a bounce', () => {
  const wrap = (inner: string): string =>
    mixed(
      'From: Mail Delivery Subsystem <MAILER-DAEMON@scan.test>\nSubject: Returned mail',
      'multipart/mixed',
      [
        ['text/plain', 'A report came back for your mail; see below.'],
        ['message/rfc822', inner],
      ],
    );

  test('is read if the wrapper says nothing', async () => {
    const inner = `From: MAILER-DAEMON@mx.test\nSubject: Returned mail\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=i\n\n--i\nContent-Type: message/delivery-status\n\n${status}\n--i--\n`;
    expect(linesOf(await read(wrap(inner)))).toEqual(['client@shop.test 550 5.1.1 user-unknown']);
  });

  test('may be in plain text', async () => {
    const inner =
      'From: MAILER-DAEMON@mx.test\nSubject: failure notice\n\nHi. This is the qmail-send program.\n\n<client@shop.test>:\nRemote host said: 550 5.1.1 unknown user\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <sender@firm.test>\nMessage-ID: <orig-1@firm.test>\nFrom: sender@firm.test\nTo: client@shop.test\nSubject: Offer';
    const found = await read(wrap(inner));
    expect(linesOf(found)).toEqual(['client@shop.test 550 5.1.1 user-unknown']);
    expect(found.bounce?.originalMessageId).toBe('orig-1@firm.test');
  });
});

test.each([
  ['ResponseCode 421, , no answer from host', '421'],
  ['ResponseCode=550, no such user', '550'],
  ['code=550, user unknown', '550'],
  ['reply-code 552, mailbox full', '552'],
  ['SMTP error 550, mailbox unavailable', '550'],
])('the reply code of "%s" is %s', async (words, code) => {
  const body = `The following addresses had fatal errors\n[Status: Error, Address: <client@shop.test>, ${words}]\n`;
  const found = await read(inText('From: mailer-daemon@mx.test\nSubject: Delivery failure', body));
  expect(found.bounce?.recipients[0]).toMatchObject({ address: 'client@shop.test', replyCode: code });
});
