/** Genuine senders in the same shapes: each moves its case without review. */
import { group } from './attack.ts';
import type { Attack } from './attack.ts';
import { alice, closes, crm, fromClient, fromStaff, ips, mail, sign, staff } from './world.ts';
import type { Draft, Sent, Signing } from './world.ts';

const client =
  (
    draft: Draft = {},
    { domain = 'client-a.test', ...signing }: Signing & { readonly domain?: string } = {},
    more: Partial<Sent> = {},
  ) =>
  async () =>
    fromClient(await sign(mail(draft), domain, signing), more);
const office =
  (draft: Draft, more: Partial<Sent> = {}) =>
  async () =>
    fromStaff(await sign(mail({ from: staff, id: 'c@firm.test', ...draft }), 'firm.test'), more);
/** As some large services sign: without To and Cc, with an envelope of the same domain. */
const service = 'from:date:subject:message-id:content-type:mime-version';
const block =
  '---------- Forwarded message ---------\r\nFrom: Alice <alice@client-a.test>\r\nDate: Mon, 2 Mar 2026 at 08:00\r\nSubject: Lease\r\nTo: <ada@firm.test>\r\n\r\nThe lease is signed.';
const german = (subject: string): string => `=?utf-8?B?${Buffer.from(subject).toString('base64')}?=`;

export const controls: readonly Attack[] = group('genuine', [
  ['a client, signed and from her server', client()],
  [
    'a client, signed, from a server that nobody knows',
    client({}, {}, { ip: '203.0.113.9', ptr: 'unknown', mailFrom: 'bounce@relay.test' }),
  ],
  ['a client, unsigned, from her server', () => fromClient(mail())],
  [
    'a client, unsigned, from her server by IPv6',
    () => fromClient(mail(), { ip: '2001:db8:a::10', ptr: 'unknown' }),
  ],
  ['a client, whose service leaves To out, from her server', client({}, { fields: service })],
  ['a client, signed by a name below hers', client({}, { domain: 'mail.client-a.test' })],
  [
    'a client without a policy',
    () =>
      fromClient(mail({ from: 'bob@client-b.test', id: 'b@client-b.test' }), {
        ip: ips.bob,
        helo: 'mail.client-b.test',
        ptr: 'mail.client-b.test',
        mailFrom: 'bob@client-b.test',
      }),
  ],
  [
    'a client whose policy is strict to the name',
    client(
      { from: 'frank@strict.test', id: 'f@strict.test' },
      { domain: 'strict.test' },
      { ip: ips.frank, mailFrom: 'frank@strict.test' },
    ),
  ],
  [
    'a tenant',
    client(
      { from: 'dora@acme.onmicrosoft.com', id: 'd@acme.onmicrosoft.com' },
      { domain: 'acme.onmicrosoft.com' },
      { ip: ips.acme, mailFrom: 'dora@acme.onmicrosoft.com' },
    ),
  ],
  [
    'a client with a domain in messages of its own',
    client(
      { from: 'gina@xn--mnchen-3ya.test', id: 'g@xn--mnchen-3ya.test' },
      { domain: 'xn--mnchen-3ya.test' },
      { ip: ips.gina, mailFrom: 'gina@xn--mnchen-3ya.test' },
    ),
  ],
  ['a client with a comment for a name', client({ from: 'alice@client-a.test (Alice)' })],
  ['a client with a quoted name', client({ from: '"Client, Alice \\"A.\\"" <alice@client-a.test>' })],
  [
    'a client with an encoded name and subject',
    client({
      from: `${german('Älice')} <alice@client-a.test>`,
      subject: german('[Case 4711: geschlossen] Schlüssel'),
    }),
  ],
  ['a client in capitals', client({ from: 'ALICE@Client-A.test' })],
  ['a client with a folded From', client({ from: 'Alice\r\n <alice@client-a.test>' })],
  [
    'a client with Cc and Reply-To of her own',
    client({ below: [`Cc: office@firm.test`, `Reply-To: ${alice}`] }),
  ],
  [
    'a client through relays of her own',
    client({
      above: [
        'Received: from desk.client-a.test ([10.1.2.3]) by mail.client-a.test with ESMTPSA id 7; Mon, 02 Mar 2026 08:59:00 +0000',
        'Received: by desk.client-a.test with HTTP; Mon, 02 Mar 2026 08:58:00 +0000',
      ],
    }),
  ],
  [
    'a client through a list that another server checked',
    client({ above: ['Authentication-Results: mx.other.test; spf=fail smtp.mailfrom=client-a.test'] }),
  ],
  ['one of us, to a client', office({ to: `${alice}, ${crm}` })],
  [
    'one of us, who tags the forward of a message',
    office({ to: crm, subject: `${closes.replace('Lease', '')}Fwd: Lease`, body: block }),
    { role: 'dropbox' },
  ],
  [
    'one of us, unsigned, from our network',
    () => fromStaff(mail({ from: staff, to: alice, id: 'c@firm.test' })),
    {},
  ],
]);
