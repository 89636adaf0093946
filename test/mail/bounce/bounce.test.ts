import { describe, expect, test } from 'vitest';
import { readBounce } from '../../../src/mail/bounce/bounce.ts';
import { classifyAutomatic } from '../../../src/mail/automatic/automatic.ts';
import type { Bounce, BounceRecipient } from '../../../src/mail/mail.ts';
import { parseMessage } from '../../../src/mime/parse.ts';
import { serverNotices } from './bounce-servers.ts';
import { cpuTime } from '../../support/cpu-time.ts';

async function read(raw: string): Promise<Bounce | null> {
  return readBounce(await parseMessage({ raw: Buffer.from(raw) }));
}

const inText = (head: string, body: string): string =>
  `${head}\nTo: sender@firm.test\nContent-Type: text/plain; charset=utf-8\n\n${body}`;

interface ReportParts {
  readonly status: string;
  readonly notice?: string;
  readonly head?: string;
  readonly type?: string;
  readonly returned?: string;
}

const RETURNED_MESSAGE =
  'Content-Type: message/rfc822\n\nFrom: sender@firm.test\nTo: client@shop.test\nMessage-ID: <orig-1@firm.test>\nSubject: Offer\n\nHello\n';

function inReport(parts: ReportParts): string {
  return [
    parts.head ?? 'From: MAILER-DAEMON@mx.test\nTo: sender@firm.test\nSubject: Undelivered Mail',
    'MIME-Version: 1.0',
    `Content-Type: ${parts.type ?? 'multipart/report; report-type=delivery-status'}; boundary=b`,
    '',
    '--b',
    `Content-Type: text/plain\n\n${parts.notice ?? 'It did not work.'}\n`,
    '--b',
    `Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\n${parts.status}\n`,
    '--b',
    parts.returned ?? RETURNED_MESSAGE,
    '--b--\n',
  ].join('\n');
}

const line = (recipient: BounceRecipient): string =>
  [
    recipient.address ?? '-',
    recipient.replyCode ?? '-',
    recipient.status ?? '-',
    recipient.reason ?? '-',
    recipient.hard ? 'hard' : 'soft',
    recipient.action,
  ].join(' ');

const linesOf = (bounce: Bounce | null): readonly string[] => (bounce?.recipients ?? []).map(line);

describe('the words of servers that send no report', () => {
  test.each(serverNotices)('$server: who failed, with which codes and why', async (notice) => {
    const bounce = await read(inText(notice.head, notice.body));
    expect(linesOf(bounce)).toEqual(notice.recipients);
    expect(bounce?.originalMessageId ?? null).toBe(notice.originalMessageId ?? null);
  });

  test.each(serverNotices)('$server: carriage returns change nothing', async (notice) => {
    const raw = inText(notice.head, notice.body);
    expect(await read(raw.replaceAll('\n', '\r\n'))).toEqual(await read(raw));
  });

  test('a notice in HTML alone is read as its text', async () => {
    const raw =
      'From: Microsoft Outlook <postmaster@shop.test>\nTo: sender@firm.test\nSubject: Undeliverable: Offer\nContent-Type: text/html\n\n' +
      '<p><b>Delivery has failed to these recipients:</b></p><p><a href="mailto:client@shop.test">client@shop.test</a><br>' +
      "The mailbox is full.</p><p>client@shop.test<br>Remote Server returned '554 5.2.2 mailbox full'</p>";
    expect(linesOf(await read(raw))).toEqual(['client@shop.test 554 5.2.2 mailbox-full soft failed']);
  });

  test('the recipient that the notice does not name is taken from the returned message', async () => {
    const body = `I was unable to deliver your message: 550 5.1.1 User unknown

--- Original message ---
Received: from firm.test by mx.test; Mon, 2 Mar 2026 10:00:00 +0000
From: sender@firm.test
To: Client <client@shop.test>
Message-ID:
 <orig-1@firm.test>
Subject: Offer
`;
    const bounce = await read(inText('From: MAILER-DAEMON@mx.test\nSubject: Returned mail', body));
    expect(linesOf(bounce)).toEqual(['client@shop.test 550 5.1.1 user-unknown hard failed']);
    expect(bounce?.originalMessageId).toBe('orig-1@firm.test');
  });

  test('a report that a gateway flattened into the text is read as a report', async () => {
    const body = `Undeliverable.

Reporting-MTA: dns; mx.test

Final-Recipient: rfc822; client@shop.test
Action: failed
Status: 4.4.7

Return-Path: <sender@firm.test>
Received: from a by b
Status: RO
Message-ID: <orig-1@firm.test>
From: sender@firm.test
`;
    const bounce = await read(inText('From: MAILER-DAEMON@mx.test\nSubject: Undelivered', body));
    expect(linesOf(bounce)).toEqual(['client@shop.test - 4.4.7 expired soft failed']);
  });
});

const GROUP = 'Final-Recipient: rfc822; client@shop.test';

describe('reports by RFC 3464', () => {
  test('every recipient is listed, the delivered ones too, and the returned message is known', async () => {
    const status = `Original-Recipient: rfc822;client@shop.test
Final-Recipient: RFC822; <Client@shop.test>
Action: failed
Status: 5.1.1 (bad mailbox)
Remote-MTA: dns; mx.shop.test
Diagnostic-Code: smtp; 550 5.1.1 <client@shop.test>:
 User unknown

Final-Recipient: rfc822; second@shop.test
Action: delayed
Status: 4.4.1

Final-Recipient: rfc822; third@shop.test
Action: delivered
Status: 2.0.0`;
    const bounce = await read(inReport({ status }));
    expect(linesOf(bounce)).toEqual([
      'client@shop.test 550 5.1.1 user-unknown hard failed',
      'second@shop.test - 4.4.1 network soft delayed',
      'third@shop.test - 2.0.0 - soft delivered',
    ]);
    expect(bounce?.recipients[0]?.diagnostic).toBe('550 5.1.1 <client@shop.test>: User unknown');
    expect(bounce?.originalMessageId).toBe('orig-1@firm.test');
  });

  test.each([
    [
      'a diagnostic says more than a status of class only',
      'Status: 5.0.0',
      '552 5.2.2 mailbox full',
      '552 5.2.2 mailbox-full soft',
    ],
    [
      'the refusing server is believed before its relay',
      'Status: 5.1.1',
      '550 5.7.1 blocked by reputation',
      '550 5.7.1 blocked soft',
    ],
    ['but not across classes', 'Status: 4.4.7', '550 5.1.1 no such user', '550 4.4.7 user-unknown soft'],
    [
      'a code in brackets counts',
      'Status: 5.0.0',
      'sorry, no such user (#5.1.1)',
      '- 5.1.1 user-unknown hard',
    ],
    [
      'a relay quotes the answer it got',
      'Status: 5.0.0',
      "5.1.0 - error 550-'5.2.2 mailbox full'",
      '550 5.2.2 mailbox-full soft',
    ],
    ['a reply code alone gives the class', 'X-Note: none', '554 refused', '554 5.0.0 rejected hard'],
    [
      'an expired delivery is soft: RFC 3463 calls class 4 transient',
      'Status: 4.4.7',
      'delivery time expired',
      '- 4.4.7 expired soft',
    ],
    [
      'an IP address and a version are no status',
      'Status: 5.0.0',
      'refused by 5.1.1.2 running 5.5.2657',
      '- 5.0.0 rejected hard',
    ],
    [
      'numbers in prose are no reply code',
      'Status: 5.3.4',
      'message of 550 pages is too large',
      '- 5.3.4 message-too-big soft',
    ],
  ])('%s', async (_, field, diagnostic, expected) => {
    const status = `Final-Recipient: rfc822; client@shop.test\nAction: failed\n${field}\nDiagnostic-Code: smtp; ${diagnostic}`;
    expect(linesOf(await read(inReport({ status })))).toEqual([`client@shop.test ${expected} failed`]);
  });

  test('what the report leaves open is taken from the notice', async () => {
    const status = 'Final-Recipient: rfc822; client@shop.test\nAction: failed\nStatus: 5.0.0';
    const notice = '<client@shop.test>: host mx.shop.test said: 550 5.2.1 mailbox disabled';
    expect(linesOf(await read(inReport({ status, notice })))).toEqual([
      'client@shop.test 550 5.2.1 mailbox-disabled hard failed',
    ]);
  });

  test('the id of the returned message is read from its headers alone', async () => {
    const status = 'Final-Recipient: rfc822; client@shop.test\nAction: failed\nStatus: 5.1.1';
    const returned =
      'Content-Type: text/rfc822-headers\n\nFrom: sender@firm.test\nMessage-ID:\n <orig-2@firm.test>\n';
    expect((await read(inReport({ status, returned })))?.originalMessageId).toBe('orig-2@firm.test');
  });

  test('a success report is not a bounce, a delay is one that may still end well', async () => {
    expect(await read(inReport({ status: `${GROUP}\nAction: delivered\nStatus: 2.0.0` }))).toBeNull();
    expect(await read(inReport({ status: `${GROUP}\nAction: relayed\nStatus: 2.0.0` }))).toBeNull();
    expect(linesOf(await read(inReport({ status: `${GROUP}\nAction: delayed\nStatus: 4.4.1` })))).toEqual([
      'client@shop.test - 4.4.1 network soft delayed',
    ]);
  });

  test('a report in a plain multipart counts when a server sent it', async () => {
    const status = 'Final-Recipient: rfc822; client@shop.test\nAction: failed\nStatus: 5.1.1';
    expect(await read(inReport({ status, type: 'multipart/mixed' }))).not.toBeNull();
    const head = 'From: Ann <ann@firm.test>\nTo: bob@firm.test\nSubject: Fwd: Undelivered Mail';
    expect(await read(inReport({ status, type: 'multipart/mixed', head }))).toBeNull();
  });
});

const notification = (body: object): string =>
  `From: Topic <no-reply@sns.amazonaws.com>\nTo: ops@firm.test\nSubject: AWS Notification Message\nx-amz-sns-message-id: 1\nContent-Type: text/plain\n\n${JSON.stringify(body)}\n\n--\nUnsubscribe here\n`;

describe('Amazon SES notifications by mail', () => {
  const mail = { commonHeaders: { messageId: '<orig-1@firm.test>' } };

  test('a bounce is read from the JSON', async () => {
    const bouncedRecipients = [
      {
        emailAddress: 'client@shop.test',
        action: 'failed',
        status: '5.1.1',
        diagnosticCode: 'smtp; 550 5.1.1 user unknown',
      },
    ];
    const bounce = await read(
      notification({ notificationType: 'Bounce', bounce: { bouncedRecipients }, mail }),
    );
    expect(linesOf(bounce)).toEqual(['client@shop.test 550 5.1.1 user-unknown hard failed']);
    expect(bounce?.originalMessageId).toBe('orig-1@firm.test');
  });

  test.each([
    ['Complaint', 'feedback-report'],
    ['Delivery', 'delivery-report'],
  ])('%s is a %s and no bounce', async (notificationType, kind) => {
    const message = await parseMessage({ raw: Buffer.from(notification({ notificationType, mail })) });
    expect(readBounce(message)).toBeNull();
    expect(classifyAutomatic(message, null)?.kind).toBe(kind);
  });
});

describe('mail that only speaks of bounces', () => {
  const QUOTED = '<client@shop.test>: host mx.shop.test said: 550 5.1.1 User unknown';

  test.each([
    [
      'a person who pastes one',
      'From: Ann <ann@firm.test>\nSubject: Undelivered Mail Returned to Sender',
      `What is this?\n\n${QUOTED}`,
    ],
    [
      'a person who answers one',
      'From: Ann <ann@firm.test>\nSubject: Re: Undelivered Mail Returned to Sender',
      `Odd.\n\n> ${QUOTED}`,
    ],
    [
      'a postmaster who answers in person',
      'From: Postmaster <postmaster@shop.test>\nSubject: Re: Undelivered Mail',
      `It could not be delivered, see ${QUOTED}. Fixed.`,
    ],
    [
      'a postmaster with a digest',
      'From: Postmaster <postmaster@shop.test>\nSubject: Quarantine summary',
      'You have 3 messages:\nFrom: one@bad.test Subject: hello',
    ],
    [
      'an automatic answer of one who left',
      'From: Bob <bob@shop.test>\nReturn-Path: <>\nAuto-Submitted: auto-replied\nSubject: Re: Offer',
      'Your message has not been delivered to anyone. Write to office@shop.test instead.',
    ],
    [
      'a hotel',
      'From: Hotel <desk@hotel.test>\nAuto-Submitted: auto-generated\nSubject: Booking 550',
      'Room 550 for client@shop.test is confirmed.',
    ],
  ])('%s sends no bounce', async (_, head, body) => {
    expect(await read(inText(head, body))).toBeNull();
  });

  test('a bounce attached by a person stays inside', async () => {
    const inner = inReport({
      status: 'Final-Recipient: rfc822; client@shop.test\nAction: failed\nStatus: 5.1.1',
    });
    const raw = `From: Ann <ann@firm.test>\nTo: bob@firm.test\nSubject: Fwd: Undelivered Mail\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: text/plain\n\nIt could not be delivered: 550 5.1.1\n\n--o\nContent-Type: message/rfc822\n\n${inner}\n--o--\n`;
    expect(await read(raw)).toBeNull();
  });
});

describe('hostile notices', () => {
  const bombs: readonly (readonly [string, string])[] = [
    ['addresses', 'a@b.test: 550\n'],
    ['halves of addresses', 'a@'],
    ['digits', '550-5.1.1 '],
    ['blank lines', ' \n'],
    ['spaces', ' '],
    ['quotes', '> \n'],
    ['header lines', 'x\nReceived: y\n'],
    ['report fields', 'Final-Recipient: rfc822; a@b.test\n'],
    ['status fields', 'Status: 5.1.1\n\n'],
    ['words of failure', 'user mailbox not '],
  ];

  test.each(bombs)('a megabyte of %s takes a bounded time', async (_, unit) => {
    const timeOf = async (chars: number): Promise<number> => {
      const text = unit.repeat(chars / unit.length);
      const message = await parseMessage({
        raw: Buffer.from(inText('From: MAILER-DAEMON@mx.test\nSubject: x', 'x')),
      });
      const bomb = {
        ...message,
        text,
        reportType: 'delivery-status',
        reports: [{ contentType: 'message/delivery-status', text }],
      };
      const start = cpuTime();
      readBounce(bomb);
      return cpuTime() - start;
    };
    await timeOf(10_000);
    const small = await timeOf(250_000);
    const large = await timeOf(1_000_000);
    // Four times the text: quadratic reading would take sixteen times as long. The constant absorbs a busy machine.
    expect(large).toBeLessThan(8 * small + 500);
  });

  test('a list of a hundred thousand failed recipients is cut', async () => {
    const field = Array.from({ length: 100_000 }, (_, index) => `a${index}@b.test`).join(', ');
    const message = await parseMessage({
      raw: Buffer.from(inText('From: MAILER-DAEMON@mx.test\nSubject: x', 'x')),
    });
    const bomb = { ...message, headers: [{ name: 'x-failed-recipients', value: field, raw: field }] };
    expect(readBounce(bomb)?.recipients.length).toBeLessThan(3_000);
  });
});
