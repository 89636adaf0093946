import { createHash, createSign, generateKeyPairSync } from 'node:crypto';
import { sealMessage } from 'mailauth/lib/arc/index.js';
import type { DKIMSignOptions } from 'mailauth';
import { dkimSign } from 'mailauth/lib/dkim/sign.js';
import { describe, expect, it } from 'vitest';
import { readTrustedResults } from '../../../src/mail/authentication/authentication.ts';
import { verifyAuthentication } from '../../../src/mail/authentication/verification.ts';
import type { Authentication } from '../../../src/mail/authentication/authentication.ts';
import { dnsMapResolver } from '../../../src/mail/authentication/dns-answers.ts';
import type { DnsResolver, DnsAnswers } from '../../../src/mail/authentication/dns-answers.ts';
import { readRawHeader } from '../../../src/mail/authentication/raw-header.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const key = {
  TXT: [[`v=DKIM1; k=rsa; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`]],
};

const zone: DnsAnswers = {
  's1._domainkey.weaver.test': key,
  's1._domainkey.mail.weaver.test': key,
  's1._domainkey.evil.test': key,
  'weaver.test': { TXT: [['v=spf1 ip4:192.0.2.0/28 ', '-all']] },
  'mx.weaver.test': { TXT: [['v=spf1 a -all']], A: ['192.0.2.5'] },
  'evil.test': { TXT: [['v=spf1 +all']] },
  '_dmarc.weaver.test': { TXT: [['v=DMARC1; p=reject']] },
  'strict.test': { TXT: [['v=spf1 ip4:192.0.2.5 -all']] },
  '_dmarc.strict.test': { TXT: [['v=DMARC1; p=reject; aspf=s; adkim=s']] },
  'mail.strict.test': { TXT: [['v=spf1 ip4:192.0.2.5 -all']] },
};
const resolver = dnsMapResolver(zone);
const weaver = { clientIp: '192.0.2.5', helo: 'mx.weaver.test', mailFrom: 'ada@weaver.test' };

function message({
  from = 'From: Ada Weaver <ada@weaver.test>',
  above = '',
  body = 'The lease is signed.\r\n',
} = {}): string {
  return `${above}${from}\r\nTo: office@firm.test\r\nSubject: Lease\r\nDate: Mon, 2 Mar 2026 09:00:00 +0000\r\nMessage-ID: <1@weaver.test>\r\n\r\n${body}`;
}

interface SignWishes {
  readonly domain?: string;
  readonly maxBodyLength?: { readonly maxBodyLength: number };
  /** Besides what the signer's types allow: `headerList` is a string. */
  readonly top?: { readonly headerList?: string; readonly expires?: Date };
}

async function signed(
  mail: string,
  { domain = 'weaver.test', maxBodyLength, top }: SignWishes = {},
): Promise<string> {
  const key1 = { signingDomain: domain, selector: 's1', privateKey: pem };
  const signTime = new Date('2026-03-02T09:00:00Z');
  const wanted: DKIMSignOptions = { ...key1, signTime, signatureData: [{ ...key1, ...maxBodyLength }] };
  const { signatures } = await dkimSign(mail, Object.assign(wanted, top));
  return signatures + mail;
}

/** A signature that mailauth's signer refuses to make, for messages whose lines relaxed canonicalization does not change. */
function signedByHand(mail: string, names: readonly string[]): string {
  const [header = '', body = ''] = mail.split('\r\n\r\n');
  const lines = header.split('\r\n').map((line): readonly [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  const hash = createHash('sha256').update(body).digest('base64');
  const tags = `v=1; a=rsa-sha256; c=relaxed/relaxed; d=weaver.test; s=s1; h=${names.join(':')}; bh=${hash}; b=`;
  const sign = createSign('sha256');
  for (const name of names) sign.update(`${name}:${new Map(lines).get(name)}\r\n`);
  return `DKIM-Signature: ${tags}${sign.update(`dkim-signature:${tags}`).sign(privateKey, 'base64')}\r\n${mail}`;
}

function verify(
  mail: string,
  more: Partial<Parameters<typeof verifyAuthentication>[0]> = {},
): Promise<Authentication> {
  return verifyAuthentication({ raw: Buffer.from(mail), resolver, ...more });
}

const failing: DnsResolver = (name) =>
  Promise.reject(Object.assign(new Error(`queryTxt ESERVFAIL ${name}`), { code: 'ESERVFAIL' }));

describe('verifying a message', () => {
  it('passes a signed message from a server that may send for its domain', async () => {
    expect(await verify(await signed(message()), { smtp: weaver })).toEqual({
      spf: 'pass',
      dkim: 'pass',
      dmarc: 'pass',
      arc: 'none',
      source: 'verified',
      alignedPass: true,
      policy: 'reject',
    });
  });

  it('has no SPF result without a session, and fails no policy because of that', async () => {
    expect(await verify(message())).toMatchObject({
      spf: 'none',
      dkim: 'none',
      dmarc: null,
      alignedPass: false,
    });
    expect(await verify(await signed(message()))).toMatchObject({
      spf: 'none',
      dmarc: 'pass',
      alignedPass: true,
    });
  });

  it('fails an unsigned message from elsewhere', async () => {
    const smtp = { clientIp: '198.51.100.7', helo: 'mx.evil.test', mailFrom: 'ada@weaver.test' };
    expect(await verify(message(), { smtp })).toMatchObject({
      spf: 'fail',
      dkim: 'none',
      dmarc: 'fail',
      alignedPass: false,
    });
  });

  it.each([
    ['the body', (mail: string) => mail.replace('is signed', 'is void')],
    ['the subject', (mail: string) => mail.replace('Subject: Lease', 'Subject: Refund')],
  ])('fails a signature after a change of %s', async (_, change) => {
    expect(await verify(change(await signed(message())))).toMatchObject({ dkim: 'fail', alignedPass: false });
  });

  it('verifies a message whose line ends were changed by a file', async () => {
    const mail = (await signed(message({ body: 'A line of the lease.\r\n'.repeat(9_000) }))).replaceAll(
      '\r\n',
      '\n',
    );
    expect(await verify(mail)).toMatchObject({ dkim: 'pass' });
  });

  it('does not prove the author by the signature or servers of another domain', async () => {
    const smtp = { clientIp: '198.51.100.7', helo: 'mx.evil.test', mailFrom: 'x@evil.test' };
    const mail = await signed(message(), { domain: 'evil.test' });
    expect(await verify(mail, { smtp })).toMatchObject({
      spf: 'pass',
      dkim: 'pass',
      dmarc: 'fail',
      alignedPass: false,
    });
  });

  it('aligns by organisational domain, or by the exact domain if the policy is strict', async () => {
    const mail = await signed(message(), { domain: 'mail.weaver.test' });
    expect(await verify(mail)).toMatchObject({ dkim: 'pass', dmarc: 'pass' });
    const smtp = { clientIp: '192.0.2.5', helo: 'mail.strict.test', mailFrom: 'x@mail.strict.test' };
    const strict = message({ from: 'From: ada@strict.test' });
    expect(await verify(strict, { smtp })).toMatchObject({ spf: 'pass', dmarc: 'fail' });
    expect(await verify(strict, { smtp: { ...smtp, mailFrom: 'x@strict.test' } })).toMatchObject({
      dmarc: 'pass',
    });
  });

  it('checks SPF of the HELO name if a bounce has no sender', async () => {
    expect(await verify(message(), { smtp: { ...weaver, mailFrom: '<>' } })).toMatchObject({ spf: 'pass' });
    expect(await verify(message(), { smtp: { ...weaver, mailFrom: null } })).toMatchObject({ spf: 'pass' });
  });

  it('does not let a signature expire between arrival and a later reading', async () => {
    const mail = await signed(message(), { top: { expires: new Date('2026-03-09T09:00:00Z') } });
    const receivedOn = (day: string): string =>
      `Received: from x (x [10.0.0.1]) by mx.firm.test; ${day} 2026 09:00:01 +0000\r\n${mail}`;
    expect(await verify(mail)).toMatchObject({ dkim: 'pass' });
    expect(await verify(receivedOn('Mon, 2 Mar'))).toMatchObject({ dkim: 'pass' });
    expect(await verify(receivedOn('Tue, 10 Mar'))).toMatchObject({ dkim: 'neutral' });
  });

  it('verifies an ARC chain', async () => {
    const seal = {
      signingDomain: 'weaver.test',
      selector: 's1',
      privateKey: pem,
      algorithm: 'rsa-sha256',
      cv: 'none',
      i: 1,
      authResults: 'mx.list.test; spf=pass',
    };
    const mail = (await sealMessage(message(), seal)).toString() + message();
    expect(await verify(mail)).toMatchObject({ arc: 'pass', alignedPass: false });
    expect(await verify(mail.replace('Lease', 'Refund'))).toMatchObject({ arc: 'fail' });
    expect(await verify(mail, { resolver: failing })).toMatchObject({ arc: 'temperror' });
  });
});

/** Only the include fails. */
const flaky: DnsResolver = (name, type) =>
  name === 'mx.firm.test' ? failing(name, type) : Promise.resolve([['v=spf1 include:mx.firm.test +all']]);

/** Only the keys fail. */
const half: DnsResolver = (name, type) =>
  name.includes('_domainkey') ? failing(name, type) : resolver(name, type);

describe('a failing DNS', () => {
  it('is a temporary error for every method, never a pass', async () => {
    const mail = await signed(message());
    expect(await verify(mail, { smtp: weaver, resolver: failing })).toEqual({
      spf: 'temperror',
      dkim: 'temperror',
      dmarc: 'temperror',
      arc: 'none',
      source: 'verified',
      alignedPass: false,
    });
  });

  it('is not read as "no match" in the middle of an SPF record', async () => {
    expect(await verify(message(), { smtp: weaver, resolver: flaky })).toMatchObject({
      spf: 'temperror',
      alignedPass: false,
    });
  });

  it('leaves the policy undecided if a signature might have met it', async () => {
    const smtp = { clientIp: '198.51.100.7', helo: 'list.test', mailFrom: 'list@evil.test' };
    expect(await verify(await signed(message()), { smtp, resolver: half })).toMatchObject({
      dkim: 'temperror',
      dmarc: 'temperror',
    });
  });
});

const silent: DnsResolver = () => new Promise(() => {});

describe('a name server that never answers', () => {
  it('delays nobody beyond the caller’s limit', async () => {
    const mail = await signed(message());
    const signal = AbortSignal.timeout(50);
    expect(await verify(mail, { smtp: weaver, resolver: silent, signal })).toMatchObject({
      spf: 'temperror',
      dkim: 'temperror',
      dmarc: 'temperror',
      alignedPass: false,
    });
  });

  it('is queried only a few times if it fails each time', async () => {
    let questions = 0;
    const counting: DnsResolver = (name, type) => {
      questions += 1;
      return failing(name, type);
    };
    const one = (await signed(message())).slice(0, -message().length);
    await verify(one.repeat(8) + message(), { resolver: counting });
    expect(questions).toBeLessThan(10);
  });
});

describe('an ambiguous author', () => {
  it.each([
    ['two From fields', 'From: ada@weaver.test\r\nFrom: eve@weaver.test'],
    ['a From with a blank before its colon', 'From : ada@weaver.test'],
    ['a From folded before its colon', 'From\r\n : ada@weaver.test'],
    ['an indented first line', ' From: ada@weaver.test\r\nFrom: eve@weaver.test'],
    ['two mailboxes', 'From: ada@weaver.test, eve@weaver.test'],
    ['a route', 'From: <@evil.test:ada@weaver.test>'],
    ['text behind the address', 'From: <ada@weaver.test> eve@weaver.test'],
    ['an escaped comma', 'From: <ada@weaver.test>\\,<eve@weaver.test>'],
    ['an address as a bare name', 'From: eve@evil.test <ada@weaver.test>'],
    ['a comment in the domain', 'From: ada@weaver.test(.evil.test)x'],
    ['none at all', 'X-From: ada@weaver.test'],
  ])('is never proven: %s', async (_, from) => {
    const mail = message({ from });
    expect(await verify(mail, { smtp: weaver })).toMatchObject({
      spf: 'pass',
      dmarc: 'permerror',
      alignedPass: false,
    });
  });

  it.each([
    'From: "eve@evil.test" <ada@weaver.test>',
    'From: ada@weaver.test (Ada Weaver)',
    'From: =?utf-8?q?Ada_W=C3=A9aver?= <ada@WEAVER.test>',
    'From:\r\n Ada <ada@weaver.test>',
    'From: "Weaver, Ada \\"A\\"" <ada@weaver.test>',
  ])('is not suspected without need: %s', async (from) => {
    expect(await verify(message({ from }), { smtp: weaver })).toMatchObject({
      dmarc: 'pass',
      alignedPass: true,
    });
  });
});

describe('signatures that prove less than they appear to', () => {
  it('do not count: one that covers the first bytes of the body only', async () => {
    expect(await verify(await signed(message(), { maxBodyLength: { maxBodyLength: 4 } }))).toMatchObject({
      dkim: 'neutral',
      alignedPass: false,
    });
  });

  it('do not count: one that leaves the author out', async () => {
    expect(
      await verify(signedByHand(message(), ['from', 'to', 'subject', 'date', 'message-id'])),
    ).toMatchObject({
      dkim: 'pass',
      alignedPass: true,
    });
    expect(await verify(signedByHand(message(), ['to', 'subject', 'date', 'message-id']))).toMatchObject({
      dkim: 'neutral',
      alignedPass: false,
    });
  });

  it.each([
    ['another hash', 'h=sha1; '],
    ['another service', 's=tlsrpt; '],
  ])('do not count: one whose key is for %s', async (_, tags) => {
    const record = key.TXT[0]?.[0]?.replace('k=rsa; ', `k=rsa; ${tags}`) ?? '';
    const asked = dnsMapResolver({ ...zone, 's1._domainkey.weaver.test': { TXT: [[record]] } });
    expect(await verify(await signed(message()), { resolver: asked })).toMatchObject({
      dkim: 'permerror',
      alignedPass: false,
    });
  });

  it.each([
    ['Ed25519', generateKeyPairSync('ed25519'), 'k=ed25519; ', 'spki'],
    ['RSA as PKCS#1, the form that RFC 6376 §3.6.1 names', { publicKey, privateKey }, '', 'pkcs1'],
  ] as const)('count, and so does a seal, where the key is %s', async (_, pair, tags, type) => {
    const der = pair.publicKey.export({ type: type as 'spki', format: 'der' });
    // RFC 8463 §4: the bare key, without the structure that names it
    const published = (type === 'spki' ? der.subarray(-32) : der).toString('base64');
    const asked = dnsMapResolver({
      ...zone,
      's1._domainkey.weaver.test': { TXT: [[`v=DKIM1; ${tags}p=${published}`]] },
    });
    const signer = {
      signingDomain: 'weaver.test',
      selector: 's1',
      privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
    const { signatures } = await dkimSign(message(), { ...signer, signatureData: [signer] });
    const mail = signatures + message();
    const seal = await sealMessage(mail, { ...signer, authResults: 'mx.weaver.test; dkim=pass', cv: 'none' });
    expect(await verify(seal.toString() + mail, { resolver: asked })).toMatchObject({
      dkim: 'pass',
      arc: 'pass',
      alignedPass: true,
    });
  });

  it('do not prove the author of a subject added above the signed one', async () => {
    const mail = `Subject: [Case 4711: Closed]\r\n${await signed(message())}`;
    expect(await verify(mail)).toMatchObject({ dkim: 'pass', alignedPass: false });
  });

  it('do not prove the author of a subject that is not signed', async () => {
    expect(await verify(await signed(message(), { top: { headerList: 'from:date' } }))).toMatchObject({
      alignedPass: false,
    });
  });

  it.each([
    ['a quote', "weaver.test'a.evil.test"],
    ['a NUL', 'weaver.test\0.evil.test'],
    ['a tag given twice', 'evil.test; d=weaver.test'],
  ])('do not smuggle in a domain with %s', async (_, domain) => {
    const mail = (await signed(message(), { domain: 'evil.test' })).replace('d=evil.test', `d=${domain}`);
    expect(await verify(mail)).toMatchObject({ alignedPass: false });
  });
});

describe('the session of a Received line', () => {
  const stamp = 'Mon, 2 Mar 2026 09:00:01 +0000';
  const path = 'Return-Path: <ada@weaver.test>\r\n';
  const ownRelays = ['mx.firm.test'];

  it.each([
    [
      'Postfix',
      `from mx.weaver.test (mx.weaver.test [192.0.2.5])\r\n\tby mx.firm.test (Postfix) with ESMTPS id 4A; ${stamp}`,
    ],
    [
      'Exim',
      `from [192.0.2.5] (helo=mx.weaver.test)\r\n\tby mx.firm.test with esmtp (Exim 4.97) id 1a; ${stamp}`,
    ],
    [
      'Exchange',
      `from mx.weaver.test (192.0.2.5) by mx.firm.test (10.1.1.1) with Microsoft SMTP Server; ${stamp}`,
    ],
    ['qmail', `from unknown (HELO mx.weaver.test) (192.0.2.5)\r\n  by mx.firm.test with SMTP; ${stamp}`],
    ['a lying HELO', `from [198.51.100.9] (mx.weaver.test [192.0.2.5]) by mx.firm.test with ESMTP; ${stamp}`],
  ])('is read as %s writes it', async (_, value) => {
    const mail = message({ above: `${path}Received: ${value}\r\n` });
    expect(await verify(mail, { ownRelays })).toMatchObject({
      spf: 'pass',
      dmarc: 'pass',
      alignedPass: true,
    });
  });

  it('is searched below the steps of our own delivery, never below our server’s line', async () => {
    const delivery = `Received: by store.firm.test with SMTP id 7; ${stamp}\r\nReceived: from mx.firm.test ([10.0.0.2]) by store.firm.test with LMTP id 9; ${stamp}\r\n`;
    const honest = `Received: from mx.weaver.test (x [192.0.2.5]) by mx.firm.test; ${stamp}\r\n`;
    expect(await verify(message({ above: path + delivery + honest }), { ownRelays })).toMatchObject({
      spf: 'pass',
    });
    const stranger = `Received: from mx.evil.test (x [198.51.100.7]) by mx.firm.test; ${stamp}\r\n`;
    expect(await verify(message({ above: path + stranger + honest }), { ownRelays })).toMatchObject({
      spf: 'fail',
    });
  });

  it.each([
    ['a private address, which is a proxy of ours', 'from x (x [10.2.3.4]) by mx.firm.test'],
    ['no address', 'from x by mx.firm.test'],
    ['our own machine', 'from localhost (localhost [127.0.0.1]) by mx.firm.test'],
    ['the same in IPv6', 'from localhost (localhost [IPv6:::1]) by mx.firm.test'],
  ])('tells nothing with %s', async (_, value) => {
    const honest = `Received: from mx.weaver.test (x [192.0.2.5]) by mx.firm.test; ${stamp}\r\n`;
    const mail = message({ above: `${path}Received: ${value}; ${stamp}\r\n${honest}` });
    expect(await verify(mail, { ownRelays })).toMatchObject({ spf: 'none', dmarc: null });
  });

  it('is replaced by a given session', async () => {
    const mail = message({
      above: `${path}Received: from mx.weaver.test (x [192.0.2.5]) by mx.firm.test; ${stamp}\r\n`,
    });
    const smtp = { clientIp: '198.51.100.7', helo: 'mx.evil.test', mailFrom: 'ada@weaver.test' };
    expect(await verify(mail, { smtp, ownRelays })).toMatchObject({ spf: 'fail' });
  });
});

describe('hostile messages', () => {
  it('cost a bounded number of questions', async () => {
    let questions = 0;
    const counting: DnsResolver = (name, type) => {
      questions += 1;
      return resolver(name, type);
    };
    const one = (await signed(message())).slice(0, -message().length);
    await verify(one.repeat(200) + message(), { smtp: weaver, resolver: counting });
    expect(questions).toBeLessThan(20);
  });

  it('cannot make SPF follow an endless record', async () => {
    let questions = 0;
    const endless: DnsResolver = (name) => {
      questions += 1;
      return Promise.resolve([[`v=spf1 include:a.${name.slice(-60)} include:b.${name.slice(-60)} -all`]]);
    };
    expect(await verify(message(), { smtp: weaver, resolver: endless })).toMatchObject({ spf: 'permerror' });
    expect(questions).toBeLessThan(40);
  });

  it.each([
    ['a header of a million lines', `X-A: b\r\n${' c\r\n'.repeat(1_000_000)}`],
    ['a header of one endless line', `X-A: ${'b'.repeat(4_000_000)}`],
    ['a header that never ends', 'X-A: b\r\n'.repeat(500_000)],
  ])('are not read with %s', async (_, above) => {
    const verified = await verify(above + message());
    expect(verified).toMatchObject({ dkim: 'permerror', alignedPass: false });
  });

  it.each([
    ['one endless line', 'a'.repeat(8_000_000)],
    ['a million short lines', 'a \r\n'.repeat(1_100_000)],
    ['many blank lines', '\t\r\n'.repeat(100_000)],
  ])('are not hashed with a body of %s', async (_, body) => {
    const mail = (await signed(message())) + body;
    expect(await verify(mail)).toMatchObject({ dkim: 'permerror', alignedPass: false });
  });

  it.each([
    ['nothing', ''],
    ['one line end', '\r\n'],
    ['bytes', '\0\xff\xfe'],
    ['a signature of nothing', 'DKIM-Signature:\r\nFrom: a@weaver.test\r\n\r\n'],
    [
      'an empty seal',
      'ARC-Seal: i=1\r\nARC-Message-Signature: i=1\r\nARC-Authentication-Results: i=1\r\n\r\n',
    ],
    ['a header without a body', 'From: ada@weaver.test'],
  ])('are judged when they are %s', async (_, mail) => {
    expect(await verify(mail, { smtp: weaver })).toMatchObject({ source: 'verified' });
  });
});

function read(
  lines: readonly string[],
  trustedAuthservIds = ['mx.firm.test'],
  more: { readonly ownRelays?: readonly string[]; readonly shown?: string } = {},
): Authentication | null {
  const head = readRawHeader(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`));
  if (head === null) throw new Error('a header of such a size is read');
  return readTrustedResults(head, { trustedAuthservIds, ...more });
}

describe('results of our own server', () => {
  const author = 'From: Ada <ada@weaver.test>';

  it('are taken from its header', () => {
    const results =
      'Authentication-Results: MX.firm.test 1; spf=pass (sender (x) is ours; all) smtp.mailfrom=ada@weaver.test; dkim=fail header.d=old.test; dkim=pass (2048-bit key) header.d=weaver.test header.b="ab;c"; dmarc=pass header.from=weaver.test; arc=none';
    expect(read([results, author])).toEqual({
      spf: 'pass',
      dkim: 'pass',
      dmarc: 'pass',
      arc: 'none',
      source: 'trusted-header',
      alignedPass: true,
    });
  });

  it.each([
    ['softfail', 'softfail'],
    ['hardfail', 'fail'],
    ['policy', 'neutral'],
    ['temperror', 'temperror'],
    ['fantastic', null],
  ])('are read if it says %s', (word, spf) => {
    expect(read([`Authentication-Results: mx.firm.test; spf = ${word}`, author])).toMatchObject({
      spf,
      alignedPass: false,
    });
  });

  it('count from the topmost of its headers only', () => {
    const forged = 'Authentication-Results: mx.firm.test; dkim=pass header.d=weaver.test';
    expect(read(['Authentication-Results: mx.firm.test; dkim=fail', forged, author])).toMatchObject({
      dkim: 'fail',
      alignedPass: false,
    });
  });

  it('are missing in the headers of other servers', () => {
    expect(read(['Authentication-Results: mx.evil.test; dkim=pass header.d=weaver.test', author])).toBeNull();
    expect(read(['Authentication-Results: dkim=pass header.d=weaver.test', author])).toBeNull();
    expect(
      read(['Authentication-Results: mx.firm.test; dkim=pass header.d=weaver.test', author], []),
    ).toBeNull();
    expect(read(['X-Results: mx.firm.test; dkim=pass', author])).toBeNull();
  });

  it('are ignored if the sender broke the topmost one', () => {
    const spoilt = 'Authentication-Results: mx.firm.test; spf=pass smtp.mailfrom=any@weaver.test(a.evil.test';
    const forged = 'Authentication-Results: mx.firm.test; dkim=pass header.d=weaver.test';
    expect(read([spoilt, forged, author])).toBeNull();
  });

  it.each([
    'spf=pass smtp.mailfrom=any@weaver.test(.evil.test)',
    'spf=pass smtp.mailfrom=any@evil.test',
    "dkim=pass header.d=weaver.test'.evil.test",
    'dkim=pass header.d=evil.test; dmarc=none',
    'dkim=pass',
    'dmarc=pass header.from=evil.test',
    'x-weaver=pass header.d=weaver.test',
  ])('do not prove the author with %s', (result) => {
    expect(read([`Authentication-Results: mx.firm.test; ${result}`, author])).toMatchObject({
      alignedPass: false,
    });
  });

  it('never prove one of several authors', () => {
    const results =
      'Authentication-Results: mx.firm.test; dkim=pass header.d=weaver.test; dmarc=pass header.from=weaver.test';
    const two = read([results, author, 'From: eve@weaver.test']);
    expect(two).toMatchObject({ dkim: 'pass', dmarc: 'permerror', alignedPass: false });
  });

  it('of a hundred kilobytes are skipped', () => {
    for (const unit of ['(', 'x ', ';', 'a=b ', '"\\']) {
      expect(read([`Authentication-Results: mx.firm.test; ${unit.repeat(100_000)}`, author])).toBeNull();
    }
  });
});

describe('DNS from a map', () => {
  it('answers as Node does, follows aliases and knows nothing else', async () => {
    const answers = dnsMapResolver({
      'Firm.test': { MX: [{ exchange: 'mx.firm.test', priority: 10 }], TXT: ['v=spf1 -all'] },
      'www.firm.test': { CNAME: ['firm.test.'] },
      'loop.test': { CNAME: ['loop.test'] },
    });
    expect(await answers('firm.TEST.', 'MX')).toEqual([{ exchange: 'mx.firm.test', priority: 10 }]);
    expect(await answers('www.firm.test', 'TXT')).toEqual([['v=spf1 -all']]);
    await expect(answers('firm.test', 'A')).rejects.toMatchObject({ code: 'ENODATA', hostname: 'firm.test' });
    await expect(answers('no.test', 'TXT')).rejects.toMatchObject({ code: 'ENOTFOUND', syscall: 'queryTxt' });
    await expect(answers('loop.test', 'A')).rejects.toMatchObject({ code: 'ESERVFAIL' });
  });
});
