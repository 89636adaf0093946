/** Invented messages, one per thing that the fingerprint looks at. Changing one changes its frozen digest. */
const head = [
  'Message-ID: <Frozen.17@shop.example>',
  'From: Anna Berg <anna@client.example>',
  'To: Office <office@firm.example>, sales@firm.example',
  'Cc: Ben Ode <ben@client.example>',
  'Date: Mon, 2 Mar 2026 10:00:00 +0100',
  'Subject: The contract',
];
const without = (...names: readonly string[]): string[] =>
  head.filter((line) => !names.some((name) => line.startsWith(`${name}:`)));
const message = (...lines: readonly string[]): Buffer => Buffer.from(`${lines.join('\r\n')}\r\n`, 'latin1');
const bytes = Buffer.from(Array.from({ length: 3000 }, (_, at) => (at * 7919) % 256));
const base64 = (content: Buffer): string => content.toString('base64').replaceAll(/.{76}/gu, '$&\r\n');
const part = (headers: readonly string[], body: string): string => [...headers, '', body].join('\r\n');
const multipart = (type: string, parts: readonly string[], boundary = 'b1'): string[] => [
  `Content-Type: multipart/${type}; boundary="${boundary}"`,
  '',
  'preamble',
  ...parts.map((one) => `--${boundary}\r\n${one}`),
  `--${boundary}--`,
];
const pdf = part(
  [
    'Content-Type: application/pdf; name="contract.pdf"',
    'Content-Transfer-Encoding: base64',
    'Content-Disposition: attachment; filename="contract.pdf"',
  ],
  base64(bytes),
);
const text = (words: string): string => part(['Content-Type: text/plain; charset=utf-8'], words);
const html = part(
  ['Content-Type: text/html; charset=utf-8', 'Content-Transfer-Encoding: quoted-printable'],
  '<p>Gr=C3=BC=C3=9Fe,=20=\r\n bis bald</p>  ',
);
const inner = (depth: number): string =>
  [
    'Content-Type: message/rfc822',
    '',
    'From: inner@other.example',
    `Subject: level ${depth}`,
    ...(depth === 0
      ? ['', 'the innermost']
      : multipart('mixed', [text('around'), inner(depth - 1)], `n${depth}`)),
  ].join('\r\n');
const deep = (levels: number): string =>
  Array.from(
    { length: levels },
    (_, level) => `Content-Type: multipart/mixed; boundary=d${level}\r\n\r\n--d${level}\r\n`,
  ).join('');

export const frozenMessages: Readonly<Record<string, Buffer>> = {
  plain: message(...head, '', 'Dear Sirs,', '', 'please find the text.'),
  'trailing blank lines': message(...head, '', 'Dear Sirs,', '', 'please find the text.', '', '', ''),
  'empty body': message(...head, ''),
  'headers alone': message(...head),
  'no Message-ID': message(...without('Message-ID'), '', 'Text.'),
  'no From': message(...without('From'), '', 'Text.'),
  'no date': message(...without('Date'), '', 'Text.'),
  'no subject': message(...without('Subject'), '', 'Text.'),
  'Message-ID alone': message('Message-ID: <only@shop.example>', '', 'Text.'),
  'date that is none': message(...without('Date'), 'Date: next Tuesday', '', 'Text.'),
  'date with a two-digit year and a named zone': message(
    ...without('Date'),
    'Date: 2 Mar 26 09:00 EST',
    '',
    'Text.',
  ),
  'several From': message(
    ...without('From'),
    'From: "Berg, Anna" <ANNA@Client.example>, (Ben) ben@client.example, staff:carla@client.example;',
    '',
    'Text.',
  ),
  'fields twice': message(
    ...head,
    'From: other@else.example',
    'Subject: another',
    'Date: Tue, 3 Mar 2026 10:00:00 +0100',
    '',
    'Text.',
  ),
  'encoded subject': message(
    ...without('Subject'),
    'Subject: =?utf-8?Q?Gr=C3=BC=C3?= =?UTF-8?B?n2U=?= an =?iso-8859-1?q?M=FCller?=',
    '',
    'Text.',
  ),
  'folded fields': message(...without('Subject'), 'Subject: The', '\tcontract', ' of March', '', 'Text.'),
  'envelope line of an mbox': message(
    'From anna@client.example Mon Mar  2 10:00:00 2026',
    ...head,
    '',
    'Text.',
  ),
  'latin1 body': message(...head, 'Content-Type: text/plain; charset=iso-8859-1', '', 'Gr\u00fc\u00dfe'),
  'quoted-printable body': message(
    ...head,
    'Content-Transfer-Encoding: quoted-printable',
    '',
    'a=3D=',
    'b =20',
    'c=ZZ \t',
    '=e4=',
  ),
  'base64 body': message(
    ...head,
    'Content-Transfer-Encoding: base64',
    '',
    base64(Buffer.from('Gr\u00fc\u00dfe\r\nbis bald\r\n')),
  ),
  'uuencoded body': message(...head, '', 'See:', 'begin 644 a.txt', '#0V%T', '`', 'end'),
  alternative: message(...head, ...multipart('alternative', [text('Hello'), html])),
  'file attached': message(...head, ...multipart('mixed', [text('See the file.'), pdf])),
  'file without its closing delimiter': message(
    ...head,
    ...multipart('mixed', [text('See the file.'), pdf]).slice(0, -1),
  ),
  'alternative in related in mixed': message(
    ...head,
    ...multipart('mixed', [
      multipart(
        'related',
        [multipart('alternative', [text('Hello'), html], 'b3').join('\r\n'), pdf],
        'b2',
      ).join('\r\n'),
      pdf,
    ]),
  ),
  'message attached': message(...head, ...multipart('mixed', [text('Forwarded'), inner(0)])),
  'messages in messages': message(...head, ...multipart('mixed', [text('Forwarded'), inner(3)])),
  digest: message(
    ...head,
    ...multipart('digest', [
      '\r\nFrom: a@x.example\r\nSubject: one\r\n\r\nfirst',
      '\r\nSubject: two\r\n\r\nsecond',
    ]),
  ),
  'delivery report': message(
    ...head,
    ...multipart('report; report-type=delivery-status', [
      text('Not delivered.'),
      part(['Content-Type: message/delivery-status'], 'Reporting-MTA: dns; mx.example\r\n\r\nAction: failed'),
      part(['Content-Type: text/rfc822-headers'], 'Subject: The contract'),
    ]),
  ),
  'winmail.dat': message(
    ...head,
    ...multipart('mixed', [
      text('In Outlook.'),
      part(
        ['Content-Type: application/ms-tnef; name="winmail.dat"', 'Content-Transfer-Encoding: base64'],
        base64(Buffer.concat([Buffer.from('789f3e22', 'hex'), bytes.subarray(0, 500)])),
      ),
    ]),
  ),
  'signed with S/MIME': message(
    ...head,
    ...multipart('signed; protocol="application/pkcs7-signature"; micalg=sha-256', [
      text('Signed.'),
      part(
        ['Content-Type: application/pkcs7-signature; name="smime.p7s"', 'Content-Transfer-Encoding: base64'],
        base64(bytes.subarray(0, 700)),
      ),
    ]),
  ),
  'signed with PGP': message(
    ...head,
    ...multipart('signed; protocol="application/pgp-signature"', [
      text('- Signed.\r\n-- \r\nAnna'),
      part(
        ['Content-Type: application/pgp-signature'],
        '-----BEGIN PGP SIGNATURE-----\r\n\r\nabc\r\n-----END PGP SIGNATURE-----',
      ),
    ]),
  ),
  'multipart without a boundary': message(...head, 'Content-Type: multipart/mixed', '', '--b1', '', 'Text.'),
  'multipart whose boundary never comes': message(
    ...head,
    'Content-Type: multipart/mixed; boundary=never',
    '',
    'Text.',
  ),
  'no blank line after the headers': message(...head, 'Text that is no header'),
  'multiparts 60 deep': message(...head, `${deep(60)}\r\ninnermost`),
  '1,200 parts': message(...head, ...multipart('mixed', Array<string>(1200).fill('\r\nx'))),
  'no header at all': Buffer.from('\r\nHello\r\n'),
  'bytes that are no message': Buffer.from([0, 255, 254, 10, 13, 10, 1, 2, 3]),
};
