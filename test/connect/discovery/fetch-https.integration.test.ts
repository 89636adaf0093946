/** Discovery over HTTPS, with a server of its own authority on this machine. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo, LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { certificateIn, makeCertificate } from '../../../services/certificate.ts';
import { discover } from '../../../src/connect/discovery/discover.ts';
import type { Outside, Proposal } from '../../../src/connect/discovery/discover.ts';
import { fetchHttps } from '../../../src/connect/discovery/fetch-https.ts';
import type { TestPlace } from '../../../src/connect/discovery/fetch-https.ts';

const HOST = 'autoconfig.firm.example';
const document = `<?xml version="1.0"?>
<clientConfig version="1.1"><emailProvider id="firm.example">
  <incomingServer type="imap"><hostname>imap.firm.example</hostname><port>993</port><socketType>SSL</socketType>
    <username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></incomingServer>
</emailProvider></clientConfig>`;

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
let answer: Answer;
let place: TestPlace & { readonly lookup: LookupFunction };
let asked: string[] = [];
let connections = 0;
let close = async (): Promise<void> => {};

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'docketmail-https-'));
  await makeCertificate(folder, [HOST, 'firm.example', 'localhost']);
  const { ca, certificate, key } = certificateIn(folder);
  const server = createServer(
    { cert: readFileSync(certificate), key: readFileSync(key) },
    (request, response) => {
      asked.push(`${request.headers.host?.split(':')[0] ?? ''}${request.url ?? ''}`);
      answer(request, response);
    },
  );
  server.on('connection', () => (connections += 1)).on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server listening on TCP has this kind of address. oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { port } = server.address() as AddressInfo;
  const here: LookupFunction = (_host, _options, callback) =>
    callback(null, [{ address: '127.0.0.1', family: 4 }]);
  place = { lookup: here, port, ca: readFileSync(ca) };
  close = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
    await rm(folder, { recursive: true });
  };
});
afterAll(async () => await close());
beforeEach(() => {
  asked = [];
  connections = 0;
  answer = (_request, response) => response.writeHead(200, { 'content-type': 'text/xml' }).end(document);
});

/** What an address leads to if only its own domain is asked. */
async function found(budgetMs = 5_000): Promise<readonly Proposal[]> {
  const outside: Outside = {
    fetch: async (url, signal) =>
      new URL(url).hostname.endsWith('firm.example') ? await fetchHttps(url, signal, place) : null,
    mx: async () => [],
    srv: async () => [],
  };
  return await discover('office@firm.example', { outside, budgetMs });
}

describe('a document of the domain', () => {
  it('is read over TLS that is verified', async () => {
    expect(await found()).toEqual([
      expect.objectContaining({
        source: 'autoconfig',
        host: 'imap.firm.example',
        user: 'office@firm.example',
      }),
    ]);
    expect(asked.toSorted()).toEqual([
      `${HOST}/mail/config-v1.1.xml?emailaddress=office%40firm.example`,
      'firm.example/.well-known/autoconfig/mail/config-v1.1.xml',
    ]);
  });

  const useless: readonly [string, Answer][] = [
    ['is missing', (_request, response) => response.writeHead(404).end(document)],
    [
      'is a page of HTML',
      (_request, response) =>
        response
          .writeHead(200, { 'content-type': 'text/html' })
          .end('<!doctype html><title>Parked</title><p>Buy me'),
    ],
    [
      'is elsewhere: no redirect is followed',
      (request, response) =>
        response
          .writeHead(request.url === '/elsewhere' ? 200 : 302, { location: '/elsewhere' })
          .end(request.url === '/elsewhere' ? document : ''),
    ],
    [
      'is elsewhere, on a private address',
      (_request, response) =>
        response.writeHead(301, { location: 'http://169.254.169.254/latest/meta-data' }).end(),
    ],
    [
      'breaks off',
      (_request, response) => void response.writeHead(200).write('<clientConfig', () => response.destroy()),
    ],
    [
      'is packed: nothing is unpacked',
      (_request, response) =>
        response
          .writeHead(200, { 'content-encoding': 'gzip' })
          .end(gzipSync(document + ' '.repeat(50_000_000))),
    ],
    [
      'expands into more than it is',
      (_request, response) =>
        response
          .writeHead(200)
          .end(
            `<!DOCTYPE x [<!ENTITY a "imap.firm.example"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>${document.replace('imap.firm.example', '&b;')}`,
          ),
    ],
  ];
  it.each(useless)('leads nowhere if it %s', async (_what, given) => {
    answer = given;
    expect(await found()).toEqual([]);
    expect(asked.filter((path) => path.includes('elsewhere'))).toEqual([]);
  });

  it('leads nowhere if it does not end: 64 KB are read of it', async () => {
    let sent = 0;
    answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/xml' });
      const more = (): void => {
        while (!response.destroyed && sent < 200_000_000) {
          sent += 16_384;
          if (!response.write(`<!--${'x'.repeat(16_377)}-->`)) {
            response.once('drain', more);
            return;
          }
        }
        response.end();
      };
      more();
    };
    expect(await found()).toEqual([]);
    expect(sent).toBeLessThan(100_000_000);
  });

  it('leads nowhere if it is too slow, a byte at a time', async () => {
    let timer: NodeJS.Timeout | undefined;
    answer = (_request, response) => {
      response.writeHead(200);
      timer = setInterval(() => response.write(' '), 50);
      response.on('close', () => clearInterval(timer));
    };
    expect(await found(500)).toEqual([]);
  });
});

it('a host whose authority is unknown, or that shows the certificate of another, is not believed', async () => {
  const signal = AbortSignal.timeout(10_000);
  const url = `https://${HOST}/mail/config-v1.1.xml`;
  const { ca: _, ...unknown } = place;
  expect(await fetchHttps(url, signal, unknown)).toBeNull();
  expect(await fetchHttps('https://autoconfig.other.example/', signal, place)).toBeNull();
  expect(asked).toEqual([]);
  expect(await fetchHttps(url, signal, place)).toBe(document);
});

it.each([
  'https://localhost/',
  'https://127.0.0.1/',
  'https://[::1]/',
  'https://[::ffff:127.0.0.1]/',
  'http://localhost/',
])('nothing is connected to at %s, which is no public place', async (url) => {
  const { port, ca } = place;
  expect(await fetchHttps(url, AbortSignal.timeout(10_000), { port, ca })).toBeNull();
  expect(connections).toBe(0);
});
