/** Where our own server's results are, and what they prove. */
import { describe, expect, it } from 'vitest';
import {
  failsStrictPolicy,
  laterOf,
  readTrustedResults,
} from '../../../src/mail/authentication/authentication.ts';
import type { Authentication } from '../../../src/mail/authentication/authentication.ts';
import { readRawHeader } from '../../../src/mail/authentication/raw-header.ts';

const from = 'From: Ada <ada@weaver.test>';
const ours = 'Authentication-Results: mx.firm.test; dkim=pass header.d=weaver.test';
const lmtp = 'Received: from mx.firm.test ([192.0.2.1]) by store.firm.test with LMTP id 1; x';
const border = 'Received: from a.test (a.test [198.51.100.7]) by mx.firm.test with ESMTP id 2; x';
const relay = 'Received: from mx.firm.test (x [192.0.2.1]) by store.firm.test with ESMTP id 3; x';

function read(
  lines: readonly string[],
  more: Partial<Parameters<typeof readTrustedResults>[1]> = {},
): Authentication | null {
  const head = readRawHeader(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`));
  if (head === null) throw new Error('too large');
  return readTrustedResults(head, { trustedAuthservIds: ['mx.firm.test'], ...more });
}

describe('results of our own server are trusted', () => {
  it.each([
    ['above its Received line', [ours, border]],
    ['behind steps of the delivery', [lmtp, ours, border]],
    ['behind a relay of ours', [relay, ours, border]],
    ['without any Received line, first', [ours]],
  ])('%s', (_, lines) => {
    expect(read([...lines, from], { ownRelays: ['192.0.2.1'] })).toMatchObject({ alignedPass: true });
  });

  it('in several fields, written by several programs of one server', () => {
    const lines = [
      'Authentication-Results: mx.firm.test; dmarc=fail (p=reject dis=none) header.from=weaver.test',
      'Authentication-Results: mx.firm.test; spf=softfail smtp.mailfrom=weaver.test',
      'Authentication-Results: mx.firm.test; dkim=none',
      border,
      from,
    ];
    expect(read(lines)).toMatchObject({ spf: 'softfail', dkim: 'none', dmarc: 'fail', policy: 'reject' });
  });

  it('of a logged-in user, for exactly that address', () => {
    const auth = (user: string) => `Authentication-Results: mx.firm.test; auth=pass smtp.auth=${user}`;
    expect(read([auth('ada@weaver.test'), border, from])).toMatchObject({ alignedPass: true });
    for (const user of ['eve@weaver.test', 'ada', 'weaver.test'])
      expect(read([auth(user), border, from])).toMatchObject({ alignedPass: false });
  });

  it('below, of a server that always writes there', () => {
    const google = ours.replace('mx.firm.test', 'mx.google.com');
    const line = border.replace('by mx.firm.test', 'by mx.google.com');
    const trusted = { trustedAuthservIds: ['mx.google.com'] };
    expect(read([line, 'Received-SPF: pass', google, from], trusted)).toMatchObject({ alignedPass: true });
    expect(read([line, 'X-Any: x', google, from], trusted)).toBeNull();
    expect(read([border, google, from], trusted)).toBeNull();
  });
});

describe('results of our own server are ignored', () => {
  it.each([
    ['below its Received line', [border, ours]],
    ['below the lines of the delivery alone', [lmtp, ours]],
    ['below a relay that is not named', [relay, ours, border]],
    ['below what the sender writes', ['To: x@firm.test', ours]],
    ['below a line that keeps to no grammar', ['Received: from x (y by mx.firm.test; x', ours, border]],
  ])('%s', (_, lines) => {
    expect(read([...lines, from])).toBeNull();
  });

  it('in a header section that two programs read in two ways', () => {
    for (const line of [`X-Foo: a\r${from}`, 'From : x@evil.test', 'no field', 'X: a\0'])
      expect(read([ours, border, line, from])).toMatchObject({
        alignedPass: false,
        doubt: expect.stringContaining('the header section has'),
      });
  });

  it('if they are about another sender than the one that is shown', () => {
    expect(read([ours, border, from], { shown: 'ada@weaver.test' })).toMatchObject({ alignedPass: true });
    expect(read([ours, border, from], { shown: 'eve@evil.test' })).toMatchObject({ alignedPass: false });
  });

  it('if SPF was asked of a relay of ours', () => {
    const spf = 'Authentication-Results: mx.firm.test; spf=pass smtp.mailfrom=weaver.test; dmarc=pass';
    const line = relay.replace('by store', 'by mx');
    expect(read([spf, line, border, from], { ownRelays: ['192.0.2.1'] })).toMatchObject({
      alignedPass: false,
    });
    expect(read([spf, border, from])).toMatchObject({ alignedPass: true });
  });

  it('if DMARC passed by another tenant', () => {
    const lines = [
      'Authentication-Results: mx.firm.test; dkim=pass header.d=evil.onmicrosoft.com; dmarc=pass header.from=acme.onmicrosoft.com',
      border,
      'From: dora@acme.onmicrosoft.com',
    ];
    expect(read(lines)).toMatchObject({ dmarc: 'pass', alignedPass: false });
    expect(read(lines.map((line) => line.replace('evil.', 'acme.')))).toMatchObject({ alignedPass: true });
  });

  it('if the signature omits a field that identifies the message', () => {
    const signature = (h: string) =>
      `DKIM-Signature: v=1; a=rsa-sha256; d=weaver.test; s=s; h=${h}; bh=x; b=x`;
    const all = 'from:to:subject:date:message-id';
    expect(read([ours, border, signature(all), from])).toMatchObject({ alignedPass: true });
    for (const name of ['to', 'subject', 'date', 'message-id'])
      expect(read([ours, border, signature(all.replace(`:${name}`, '')), from])).toMatchObject({
        dkim: 'pass',
        alignedPass: false,
      });
    const spf = `${ours}; spf=pass smtp.mailfrom=weaver.test`;
    expect(read([spf, border, signature('from'), from])).toMatchObject({ alignedPass: true });
  });
});

describe('a failed policy', () => {
  it.each([
    ['dmarc=fail (p=reject sp=none dis=none) header.from=weaver.test', true],
    ['dmarc=fail (p=QUARANTINE) header.from=weaver.test', true],
    ['dmarc=fail header.from=weaver.test policy.dmarc=reject', true],
    ['dmarc=fail header.from=weaver.test', true],
    ['dmarc=fail (p=none dis=none) header.from=weaver.test', false],
    ['dmarc=pass (p=reject) header.from=weaver.test', false],
    ['spf=fail', false],
  ])('%s: %s', (result, expected) => {
    expect(failsStrictPolicy(read([`Authentication-Results: mx.firm.test; ${result}`, border, from]))).toBe(
      expected,
    );
  });
});

describe('an earlier result', () => {
  const found: Authentication = {
    spf: 'none',
    dkim: 'pass',
    dmarc: 'pass',
    arc: 'none',
    source: 'verified',
    alignedPass: true,
  };
  const unanswered: Authentication = { ...found, dkim: 'temperror', dmarc: null, alignedPass: false };

  it('stays, unless name servers failed then', () => {
    expect(laterOf(found, unanswered)).toBe(found);
    expect(laterOf(null, found)).toBe(found);
    expect(laterOf(unanswered, found)).toBe(found);
    expect(laterOf(unanswered, null)).toBe(unanswered);
    expect(laterOf({ ...found, spf: 'temperror' }, unanswered)).toMatchObject({ alignedPass: true });
  });
});

describe('a signature that passed', () => {
  const all = 'from:to:cc:subject:date:message-id';
  const signature = (selector: string, signed: string, b: string): string =>
    `DKIM-Signature: v=1; a=rsa-sha256; d=weaver.test; s=${selector}; h=${signed}; bh=x; b=${b}`;
  const rest = ['To: office@firm.test', 'Subject: Roof', 'Date: x', 'Message-ID: <1@weaver.test>'];
  const proven = (results: string, ...signatures: readonly string[]): boolean | undefined =>
    read([`Authentication-Results: mx.firm.test; ${results}`, border, ...signatures, from, ...rest])
      ?.alignedPass;
  const partial = signature('s0', 'from:date', 'cccccccccc');
  const full = signature('s1', all, 'bbbbbbbbbb');

  it.each([
    ['dkim=pass header.d=weaver.test header.s=s1', true],
    ['dkim=pass header.d=weaver.test header.b=bbbbbbbb', true],
    ['dkim=pass header.d=weaver.test header.s=s0; dkim=fail header.d=weaver.test header.s=s1', false],
    ['dkim=pass header.d=weaver.test header.b=cccccccc; dmarc=pass header.from=weaver.test', false],
    ['dkim=pass header.d=weaver.test', false],
    ['dkim=pass header.i=@weaver.test', false],
    ['dmarc=pass header.from=weaver.test', false],
  ])('proves only what it covers itself: %s', (results, isProven) => {
    expect(proven(results, full, partial)).toBe(isProven);
    expect(proven(results, partial, full)).toBe(isProven);
  });

  it('is not helped by another one with its selector', () => {
    const bogus = signature('s0', all, 'dddddddddd');
    expect(proven('dkim=pass header.d=weaver.test header.s=s0', bogus, partial)).toBe(false);
    expect(proven('dkim=pass header.d=weaver.test header.s=s9', full)).toBe(false);
    expect(proven('dkim=pass header.d=weaver.test', full, signature('s2', all, 'e'))).toBe(true);
  });
});
