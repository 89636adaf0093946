import { describe, expect, it } from 'vitest';
import { readAutoconfig } from '../../../src/connect/discovery/autoconfig.ts';
import { discover } from '../../../src/connect/discovery/discover.ts';
import type { Outside } from '../../../src/connect/discovery/discover.ts';
import { isPublicAddress } from '../../../src/public-address.ts';
import { presets } from '../../../src/connect/discovery/presets.ts';

const xml = (servers: string): string =>
  `<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="x">${servers}</emailProvider></clientConfig>`;
const server = ({
  host = 'imap.firm.example',
  port = '993',
  socket = 'SSL',
  type = 'imap',
  user = '%EMAILADDRESS%',
} = {}) =>
  `<incomingServer type="${type}"><hostname>${host}</hostname><port>${port}</port><socketType>${socket}</socketType><username>${user}</username><authentication>password-cleartext</authentication></incomingServer>`;

const silent: Outside = { fetch: async () => null, mx: async () => [], srv: async () => [] };
const never = new Promise<never>(() => {});
const find = async (address: string, outside: Partial<Outside> = {}) =>
  await discover(address, { outside: { ...silent, ...outside }, budgetMs: 300 });

describe('discovery', () => {
  it('knows the large providers without asking anybody', async () => {
    const refusing: Outside = { fetch: async () => never, mx: async () => never, srv: async () => never };
    const [gmail] = await discover('anna@gmail.com', { outside: refusing });
    expect(gmail).toMatchObject({
      source: 'preset',
      host: 'imap.gmail.com',
      port: 993,
      user: 'anna@gmail.com',
      signIn: 'oauth',
    });
    const [apple] = await discover('Anna@icloud.com', { outside: refusing });
    expect(apple).toMatchObject({ host: 'imap.mail.me.com', user: 'Anna', signIn: 'app password' });
  });

  it('knows who runs the mail of a domain by its MX', async () => {
    const mx = async () => ['firm-example.mail.protection.outlook.com'];
    expect((await find('office@firm.example', { mx }))[0]).toMatchObject({
      source: 'preset by MX',
      provider: 'Microsoft 365',
    });
  });

  it('reads what the domain says of itself before what ISPDB and SRV say', async () => {
    const found = await find('office@firm.example', {
      fetch: async (url) =>
        url.startsWith('https://autoconfig.firm.example/')
          ? xml(server())
          : url.startsWith('https://v1.ispdb.net/')
            ? xml(server({ host: 'other.firm.example' }))
            : null,
      srv: async (name) =>
        name.startsWith('_imaps') ? [{ name: 'imap.elsewhere.example.', port: 993 }] : [],
    });
    expect(found.map(({ source, host }) => [source, host])).toEqual([
      ['autoconfig', 'imap.firm.example'],
      ['ISPDB', 'other.firm.example'],
      ['SRV', 'imap.elsewhere.example'],
    ]);
    expect(found.at(-1)?.note).toMatch(/another domain/u);
  });

  it('asks over https only', async () => {
    const asked: string[] = [];
    await find('office@firm.example', {
      fetch: async (url) => (asked.push(url), null),
      mx: async () => ['mx.host.example'],
    });
    expect(asked.length).toBeGreaterThan(3);
    expect(asked.filter((url) => !url.startsWith('https://'))).toEqual([]);
  });

  it('ends in time whoever is slow, with what the others said', async () => {
    const since = performance.now();
    const found = await find('office@firm.example', {
      fetch: async () => never,
      srv: async (name) => (name.startsWith('_imaps') ? [{ name: 'imap.firm.example', port: 993 }] : []),
    });
    expect(found.map(({ source }) => source)).toEqual(['SRV']);
    expect(performance.now() - since).toBeLessThan(30_000);
  });

  it.each([
    '',
    'office',
    'office@',
    'a b@firm.example',
    'x@localhost',
    'x@127.0.0.1',
    'x@fi/rm.example',
    '%EMAILDOMAIN%@firm.example',
  ])('refuses %j', async (address) => {
    await expect(find(address)).rejects.toThrow(/expected an address/u);
  });
});

describe('an autoconfig document', () => {
  it('gives its IMAP servers with the placeholders filled in', () => {
    const text = xml(
      `${server({ type: 'pop3' })}${server({ user: '%EMAILLOCALPART%', host: 'imap.%EMAILDOMAIN%' })}`,
    );
    expect(readAutoconfig(text, 'anna@firm.example')).toEqual([
      { host: 'imap.firm.example', port: 993, security: 'tls', user: 'anna', isOAuthOffered: false },
    ]);
  });

  it.each([
    ['in clear text', { socket: 'plain' }],
    ['with a port that is none', { port: '99999' }],
    ['on this machine', { host: 'localhost' }],
    ['with an address for a name', { host: '10.0.0.1' }],
    ['with a path for a name', { host: 'evil.example/imap.firm.example' }],
  ])('gives no server %s', (_what, of) => {
    expect(readAutoconfig(xml(server(of)), 'anna@firm.example')).toEqual([]);
  });

  it('expands no entity and ends for whatever is nested or long', () => {
    const bomb = `<!DOCTYPE x [<!ENTITY a "${'x'.repeat(1000)}"><!ENTITY b "&a;&a;&a;&a;">]>${xml(server({ host: '&b;' }))}`;
    expect(readAutoconfig(bomb, 'a@firm.example')).toEqual([]);
    expect(readAutoconfig('<a>'.repeat(20_000), 'a@firm.example')).toEqual([]);
    expect(readAutoconfig(xml(server().repeat(200)), 'a@firm.example').length).toBeLessThanOrEqual(8);
    expect(readAutoconfig('no xml at all', 'a@firm.example')).toEqual([]);
  });
});

it.each([
  '127.0.0.1',
  '10.1.2.3',
  '172.20.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '::1',
  '::',
  'fd00::1',
  'fe80::1',
  '::ffff:10.0.0.1',
  '64:ff9b::10.0.0.1',
  '2002:a00:1::1',
  '192.0.2.1',
  '2001:db8::1',
  'nonsense',
])('%s is no public address', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

it.each(['8.8.8.8', '2606:4700:4700::1111', '::ffff:8.8.8.8'])('%s is one', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

it('presets have a host each, or say why not, and no domain twice', () => {
  const domains = presets.flatMap((one) => one.domains);
  expect(new Set(domains).size).toBe(domains.length);
  expect(presets.filter(({ host, signIn }) => (host === '') !== (signIn === 'none'))).toEqual([]);
  expect(presets.length).toBeGreaterThanOrEqual(25);
});
