import type { IncomingMessage } from 'node:http';
import type { Context } from 'hono';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { createPlaceOf } from '../../src/dashboard/remote-address.ts';

async function placeOf({
  address,
  forwarded,
  proxies = [],
}: {
  readonly address?: string;
  readonly forwarded?: string;
  readonly proxies?: readonly string[];
}): Promise<string> {
  const app = new Hono();
  const find = createPlaceOf(proxies);
  app.get('/', (context: Context) => context.text(find(context)));
  const headers: Record<string, string> = forwarded === undefined ? {} : { 'X-Forwarded-For': forwarded };
  const incoming = { socket: { remoteAddress: address } } as IncomingMessage;
  return await (await app.request('/', { headers }, { incoming })).text();
}

describe('where a request comes from', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('%s is %s', async (address, place) => {
    expect(await placeOf({ address })).toBe(place);
  });

  it('is the connection, whatever the client writes into X-Forwarded-For', async () => {
    expect(await placeOf({ address: '203.0.113.9', forwarded: '198.51.100.4' })).toBe('203.0.113.9');
    expect(
      await placeOf({ address: '203.0.113.9', forwarded: '198.51.100.4', proxies: ['10.0.0.0/8'] }),
    ).toBe('203.0.113.9');
  });

  it.each([
    ['198.51.100.4', '198.51.100.4'],
    ['6.6.6.6, 198.51.100.4', '198.51.100.4'],
    ['6.6.6.6, 198.51.100.4, 10.0.0.7', '198.51.100.4'],
    ['6.6.6.6,198.51.100.4:4711', '198.51.100.4'],
    ['[2001:db8:1:2::3]:4711', '2001:db8:1:2::/64'],
    ['6.6.6.6, unknown', '10.0.0.3'],
    ['', '10.0.0.3'],
    [undefined, '10.0.0.3'],
    ['10.0.0.9', '10.0.0.9'],
    [', ,', '10.0.0.3'],
  ])('behind a proxy of ours that says %o it is %s', async (forwarded, place) => {
    const given = forwarded === undefined ? {} : { forwarded };
    for (const address of ['10.0.0.3', '::ffff:10.0.0.3'])
      expect(await placeOf({ address, ...given, proxies: ['10.0.0.0/8'] })).toBe(place);
  });

  it('knows proxies by address and network, of both families', async () => {
    const proxies = ['::1', '192.0.2.1', 'fd00::/8'];
    for (const address of ['::1', '192.0.2.1', 'fd12::5'])
      expect(await placeOf({ address, forwarded: '198.51.100.4', proxies })).toBe('198.51.100.4');
  });
});
