import { staff } from './firm.ts';
import { matched, messageIdOf, waiting } from './message.ts';
import type { Draft } from './message.ts';
import { multipart, text } from './mime.ts';
import type { Part } from './mime.ts';

function part(type: string, content: string): Part {
  return text(content, type);
}

/** Mail that no person typed. */
export const automatic: readonly Draft[] = [
  {
    id: 'out-of-office',
    description: "A client's absence note",
    places: ['capture INBOX'],
    minute: 700,
    from: 'Rosa de la Cruz <rosa@delacruz.example>',
    to: staff.ines,
    subject: 'Out of office: Office closed on Friday',
    answers: ['two-clients'],
    headers: ['Auto-Submitted: auto-replied (vacation)'],
    body: text('I am out of the office until Monday.'),
    expected: matched(['rosa'], { automatic: 'out-of-office' }),
  },
  {
    id: 'message-that-bounces',
    description: 'Staff writes to a client whose mailbox is full',
    places: ['capture Sent'],
    minute: 710,
    from: staff.ines,
    to: 'Yuki Tanabe <yuki@tanabe.example>',
    subject: 'Your file',
    body: text('Dear Ms Tanabe,\n\nyour file is ready.\n\nInes Larkin'),
    expected: matched(['yuki'], { direction: 'outbound' }),
  },
  {
    id: 'bounce',
    description: 'The bounce of that message: its thread tells the client',
    places: ['capture INBOX'],
    minute: 715,
    from: 'Mail Delivery System <MAILER-DAEMON@mx.tanabe.example>',
    to: staff.ines,
    subject: 'Undelivered Mail Returned to Sender',
    headers: ['Return-Path: <>', 'Auto-Submitted: auto-replied'],
    body: multipart('multipart/report; report-type=delivery-status', 'demo-report', [
      text('Your message could not be delivered.\n\n<yuki@tanabe.example>: mailbox full'),
      part(
        'message/delivery-status',
        'Reporting-MTA: dns; mx.tanabe.example\n\nFinal-Recipient: rfc822; yuki@tanabe.example\nAction: failed\nStatus: 4.2.2\nDiagnostic-Code: smtp; 452 4.2.2 mailbox full',
      ),
      part(
        'text/rfc822-headers',
        `From: ${staff.ines}\nTo: Yuki Tanabe <yuki@tanabe.example>\nSubject: Your file\nMessage-ID: <${messageIdOf('message-that-bounces')}>`,
      ),
    ]),
    expected: matched(['yuki'], { automatic: 'bounce', attachments: 2 }),
  },
  {
    id: 'newsletter',
    description: 'A newsletter of a publisher whom nobody knows',
    places: ['capture INBOX'],
    minute: 720,
    from: 'Legal Digest <digest@legal-digest.example>',
    to: staff.ines,
    subject: 'This week in tenancy law',
    headers: [
      'Precedence: bulk',
      'List-Unsubscribe: <https://legal-digest.example/u/1>',
      'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
    ],
    body: text('Three judgments on rent.'),
    expected: waiting('unmatched', { automatic: 'bulk' }),
  },
  {
    id: 'mailing-list',
    description: 'A client posts to a mailing list that replaces the sender',
    places: ['capture INBOX'],
    minute: 730,
    from: 'Joseph Adeyemi via Tenants <tenants@groups.example>',
    to: 'tenants@groups.example',
    subject: '[tenants] Sublet clause',
    headers: [
      'List-Id: Tenants <tenants.groups.example>',
      'List-Post: <mailto:tenants@groups.example>',
      'X-Original-From: Joseph Adeyemi <joseph@adeyemi.example>',
    ],
    body: text('Has anybody seen this clause before?'),
    expected: matched(['joseph'], { automatic: 'list' }),
  },
  {
    id: 'invitation',
    description: 'A client sends a calendar invitation',
    places: ['capture INBOX'],
    minute: 740,
    from: 'Karin Hartmann <karin.hartmann@hartmann-bau.example>',
    to: staff.tom,
    subject: 'Invitation: Site visit',
    body: multipart('multipart/alternative', 'demo-alternative', [
      text('Site visit on 12 March at 10:00.'),
      part(
        'text/calendar; method=REQUEST; charset=utf-8',
        'BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//demo//EN\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:visit@demo.example\nDTSTAMP:20260302T100000Z\nDTSTART:20260312T100000Z\nDTEND:20260312T110000Z\nSUMMARY:Site visit\nORGANIZER;CN=Karin Hartmann:mailto:karin.hartmann@hartmann-bau.example\nATTENDEE;CN=Tom Voss:mailto:tom.voss@larkin-voss.example\nEND:VEVENT\nEND:VCALENDAR',
      ),
    ]),
    expected: matched(['hartmann'], { automatic: 'calendar', attachments: 1 }),
  },
];
