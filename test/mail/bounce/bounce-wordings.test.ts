import { describe, expect, test } from 'vitest';
import { readBounce } from '../../../src/mail/bounce/bounce.ts';
import type { Bounce } from '../../../src/mail/mail.ts';
import { parseMessage } from '../../../src/mime/parse.ts';

async function read(raw: string): Promise<Bounce | null> {
  return readBounce(await parseMessage({ raw: Buffer.from(raw) }));
}

const daemon = (subject: string, body: string): string =>
  `From: MAILER-DAEMON@mx.test\nReturn-Path: <>\nTo: sender@firm.test\nSubject: ${subject}\nContent-Type: text/plain; charset=utf-8\n\n${body}\n`;

const report = (fields: string): string =>
  `From: MAILER-DAEMON@mx.test\nTo: sender@firm.test\nSubject: Undelivered Mail\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\nIt did not work.\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\nFinal-Recipient: rfc822; client@shop.test\nAction: failed\n${fields}\n\n--b--\n`;

const linesOf = (bounce: Bounce | null): readonly string[] =>
  (bounce?.recipients ?? []).map(({ address, replyCode, status, reason, hard, action }) =>
    [address ?? '-', replyCode ?? '-', status ?? '-', reason ?? '-', hard ? 'hard' : 'soft', action].join(
      ' ',
    ),
  );

describe('what a refusing server answers', () => {
  test.each([
    ['550 Administrative prohibition - envelope blocked', '550 5.0.0 blocked soft'],
    ['554 Blocked - see our page', '554 5.0.0 blocked soft'],
    ['550 permanent failure for one or more recipients (client@shop.test:blocked)', '550 5.0.0 blocked soft'],
    ["550 Mail rejected: messages from 192.0.2.1 weren't sent", '550 5.0.0 blocked soft'],
    ['550 Host name is unknown or has no reverse (PTR)', '550 5.0.0 authentication soft'],
    ['550 5.7.1 <mx.firm.test>: Helo command rejected: Host not found', '550 5.7.1 sender-rejected soft'],
    ['550 Domain frequency limited', '550 5.0.0 rate-limited soft'],
    ['550 firm.test has exceeded the max emails per hour', '550 5.0.0 rate-limited soft'],
    ['550 5.2.14 RESOLVER.FWD.Loop; misconfigured forwarding', '550 5.2.14 loop soft'],
    ['Maximum message size exceeded', '- 5.0.0 message-too-big soft'],
    ['550 attachment type .exe not allowed here', '550 5.0.0 policy soft'],
    ['550 account client@shop.test is over its quota', '550 5.0.0 mailbox-full soft'],
    ['550 authentication is required for relay', '550 5.0.0 authentication soft'],
    ['550 the mailbox is blocked', '550 5.0.0 mailbox-disabled hard'],
    ['550 This address no longer accepts mail', '550 5.0.0 mailbox-disabled hard'],
    ['No mail servers appear to exist for the domain of the recipient', '- 5.0.0 host-unknown hard'],
    ["5.3.0 - Other mail system problem 554-'Mailbox not found'", '554 5.3.0 user-unknown hard'],
  ])('"%s" is read as %s', async (diagnostic, expected) => {
    const raw = report(`Status: 5.0.0\nDiagnostic-Code: smtp; ${diagnostic}`);
    expect(linesOf(await read(raw))).toEqual([`client@shop.test ${expected} failed`]);
  });

  test('a relay that calls a temporary answer permanent does not make the address a bad one', async () => {
    const raw = report('Status: 5.1.1\nDiagnostic-Code: smtp; 450 4.1.1 user unknown in our cache');
    expect(linesOf(await read(raw))).toEqual(['client@shop.test 450 5.1.1 user-unknown soft failed']);
  });

  test('an address of RFC 6533 is decoded if its type says so', async () => {
    const raw = report('Status: 5.1.1').replace(
      'rfc822; client@shop.test',
      String.raw`utf-8; jos\x{E9}@shop.test`,
    );
    expect((await read(raw))?.recipients[0]?.address).toBe('josé@shop.test');
  });
});

describe('notices without codes', () => {
  test.each([
    [
      'Zustellung fehlgeschlagen',
      'Ihre Nachricht an client@shop.test konnte nicht zugestellt werden: Das Postfach ist voll.',
      'mailbox-full soft',
    ],
    [
      'Non distribution',
      "Votre message n'a pu être distribué à client@shop.test : l'adresse n'existe pas.",
      'user-unknown hard',
    ],
    [
      'Mensaje devuelto',
      'No se pudo entregar a client@shop.test. El buzón del destinatario está lleno.',
      'mailbox-full soft',
    ],
    [
      'Bericht niet afgeleverd',
      'Uw bericht aan client@shop.test is niet afgeleverd: de mailbox is vol.',
      'mailbox-full soft',
    ],
    [
      'Din mail kunne ikke leveres',
      'Modtager: client@shop.test\nÅrsag: postkassen er fuld',
      'mailbox-full soft',
    ],
    [
      'Nedoručitelná zpráva',
      'Zprávu nelze doručit na adresu client@shop.test: schránka je plná.',
      'mailbox-full soft',
    ],
    [
      'Mesajul nu a putut fi livrat',
      'Destinatar: client@shop.test\nMotiv: căsuța poștală este plină',
      'mailbox-full soft',
    ],
    [
      'تعذر تسليم الرسالة',
      'تعذر تسليم رسالتك إلى client@shop.test لأن صندوق البريد ممتلئ.',
      'mailbox-full soft',
    ],
    ['退信', '您发给client@shop.test的邮件被退回：收件人邮箱空间不足。', 'mailbox-full soft'],
    ['退信', '收件人：client@shop.test\n退信原因：收件人不存在', 'user-unknown hard'],
    [
      '메일 반송',
      '받는사람:client@shop.test\n사유: 수신자의 메일 용량이 초과되었습니다.',
      'mailbox-full soft',
    ],
  ])('%s: %s', async (subject, body, expected) => {
    expect(linesOf(await read(daemon(subject, body)))).toEqual([
      `client@shop.test - 5.0.0 ${expected} failed`,
    ]);
  });

  test.each([
    [
      'Mail delivery failed',
      '<client@shop.test>:\nTLS connect failed; this message has been in the queue too long.',
    ],
    [
      'Mail delivery failed',
      'Could not deliver to <client@shop.test> for the last 432000 seconds. Giving up.',
    ],
    ['Undeliverable Mail', 'Delivery failed 20 attempts: client@shop.test'],
    [
      'Returned mail',
      'The server tried for 72 hours to deliver to <client@shop.test>. It has stopped trying.',
    ],
  ])('giving up after time is transient: %s, %s', async (subject, body) => {
    expect(linesOf(await read(daemon(subject, body)))).toEqual([
      'client@shop.test - 4.0.0 expired soft failed',
    ]);
  });

  test.each([
    [
      'Warning',
      'A message is delayed for more than 4 hours:\n\nclient@shop.test: Network error\n\nYou do not need to re-send it.',
    ],
    ['Remise retardée', 'La remise de votre message à client@shop.test est retardée.'],
    ['Verzögerte Zustellung', 'Ihre Nachricht an client@shop.test konnte noch nicht zugestellt werden.'],
    ['配信遅延のお知らせ', 'client@shop.test へのメールの配信が遅延しています。'],
  ])('a delay is no failure: %s', async (subject, body) => {
    const bounce = await read(daemon(subject, body));
    expect(bounce?.recipients.map(({ address, action, hard }) => [address, action, hard])).toEqual([
      ['client@shop.test', 'delayed', false],
    ]);
  });
});

describe('who failed', () => {
  test.each([
    [
      'a list in a sentence',
      'Could not be delivered to: client@shop.test, second@shop.test\n\nReason: user unknown',
      ['client@shop.test', 'second@shop.test'],
    ],
    [
      'a numbered list',
      '1. client@shop.test: 550 unknown\n2. second@shop.test: 552 full',
      ['client@shop.test', 'second@shop.test'],
    ],
    [
      'the id of the message is nobody',
      'Message <2026.ABC@firm.test> to <client@shop.test> failed: 550 unknown',
      ['client@shop.test'],
    ],
    [
      'a rewritten sender is nobody',
      'Message from <SRS0=ab=XY=firm.test=me@relay.test> to <client@shop.test> bounced: 550 unknown',
      ['client@shop.test'],
    ],
  ])('%s', async (_, body, expected) => {
    const bounce = await read(daemon('Delivery failure', body));
    expect(bounce?.recipients.map(({ address }) => address)).toEqual(expected);
  });

  test('is taken from the subject if nothing else names it', async () => {
    const bounce = await read(daemon('Undeliverable: client@shop.test', 'User unknown.'));
    expect(linesOf(bounce)).toEqual(['client@shop.test - 5.0.0 user-unknown hard failed']);
  });

  test('a filter that refuses after delivery says so in a disposition', async () => {
    const raw =
      'From: Mail Delivery Subsystem <postmaster@shop.test>\nTo: sender@firm.test\nAuto-Submitted: auto-replied (rejected)\nSubject: Rejected: Offer\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\nContent-Type: text/plain\n\nYour message to <client@shop.test> was automatically rejected:\nQuota exceeded\n\n--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; client@shop.test\nDisposition: automatic-action/MDN-sent-automatically; deleted\n\n--b\nContent-Type: message/rfc822\n\nFrom: sender@firm.test\nTo: client@shop.test\nMessage-ID: <orig-1@firm.test>\nSubject: Offer\n\nHello\n\n--b--\n';
    const bounce = await read(raw);
    expect(linesOf(bounce)).toEqual(['client@shop.test - 5.0.0 mailbox-full soft failed']);
    expect(bounce?.originalMessageId).toBe('orig-1@firm.test');
  });
});

describe('what looks like a bounce', () => {
  const QUOTED = 'client@shop.test: 550 5.1.1 User unknown';

  test.each([
    [
      'an administrator who writes',
      'From: System Administrator <admin@shop.test>\nSubject: Mail problems today',
      `Mail could not be delivered this morning. ${QUOTED}. Max`,
    ],
    [
      'a postmaster with a name',
      'From: Max Muster <postmaster@shop.test>\nSubject: Unzustellbare Mails',
      `Bitte schicken Sie uns die Meldung. ${QUOTED}`,
    ],
    [
      'a monitor',
      'From: Monitor <monitor@firm.test>\nAuto-Submitted: auto-generated\nSubject: PROBLEM: SMTP delivery failure',
      `${QUOTED}, delivery failed`,
    ],
    [
      'a log report',
      'From: root@firm.test\nAuto-Submitted: auto-generated\nSubject: Mail log summary',
      `bounced:\n  ${QUOTED}`,
    ],
    [
      'a quarantine digest',
      'From: Postmaster <postmaster@firm.test>\nAuto-Submitted: auto-generated\nSubject: Quarantine notification',
      'These messages were not delivered:\n  client@shop.test  Offer',
    ],
    [
      'an absent person who quotes a code',
      'From: Kim <kim@shop.test>\nAuto-Submitted: auto-replied\nReturn-Path: <>\nSubject: Automatic reply: Undeliverable mail',
      'I am out of office. client@shop.test returns 550 5.1.1 user unknown.',
    ],
    [
      'a postmaster on holiday',
      'From: Peter <postmaster@shop.test>\nAuto-Submitted: auto-replied\nReturn-Path: <>\nSubject: Out of office: Undelivered Mail',
      'I am on vacation, write to client@shop.test.',
    ],
    [
      'a report of success',
      'From: MAILER-DAEMON@mx.test\nSubject: Successful Mail Delivery Report',
      '<client@shop.test>: delivery via mx.shop.test: 250 2.0.0 Ok',
    ],
    [
      'a requested report',
      'From: MAILER-DAEMON@mx.test\nSubject: Mail Delivery Status Report',
      'Enclosed is the mail delivery report that you requested.\n\n<client@shop.test>: 250 2.1.5 Ok',
    ],
    [
      'a parcel service',
      'From: Parcels <noreply@parcel.test>\nAuto-Submitted: auto-generated\nSubject: Delivery failed',
      'Your parcel could not be delivered. Write to help@parcel.test.',
    ],
  ])('%s is none', async (_, head, body) => {
    expect(
      await read(`${head}\nTo: sender@firm.test\nContent-Type: text/plain; charset=utf-8\n\n${body}\n`),
    ).toBeNull();
  });
});

describe('refusals that say what is wrong', () => {
  test.each([
    ['550 Exceeded storage allocation', '550 5.0.0 mailbox-full soft'],
    ['550 mailbox quota violation', '550 5.0.0 mailbox-full soft'],
    ['550 client has too many messages on the server', '550 5.0.0 mailbox-full soft'],
    ['550 Recipient no longer on server', '550 5.0.0 user-unknown hard'],
    ['550 not our customer', '550 5.0.0 user-unknown hard'],
    ['553 this recipient is not in my validrcptto list (#5.7.1)', '553 5.7.1 user-unknown hard'],
    ['550 client@shop.test...User unknown', '550 5.0.0 user-unknown hard'],
    ['550 account terminated', '550 5.0.0 mailbox-disabled hard'],
    ['Name or service not known', '- 5.0.0 host-unknown hard'],
    ['554 Too many received headers', '554 5.0.0 loop soft'],
    ['host mx.shop.test refused connection', '- 5.0.0 network soft'],
    ['550 not a gateway', '550 5.0.0 relay-denied soft'],
    ['553 sender not allowed', '553 5.0.0 sender-rejected soft'],
    ['554 too much data', '554 5.0.0 message-too-big soft'],
    ['550 exceeded sending quota for the day', '550 5.0.0 rate-limited soft'],
  ])('"%s" is read as %s', async (diagnostic, expected) => {
    const raw = report(`Status: 5.0.0\nDiagnostic-Code: smtp; ${diagnostic}`);
    expect(linesOf(await read(raw))).toEqual([`client@shop.test ${expected} failed`]);
  });
});

describe('reports that break the rules of RFC 3464', () => {
  const dsn = (groups: string): string =>
    `From: MAILER-DAEMON@mx.test\nTo: sender@firm.test\nSubject: Status\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\nIt did not work.\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\n${groups}\n\n--b\nContent-Type: message/rfc822\n\nMessage-ID: <orig-1@firm.test>\nFrom: sender@firm.test\nTo: client@shop.test\nSubject: Offer\n\nHello.\n\n--b--\n`;

  test.each([
    ['failure', 'hard failed'],
    ['bounced', 'hard failed'],
    ['hard-failed', 'hard failed'],
    ['deferred', 'soft delayed'],
    ['unclear', 'hard failed'],
  ])('the action "%s" means: %s', async (action, expected) => {
    const raw = dsn(`Final-Recipient: rfc822; client@shop.test\nAction: ${action}\nStatus: 5.1.1`);
    expect(linesOf(await read(raw))).toEqual([`client@shop.test - 5.1.1 user-unknown ${expected}`]);
  });

  test.each([
    ['no recipient at all', 'Action: failed\nStatus: 5.1.1'],
    ['a local user', 'Final-Recipient: LOCAL; client\nAction: failed\nStatus: 5.1.1'],
    [
      'the actual recipient alone',
      'X-Actual-Recipient: rfc822; client@shop.test\nAction: failed\nStatus: 5.1.1',
    ],
  ])('%s: the recipient is known', async (_, group) => {
    expect(linesOf(await read(dsn(group)))).toEqual(['client@shop.test - 5.1.1 user-unknown hard failed']);
  });

  test('groups that end with their recipient are separated without blank lines', async () => {
    const group = (address: string, status: string): string =>
      `Action: failed\nStatus: ${status}\nFinal-Recipient: rfc822; ${address}`;
    const raw = dsn(`${group('client@shop.test', '5.1.1')}\n${group('second@shop.test', '5.2.2')}`);
    expect(linesOf(await read(raw))).toEqual([
      'client@shop.test - 5.1.1 user-unknown hard failed',
      'second@shop.test - 5.2.2 mailbox-full soft failed',
    ]);
  });
});

describe('notices that are easily misread', () => {
  test('"unsuccessful delivery attempts" are no success, and a list behind arrows is no quote', async () => {
    const raw = daemon(
      'Permanent Delivery Failure',
      'After one or more unsuccessful delivery attempts the message has been removed.\n\nThe following addresses did NOT receive a copy of your message:\n\n> client@shop.test\n\n--> RCPT To:<client@shop.test>\n<-- 550 No such user',
    );
    expect(linesOf(await read(raw))).toEqual(['client@shop.test 550 5.0.0 user-unknown hard failed']);
  });

  test('"non-fatal errors" are those of a delay', async () => {
    const raw = daemon(
      'Warning: could not send message for past 4 hours',
      '----- The following addresses had transient non-fatal errors -----\n<client@shop.test>\n\n----- Transcript of session follows -----\n<client@shop.test>... Deferred: Connection timed out\nWill keep trying until message is 5 days old',
    );
    expect((await read(raw))?.recipients).toMatchObject([{ action: 'delayed', hard: false }]);
  });

  test('each recipient of a transcript keeps its own answer', async () => {
    const raw = daemon(
      'Returned mail: Host unknown',
      '----- The following addresses had permanent fatal errors -----\n<client@shop.test>\n<second@else.test>\n\n----- Transcript of session follows -----\n>>> RCPT To:<client@shop.test>\n<<< 550 <client@shop.test>... User unknown\n550 <second@else.test>... Host unknown',
    );
    expect(linesOf(await read(raw))).toEqual([
      'client@shop.test 550 5.0.0 user-unknown hard failed',
      'second@else.test 550 5.0.0 host-unknown hard failed',
    ]);
  });

  test.each(['MAILER-DAEMON (Mail Delivery System)', 'Mail <MAILER-DAEMON>', 'bounces+1@mx.test'])(
    'a notice from "%s" is a bounce',
    async (from) => {
      const raw = daemon('Undelivered', '<client@shop.test>: 550 5.1.1 User unknown')
        .replace('MAILER-DAEMON@mx.test', from)
        .replace('Return-Path: <>\n', '');
      expect(linesOf(await read(raw))).toEqual(['client@shop.test 550 5.1.1 user-unknown hard failed']);
    },
  );
});

describe('delays of shops and newsletters', () => {
  test.each([
    ['From: News <bounces@news.test>', 'Delivery delayed: our summer sale', 'Write to help@shop.test.'],
    [
      'From: Shop <orders@shop.test>\nReturn-Path: <>',
      'Delivery delayed',
      'Your parcel has been delayed. We will try again. Questions: help@shop.test',
    ],
    ['From: Jo <postmaster@shop.test>', 'Shipment is delayed', 'We will try again. Ask lee@shop.test.'],
  ])('%s: "%s" is no bounce', async (head, subject, body) => {
    expect(await read(`${head}\nTo: sender@firm.test\nSubject: ${subject}\n\n${body}\n`)).toBeNull();
  });

  test.each(['配信遅延', 'Consegna ritardata', 'Zustellung verzögert'])(
    '"%s" of a mail system is a delay',
    async (subject) => {
      const bounce = await read(daemon(subject, 'client@shop.test'));
      expect(bounce?.recipients).toMatchObject([
        { address: 'client@shop.test', action: 'delayed', hard: false },
      ]);
    },
  );
});

test.each([
  ["<o'neil+x@shop.test>: 550 5.1.1 User unknown", "o'neil+x@shop.test 550 5.1.1"],
  ['<client/x=y@shop.test>: 550 5.1.1 User unknown', 'client/x=y@shop.test 550 5.1.1'],
  ["'client@shop.test': 550 5.1.1 User unknown", 'client@shop.test 550 5.1.1'],
  ['client@shop.test\n  Server returned: [550] [5.1.1] User unknown', 'client@shop.test 550 5.1.1'],
  ['client@shop.test\n  Error 553/5.3.0: User unknown', 'client@shop.test 553 5.3.0'],
])('%s: address and codes are read whole', async (body, expected) => {
  expect(linesOf(await read(daemon('failure notice', body)))).toEqual([
    `${expected} user-unknown hard failed`,
  ]);
});

describe('a report whose parts lost their types', () => {
  const status =
    'Reporting-MTA: dns; mx.test\n\nFinal-Recipient: rfc822; client@shop.test\nAction: failed\nStatus: 5.1.1';
  const head =
    'Return-Path: <sender@firm.test>\nMessage-ID: <orig-3@firm.test>\nFrom: sender@firm.test\nTo: client@shop.test';
  const flattened = (types: {
    readonly status: string;
    readonly head: string;
    readonly from?: string;
  }): string =>
    [
      `From: ${types.from ?? 'MAILER-DAEMON@mx.test'}\nTo: sender@firm.test\nSubject: Delivery failure\nMIME-Version: 1.0`,
      'Content-Type: multipart/mixed; boundary=b\n',
      '--b\nContent-Type: text/plain\n\nDetails are attached.\n',
      `--b\n${types.status}\n\n${status}\n`,
      `--b\n${types.head}\n\n${head}\n`,
      '--b--\n',
    ].join('\n');
  const file = (type: string, name: string): string =>
    `Content-Type: ${type}; name="${name}"\nContent-Disposition: attachment; filename="${name}"`;

  test.each([
    [file('text/plain', 'delivery-status.txt'), 'Content-Type: text/rfc822-header'],
    [file('text/plain', 'details.txt'), file('text/plain', 'Message Headers.txt')],
    [file('text/plain', 'ATT00001.txt'), file('text/plain', 'ATT00002.txt')],
    [file('application/octet-stream', 'ATT00001.dat'), 'Content-Type: text/x-rfc822-headers'],
    ['Content-Type: text/delivery-status', 'Content-Type: text/rfc822'],
  ])('%s and %s are read for what they hold', async (statusType, headType) => {
    const bounce = await read(flattened({ status: statusType, head: headType }));
    expect(linesOf(bounce)).toEqual(['client@shop.test - 5.1.1 user-unknown hard failed']);
    expect(bounce?.originalMessageId).toBe('orig-3@firm.test');
  });

  test('a person who attaches them does not send a bounce', async () => {
    const raw = flattened({
      status: file('text/plain', 'delivery-status.txt'),
      head: file('text/plain', 'headers.txt'),
      from: 'Bob <bob@shop.test>',
    });
    expect(await read(raw)).toBeNull();
  });

  test('a file of that name stays a file, and what it holds must be a report', async () => {
    const raw = flattened({
      status: file('text/plain', 'notes.txt'),
      head: file('text/plain', 'details.txt'),
    });
    const message = await parseMessage({ raw: Buffer.from(raw) });
    expect(message.attachments.map(({ filename }) => filename)).toEqual(['notes.txt', 'details.txt']);
    expect(readBounce(message)?.recipients[0]?.status).not.toBe('5.1.1');
  });
});

describe('a report without a mark, from the system by address and name', () => {
  const from = (name: string, subject: string, body: string): string =>
    `From: ${name}<postmaster@shop.test>\nTo: sender@firm.test\nSubject: ${subject}\nContent-Type: text/plain; charset=utf-8\n\n${body}\n`;
  const code = 'client@shop.test\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##';

  test.each([
    ['Unzustellbar: Angebot', 'Fehler bei der Nachrichtenzustellung an folgende Empfänger:'],
    ['未传递: 报价', '传递给以下收件人或通讯组失败:'],
    ['Niet te bezorgen: Offerte', 'Uw bericht aan de volgende geadresseerde is niet aangekomen:'],
    ['Kunde inte levereras: Offert', 'Det gick inte att leverera till följande mottagare:'],
    ['Toimitus epäonnistui: Tarjous', 'Toimitus näille vastaanottajille epäonnistui:'],
    ['Imposibil de livrat: Oferta', 'Livrarea nu a reușit pentru acești destinatari:'],
    ['Nepristatyta: Pasiūlymas', 'Pristatymas šiems gavėjams nepavyko:'],
    ['Teslim edilemiyor: Teklif', 'Şu alıcılara teslim başarısız oldu:'],
    ['غير قابل للتسليم: عرض', 'فشل التسليم إلى هؤلاء المستلمين:'],
    ['Words of no known language', 'Words of no known language:'],
  ])('"%s" is a bounce', async (subject, words) => {
    expect(linesOf(await read(from('Microsoft Outlook ', subject, `${words}\n\n${code}`)))).toEqual([
      'client@shop.test 550 5.1.1 user-unknown hard failed',
    ]);
  });

  test('is not one if the mailbox has no product name, or answers', async () => {
    const words = `Our server says of your letter:\n\n${code}`;
    expect(await read(from('Mark Hill ', 'Your letters', words))).toBeNull();
    expect(await read(from('', 'Your letters', words))).toBeNull();
    expect(await read(from('Microsoft Outlook ', 'Re: Your letters', words))).toBeNull();
  });

  test.each([
    ['Toimitus epäonnistui: Tarjous', 'Viestisi ei tavoittanut vastaanottajaa client@shop.test.'],
    ['Не удается доставить: Счёт', 'Сбой доставки следующим получателям: client@shop.test'],
    ['Tidak dapat dikirim: Penawaran', 'Pengiriman ke penerima ini gagal: client@shop.test'],
    ['Bezorging mislukt: Offerte', 'Bezorging aan client@shop.test is mislukt.'],
  ])('"%s" needs no code', async (subject, words) => {
    expect((await read(from('Microsoft Outlook ', subject, words)))?.recipients[0]?.address).toBe(
      'client@shop.test',
    );
  });
});

test('a report about non-ASCII addresses gets its type from its part', async () => {
  const raw = report('Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 unknown user')
    .replace('report-type=delivery-status', 'report-type=global-delivery-status')
    .replace('message/delivery-status', 'message/global-delivery-status')
    .replace('rfc822; client@shop.test', 'utf-8; 用户@shop.test');
  expect(linesOf(await read(raw))).toEqual(['用户@shop.test 550 5.1.1 user-unknown hard failed']);
});
