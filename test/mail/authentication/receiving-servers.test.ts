/** Received lines, own relays, and what existing mail shows about the servers that delivered it. */
import { describe, expect, it } from 'vitest';
import { ownRelaysOf, relayEntry } from '../../../src/mail/authentication/own-relays.ts';
import { readRawHeader } from '../../../src/mail/authentication/raw-header.ts';
import type { RawMessage } from '../../../src/mail/authentication/raw-header.ts';
import { readReceivedLine } from '../../../src/mail/authentication/received-line.ts';
import { clientOf, hopOf, sessionOf } from '../../../src/mail/authentication/received.ts';
import { proposalText, proposeServers } from '../../../src/mail/authentication/receiving-server.ts';

const stamp = 'Mon, 2 Mar 2026 09:00:01 +0000';

describe('a Received line', () => {
  it('is read by its clauses, outside of comments and quotes', () => {
    expect(
      readReceivedLine(
        `from mail.a.test (mail.a.test [192.0.2.5]) (using TLSv1.3 with cipher X (256/256 bits)) by mx.firm.test (Postfix) with ESMTPS id 4A for <"x with lmtp"@firm.test>; ${stamp}`,
      ),
    ).toEqual({
      from: 'mail.a.test',
      fromComments: ['mail.a.test [192.0.2.5]', 'using TLSv1.3 with cipher X (256/256 bits)'],
      by: 'mx.firm.test',
      with: 'ESMTPS',
      comments: ['Postfix'],
      date: stamp,
    });
  });

  it.each([
    ['a clause twice', 'from a.test by b.test with SMTP with LMTP id 1; x'],
    ['a second server', 'from a.test by b.test by c.test; x'],
    ['"from" behind another clause', 'by b.test from a.test; x'],
    ['an open comment', 'from a.test (x by b.test; x'],
    ['a closed comment that was none', 'from a.test x) by b.test; x'],
    ['an open quote', 'from "a.test by b.test; x'],
    ['a length beyond that of any server', `from a.test (${'x'.repeat(3_000)}) by b.test; x`],
  ])('is nobody’s with %s', (_, value) => {
    expect(readReceivedLine(value)).toBeNull();
  });

  it.each([
    ['Postfix', 'from helo.test (a.test [192.0.2.5]) by mx', '192.0.2.5', 'helo.test'],
    ['Postfix, IPv6', 'from helo.test (a.test [IPv6:2001:db8::5]) by mx', '2001:db8::5', 'helo.test'],
    ['Exim', 'from a.test ([192.0.2.5] helo=helo.test ident=root) by mx', '192.0.2.5', 'helo.test'],
    ['Exim with a port', 'from a.test ([192.0.2.5]:4711 helo=helo.test) by mx', '192.0.2.5', 'helo.test'],
    ['Exim without a name', 'from [192.0.2.5] (helo=helo.test) by mx', '192.0.2.5', 'helo.test'],
    ['Exchange', 'from helo.test (192.0.2.5) by mx (10.0.0.1)', '192.0.2.5', 'helo.test'],
    ['qmail', 'from unknown (HELO helo.test) (192.0.2.5) by mx', '192.0.2.5', 'helo.test'],
    ['Sendmail', 'from helo.test (a.test [192.0.2.5] (may be forged)) by mx', '192.0.2.5', 'helo.test'],
    ['a mapped address', 'from helo.test (a.test [::ffff:192.0.2.5]) by mx', '192.0.2.5', 'helo.test'],
  ])('tells the client as %s writes it', (_, value, ip, helo) => {
    const line = readReceivedLine(`${value}; ${stamp}`);
    expect(line && clientOf(line)).toEqual({ ip, helo });
  });

  it.each([
    ['an identity', 'from a.test ([203.0.113.6] helo=x ident=[192.0.2.5]) by mx'],
    ['an identity, without a name', 'from [203.0.113.6] (helo=x ident=[192.0.2.5]) by mx'],
    ['a second comment', 'from x (y [192.0.2.5]) (a.test [203.0.113.6]) by mx'],
    ['nothing but its own word', 'from [192.0.2.5] by mx'],
    ['two HELO names', 'from a.test (HELO x) (HELO y) (192.0.2.5) by mx'],
  ])('tells no client if an address is %s', (_, value) => {
    const line = readReceivedLine(`${value}; ${stamp}`);
    expect(line && clientOf(line)).toBeNull();
  });
});

describe('own relays', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['2001:DB8::/32', '2001:db8::/32'],
    ['MX.Firm.test.', 'mx.firm.test'],
    ['localhost', 'localhost'],
    ['10.0.0.0/33', null],
    ['10.0.0.300', null],
    ['1:2:3', null],
    ['https://mx.firm.test', null],
    ['mx firm', null],
  ])('%s is read as %s', (entry, expected) => {
    expect(relayEntry(entry)).toBe(expected);
  });

  it('are recognised by address, network and name', () => {
    const relays = ownRelaysOf(['192.0.2.1', '10.0.0.0/8', '2001:db8::/32', 'shield.test']);
    for (const ip of ['192.0.2.1', '10.255.1.1', '2001:db8:ffff::1', '::ffff:10.1.1.1'])
      expect([ip, relays.hasAddress(ip)]).toEqual([ip, true]);
    for (const ip of ['192.0.2.2', '11.0.0.1', '2001:db9::1', 'shield.test', '', '::', '1.2.3'])
      expect([ip, relays.hasAddress(ip)]).toEqual([ip, false]);
    for (const host of ['shield.test', 'GW3.shield.test.', '[10.1.1.1]', '[IPv6:2001:db8::1]'])
      expect([host, relays.hasHost(host)]).toEqual([host, true]);
    for (const host of ['evilshield.test', 'shield.test.evil.test', '[192.0.2.9]'])
      expect([host, relays.hasHost(host)]).toEqual([host, false]);
  });
});

const client = `from mail.a.test (mail.a.test [198.51.100.7]) by mx.firm.test (Postfix) with ESMTPS id 1; ${stamp}`;
const byStore = `from mx.firm.test (mx.firm.test [192.0.2.1]) by store.firm.test (Postfix) with ESMTPS id 2; ${stamp}`;

const returnPath = (address: string) => ({ name: 'return-path', value: `<${address}>` });

describe('the envelope sender', () => {
  const ours = { name: 'received', value: client };
  const exchange = {
    name: 'received',
    value: `from mail.a.test (198.51.100.7) by mx.firm.test (192.0.2.1) with Microsoft SMTP Server (version=TLS1_2) id 1; ${stamp}`,
  };
  const from = { name: 'from', value: 'Ada <ada@a.test>' };
  const claim = {
    name: 'received',
    value: `from a (a [198.51.100.8]) by b with Microsoft SMTP Server id 2; ${stamp}`,
  };
  const sender = (fields: readonly { readonly name: string; readonly value: string }[]) =>
    sessionOf(fields, { relays: ownRelaysOf(['mx.firm.test']) })?.mailFrom ?? null;

  it.each([
    ['stands above the line of the border', [returnPath('ada@a.test'), ours, from], 'ada@a.test'],
    [
      'is that, whatever the sender wrote',
      [returnPath('eve@e.test'), ours, returnPath('ada@a.test')],
      'eve@e.test',
    ],
    ['is empty for a bounce', [returnPath(''), ours, from], ''],
    ['is not what stands below', [ours, returnPath('ada@a.test'), from], null],
    ['nor what stands last', [ours, claim, from, returnPath('ada@a.test')], null],
    ['is unknown if nobody wrote it', [ours, from], null],
    ['stands below if Exchange is the border', [exchange, from, returnPath('ada@a.test')], 'ada@a.test'],
    [
      'is unknown there if it stands twice',
      [exchange, returnPath('x@a.test'), from, returnPath('ada@a.test')],
      null,
    ],
  ])('%s', (_, fields, address) => {
    expect(sender(fields)).toBe(address);
  });
});

describe('the border', () => {
  const session = (received: readonly string[], entries: readonly string[]) =>
    sessionOf([returnPath('ada@a.test'), ...received.map((value) => ({ name: 'received', value }))], {
      relays: ownRelaysOf(entries),
    })?.clientIp ?? null;

  it('is the first line of a named server, or of one that handed the message to ours', () => {
    expect(session([client], ['mx.firm.test'])).toBe('198.51.100.7');
    expect(session([byStore, client], ['192.0.2.1'])).toBe('198.51.100.7');
  });

  it('is unknown without settings, and never below a line that no server of ours wrote', () => {
    expect(session([client], [])).toBeNull();
    expect(session([byStore, client], ['mx.firm.test'])).toBeNull();
    expect(session([client.replace('198.51.100.7', '10.1.1.1'), client], ['mx.firm.test'])).toBeNull();
  });

  it('is not found for a message submitted on the machine', () => {
    const form = `by mx.firm.test (Postfix, from userid 33) id 3; ${stamp}`;
    expect(hopOf(form, ownRelaysOf([])).kind).toBe('unknown');
    expect(session([form, client], ['mx.firm.test'])).toBeNull();
  });

  it('is behind steps of the delivery', () => {
    const steps = [
      `from mx.firm.test ([192.0.2.1]) by store.firm.test with LMTP id 4; ${stamp}`,
      `(qmail 4711 invoked from network); ${stamp}`,
      `by 2001:db8::7 with SMTP id x; ${stamp}`,
    ];
    expect(session([...steps, client], ['mx.firm.test'])).toBe('198.51.100.7');
  });
});

const headers = (place: number, ...above: readonly string[]): RawMessage => {
  const head = readRawHeader(
    Buffer.from(`${[...above, `From: x@sender-${place}.test`, 'Subject: x'].join('\r\n')}\r\n\r\n`),
  );
  if (head === null) throw new Error('too large');
  return head;
};
const many = (of: (place: number) => readonly string[]): RawMessage[] =>
  Array.from({ length: 10 }, (_, place) => headers(place, ...of(place)));
const nothingSet = { trustedAuthservIds: [], ownRelays: [] };
const from = (place: number, by = 'mx.firm.test') =>
  `Received: from mail.x.test (mail.x.test [198.51.${place}.7]) by ${by} with ESMTP id 1; ${stamp}`;

describe('existing mail shows', () => {
  it('the server that receives it, and the name in its results', () => {
    const heads = many((place) => ['Authentication-Results: mx.firm.test; spf=pass', from(place)]);
    expect(proposeServers(heads, nothingSet)).toEqual({
      looked: 10,
      authservIds: ['mx.firm.test'],
      ownRelays: ['mx.firm.test'],
    });
    expect(
      proposeServers(heads, { trustedAuthservIds: ['mx.firm.test'], ownRelays: ['mx.firm.test'] }),
    ).toEqual({ looked: 10, authservIds: [], ownRelays: [] });
  });

  it('a relay that all mail passes, and the results behind it', () => {
    const heads = many((place) => [
      `Received: ${byStore}`,
      'Authentication-Results: mx.firm.test; spf=pass',
      from(place),
    ]);
    expect(proposeServers(heads, nothingSet)).toEqual({
      looked: 10,
      authservIds: ['mx.firm.test'],
      ownRelays: ['mx.firm.test', '192.0.2.1'],
    });
  });

  it('the network of a gateway of several machines', () => {
    const heads = many((place) => [
      `Received: from gw.shield.test (gw.shield.test [192.0.2.${100 + (place % 3)}]) by mx.firm.test with ESMTP id 1; ${stamp}`,
      from(place, 'gw.shield.test'),
    ]);
    expect(proposeServers(heads, nothingSet).ownRelays).toEqual(['gw.shield.test', '192.0.2.0/24']);
  });

  it('no server if everything is submitted on the machine, and a local filter once', () => {
    const onMachine = (by: string): string =>
      `Received: from localhost (localhost [127.0.0.1]) by ${by} with ESMTP id 1; ${stamp}`;
    expect(
      proposeServers(
        many(() => [onMachine('127.0.0.1')]),
        nothingSet,
      ).ownRelays,
    ).toEqual([]);
    const filtered = many((place) => [onMachine('mx.firm.test'), from(place)]);
    expect(proposeServers(filtered, nothingSet).ownRelays).toEqual(['mx.firm.test', '127.0.0.1']);
  });

  it('nothing from what a sender wrote below', () => {
    const heads = many((place) => [from(place), 'Authentication-Results: mx.evil.test; spf=pass']);
    expect(proposeServers(heads, nothingSet).authservIds).toEqual([]);
  });

  it('that Google’s server writes results below its own line', () => {
    const heads = many((place) => [
      `Received: by 2001:db8::7 with SMTP id x; ${stamp}`,
      from(place, 'mx.google.com'),
      'Received-SPF: pass',
      'Authentication-Results: mx.google.com; spf=pass',
    ]);
    expect(proposeServers(heads, nothingSet).authservIds).toEqual(['mx.google.com']);
  });

  it('nothing from a single correspondent, or from few messages', () => {
    const one = Array.from({ length: 10 }, () => headers(1, from(1)));
    expect(proposeServers(one, { ...nothingSet, ownRelays: ['mx.firm.test'] }).ownRelays).toEqual([]);
    expect(proposeServers(one.slice(0, 4), nothingSet)).toEqual({
      looked: 4,
      authservIds: [],
      ownRelays: [],
    });
  });

  it('a person what to set', () => {
    const proposal = { looked: 10, authservIds: ['mx.firm.test'], ownRelays: ['192.0.2.1'] };
    expect(proposalText(proposal)).toEqual({
      detail: 'of 10 messages: a receiving server states results as mx.firm.test; mail comes by 192.0.2.1',
      fix: 'if these are your own servers, or a gateway that you use, add them: TRUSTED_AUTHSERV_IDS=mx.firm.test and OWN_RELAYS=192.0.2.1',
    });
    expect(proposalText({ looked: 10, authservIds: [], ownRelays: [] })).toBeNull();
  });
});
