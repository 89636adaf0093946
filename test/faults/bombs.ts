/** Messages made to break a reader. Invented; they contain nobody's mail. */

export interface Bomb {
  readonly name: string;
  readonly raw: Buffer;
}

const head = (name: string, rest: readonly string[]): string =>
  [
    'From: Nobody <nobody@bombs.test>',
    'To: Ines Larkin <ines.larkin@larkin-voss.example>',
    `Subject: ${name}`,
    'Date: Tue, 03 Mar 2026 10:00:00 +0000',
    `Message-ID: <${name.replaceAll(' ', '-')}@bombs.test>`,
    'MIME-Version: 1.0',
    ...rest,
  ].join('\r\n') + '\r\n\r\n';

const plain = 'Content-Type: text/plain; charset=utf-8';
const html = 'Content-Type: text/html; charset=utf-8';

function bomb(name: string, headers: readonly string[], body: string): Bomb {
  return { name, raw: Buffer.from(head(name, headers) + body, 'latin1') };
}

function levels(count: number): string {
  const open = Array.from(
    { length: count },
    (_, n) => `--b${n}\r\nContent-Type: multipart/mixed; boundary=b${n + 1}\r\n\r\n`,
  );
  return `${open.join('')}--b${count}\r\n${plain}\r\n\r\ndeep\r\n`;
}

/** Endless attributions, separators, signatures and spaces: they break patterns with backtracking. */
const endless: readonly (readonly [string, string])[] = [
  ['spaces', `On Tue${' '.repeat(1_000_000)}wrote`],
  ['attributions', 'On Mon, 2 Mar 2026 at 10:00, A <a@b.test>\r\n'.repeat(40_000)],
  ['attribution without end', `On ${'a, '.repeat(400_000)}`],
  ['quote marks', `${'>'.repeat(200_000)}\r\n${'> '.repeat(200_000)}`],
  ['dashes', `${'-'.repeat(500_000)}Original Message${'-'.repeat(500_000)}`],
  ['underscores', '_'.repeat(1_000_000)],
  ['angle brackets', `On ${'<'.repeat(500_000)} wrote:`],
  ['blank lines', '\r\n \t'.repeat(300_000)],
  ['forward headers', 'From: a\r\nSent: b\r\nTo: c\r\n'.repeat(40_000)],
  ['links', 'https://a.test/?'.repeat(60_000)],
];

export function bombs(): readonly Bomb[] {
  return [
    bomb(
      '100,000 parts',
      ['Content-Type: multipart/mixed; boundary=b'],
      `--b\r\n${plain}\r\n\r\nx\r\n`.repeat(100_000) + '--b--\r\n',
    ),
    bomb('1,000 levels', ['Content-Type: multipart/mixed; boundary=b0'], levels(1_000)),
    bomb(
      '1,000 messages inside one another',
      ['Content-Type: message/rfc822'],
      `From: a@b.test\r\nContent-Type: message/rfc822\r\n\r\n`.repeat(1_000),
    ),
    bomb('10 MB header field', [`X-Long: ${'y'.repeat(10_000_000)}`, plain], 'short'),
    bomb(
      '200,000 header fields',
      [...Array.from({ length: 200_000 }, (_, n) => `X-${n}: z`), plain],
      'short',
    ),
    bomb(
      'base64 without end',
      ['Content-Type: application/octet-stream; name=a.bin', 'Content-Transfer-Encoding: base64'],
      'QUJD'.repeat(5_000_000),
    ),
    bomb('100,000 elements deep', [html], '<div>'.repeat(100_000) + 'x'),
    bomb('5 MB of tags', [html], '<a href="x" '.repeat(400_000)),
    bomb(
      '100,000 recipients',
      [`Cc: ${Array.from({ length: 100_000 }, (_, n) => `p${n}@crowd.test`).join(',\r\n ')}`, plain],
      'short',
    ),
    bomb(
      '50,000 references',
      [`References: ${Array.from({ length: 50_000 }, (_, n) => `<r${n}@bombs.test>`).join('\r\n ')}`, plain],
      'short',
    ),
    bomb('encoded words', [`X-Words: ${'=?utf-8?B?QUJD?= '.repeat(100_000)}`, plain], 'short'),
    bomb('prefixes', [`Subject: ${'Re: Fwd: AW: '.repeat(50_000)}`, plain], 'short'),
    ...endless.map(([name, body]) => bomb(name, [plain], body)),
    ...endless.slice(0, 4).map(([name, body]) => bomb(`${name} in html`, [html], `<p>${body}</p>`)),
  ];
}
