import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkUrl, EgressRefused, resolveTarget } from '../../src/events/egress.ts';
import { isPublicAddress } from '../../src/public-address.ts';
import { send } from '../../src/events/send.ts';

const closed = { allowPrivate: false };

/** Counts the requests that reach this machine. */
async function listen(): Promise<{ readonly port: number; readonly reached: () => number }> {
  let count = 0;
  const server = createServer((_, response) => {
    count += 1;
    response.end('reached');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, reached: () => count };
}

describe('a forbidden URL', () => {
  it.each([
    'http://crm.example/hook',
    'ftp://crm.example/hook',
    'file:///etc/passwd',
    'https://user:secret@crm.example/',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://017700000001/',
    'https://0.0.0.0/',
    'https://10.1.2.3/',
    'https://172.16.0.1/',
    'https://192.168.1.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://100.64.0.1/',
    'https://198.18.0.1/',
    'https://224.0.0.1/',
    'https://255.255.255.255/',
    'https://[::1]/',
    'https://[::]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[2002:7f00:1::]/',
    'https://[2001:0:7f00:1::]/',
    'https://[fe80::1]/',
    'https://[fc00::1]/',
    'https://[fd12:3456::1]/',
    'https://[ff02::1]/',
    'https://[2001:db8::1]/',
    'https://１２７.０.０.１/',
    'https://127。0。0。1/',
    'no url',
    `https://crm.example/${'x'.repeat(3_000)}`,
  ])('%s is refused', (url) => {
    expect(() => checkUrl(url, closed)).toThrow(EgressRefused);
  });

  it.each([
    ['10.0.0.1'],
    ['127.0.0.1'],
    ['::1'],
    ['fe80::1%2'],
    ['::ffff:10.0.0.1'],
    ['93.184.216.34', '10.0.0.1'],
  ])('is one whose name resolves to %s', async (...addresses) => {
    const resolve = async (): Promise<readonly string[]> => addresses;
    await expect(resolveTarget('https://crm.example/', { ...closed, resolve })).rejects.toThrow(
      EgressRefused,
    );
  });

  it('is never connected to: by name, by literal address, or by DNS rebinding', async () => {
    const { port, reached } = await listen();
    const urls = [
      '127.0.0.1',
      'localhost',
      '[::1]',
      '2130706433',
      '127.1',
      '[::ffff:127.0.0.1]',
      '0.0.0.0',
    ].flatMap((host) => [`http://${host}:${port}/`, `https://${host}:${port}/`]);
    let asked = 0;
    // The first lookup is harmless, a second one would return this machine.
    const resolve = async (): Promise<readonly string[]> => [asked++ === 0 ? '192.0.2.1' : '127.0.0.1'];
    for (const url of urls) {
      const sent = await send({ url, headers: {}, body: '{}' }, { ...closed, timeoutMs: 2_000 });
      expect(sent.code).toBeNull();
    }
    const rebound = await send(
      { url: `https://crm.example:${port}/`, headers: {}, body: '{}' },
      { ...closed, resolve, timeoutMs: 2_000 },
    );
    expect(rebound.code).toBeNull();
    expect(reached()).toBe(0);
  });

  it('is avoided by connecting to the checked address, even if the name changes meanwhile', async () => {
    const { port, reached } = await listen();
    let asked = 0;
    const resolve = async (): Promise<readonly string[]> => [asked++ === 0 ? '127.0.0.1' : '192.0.2.1'];
    const rules = { allowPrivate: true, resolve, timeoutMs: 5_000 };
    const sent = await send({ url: `http://crm.example:${port}/`, headers: {}, body: '{}' }, rules);
    expect([sent.code, sent.answer, asked, reached()]).toEqual([200, 'reached', 1, 1]);
  });
});

it('public addresses are allowed, including IPv6', () => {
  for (const address of ['1.1.1.1', '93.184.216.34', '2606:4700::1111', '2a00:1450::1'])
    expect({ address, isPublic: isPublicAddress(address) }).toEqual({ address, isPublic: true });
  expect(checkUrl('https://crm.example/hook?x=1', closed).href).toBe('https://crm.example/hook?x=1');
  expect(checkUrl('http://127.0.0.1:8080/', { allowPrivate: true }).port).toBe('8080');
});
