/** Forgeries with genuine parts: signatures, tenants, forwards, threads, and look-alike names. */
import { group } from './attack.ts';
import type { Attack } from './attack.ts';
import {
  alice,
  closes,
  crm,
  fromClient,
  fromEvil,
  fromStaff,
  ips,
  mail,
  sign,
  staff,
  stamp,
} from './world.ts';
import type { Draft, Sent, Signing } from './world.ts';

/** What the attacker obtained, resent from his machine with another envelope. */
const again = (data: string, more: Partial<Sent> = {}) => fromEvil(data, more);
const all = 'from:to:cc:subject:date:message-id:reply-to';
const without = (...names: readonly string[]): string =>
  all
    .split(':')
    .filter((name) => !names.includes(name))
    .join(':');
const harmless: Draft = {
  subject: 'Lease',
  id: 'old@client-a.test',
  date: 'Mon, 02 Feb 2026 09:00:00 +0000',
};

/** Her message, changed in something that its signature leaves out. */
const replay =
  (signing: Signing, change: (data: string) => string, draft: Draft = harmless) =>
  async () =>
    again(change(await sign(mail(draft), 'client-a.test', signing)));
const newSubject = (data: string): string => data.replace('Subject: Lease', `Subject: ${closes}`);
const newDate = (data: string): string => data.replace(/\r\nDate: [^\r]*/u, `\r\nDate: ${stamp}`);
const newId = (data: string): string => data.replace('old@client-a.test', 'new@client-a.test');
const newTo = (data: string): string => data.replace(/\r\nTo: [^\r]*/u, `\r\nTo: ${crm}`);
const tagged: Draft = { ...harmless, subject: closes };

const replays = group('replay of a signature', [
  ['without the subject, under a new one', replay({ fields: without('subject') }, newSubject)],
  ['without the date, under a new one', replay({ fields: without('date') }, newDate, tagged)],
  ['without the id, under a new one', replay({ fields: without('message-id') }, newId, tagged)],
  [
    'without To, under a new one',
    replay({ fields: without('to') }, newTo, { ...tagged, to: 'x@other.test' }),
  ],
  [
    'without date and id, under new ones',
    replay({ fields: without('date', 'message-id') }, (data) => newDate(newId(data)), tagged),
  ],
  ['with From alone', replay({ fields: 'from' }, (data) => newSubject(newDate(newId(data))))],
  [
    'without the date, which is taken away',
    replay({ fields: without('date') }, (data) => data.replace(/\r\nDate: [^\r]*/u, ''), tagged),
  ],
  [
    'without the id, which is taken away',
    replay({ fields: without('message-id') }, (data) => data.replace(/\r\nMessage-ID: [^\r]*/u, ''), tagged),
  ],
  [
    'without the subject, which was not there',
    replay(
      { fields: 'from:to:date:message-id' },
      (data) => data.replace('From:', `Subject: ${closes}\r\nFrom:`),
      { ...harmless, subject: '' },
    ),
  ],
  [
    'without Cc, which is added',
    replay(
      { fields: 'from:to:subject:date:message-id' },
      (data) => data.replace('\r\nTo:', '\r\nCc: bob@client-b.test\r\nTo:'),
      tagged,
    ),
  ],
  [
    'without Reply-To, which is added',
    replay(
      { fields: 'from:to:subject:date:message-id' },
      (data) => data.replace('\r\nTo:', '\r\nReply-To: x@evil.test\r\nTo:'),
      tagged,
    ),
  ],
  ['of the first bytes of the body', replay({ bytes: 4 }, (data) => `${data}Close it.\r\n`, tagged)],
  ['of no byte of the body', replay({ bytes: 0 }, (data) => data.replace('Please', 'Do'), tagged)],
  ['with a second subject above', replay({}, (data) => `Subject: ${closes}\r\n${data}`)],
  ['with a second date above', replay({}, (data) => `Date: ${stamp}\r\n${data}`, tagged)],
  [
    'with a second To above',
    replay({}, (data) => `To: ${crm}\r\n${data}`, { ...tagged, to: 'x@other.test' }),
  ],
  ['with a second id above', replay({}, (data) => `Message-ID: <new@client-a.test>\r\n${data}`, tagged)],
  ['with another subject', replay({}, newSubject)],
  ['with another body', replay({}, (data) => data.replace('Please close it', 'Close it now'), tagged)],
  [
    'in another case of messages',
    replay({ fields: without('subject') }, (data) =>
      newSubject(data).replace('d=client-a.test', 'd=CLIENT-A.test'),
    ),
  ],
  [
    'with its h= changed',
    replay({ fields: without('subject') }, (data) => newSubject(data).replace(/h=/u, 'h=subject:')),
  ],
  [
    'with a tag twice',
    replay({ fields: without('subject') }, (data) =>
      newSubject(data).replace('d=client-a.test', 'd=evil.test; d=client-a.test'),
    ),
  ],
  [
    'of a name below hers, if the policy is strict',
    async () =>
      again(await sign(mail({ from: 'frank@strict.test' }), 'mail.strict.test', { fields: without('date') })),
  ],
  [
    'of one of us, to another client',
    async () =>
      again(
        (
          await sign(mail({ from: staff, to: 'bob@client-b.test', id: 'f@firm.test' }), 'firm.test', {
            fields: without('to'),
          })
        ).replace('To: bob@client-b.test', `To: ${alice}`),
      ),
  ],
  [
    'that our server calls right',
    async () =>
      again(
        `Authentication-Results: mx.firm.test; dkim=pass header.d=client-a.test\r\n${newSubject(await sign(mail(harmless), 'client-a.test', { fields: without('subject') }))}`,
        { isUnstated: true },
      ),
  ],
]);

const dora = 'dora@acme.onmicrosoft.com';
const tenant =
  (from: string, domain: string, more: Partial<Sent> = {}) =>
  async () =>
    fromEvil(await sign(mail({ from }), domain), { mailFrom: `x@${domain}`, ...more });

const tenants = group('tenants', [
  ['another of onmicrosoft.com', tenant(dora, 'evil.onmicrosoft.com')],
  [
    'another of onmicrosoft.com, by SPF',
    () => fromEvil(mail({ from: dora }), { mailFrom: 'x@evil.onmicrosoft.com' }),
  ],
  ['onmicrosoft.com itself', tenant(dora, 'onmicrosoft.com', { mailFrom: 'x@evil.test' })],
  ['another of github.io', tenant('hugo@hugo.github.io', 'evil.github.io')],
  [
    'another of github.io, by SPF',
    () => fromEvil(mail({ from: 'hugo@hugo.github.io' }), { mailFrom: 'x@evil.github.io' }),
  ],
  [
    'who calls the other one Sender',
    async () =>
      fromEvil(
        await sign(mail({ from: dora, below: ['Sender: x@evil.onmicrosoft.com'] }), 'evil.onmicrosoft.com'),
        { mailFrom: 'x@evil.onmicrosoft.com' },
      ),
  ],
]);

const block = (from: string, subject = 'Lease', inside = 'The lease is signed.') =>
  `---------- Forwarded message ---------\r\nFrom: ${from}\r\nDate: Mon, 2 Mar 2026 at 08:00\r\nSubject: ${subject}\r\nTo: <ada@firm.test>\r\n\r\n${inside}`;
const eve = 'Eve <x@evil.test>';

/** A forward to the mailbox where staff file messages. */
const filed = { role: 'dropbox' } as const;
const forgedForward =
  (draft: Draft, more: Partial<Sent> = {}) =>
  () =>
    fromEvil(mail({ from: staff, to: crm, id: 'fw@firm.test', ...draft }), {
      mailFrom: 'ada@firm.test',
      ...more,
    });
/** Ada really forwards it: the content is someone else's. */
const genuineForward = (draft: Draft) => async () =>
  fromStaff(await sign(mail({ from: staff, to: crm, id: 'fw@firm.test', ...draft }), 'firm.test'));

function enclosing(...messages: readonly string[]): Draft {
  const parts = messages
    .map((message) => `--b\r\nContent-Type: message/rfc822\r\n\r\n${message}`)
    .join('\r\n');
  return {
    below: ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=b'],
    body: `--b\r\nContent-Type: text/plain\r\n\r\nFor the file.\r\n${parts}\r\n--b--`,
  };
}
const inner = (from: string, subject = closes, id = 'in@client-a.test') =>
  mail({ from, subject, id, to: 'ada@firm.test' });

const forwards = group('forwards', [
  ['in our name, of a client', forgedForward({ subject: closes, body: block(alice) }), filed],
  [
    'in our name, of a client, with the null path',
    forgedForward({ subject: `Fwd: ${closes}`, body: block(alice, closes) }, { mailFrom: '' }),
    filed,
  ],
  [
    'in our name, of an enclosed message',
    forgedForward({ subject: closes, ...enclosing(inner(alice, 'Lease')) }),
    filed,
  ],
  [
    'in our name, signed by the attacker',
    async () =>
      fromEvil(
        await sign(
          mail({ from: staff, to: crm, id: 'fw@firm.test', subject: closes, body: block(alice) }),
          'evil.test',
        ),
      ),
    filed,
  ],
  [
    'by us, whose tag is the attacker’s',
    genuineForward({ subject: `Fwd: ${closes}`, body: block(alice, closes) }),
    filed,
  ],
  [
    'by us, whose tag is the attacker’s, above the prefix',
    genuineForward({ subject: `${closes.replace('Lease', '')}Fwd: Lease`, body: block(alice, closes) }),
    filed,
  ],
  [
    'by us, whose tag is the attacker’s, in an encoded subject',
    genuineForward({
      subject: `=?utf-8?B?${Buffer.from(`WG: ${closes}`).toString('base64')}?=`,
      body: block(alice, closes),
    }),
    filed,
  ],
  [
    'by us, of an enclosed message with the attacker’s tag',
    genuineForward({ subject: `Fwd: ${closes}`, ...enclosing(inner(alice)) }),
    filed,
  ],
  [
    'by us, of a message in an enclosed message',
    genuineForward({
      subject: closes,
      ...enclosing(mail({ from: eve, subject: 'Hello', id: 'e@evil.test', ...enclosing(inner(alice)) })),
    }),
    filed,
  ],
  [
    'by us, of a stranger who prints a client',
    genuineForward({ subject: closes, body: block(eve, 'Hello', block(alice)) }),
    filed,
  ],
  [
    'by us, of a stranger who prints a client by a sub-address',
    genuineForward({ subject: closes, body: block(eve, 'Hello', block('alice+x@client-a.test')) }),
    filed,
  ],
  [
    'by us, of a stranger who encloses a client',
    genuineForward({
      subject: closes,
      ...enclosing(
        mail({ from: eve, subject: 'Hello', id: 'e@evil.test', ...enclosing(inner(alice, 'Lease')) }),
      ),
    }),
    filed,
  ],
  [
    'by us, of a stranger and a client’s message beside it',
    genuineForward({
      subject: closes,
      ...enclosing(mail({ from: eve, subject: 'Hello', id: 'e@evil.test' }), inner(alice, 'Lease')),
    }),
    filed,
  ],
  [
    'by us, of a stranger by name',
    genuineForward({ subject: closes, body: block('Alice', 'Lease', block(alice)) }),
    filed,
  ],
  [
    'by us, of a stranger who encloses a known message',
    genuineForward({
      subject: closes,
      ...enclosing(
        mail({
          from: eve,
          subject: 'Hello',
          id: 'e@evil.test',
          ...enclosing(inner(alice, 'Lease', 'known@client-a.test')),
        }),
      ),
    }),
    {
      ...filed,
      before: async () => [
        fromClient(await sign(mail({ subject: 'Lease', id: 'known@client-a.test' }), 'client-a.test')),
      ],
    },
  ],
  [
    'by us, of one of us in the attacker’s words',
    genuineForward({ subject: `Fwd: ${closes}`, body: block(staff, closes, block(alice, closes)) }),
    filed,
  ],
  [
    'by a stranger, of a client',
    () => fromEvil(mail({ from: eve, subject: closes, id: 'e@evil.test', body: block(alice) })),
    filed,
  ],
  [
    'by a client, whose tag is the attacker’s',
    async () =>
      fromClient(await sign(mail({ subject: `Fwd: ${closes}`, body: block(eve, closes) }), 'client-a.test')),
  ],
]);

const genuine = async () => [
  fromClient(await sign(mail({ subject: 'Lease', id: 'known@client-a.test' }), 'client-a.test')),
];
const inThread = (...below: readonly string[]): Draft => ({
  below: ['In-Reply-To: <known@client-a.test>', 'References: <known@client-a.test>', ...below],
});
const list = ['List-Id: <wine.lists.test>', 'List-Post: <mailto:wine@lists.test>'];

const threads = group('threads and lists', [
  [
    'a stranger who is himself',
    async () => fromEvil(await sign(mail({ from: eve, id: 'e@evil.test', ...inThread() }), 'evil.test')),
    { before: genuine },
  ],
  [
    'a stranger who is nobody',
    () =>
      fromEvil(mail({ from: 'x@nobody.test', id: 'e@nobody.test', ...inThread() }), {
        mailFrom: 'x@nobody.test',
      }),
    { before: genuine },
  ],
  [
    'a stranger who claims to be the client',
    () => fromEvil(mail({ id: 'e@client-a.test', ...inThread() })),
    { before: genuine },
  ],
  [
    'a stranger who claims to be one of us',
    () => fromEvil(mail({ from: staff, id: 'e@firm.test', ...inThread() })),
    { before: genuine },
  ],
  [
    'a stranger with a reply’s subject',
    () =>
      fromEvil(mail({ from: 'x@nobody.test', subject: `Re: ${closes}`, id: 'e@nobody.test', ...inThread() })),
    { before: genuine },
  ],
  [
    'X-Original-From with List-Id',
    async () =>
      fromEvil(
        await sign(
          mail({ from: eve, id: 'e@evil.test', below: [...list, `X-Original-From: ${alice}`] }),
          'evil.test',
        ),
      ),
  ],
  [
    'X-Original-Sender with List-Id',
    () =>
      fromEvil(
        mail({
          from: 'x@nobody.test',
          id: 'e@nobody.test',
          below: [...list, 'X-Original-Sender: alice@client-a.test'],
        }),
      ),
  ],
  [
    '"via" in the name',
    async () =>
      fromEvil(
        await sign(
          mail({
            from: 'Alice via Wine <x@evil.test>',
            id: 'e@evil.test',
            below: [`X-Original-From: ${alice}`],
          }),
          'evil.test',
        ),
      ),
  ],
  [
    'Reply-To of a list',
    async () =>
      fromEvil(
        await sign(
          mail({
            from: 'Wine <wine@evil.test>',
            id: 'e@evil.test',
            below: ['List-Id: <wine.evil.test>', 'List-Post: <mailto:wine@evil.test>', `Reply-To: ${alice}`],
          }),
          'evil.test',
        ),
      ),
  ],
  [
    'Reply-To alone',
    async () =>
      fromEvil(
        await sign(mail({ from: eve, id: 'e@evil.test', below: [`Reply-To: ${alice}`] }), 'evil.test'),
      ),
  ],
  [
    'the form of our site',
    () =>
      fromEvil(mail({ from: 'form@forms.test', id: 'e@forms.test', below: [`Reply-To: ${alice}`] }), {
        mailFrom: 'form@forms.test',
      }),
    { config: { formSenders: ['form@forms.test'] } },
  ],
]);

/** Each from a domain of the attacker, for which he signs. */
const alike =
  (from: string, domain = 'evil.test', subject = closes) =>
  async () =>
    fromEvil(await sign(mail({ from, subject, id: 'e@evil.test' }), domain), { mailFrom: `x@${domain}` });

const lookAlikes = group('look-alikes', [
  ['her address as a name', alike('"alice@client-a.test" <x@evil.test>')],
  ['her name', alike('Alice <x@evil.test>')],
  ['her domain below another', alike('alice@client-a.test.evil.test', 'client-a.test.evil.test')],
  ['a Cyrillic message in the domain', alike('alice@xn--client--4zg.test', 'xn--client--4zg.test')],
  ['a Cyrillic message in the local part', alike('=?utf-8?Q?Alice?= <\xd0\xb0lice@client-a.test>')],
  ['our domain with a word', alike('Ada <ada@evil-firm.test>', 'evil-firm.test')],
  ['a full stop at the end', alike('alice@client-a.test.')],
  ['capitals', alike('ALICE@CLIENT-A.TEST')],
  ['a sub-address', alike('alice+x@client-a.test')],
  ['quotes', alike('"alice"@client-a.test')],
  ['an invisible message', alike('alice@client-a.test\xe2\x80\x8b')],
  ['a full-width "@"', alike('alice\xef\xbc\xa0client-a.test')],
  ['a right-to-left override', alike('\xe2\x80\xaealice@client-a.test')],
  ['percent', alike('alice%client-a.test@evil.test')],
  ['a bang path', alike('client-a.test!alice@evil.test')],
  ['a domain in messages of its own', alike('gina@m\xc3\xbcnchen.test')],
  [
    'a tag of look-alike messages',
    alike('alice@client-a.test', 'evil.test', '=?utf-8?Q?=5B=D0=A1ase_4711=3A_Closed=5D?='),
  ],
  ['an address literal', alike(`alice@[${ips.alice}]`)],
]);

export const contentAttacks: readonly Attack[] = [
  ...replays,
  ...tenants,
  ...forwards,
  ...threads,
  ...lookAlikes,
];
