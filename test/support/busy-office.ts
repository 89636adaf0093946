/** A firm on a busy morning: what waits, what is held, what is on record, and mail that means harm in every field. */
import { file, html, multipart, text, word } from '../../demo/mime.ts';
import { pdf, png } from '../../demo/files.ts';
import { noteMailboxFailure, noteMailboxOk } from '../../src/store/mailbox-states.ts';
import type { ClientDocument } from '../../src/store/clients.ts';
import { newId, rawMessage } from './messages.ts';
import type { MessageSpec } from './messages.ts';
import type { Firm } from './servers.ts';

/** Markup that would run in a page which prints it as it is, by several ways. */
export const hostile = `<img src=x onerror="alert(1)"><script>alert(2)</script>"'><svg onload=alert(3)>{{7*7}}\${alert(4)}`;

const clients: readonly ClientDocument[] = [
  { _id: 'ana', name: 'Ana Souza', company: 'Souza Imports', email: 'ana@souza-imports.test' },
  { _id: 'bernd', name: 'Bernd Müller', company: 'Müller & Söhne', email: 'bernd@mueller-soehne.test' },
  { _id: 'chiara', name: 'Chiara Conti', company: 'Conti Tessuti', email: 'chiara@conti.test' },
  { _id: 'dora', name: 'Dora Novak', company: 'Novak & Partner', email: 'family@shared.test' },
  { _id: 'emil', name: 'Emil Novak', email: 'family@shared.test' },
  { _id: 'mallory', name: hostile, company: hostile, email: 'mallory@harm.test' },
];

/** Strangers whose mail waits: from, subject, body. */
const strangers: readonly (readonly [string, string, string])[] = [
  [
    'Greta Holm <greta@holm-works.test>',
    'Offer for the roof',
    'Please find our offer for the roof. Shall we talk on Tuesday?',
  ],
  [
    'Greta Holm <greta@holm-works.test>',
    'Re: Offer for the roof',
    'One more thing: the gutters are not part of it.',
  ],
  ['Greta Holm <greta@holm-works.test>', 'Invoice 2026-118', 'Attached is the invoice for the survey.'],
  ['Hiro Tanaka <hiro@tanaka-imports.test>', 'Contract draft', 'The draft is ready for your signature.'],
  ['Ivo Petrov <ivo.petrov@gmail.com>', 'Question about my lease', 'Can I sublet the flat for the summer?'],
  ['Jana Lind <jana@lind-bau.test>', 'Site visit on Friday', 'We meet at the gate at nine.'],
  [
    'Karim Haddad <karim@haddad-law.test>',
    'Your letter of 12 February',
    'My client disagrees with your view of the matter.',
  ],
  ['Lea Brandt <lea@brandt-tax.test>', 'Tax return', 'I need the receipts of last year.'],
  ['Mila Kos <mila@kos.test>', 'Appointment', 'Is Thursday possible instead?'],
  ['Noah Berg <noah@berg-energy.test>', 'Meter reading', 'The reading is 4711.'],
  ['Olga Stern <olga@stern-art.test>', 'Painting', 'The painting arrives on Monday.'],
  ['Piet de Vries <piet@devries-flowers.test>', 'Flowers for the office', 'Would you like the usual order?'],
  ['Rosa Diaz <rosa@diaz.test>', 'Keys', 'I found the keys.'],
  ['Tara Quinn <tara@quinn-print.test>', 'Business cards', 'They are printed and can be fetched.'],
  ['Sven Olsen <sven@olsen-boats.test>', 'Mooring contract', 'The mooring costs more this year.'],
];

const waiting: readonly MessageSpec[] = [
  ...strangers.map(([from, subject, body]) => ({ from, subject, body })),
  {
    from: 'The Novaks <family@shared.test>',
    subject: 'Our house',
    body: 'Dear office,\n\nthe papers for the house came yesterday. Which of us shall sign them, or do you need both?\n\nWith kind regards\nDora and Emil Novak',
  },
  { from: 'The Novaks <family@shared.test>', subject: 'The garden', body: 'The fence is down.' },
  {
    from: 'Robot <robot@portal.test>',
    subject: 'A form was sent',
    headers: ['Reply-To: ana@souza-imports.test'],
  },
];

const minutesAgo = (minutes: number): Date => new Date(Date.now() - minutes * 60_000);

export interface BusyOffice {
  /** The message that is hostile in every field. */
  readonly hostileId: string;
  /** It waits, and has a formatted text, a picture in it, a picture beside it and a PDF. */
  readonly richId: string;
  /** It waits because two clients share the address. */
  readonly sharedId: string;
  readonly storedId: string;
  readonly quarantinedId: string;
}

/** Takes mail in until 20 messages wait and 4 case updates are held. */
export async function makeBusy(firm: Firm): Promise<BusyOffice> {
  await firm.addClients(...clients);
  const receive = async (spec: MessageSpec, mailbox = 'office') => {
    const { date = minutesAgo(90) } = spec;
    return await firm.receive(rawMessage({ ...spec, date }), { mailbox, internalDate: date });
  };
  const thread = newId();
  const stored = await receive({ id: thread, subject: 'The lease', date: minutesAgo(4_000) });
  await receive({ answers: [thread], subject: 'Re: The lease', body: 'Here is the signed copy.' });
  await receive({
    from: 'Ana Souza <ana@souza-imports.test>',
    subject: '[Case #4711: Open] Customs',
    date: minutesAgo(3_000),
  });
  await receive({
    from: 'Ana Souza <ana@souza-imports.test>',
    subject: '[Case #4711: On Hold] Customs',
    date: minutesAgo(300),
  });
  await receiveHeld(receive);
  for (const spec of waiting) await receive(spec);
  const rich = await receive(richMessage());
  const harm = await receive(hostileMessage(), hostile.slice(0, 60));
  const broken = await receive({ from: 'Zoe <zoe@broken.test>', subject: 'A broken message' });
  await firm.database.messages.updateOne(
    { _id: broken._id },
    {
      $set: {
        state: 'quarantined',
        error: `three attempts to read it ended the reader ${hostile}`,
        secondReading: {
          from: [{ address: 'zoe@broken.test', name: hostile }],
          to: [],
          cc: [],
          subject: `A broken message ${hostile}`,
          date: null,
          text: hostile,
          files: [hostile],
          isCut: false,
        },
      },
    },
  );
  await noteMailboxes(firm);
  const shared = await firm.database.messages.findOne({ subject: 'Our house' });
  return {
    hostileId: harm._id.toHexString(),
    richId: rich._id.toHexString(),
    sharedId: shared?._id.toHexString() ?? '',
    storedId: stored._id.toHexString(),
    quarantinedId: broken._id.toHexString(),
  };
}

async function receiveHeld(receive: (spec: MessageSpec) => Promise<unknown>): Promise<void> {
  const bernd = 'Bernd Müller <bernd@mueller-soehne.test>';
  await receive({
    from: bernd,
    subject: word('[Case #90: Marinating] Machine'),
    body: 'It is being tested.',
  });
  // The o is Cyrillic.
  await receive({ from: bernd, subject: word('[Case #91: Cl\u{43e}sed] Machine') });
  await receive({
    from: bernd,
    subject: '[Case #4711: Closed] Customs',
    headers: ['Reply-To: bernd@elsewhere.test'],
  });
  await receive({
    from: 'Chiara <chiara@conti.test>',
    answers: [newId()],
    subject: 'Re: [Case #92: Closed] Fabric',
  });
}

async function noteMailboxes({ database: { mailboxStates, polls } }: Firm): Promise<void> {
  for (const name of ['office', 'reception']) {
    await noteMailboxOk(mailboxStates, name, { hasNewMail: name === 'office' });
    await polls.updateOne({ _id: name }, { $set: { polledAt: new Date() } }, { upsert: true });
  }
  await polls.updateOne({ _id: 'billing' }, { $set: { polledAt: new Date() } }, { upsert: true });
  await noteMailboxFailure(mailboxStates, 'billing', {
    code: 'authentication-failed',
    error: `the server says: ${hostile}`,
    retryAfterMs: 600_000,
    isRepeated: false,
  });
}

function richMessage(): MessageSpec {
  const formatted = `<h2>Our offer</h2><p>Dear office, <b>please</b> see the <a href="https://outside.test/offer">offer</a>.</p>
    <p><img src="cid:plan" alt="The plan"></p><img src="https://tracker.outside.test/pixel.gif" width="1" height="1">
    <table border="1"><tr><th>Work</th><th>Price</th></tr><tr><td>Roof</td><td>12,000</td></tr></table>`;
  return {
    from: 'Ula Fink <ula@fink-roofs.test>',
    subject: 'Offer with plans',
    body: multipart('multipart/mixed', 'outer', [
      multipart('multipart/related', 'inner', [
        html(formatted),
        file({ name: 'plan.png', type: 'image/png', content: png(40, 90, 190), cid: 'plan' }),
      ]),
      file({ name: 'roof.png', type: 'image/png', content: png(190, 90, 40) }),
      file({ name: 'offer.pdf', type: 'application/pdf', content: pdf('Offer') }),
    ]),
  };
}

function hostileMessage(): MessageSpec {
  const name = word(hostile);
  return {
    from: `${name} <stranger@harm.test>`,
    to: `${name} <office@firm.test>`,
    cc: `${name} <other@harm.test>`,
    subject: name,
    headers: [`Reply-To: ${name} <mallory@harm.test>`, `Organization: ${name}`],
    body: multipart('multipart/mixed', 'harm', [
      multipart('multipart/alternative', 'both', [
        text(hostile),
        html(
          `${hostile}<style>body{background:url(https://outside.test/x)}</style><iframe src="https://outside.test/"></iframe>
          <form action="https://outside.test/"><input autofocus onfocus=alert(5)></form><base href="https://outside.test/">
          <a href="javascript:alert(6)">press</a><meta http-equiv="refresh" content="0;url=https://outside.test/">
          <img src="https://outside.test/pixel.gif"><div style="background:url(https://outside.test/y)">x</div>`,
        ),
      ]),
      file({ name: `${hostile}.html`, type: 'text/html', content: Buffer.from('<script>alert(7)</script>') }),
      file({
        name: 'harm.svg',
        type: 'image/svg+xml',
        content: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(8)"/>'),
      }),
    ]),
  };
}
