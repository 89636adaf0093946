import iconv from 'iconv-lite';
import { pdf } from './files.ts';
import { staff } from './firm.ts';
import { matched } from './message.ts';
import type { Draft } from './message.ts';
import { encoded, file, multipart, text } from './mime.ts';

/** RFC 1468: the two-byte characters of JIS X 0208, which EUC-JP writes with the high bit set. */
function iso2022jp(japanese: string): Buffer {
  const pieces = Array.from(japanese, (character) => {
    const bytes = iconv.encode(character, 'euc-jp');
    const isWide = bytes.length === 2;
    const jis = isWide ? Buffer.from(bytes.map((byte) => byte & 0x7f)) : bytes;
    return isWide ? Buffer.concat([Buffer.from('\u001b$B'), jis, Buffer.from('\u001b(B')]) : jis;
  });
  return Buffer.concat(pieces);
}

/** Other scripts, missing headers, hostile names. */
export const oddities: readonly Draft[] = [
  {
    id: 'chinese',
    description: 'Chinese in GB18030',
    places: ['capture INBOX'],
    minute: 800,
    from: '陈文 <wen.chen@lotus-trade.example>',
    to: staff.tom,
    subject: '商标注册',
    body: encoded(iconv.encode('您好，商标注册的文件已经准备好了。', 'gb18030'), 'gb18030'),
    expected: matched(['wen']),
  },
  {
    id: 'arabic',
    description: 'Arabic, written from right to left',
    places: ['capture INBOX'],
    minute: 810,
    from: 'سمير حداد <samir@haddad.example>',
    to: staff.ines,
    subject: 'موعد الجلسة',
    body: text('السلام عليكم، متى موعد الجلسة القادمة؟'),
    expected: matched(['samir']),
  },
  {
    id: 'cyrillic',
    description: 'Russian in KOI8-R',
    places: ['capture INBOX'],
    minute: 820,
    from: 'Ольга Петрова <olga@petrova.example>',
    to: staff.ines,
    subject: 'Вопрос по договору',
    body: encoded(iconv.encode('Добрый день! Когда будет готов договор?', 'koi8-r'), 'koi8-r'),
    expected: matched(['olga']),
  },
  {
    id: 'japanese',
    description: 'Japanese in ISO-2022-JP',
    places: ['capture INBOX'],
    minute: 830,
    from: '田辺ゆき <yuki@tanabe.example>',
    to: staff.ines,
    subject: '契約書の件',
    body: encoded(iso2022jp('契約書を受け取りました。'), 'iso-2022-jp'),
    expected: matched(['yuki']),
  },
  {
    id: 'no-message-id',
    description: 'No Message-ID',
    places: ['capture INBOX'],
    minute: 840,
    from: 'Bell and Sons <info@bellandsons.example>',
    to: staff.tom,
    subject: 'Sent from the till',
    withoutMessageId: true,
    body: text('The till cannot do better.'),
    expected: matched(['bell']),
  },
  {
    id: 'no-subject',
    description: 'No subject',
    places: ['capture INBOX'],
    minute: 850,
    from: 'Samir Haddad <SAMIR@HADDAD.EXAMPLE>',
    to: staff.ines,
    body: text('Sorry, I forgot the subject.'),
    expected: matched(['samir']),
  },
  {
    id: 'hostile-filename',
    description: 'A file whose name climbs folders and hides its ending',
    places: ['capture INBOX'],
    minute: 860,
    from: 'Edmund Bell <info@bellandsons.example>',
    to: staff.tom,
    subject: 'Offer',
    body: multipart('multipart/mixed', 'demo-mixed', [
      text('Our offer is attached.'),
      file({ name: '../../etc/offer\u202Efdp.exe', type: 'application/pdf', content: pdf('Offer') }),
    ]),
    expected: matched(['bell'], { attachments: 1 }),
  },
  {
    id: 'hostile-html',
    description: 'HTML with a script and a tracking pixel',
    places: ['capture INBOX'],
    minute: 870,
    from: 'Amara Obi <amara@obi.example>',
    to: staff.ines,
    subject: 'The list you asked for',
    body: text(
      '<p>The list:</p><script>alert(1)</script><img src="https://pixel.test/1.gif" onerror="alert(2)"><p>House, car.</p>',
      'text/html; charset=utf-8',
    ),
    expected: matched(['amara']),
  },
];
