/** Forgeries that two programs read as different messages, and results that none of our servers wrote. */
import { group } from './attack.ts';
import type { Attack } from './attack.ts';
import { alice, closes, crm, fromClient, fromEvil, ips, mail, seal, sign, stamp } from './world.ts';

const eve = 'Eve <x@evil.test>';
const evilMail = mail({ from: eve, subject: 'Hello', id: 'e@evil.test' });
const forged = `From: ${alice}\rTo: ${crm}\rSubject: ${closes}`;

/** Signed and sent by the attacker in his own name, then broken so that her name may be shown. */
const spoilt = (spoil: (data: string) => string) => async () =>
  fromEvil(spoil(await sign(evilMail, 'evil.test')));
/** Broken before signing. */
const signedSpoilt = (spoil: (data: string) => string) => async () =>
  fromEvil(await sign(spoil(evilMail), 'evil.test'));
const put = (line: string) => (data: string) => `${line}\r\n${data}`;
const inFrom = (from: string) => (data: string) => data.replace(`From: ${eve}`, from);

const sections = group('header section', [
  ['a bare CR before From', spoilt(put(`X-Foo: a\r${forged}`))],
  ['a bare CR in a folded field', spoilt(put(`X-Foo: a\r\n b\r${forged}`))],
  ['a bare CR in the first field', spoilt(put(`X-Foo:\r${forged}`))],
  ['a bare CR behind the last field', spoilt((data) => data.replace('\r\n\r\n', `\r${forged}\r\n\r\n`))],
  ['two bare CRs', spoilt(put(`X-Foo: a\r\r${forged}`))],
  ['CR CR LF', spoilt(put(`X-Foo: a\r\r\n${forged.replaceAll('\r', '\r\n')}`))],
  ['a bare CR that is signed', signedSpoilt(put(`X-Foo: a\r${forged}`))],
  ['a bare LF before From', spoilt(put(`X-Foo: a\n${forged.replaceAll('\r', '\n')}`))],
  ['a bare LF that is signed', signedSpoilt(put(`X-Foo: a\n${forged.replaceAll('\r', '\n')}`))],
  ['a NUL in the name', spoilt(put(`Fr\0om: x\r\nFrom: ${alice}`))],
  ['a NUL before From', spoilt(put(`X-Foo: a\0\r\nFrom: ${alice}`))],
  ['a NUL in the address', signedSpoilt(inFrom(`From: ${alice.replace('>', '\0>')}`))],
  ['a second From above', spoilt(put(`From: ${alice}\r\nSubject: ${closes}`))],
  ['a second From below', spoilt((data) => data.replace('\r\n\r\n', `\r\nFrom: ${alice}\r\n\r\n`))],
  ['a second From, signed', signedSpoilt(put(`From: ${alice}`))],
  ['a blank before the colon', spoilt(put(`From : ${alice}\r\nSubject : ${closes}`))],
  ['a tab before the colon', spoilt(put(`From\t: ${alice}`))],
  ['a fold before the colon', spoilt(put(`From\r\n : ${alice}`))],
  ['an indented first line', spoilt(put(` From: ${alice}`))],
  ['a line that is no field', spoilt(put(`this is no field\r\nFrom: ${alice}`))],
  ['two lines that are no fields', spoilt(put(`zz zz\r\nzz zz\r\nFrom: ${alice}`))],
  ['a line of blanks', spoilt(put(`X-Foo: a\r\n \r\nFrom: ${alice}`))],
  ['an empty first line', spoilt(put(`\r\nFrom: ${alice}\r\nSubject: ${closes}`))],
  ['a byte order mark', spoilt((data) => `\xef\xbb\xbfFrom: ${alice}\r\nSubject: ${closes}\r\n${data}`)],
  ['a line of mbox', spoilt(put(`From alice@client-a.test Mon Mar  2 09:00:00 2026\r\nFrom: ${alice}`))],
  ['a vertical tab before From', spoilt(put(`X-Foo: a\x0bFrom: ${alice}`))],
  ['a form feed as line end', spoilt(put(`X-Foo: a\r\n\x0cFrom: ${alice}`))],
  ['a message of Latin 1 in the name', spoilt(put(`Fr\xf6m: a\r\nFrom: ${alice}`))],
  [
    'a second subject above',
    async () =>
      fromClient(`Subject: ${closes}\r\n${await sign(mail({ subject: 'Lease' }), 'client-a.test')}`, {
        ip: ips.evil,
        ptr: 'mail.evil.test',
      }),
  ],
]);

const authors = group('From', [
  ['two mailboxes', signedSpoilt(inFrom(`From: ${alice}, ${eve}`))],
  ['two mailboxes, hers last', signedSpoilt(inFrom(`From: ${eve}, ${alice}`))],
  ['a group', signedSpoilt(inFrom(`From: Clients: ${alice};`))],
  ['a route', signedSpoilt(inFrom('From: <@evil.test:alice@client-a.test>'))],
  ['two in angle brackets', signedSpoilt(inFrom('From: <alice@client-a.test> <x@evil.test>'))],
  ['hers without brackets before', signedSpoilt(inFrom('From: alice@client-a.test <x@evil.test>'))],
  ['hers in brackets behind', signedSpoilt(inFrom('From: x@evil.test <alice@client-a.test>'))],
  ['a comment in the domain', signedSpoilt(inFrom('From: alice@client-a.test(.evil.test)'))],
  ['a comment before the domain', signedSpoilt(inFrom('From: alice@(x@evil.test)client-a.test'))],
  ['an escaped comma', signedSpoilt(inFrom('From: <alice@client-a.test>\\,<x@evil.test>'))],
  ['a second "@"', signedSpoilt(inFrom('From: <alice@client-a.test@evil.test>'))],
  ['a quoted local part with hers in it', signedSpoilt(inFrom('From: <"alice@client-a.test> x"@evil.test>'))],
  [
    'an encoded word',
    signedSpoilt(
      inFrom(`From: =?utf-8?B?${Buffer.from('<alice@client-a.test>').toString('base64')}?= <x@evil.test>`),
    ),
  ],
  ['an encoded address', signedSpoilt(inFrom(`From: =?utf-8?B?${Buffer.from(alice).toString('base64')}?=`))],
  [
    'a NUL in an encoded word',
    signedSpoilt(inFrom('From: =?utf-8?Q?alice=40client-a.test=00?= <x@evil.test>')),
  ],
  ['a semicolon', signedSpoilt(inFrom('From: alice@client-a.test; x@evil.test'))],
  [
    'Sender and Resent-From of the attacker',
    async () => fromEvil(await sign(mail({ below: [`Sender: ${eve}`, `Resent-From: ${eve}`] }), 'evil.test')),
  ],
]);

const states = (results: string, id = 'mx.firm.test') => `Authentication-Results: ${id}; ${results}`;
const pass =
  'dkim=pass header.d=client-a.test; spf=pass smtp.mailfrom=client-a.test; dmarc=pass header.from=client-a.test';
const claims =
  (...above: readonly string[]) =>
  () =>
    fromEvil(mail({ above }), { isUnstated: true });
const believed = `Received: from mail.client-a.test (mail.client-a.test [${ips.alice}]) by mx.firm.test (Postfix) with ESMTPS id 1; ${stamp}`;

const results = group('Authentication-Results', [
  ['of our server, where it wrote none', claims(states(pass))],
  ['of our server, beside its own', () => fromEvil(mail({ above: [states(pass)] }))],
  ['of our server, below the rest', () => fromEvil(mail({ below: [states(pass)] }), { isUnstated: true })],
  ['of our server, above a line of it', claims(states(pass), believed)],
  ['of our server, below a line of it', claims(believed, states(pass))],
  [
    'of our server, below a line of its delivery',
    claims(
      `Received: from mx.firm.test ([192.0.2.10]) by store.firm.test with LMTP id 1; ${stamp}`,
      states(pass),
      believed,
    ),
  ],
  [
    'of our server, below a line of our gateway',
    claims(
      `Received: from gw3.shield.test (gw3.shield.test [192.0.2.131]) by mx.firm.test with ESMTPS id 1; ${stamp}`,
      states(pass),
    ),
  ],
  ['of our server, as somebody with a password', claims(states('auth=pass smtp.auth=alice@client-a.test'))],
  ['of our server, with a version', claims(states(pass, 'mx.firm.test 1'))],
  ['of our server, in capitals', claims(states(pass, 'MX.FIRM.TEST'))],
  ['of our server, in quotes', claims(states(pass, '"mx.firm.test"'))],
  ['of our server, behind a comment', claims(states(pass, '(x) mx.firm.test (y)'))],
  ['of our server, folded', claims(states(pass).replaceAll('; ', ';\r\n\t'))],
  ['of our server, twice', claims(states(pass), states(pass))],
  ['of our server, behind spoilt ones', claims(states('spf=fail (('), states(pass))],
  ['of our server, behind Received-SPF', claims('Received-SPF: pass', states(pass))],
  ['of our server, behind a bare CR', claims(`X-Foo: a\r${states(pass)}`)],
  ['of our server, with a blank before the colon', claims(states(pass).replace(':', ' :'))],
  ['of another server', claims(states(pass, 'mx.evil.test'))],
  ['of a server whose name begins like ours', claims(states(pass, 'mx.firm.test.evil.test'))],
  [
    'of a server that always writes below',
    claims(states(pass, 'mx.google.com')),
    { config: { trustedAuthservIds: ['mx.firm.test', 'mx.google.com'] } },
  ],
  ['without a server', claims(`Authentication-Results: ${pass}`)],
  [
    'in the path of the envelope',
    () => fromEvil(mail(), { mailFrom: '"x; dkim=pass header.d=client-a.test; y"@evil.test' }),
  ],
  ['in HELO', () => fromEvil(mail(), { mailFrom: '', helo: 'x;dkim=pass;header.d=client-a.test' })],
  [
    'in the domain of a signature',
    async () =>
      fromEvil((await sign(mail(), 'evil.test')).replace('d=evil.test', 'd=client-a.test(.evil.test')),
  ],
  [
    'X-Authentication-Results and other fields',
    claims(`X-${states(pass)}`, `X-MS-Exchange-${states(pass)}`, `ARC-${states(`i=1; ${pass}`)}`),
  ],
]);

const arc = group('ARC', [
  ['sealed by the attacker', async () => fromEvil(await seal(mail(), 'evil.test', `mx.evil.test; ${pass}`))],
  [
    'sealed by the attacker in our server’s name',
    async () => fromEvil(await seal(mail(), 'evil.test', `mx.firm.test; ${pass}`)),
  ],
  ['sealed by a list', async () => fromEvil(await seal(mail(), 'lists.test', `mx.lists.test; ${pass}`))],
  [
    'sealed by a tenant',
    async () =>
      fromEvil(
        await seal(
          mail({ from: 'dora@acme.onmicrosoft.com' }),
          'evil.onmicrosoft.com',
          `mx.firm.test; ${pass.replaceAll('client-a.test', 'acme.onmicrosoft.com')}`,
        ),
      ),
  ],
  [
    'sealed in her name with another key’s seal',
    async () =>
      fromEvil(
        (await seal(mail(), 'evil.test', `mx.firm.test; ${pass}`)).replaceAll(
          'd=evil.test',
          'd=client-a.test',
        ),
      ),
  ],
  [
    'a chain that only claims to be one',
    () =>
      fromEvil(
        mail({
          above: [
            'ARC-Seal: i=1; a=rsa-sha256; cv=pass; d=client-a.test; s=s1; b=AAAA',
            'ARC-Message-Signature: i=1; a=rsa-sha256; d=client-a.test; s=s1; h=from; bh=AAAA; b=AAAA',
            `ARC-Authentication-Results: i=1; mx.firm.test; ${pass}`,
          ],
        }),
      ),
  ],
  [
    'sealed, with results of our server above',
    async () =>
      fromEvil(
        `${states(`${pass}; arc=pass`)}\r\n${await seal(mail(), 'evil.test', `mx.firm.test; ${pass}`)}`,
        { isUnstated: true },
      ),
  ],
]);

export const headerAttacks: readonly Attack[] = [...sections, ...authors, ...results, ...arc];
