/** Forgeries that use the session and what servers write about it. */
import { group } from './attack.ts';
import type { Attack } from './attack.ts';
import { alice, crm, fromEvil, ips, mail, sign, staff, stamp } from './world.ts';
import type { Sent } from './world.ts';

const toAlice = { from: staff, to: alice, id: 'two@firm.test' };
const evil = (more: Partial<Sent> = {}, draft: Parameters<typeof mail>[0] = {}) =>
  fromEvil(mail(draft), more);
const asAlice = { mailFrom: 'alice@client-a.test' };

const plain = group('plain forgery', [
  ['a client with a strict policy', () => evil()],
  ['the same in the envelope', () => evil(asAlice)],
  ['the same, saying HELO as her server', () => evil({ ...asAlice, helo: 'mail.client-a.test' })],
  ['a client without a policy', () => evil({ mailFrom: 'bob@client-b.test' }, { from: 'bob@client-b.test' })],
  [
    'a client of whom the DNS knows nothing',
    () => evil({ mailFrom: 'carol@weak.test' }, { from: 'carol@weak.test' }),
  ],
  ['a client whose policy is strict to the name', () => evil({}, { from: 'frank@strict.test' })],
  ['one of us, to a client', () => evil({ mailFrom: 'ada@firm.test' }, toAlice)],
  ['one of us, in the name only', () => evil({}, toAlice)],
  ['with the null path', () => evil({ mailFrom: '', helo: 'mail.client-a.test' })],
  ['from an address without a name', () => evil({ ...asAlice, ptr: 'unknown' })],
  ['from an IPv6 address', () => evil({ ...asAlice, ip: '2001:db8:66::1', ptr: 'unknown' })],
  ['signed by the attacker', async () => fromEvil(await sign(mail(), 'evil.test'))],
  ['one of us, signed by the attacker', async () => fromEvil(await sign(mail(toAlice), 'evil.test'))],
  ['in an envelope of a name below hers', () => evil({ mailFrom: 'x@news.client-a.test' })],
  [
    'with a signature of hers over nothing',
    () =>
      evil(
        {},
        {
          above: [
            'DKIM-Signature: v=1; a=rsa-sha256; d=client-a.test; s=s1; h=from:to:subject:date:message-id; bh=AAAA; b=AAAA',
          ],
        },
      ),
  ],
]);

const ourLine = (client: string, by = 'mx.firm.test', rest = 'with ESMTPS id Z') =>
  `Received: from mail.client-a.test (${client})\r\n\tby ${by} (Postfix) ${rest}; ${stamp}`;
const hers = `mail.client-a.test [${ips.alice}]`;
const below = (...above: readonly string[]) => evil(asAlice, { above });

const lines = group('Received lines', [
  ['a line of our server below its own', () => below(ourLine(hers))],
  ['a line of our store', () => below(ourLine(hers, 'store.firm.test'))],
  ['a line of our gateway', () => below(ourLine(hers, 'gw3.shield.test'))],
  [
    'a line of the final delivery, and one of our server',
    () => below(ourLine('[10.0.0.1]', 'store.firm.test', 'with LMTP id Z'), ourLine(hers)),
  ],
  [
    'a line without "from", and one of our server',
    () => below(`Received: by mx.firm.test with SMTP id 7; ${stamp}`, ourLine(hers)),
  ],
  [
    'a line of our relay, and one of our server',
    () => below(ourLine('gw3.shield.test [192.0.2.131]'), ourLine(hers, 'gw3.shield.test')),
  ],
  ['a line in capitals', () => below(ourLine(hers).replace('Received', 'RECEIVED'))],
  ['a line folded before its value', () => below(ourLine(hers).replace('Received: ', 'Received:\r\n '))],
  ['forty lines', () => below(...Array.from({ length: 40 }, () => ourLine(hers)))],
  ['a Return-Path of hers', () => evil({}, { above: ['Return-Path: <alice@client-a.test>', ourLine(hers)] })],
  [
    'Received-SPF of our server',
    () =>
      evil(asAlice, {
        above: [
          `Received-SPF: pass (mx.firm.test: domain of alice@client-a.test designates ${ips.alice}) client-ip=${ips.alice}; envelope-from=alice@client-a.test;`,
        ],
      }),
  ],
  [
    'X-Originating-IP and other fields of clients',
    () =>
      evil(asAlice, {
        above: [
          `X-Originating-IP: [${ips.alice}]`,
          `X-Real-IP: ${ips.alice}`,
          `X-Forefront-Antispam-Report: CIP:${ips.alice};`,
        ],
      }),
  ],
]);

const words: readonly (readonly [name: string, helo: string])[] = [
  ['her server with an address', `mail.client-a.test (mail.client-a.test [${ips.alice}])`],
  ['her address', `[${ips.alice}]`],
  ['her address in a comment', `x ([${ips.alice}])`],
  ['her address and a HELO of Exim', `[${ips.alice}] (helo=mail.client-a.test)`],
  ['LMTP', 'x with lmtp y'],
  ['a whole line of LMTP', 'x by store.firm.test with LMTP id 1; y'],
  ['a whole line', `mail.client-a.test (${hers}) by mx.firm.test with ESMTPS id 1; ${stamp}`],
  ['an open comment', 'x (y'],
  ['a closed comment', 'x) y'],
  ['an open quote', 'x"y'],
  ['a backslash at its end', 'x\\'],
  ['our own server', 'mx.firm.test'],
  ['our gateway', 'gw3.shield.test'],
  ['the address of our gateway', '[192.0.2.131]'],
  ['the address of our gateway in a comment', 'gw3.shield.test (gw3.shield.test [192.0.2.131])'],
  ['localhost', 'localhost (localhost [127.0.0.1])'],
  ['a HELO in a HELO', `helo=[${ips.alice}]`],
];

const helos = group(
  'HELO',
  words.map(([name, helo]) => [name, () => evil({ ...asAlice, helo }, { above: [ourLine(hers)] })]),
);

const idents = group('identity', [
  ['her address', () => evil({ ...asAlice, ident: `[${ips.alice}]` })],
  ['a word and her address', () => evil({ ...asAlice, ident: `root [${ips.alice}]` })],
  [
    'the end of the comment and LMTP',
    () => evil({ ...asAlice, ident: 'x) by mx.firm.test with lmtp (y' }, { above: [ourLine(hers)] }),
  ],
  ['the end of the comment and her address', () => evil({ ...asAlice, ident: `x) ([${ips.alice}]` })],
  ['another HELO', () => evil({ ...asAlice, ident: `x helo=[${ips.alice}]` })],
  ['her address, without a name', () => evil({ ...asAlice, ptr: 'unknown', ident: `[${ips.alice}]` })],
  [
    'our gateway',
    () => evil({ ...asAlice, ident: '[192.0.2.131]' }, { above: [ourLine(hers, 'gw3.shield.test')] }),
  ],
]);

const paths: readonly (readonly [name: string, local: string])[] = [
  ['LMTP', '"x with lmtp y"'],
  ['the end of the comment and LMTP', '"x) with lmtp (y"'],
  ['the end of the comment and a second server', '"x) by store.firm.test with lmtp id 1 (y"'],
  ['her address', `"x [${ips.alice}] y"`],
  ['the end of the comment and her address', `"x) from mail.client-a.test ([${ips.alice}] (y"`],
  ['a semicolon', '"x; y"'],
  ['the end of the line', '"x>) id 1; Mon, 02 Mar 2026 09:00:00 +0000"'],
  ['an angle bracket', '"x> y <z"'],
];

const envelopes = group(
  'path of the envelope',
  paths.map(([name, local]) => [
    name,
    () => evil({ mailFrom: `${local}@client-a.test` }, { above: [ourLine(hers)] }),
  ]),
);

const names = group('name of the address', [
  [
    'our gateway',
    () => evil({ ...asAlice, ptr: 'gw3.shield.test' }, { above: [ourLine(hers, 'gw3.shield.test')] }),
  ],
  [
    'our server',
    () => evil({ ...asAlice, ptr: 'mx.firm.test', helo: 'mx.firm.test' }, { above: [ourLine(hers)] }),
  ],
  ['her server', () => evil({ ...asAlice, ptr: 'mail.client-a.test', helo: 'mail.client-a.test' })],
  ['localhost', () => evil({ ...asAlice, ptr: 'localhost', helo: 'localhost' }, { above: [ourLine(hers)] })],
]);

/** The firm's SPF names its relay and its gateway: mail through them must not pass for the firm's. */
const inside = group('by our own relay', [
  [
    'one of us, as our gateway hands it on',
    () => evil({ mailFrom: 'ada@firm.test', helo: 'firm.test' }, toAlice),
  ],
  ['one of us, with the null path', () => evil({ mailFrom: '', helo: 'mx.firm.test' }, toAlice)],
  [
    'one of us, with a line of our network below',
    () => evil({ mailFrom: 'ada@firm.test' }, { ...toAlice, above: [ourLine('out.firm.test [192.0.2.30]')] }),
  ],
  [
    'one of us, with a line of our network by our gateway',
    () =>
      evil(
        { mailFrom: 'ada@firm.test' },
        { ...toAlice, above: [ourLine('out.firm.test [192.0.2.30]', 'gw3.shield.test')] },
      ),
  ],
  [
    'one of us, to the office',
    () => evil({ mailFrom: 'ada@firm.test' }, { from: staff, to: `${crm}, ${alice}`, id: 'three@firm.test' }),
  ],
]);

export const sessionAttacks: readonly Attack[] = [
  ...plain,
  ...lines,
  ...helos,
  ...idents,
  ...envelopes,
  ...names,
  ...inside,
];
