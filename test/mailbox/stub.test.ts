import { describe, expect, it } from 'vitest';
import { isStub } from '../../src/mailbox/stub.ts';

const message = (headers: readonly string[], ...lines: readonly string[]): Buffer =>
  Buffer.from(`${headers.join('\r\n')}\r\n\r\n${lines.join('\r\n')}\r\n`);

const mail = [
  'Received: from mx.kline.test by mx.firm.test; Mon, 2 Mar 2026 10:00:00 +0000',
  'Message-ID: <1@kline.test>',
  'Date: Mon, 2 Mar 2026 10:00:00 +0000',
  'From: Paula Kline <paula@kline.test>',
  'To: office@firm.test',
  'Subject: The lease',
];
const exchange = [
  'MIME-Version: 1.0',
  'From: Microsoft Exchange Server',
  'To: office@firm.test',
  'Content-Type: text/plain; charset="utf-8"',
];

describe('a notice in place of a message', () => {
  it.each([
    [
      'Exchange',
      message(
        [
          ...exchange,
          'Subject: Retrieval using the IMAP4 protocol failed for the following',
          ' message: 318',
        ],
        "The server couldn't retrieve the following message:",
        '',
        'Subject: "The lease"',
      ),
    ],
    [
      'Exchange in quoted-printable',
      message(
        [...exchange, 'Subject: Notice', 'Content-Transfer-Encoding: quoted-printable'],
        'The server couldn=E2=80=99t retrieve the fol=',
        'lowing message:',
      ),
    ],
    [
      'Exchange in German',
      message(
        [...exchange, 'Subject: Fehler beim Abrufen der folgenden Nachricht: 318'],
        'Die folgende Nachricht konnte nicht abgerufen werden:',
      ),
    ],
    ['Exchange in a language that nobody knows', message([...exchange, 'Subject: Xyzzy'], 'Plugh plover.')],
    [
      'a gateway',
      message(
        [
          'From: gateway@mail.firm.test',
          'Date: Mon, 2 Mar 2026 10:00:00 +0000',
          'Subject: Message unavailable',
        ],
        'Error retrieving message 4711 from the message store.',
        'Unable to retrieve the message.',
      ),
    ],
    [
      'GroupWise',
      message(['From: GroupWise', 'Subject: Error'], 'The message could not be converted to MIME.'),
    ],
    [
      'a connector, in base64 and HTML',
      message(
        ['Subject: x', 'Content-Type: text/html', 'Content-Transfer-Encoding: base64'],
        Buffer.from('<html><body><p>Failed to download the message.</p></body></html>').toString('base64'),
      ),
    ],
    [
      'Exchange, with an address, a date and an id',
      message(
        [
          'From: "Microsoft Exchange Server" <postmaster@firm.test>',
          'Date: Mon, 2 Mar 2026 10:00:00 +0000',
          'Message-ID: <318@exchange.firm.test>',
          'Subject: Notice',
        ],
        "The server couldn't retrieve the following message:",
      ),
    ],
    ...[
      'Hämtning med IMAP4-protokollet misslyckades för följande meddelande: 6',
      'Сбой получения по протоколу IMAP4 для следующего сообщения: 6',
      '次のメッセージを IMAP4 プロトコルを使用して取得できませんでした: 6',
      'Načtení pomocí protokolu POP3 se nezdařilo: 6',
    ].map((subject): [string, Buffer] => [
      `Exchange, with a date: ${subject}`,
      message(
        ['From: Microsoft Exchange Server', 'Date: Mon, 2 Mar 2026 10:00:00 +0000', `Subject: ${subject}`],
        'Plugh plover.',
      ),
    ]),
    [
      'a connector without an address',
      message(
        ['From: connector', 'Date: Mon, 2 Mar 2026 10:00:00 +0000', 'Subject: Unable to retrieve message'],
        'Connection reset',
      ),
    ],
    [
      'a server that keeps the header',
      message(mail, '[This message was too large and has been replaced by this notice.]'),
    ],
    [
      'a server that keeps the header, with parts',
      message(
        [...mail, 'Content-Type: multipart/mixed; boundary="b"'],
        '--b',
        'Content-Type: text/plain',
        '',
        '[The content of this message is temporarily unavailable]',
        '--b--',
      ),
    ],
  ])('of %s is recognised', (_, raw) => expect(isStub(raw)).toBe(true));

  it('is recognised by its words if fewer bytes arrived than declared', () => {
    const raw = message(mail, 'The message could not be retrieved from the store.');
    expect([isStub(raw), isStub(raw, { isShort: true })]).toEqual([false, true]);
  });
});

describe('a message that only mentions such a notice is not one', () => {
  it.each([
    ['a plain message', message(mail, 'Please have a look at the lease.')],
    [
      'one that quotes it',
      message(mail, 'What is this?', '', "> The server couldn't retrieve the following message:"),
    ],
    [
      'one that begins with it',
      message(mail, 'The message could not be retrieved here, please send it again.'),
    ],
    [
      'a forward of it',
      message(
        [...mail, 'Subject: Fwd: Retrieval using the IMAP4 protocol failed for the following message: 318'],
        '---------- Forwarded message ----------',
        'From: Microsoft Exchange Server',
      ),
    ],
    ['one with a sentence in brackets', message(mail, '[I am away until Monday]', 'Best, Paula')],
    [
      'one without any header of the way',
      message(['From: paula@kline.test', 'Subject: Hi'], 'The lease, please.'),
    ],
    [
      'a report of a scanner',
      message(['From: scanner@firm.test', 'Subject: Scan'], 'The file scan.pdf is attached.'),
    ],
    [
      'one of a person, with a date and nothing else of the way',
      message(
        ['From: paula@kline.test', 'Date: Mon, 2 Mar 2026 10:00:00 +0000', 'Subject: Item not available'],
        'The item was not available in the shop.',
      ),
    ],
    [
      'one of a person, with an id and nothing else of the way',
      message(
        ['From: ines@firm.test', 'Message-ID: <7@firm.test>', 'Subject: Your mail could not be opened'],
        'Your message could not be opened by us.',
      ),
    ],
    [
      'one of an administrator',
      message(['From: Domino Administrator', 'Subject: Maintenance'], 'Servers are down tomorrow.'),
    ],
    ['nothing', Buffer.alloc(0)],
    ['a large one', message(['From: Microsoft Exchange Server'], 'x'.repeat(70_000))],
  ])('%s', (_, raw) => expect(isStub(raw, { isShort: false })).toBe(false));
});
