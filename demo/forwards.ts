import { pdf } from './files.ts';
import { staff } from './firm.ts';
import { matched, waiting } from './message.ts';
import type { Draft } from './message.ts';
import { enclosed, file, html, multipart, text, wholeMessage } from './mime.ts';

const original = wholeMessage(
  [
    'From: Rosa de la Cruz <rosa@delacruz.example>',
    'To: Larkin Voss Office <office@larkin-voss.example>',
    'Subject: The old deed',
    'Date: Sun, 01 Mar 2026 18:20:00 +0000',
    'Message-ID: <old-deed@delacruz.example>',
  ],
  multipart('multipart/mixed', 'demo-inner', [
    text('Here is the deed of 1974.'),
    file({ name: 'deed.pdf', type: 'application/pdf', content: pdf('Deed of 1974') }),
  ]),
);

/** What staff forward to the CRM: the author of the inner message is the client. */
export const forwards: readonly Draft[] = [
  {
    id: 'forward-gmail',
    description: 'Forwarded with Gmail',
    places: ['dropbox INBOX'],
    minute: 300,
    from: staff.ines,
    to: staff.crm,
    subject: 'Fwd: Hearing date',
    body: text(
      'For the file.\n\n---------- Forwarded message ---------\nFrom: Joseph Adeyemi <joseph@adeyemi.example>\nDate: Mon, 2 Mar 2026 at 11:02\nSubject: Hearing date\nTo: Ines Larkin <ines.larkin@larkin-voss.example>\n\nThe hearing is on the 20th.',
    ),
    expected: matched(['joseph']),
  },
  {
    id: 'forward-outlook',
    description: 'Forwarded with Outlook',
    places: ['dropbox INBOX'],
    minute: 310,
    from: staff.tom,
    to: staff.crm,
    subject: 'FW: Invoice 118',
    body: text(
      'Please file.\n\n________________________________\nFrom: Edmund Bell <info@bellandsons.example>\nSent: Monday, March 2, 2026 9:12 AM\nTo: Tom Voss <tom.voss@larkin-voss.example>\nSubject: Invoice 118\n\nPlease find the invoice number below.',
    ),
    expected: matched(['bell']),
  },
  {
    id: 'forward-outlook-german',
    description: 'Forwarded with a German Outlook',
    places: ['dropbox INBOX'],
    minute: 320,
    from: staff.tom,
    to: staff.crm,
    subject: 'WG: Baugenehmigung',
    body: text(
      'Zur Akte.\n\nVon: Karin Hartmann <karin.hartmann@hartmann-bau.example>\nGesendet: Montag, 2. März 2026 10:05\nAn: Tom Voss <tom.voss@larkin-voss.example>\nBetreff: Baugenehmigung\n\nDie Genehmigung ist da.',
    ),
    expected: matched(['hartmann']),
  },
  {
    id: 'forward-apple',
    description: 'Forwarded with Apple Mail',
    places: ['dropbox INBOX'],
    minute: 330,
    from: staff.ines,
    to: staff.crm,
    subject: 'Fwd: Key to the flat',
    body: text(
      'Begin forwarded message:\n\n> From: Marta Ilves <marta.ilves@northquay.example>\n> Subject: Key to the flat\n> Date: 2 March 2026 at 12:40:11 GMT\n> To: ines.larkin@larkin-voss.example\n>\n> The key is with the porter.',
    ),
    expected: matched(['marta']),
  },
  {
    id: 'forward-thunderbird',
    description: 'Forwarded with Thunderbird',
    places: ['dropbox INBOX'],
    minute: 340,
    from: staff.ines,
    to: staff.crm,
    subject: 'Fwd: Passport copy',
    body: text(
      '-------- Forwarded Message --------\nSubject: \tPassport copy\nDate: \tMon, 2 Mar 2026 13:00:00 +0000\nFrom: \tОльга Петрова <olga@petrova.example>\nTo: \tines.larkin@larkin-voss.example\n\nThe copy follows by post.',
    ),
    expected: matched(['olga']),
  },
  {
    id: 'forward-html',
    description: 'Forwarded from Gmail in a browser: HTML only',
    places: ['dropbox INBOX'],
    minute: 350,
    from: staff.ines,
    to: staff.crm,
    subject: 'Fwd: Rent',
    body: html(
      '<div dir="ltr">See below.</div><div class="gmail_quote"><div dir="ltr" class="gmail_attr">---------- Forwarded message ---------<br>From: <strong class="gmail_sendername">Joseph Adeyemi</strong> <span>&lt;<a href="mailto:joseph@adeyemi.example">joseph@adeyemi.example</a>&gt;</span><br>Date: Mon, 2 Mar 2026 at 14:00<br>Subject: Rent<br>To: Ines Larkin &lt;<a href="mailto:ines.larkin@larkin-voss.example">ines.larkin@larkin-voss.example</a>&gt;<br></div><br>The rent has been raised again.</div>',
    ),
    expected: matched(['joseph']),
  },
  {
    id: 'forward-attachment',
    description: 'Forwarded as an attachment, with the file that was in it',
    places: ['dropbox INBOX'],
    minute: 360,
    from: staff.office,
    to: staff.crm,
    subject: 'Fwd: The old deed',
    body: multipart('multipart/mixed', 'demo-outer', [text('For the file.'), enclosed(original)]),
    expected: matched(['rosa'], { attachments: 1 }),
  },
  {
    id: 'forward-chain',
    description: 'Forwarded twice: office to Tom, Tom to the CRM. The client is innermost',
    places: ['dropbox INBOX'],
    minute: 370,
    from: staff.tom,
    to: staff.crm,
    subject: 'Fwd: Fwd: Customs papers',
    body: text(
      '---------- Forwarded message ---------\nFrom: Larkin Voss Office <office@larkin-voss.example>\nDate: Mon, 2 Mar 2026 at 15:10\nSubject: Fwd: Customs papers\nTo: Tom Voss <tom.voss@larkin-voss.example>\n\n\n---------- Forwarded message ---------\nFrom: 陈文 <wen.chen@lotus-trade.example>\nDate: Mon, 2 Mar 2026 at 14:55\nSubject: Customs papers\nTo: Larkin Voss Office <office@larkin-voss.example>\n\nThe papers are with the broker.',
    ),
    expected: matched(['wen']),
  },
  {
    id: 'forward-own-message',
    description: 'Staff forwards a message of ours: it concerns the client to whom it went',
    places: ['dropbox INBOX'],
    minute: 380,
    from: staff.tom,
    to: staff.crm,
    subject: 'Fwd: Power of attorney',
    body: text(
      '---------- Forwarded message ---------\nFrom: Ines Larkin <ines.larkin@larkin-voss.example>\nDate: Mon, 2 Mar 2026 at 16:00\nSubject: Power of attorney\nTo: Yuki Tanabe <yuki@tanabe.example>\n\nPlease sign and return.',
    ),
    expected: matched(['yuki'], { direction: 'outbound' }),
  },
  {
    id: 'forward-name-only',
    description: 'The forward prints a name without an address: a person decides',
    places: ['dropbox INBOX'],
    minute: 390,
    from: staff.tom,
    to: staff.crm,
    subject: 'FW: Meeting',
    body: text(
      '________________________________\nFrom: Marta Ilves\nSent: Monday, March 2, 2026 4:30 PM\nTo: Tom Voss\nSubject: Meeting\n\nCould we meet on Thursday?',
    ),
    expected: waiting('unmatched'),
  },
  {
    id: 'forward-unknown',
    description: 'The message inside is from somebody whom nobody knows',
    places: ['dropbox INBOX'],
    minute: 400,
    from: staff.office,
    to: staff.crm,
    subject: 'Fwd: Application',
    body: text(
      '---------- Forwarded message ---------\nFrom: Piet Maas <piet@maas.example>\nDate: Mon, 2 Mar 2026 at 16:40\nSubject: Application\nTo: Larkin Voss Office <office@larkin-voss.example>\n\nI apply as a clerk.',
    ),
    expected: waiting('unmatched'),
  },
  {
    id: 'forward-forged',
    description: 'A stranger "forwards" a message of a client: judged by its own sender',
    places: ['dropbox INBOX'],
    minute: 410,
    from: 'Helper <helper@bargains.test>',
    to: staff.crm,
    subject: 'Fwd: Please pay',
    body: text(
      '---------- Forwarded message ---------\nFrom: Marta Ilves <marta.ilves@northquay.example>\nDate: Mon, 2 Mar 2026 at 16:45\nSubject: Please pay\nTo: helper@bargains.test\n\nPlease pay to the account below.',
    ),
    expected: waiting('unmatched'),
  },
];
