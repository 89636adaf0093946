import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDashboard } from '../../src/dashboard/server.ts';
import { Hono } from 'hono';
import { mountHealth } from '../../src/dashboard/health.ts';
import { createLog } from '../../src/log.ts';
import { createMetrics } from '../../src/metrics.ts';
import { addIngestJobs, openQueues } from '../../src/queue/queues.ts';
import type { Queues } from '../../src/queue/queues.ts';
import { noteMailboxFailure, noteMailboxOk } from '../../src/store/mailbox-states.ts';
import { rawKey } from '../../src/store/blobs/blobs.ts';
import { openDirectoryStore } from '../../src/store/blobs/folder.ts';
import { file, multipart, text } from '../../demo/mime.ts';
import { openPages } from '../support/pages.ts';
import { mailboxServiceOf } from '../support/mailbox-service.ts';
import { rawMessage } from '../support/messages.ts';
import { noWebhooks } from '../support/no-webhooks.ts';
import { newFolder, newQueues, openFirm } from '../support/servers.ts';
import type { Firm } from '../support/servers.ts';

interface Access {
  readonly host?: string;
  readonly password?: string | null;
  readonly token?: string | null;
  readonly publicUrl?: string | null;
}

async function open(access: Access = {}, queues: Queues = newQueues(), given?: Firm) {
  const firm = given ?? (await openFirm());
  const settings = { host: '127.0.0.1', port: 0, password: null, token: null, publicUrl: null, ...access };
  const dashboard = await openDashboard({
    settings,
    database: firm.database,
    blobs: firm.blobs,
    queues,
    triage: { ...firm, enqueue: async () => {} },
    mailboxService: await mailboxServiceOf(firm.database, { names: ['office'] }),
    webhooks: noWebhooks(firm.database),
    metrics: createMetrics(),
    log: createLog('silent'),
  });
  onTestFinished(() => dashboard.close());
  const at = (path: string): string => dashboard.url.replace(/\/$/u, '') + path;
  return {
    firm,
    queues,
    at,
    get: (path: string, headers: Record<string, string> = {}) =>
      fetch(at(path), { headers, redirect: 'manual' }),
  };
}

/** A request with headers that `fetch` forbids, and a path that it would normalise. */
async function rawRequest(
  url: string,
  options: {
    readonly path: string;
    readonly host?: string;
    readonly method?: string;
    readonly headers?: Record<string, string>;
  },
): Promise<number> {
  const { hostname, port, host } = new URL(url);
  return await new Promise<number>((resolve, reject) => {
    const asked = request(
      {
        hostname,
        port,
        path: options.path,
        method: options.method ?? 'GET',
        headers: { ...options.headers, host: options.host ?? host },
      },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}

const basic = (password: string): string => `Basic ${Buffer.from(`anyone:${password}`).toString('base64')}`;
const pages = ['/', '/queues', '/metrics', '/messages/0123456789abcdef01234567', '/files/raw/ab/x.eml'];

describe('access', () => {
  it('without a password or token a public address is refused at start', async () => {
    await expect(open({ host: '0.0.0.0' })).rejects.toThrow(
      /^DASHBOARD_HOST: 0\.0\.0\.0 is reachable by others\. Fix: set DASHBOARD_PASSWORD or DASHBOARD_TOKEN/u,
    );
  });

  it('without a password it answers this machine only, under a loopback name only', async () => {
    const { at, get } = await open();
    expect((await get('/')).status).toBe(200);
    expect(await rawRequest(at('/'), { path: '/', host: 'localhost:80' })).toBe(200);
    for (const host of [
      'rebound.attacker.test',
      '10.0.0.8',
      '127.0.0.1.attacker.test',
      'localhost.attacker.test',
    ])
      for (const path of ['/', '/queues', '/metrics'])
        expect(await rawRequest(at('/'), { path, host })).toBe(403);
  });

  it.each(pages)('with a password or token nothing of %s is shown without it', async (path) => {
    const { get } = await open({ password: 'pass word', token: 'to-ken' });
    expect((await get(path)).status).toBe(401);
    for (const wrong of [
      basic('pass'),
      basic(''),
      'Bearer to',
      'Bearer',
      'Bearer pass word',
      basic('to-ken'),
      'Digest x',
    ])
      expect((await get(path, { authorization: wrong })).status).toBe(401);
    expect((await get('/', { authorization: basic('pass word') })).status).toBe(200);
    expect((await get('/', { authorization: 'Bearer to-ken' })).status).toBe(200);
  });

  it('probes need no password', async () => {
    const { get } = await open({ password: 'pass word' });
    expect((await get('/health/live')).status).toBe(200);
    expect((await get('/health/ready')).status).toBe(200);
  });

  it('a request that changes something must come from a page of ours', async () => {
    const { at } = await open();
    const { host } = new URL(at('/'));
    const put = (headers: Record<string, string>): Promise<number> =>
      rawRequest(at('/'), { path: '/queues/api/queues/ingest/pause', method: 'PUT', headers });
    const foreign: readonly Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://attacker.test' },
      { origin: 'null' },
    ];
    for (const headers of foreign) expect(await put(headers)).toBe(403);
    expect(await put({ 'sec-fetch-site': 'same-origin', origin: `http://${host}` })).toBe(200);
  });

  it('a page under PUBLIC_URL is one of ours, though the proxy gives another name as the host', async () => {
    const { at } = await open({ publicUrl: 'https://docketmail.firm.test/' });
    const put = (origin: string): Promise<number> =>
      rawRequest(at('/'), { path: '/queues/api/queues/ingest/pause', method: 'PUT', headers: { origin } });
    expect(await put('https://docketmail.firm.test')).toBe(200);
    expect(await put('http://docketmail.firm.test')).toBe(403);
    expect(await put('https://attacker.test')).toBe(403);
  });
});

describe('every answer', () => {
  const policyOf = (answer: Response): ReadonlyMap<string, string> =>
    new Map(
      (answer.headers.get('content-security-policy') ?? '').split('; ').map((directive) => {
        const [name = '', ...sources] = directive.split(' ');
        return [name, sources.join(' ')];
      }),
    );

  it('is kept by no cache, framed by no other site, and runs nothing', async () => {
    const { at, get } = await open({ password: 'the right pass words' });
    const authorization = basic('the right pass words');
    const paths: readonly (readonly [string, number])[] = [
      ['/', 200],
      ['/queues', 200],
      ['/queues/api/queues', 200],
      ['/metrics', 200],
      ['/health/live', 200],
      ['/health/ready', 200],
      ['/api/triage', 200],
      ['/api/openapi.yaml', 200],
      ['/api/nothing', 404],
      ['/messages/0123456789abcdef01234567', 404],
      ['/nothing', 404],
      ['/queues/api/nothing', 404],
      ['/files/raw/ab/x.eml', 404],
      ['/files/attachments/ab/..%2f', 404],
    ];
    for (const [path, status] of paths) {
      const answers = [
        await get(path, { authorization }),
        await get(path),
        await fetch(at(path), { method: 'POST', headers: { authorization, 'sec-fetch-site': 'cross-site' } }),
      ];
      expect([path, answers[0]?.status]).toEqual([path, status]);
      for (const answer of answers) {
        expect([path, answer.headers.get('cache-control')]).toEqual([path, 'no-store']);
        expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
        expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
        const policy = policyOf(answer);
        expect(policy.get('default-src')).toBe("'none'");
        expect(policy.get('frame-ancestors')).toBe("'self'");
        expect(policy.get('script-src') ?? '').not.toMatch(/'unsafe-(?:inline|eval)'/u);
        expect([...policy.values()].join(' ')).not.toMatch(/https?:|\*/u);
      }
    }
  });

  it('of an error too', async () => {
    const { firm, get } = await open();
    await firm.database.client.close();
    const answer = await get('/');
    expect([answer.status, answer.headers.get('cache-control'), policyOf(answer).get('default-src')]).toEqual(
      [500, 'no-store', "'none'"],
    );
    await firm.database.client.connect();
  });

  it('has no style, script or event handler inside, and its policy allows none', async () => {
    const { get } = await open();
    for (const path of [
      '/',
      '/triage',
      '/cases',
      '/messages',
      '/clients',
      '/mailboxes',
      '/webhooks',
      '/settings',
      '/nothing',
    ]) {
      const answer = await get(path, { accept: 'text/html' });
      const page = await answer.text();
      expect(page).toContain('<main');
      expect(page).not.toMatch(/<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)/iu);
      expect(policyOf(answer).get('script-src')).toBe("'self'");
      expect(policyOf(answer).get('style-src')).toBe("'self'");
    }
  });

  it('names nothing of another host that a browser would load', async () => {
    const { firm, get } = await open();
    const message = await firm.receive(rawMessage());
    for (const path of ['/', '/queues', '/queues/queue/ingest', `/messages/${message._id.toHexString()}`]) {
      const page = await (await get(path)).text();
      expect(page).toContain('<html');
      expect(page).not.toMatch(/(?:src|href)="?(?:https?:)?\/\//iu);
      expect(page).not.toMatch(/url\(|@import/iu);
      for (const [, source = ''] of page.matchAll(/<(?:script|link)[^>]*(?:src|href)="([^"]+)"/gu)) {
        const answer = await get(new URL(source, 'http://x/queues/').pathname);
        expect([source, answer.status]).toEqual([source, 200]);
        expect(answer.headers.get('cache-control')).toBe('private, max-age=86400');
      }
    }
  });

  it('refuses a request that is too large, of Bull Board too', async () => {
    const { at } = await open();
    const body = JSON.stringify({ data: 'x'.repeat(200_000) });
    const headers = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' };
    for (const [path, method] of [
      ['/queues/api/queues/ingest/add', 'POST'],
      ['/queues/api/queues/ingest/pause', 'PUT'],
      ['/api/aliases', 'POST'],
    ] as const) {
      expect((await fetch(at(path), { method, headers, body })).status).toBe(413);
      // Without a length, in pieces.
      const stream = new Blob([body]).stream();
      const streamed = { method, headers, body: stream, duplex: 'half' } as RequestInit;
      expect((await fetch(at(path), streamed)).status).toBe(413);
    }
  });
});

describe('/queues', () => {
  it('loads, shows the four queues, and of a job only its references and counts', async () => {
    const { firm, queues, get } = await open();
    const id = await firm.deliver(rawMessage({ subject: 'Very secret' }));
    await addIngestJobs(queues, 'sighting', [id]);
    await queues.ingest.add(
      'sighting',
      { kind: 'sighting', id: id.toHexString(), subject: 'Very secret' } as never,
      { jobId: 'with-more' },
    );
    const page = await get('/queues');
    expect([page.status, page.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/html'),
    ]);
    const shell = await page.text();
    const script = /src="([^"]+\.js)"/u.exec(shell)?.[1] ?? '';
    expect((await get(script.startsWith('/') ? script : `/queues/${script}`)).status).toBe(200);
    const answer = await get('/queues/api/queues?activeQueue=ingest&status=latest&page=1');
    expect(answer.status).toBe(200);
    const body = await answer.text();
    expect(body).not.toContain('secret');
    const { queues: shown } = JSON.parse(body) as {
      queues: { name: string; jobs: { data: unknown; externalUrl?: { href: string } }[] }[];
    };
    expect(shown.map(({ name }) => name).toSorted()).toEqual(['deliver', 'ingest', 'poll', 'tick']);
    const jobs = shown.find(({ name }) => name === 'ingest')?.jobs ?? [];
    expect(jobs.map(({ data }) => data)).toEqual([
      { kind: 'sighting', id: id.toHexString() },
      { kind: 'sighting', id: id.toHexString() },
    ]);
    expect(jobs.map(({ externalUrl }) => externalUrl?.href)).toEqual([
      `/jobs/sighting/${id.toHexString()}`,
      `/jobs/sighting/${id.toHexString()}`,
    ]);
  });
});

describe('a message', () => {
  it('is reached from its job, before and after it was ingested', async () => {
    const { firm, get } = await open();
    const id = await firm.deliver(rawMessage({ subject: 'Roof' }));
    const job = `/jobs/sighting/${id.toHexString()}`;
    const pending = await get(job);
    expect([pending.status, (await pending.text()).includes('pending')]).toEqual([200, true]);
    await firm.ingestWaiting();
    const message = await firm.database.messages.findOne({});
    const path = `/messages/${message?._id.toHexString() ?? ''}`;
    expect((await get(job)).headers.get('location')).toBe(path);
    expect((await get(`/jobs/message/${message?._id.toHexString() ?? ''}`)).headers.get('location')).toBe(
      path,
    );
    const page = await (await get(path)).text();
    for (const shown of ['Roof', 'paula', 'matched', 'from', `/files/${message?.rawKey ?? ''}`])
      expect(page).toContain(shown);
  });

  it("shows a stranger's words as text, in a page that runs no script", async () => {
    const { firm, get } = await open();
    const hostile = '<script>alert(1)</script><img src=x onerror=alert(2)>';
    const message = await firm.receive(rawMessage({ subject: hostile, from: `"${hostile}" <x@else.test>` }));
    for (const path of ['/', `/messages/${message._id.toHexString()}`]) {
      const page = await get(path);
      const shown = await page.text();
      expect(shown).not.toContain('<script>alert');
      expect(shown).not.toContain('<img src=x');
      expect(page.headers.get('x-content-type-options')).toBe('nosniff');
      expect(page.headers.get('x-frame-options')).toBe('SAMEORIGIN');
    }
  });

  it('that is not there is 404, whatever is asked', async () => {
    const { get } = await open();
    for (const path of [
      '/messages/0123456789abcdef01234567',
      '/messages/%00',
      '/messages/[object%20Object]',
      '/jobs/sighting/x',
      '/jobs/other/0123456789abcdef01234567',
      '/nothing',
    ])
      expect((await get(path)).status).toBe(404);
  });
});

describe('a path with a slash at its end', () => {
  it('leads to the page without it, on this server only', async () => {
    const { at, get } = await open();
    for (const [path, location] of [
      ['/queues/', '/queues'],
      ['/metrics/?x=1', '/metrics?x=1'],
      ['/api/triage/', '/api/triage'],
      ['/messages/0123456789abcdef01234567//', '/messages/0123456789abcdef01234567'],
      ['//elsewhere.example/', '/elsewhere.example'],
    ] as const) {
      const answer = await fetch(at('') + path, { redirect: 'manual' });
      expect([path, answer.status, answer.headers.get('location')]).toEqual([path, 302, location]);
    }
    expect((await get('/queues')).status).toBe(200);
    expect((await fetch(at('/queues/'))).status).toBe(200);
    expect((await fetch(at('/nothing/'))).status).toBe(404);
  });
});

describe('/files', () => {
  it('gives an attachment back byte for byte, as a download that no browser opens', async () => {
    const { firm, get } = await open();
    const content = Buffer.from('<html><script>alert(1)</script>');
    await firm.receive(
      rawMessage({
        body: multipart('multipart/mixed', 'b', [
          text('See.'),
          file({ name: 'page.html', type: 'text/html', content }),
        ]),
      }),
    );
    const [stored] = await firm.database.communications.find().toArray();
    const key = stored?.attachments[0]?.key ?? '';
    const answer = await get(
      `/files/${key}?name=${encodeURIComponent('Fräu "x"\r\nSet-Cookie: a=b;/../é.html')}`,
    );
    expect(answer.status).toBe(200);
    expect(Buffer.from(await answer.arrayBuffer()).equals(content)).toBe(true);
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(answer.headers.get('content-length')).toBe(String(content.length));
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(answer.headers.get('content-disposition')).toMatch(
      /^attachment; filename="[\w .()-]+"; filename\*=UTF-8''[\w%.!#$&+^`|~-]+$/u,
    );
    expect(answer.headers.get('content-security-policy')).toContain('sandbox');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it.each([
    ['a store on the internal network', 'http://minio:9000/docketmail/', null, 200],
    ['a store beside the dashboard', 'https://crm.example/docketmail/', 'https://crm.example/', 302],
    ['a store on another host than it', 'https://s3.internal.example/', 'https://crm.example/', 200],
    ['a host that only begins like it', 'https://crm.example.evil.test/', 'https://crm.example', 200],
    ['Amazon', 'https://bucket.s3.eu-central-1.amazonaws.com/', null, 302],
  ])('with ?redirect=1 and %s answers what a browser can reach', async (_, base, publicUrl, status) => {
    const firm = await openFirm();
    await firm.receive(rawMessage({ id: 'raw@kline.test' }));
    const [stored] = await firm.database.messages.find().toArray();
    const key = stored?.rawKey ?? '';
    const presign = async (): Promise<string> => `${base}${key}?X-Amz-Signature=x`;
    const { get } = await open({ publicUrl }, newQueues(), { ...firm, blobs: { ...firm.blobs, presign } });
    const answer = await get(`/files/${key}?redirect=1`);
    const content = await answer.text();
    expect([answer.status, answer.headers.get('location'), content.includes('raw@kline.test')]).toEqual(
      status === 302 ? [302, await presign(), false] : [200, null, true],
    );
  });

  it('answers 404 to every key that is none, without asking the store', async () => {
    const { at } = await open();
    const sha256 = createHash('sha256').update('x').digest('hex');
    const hostile = [
      '/files/../../etc/passwd',
      '/files/..%2f..%2fetc%2fpasswd',
      '/files/attachments/../../../etc/passwd',
      '/files/attachments/ab/../../../../etc/passwd',
      `/files/attachments/zz/${sha256}`,
      `/files/attachments/${sha256.slice(0, 2)}/${sha256}/..`,
      `/files/attachments/${sha256.slice(0, 2)}/${sha256.toUpperCase()}`,
      `/files/attachments/${sha256.slice(0, 2)}/${sha256}%00.eml`,
      `/files/raw/${sha256.slice(0, 2)}/${sha256}`,
      `/files/raw/${sha256.slice(0, 2)}/${sha256}.eml%0a`,
      '/files/',
      '/files//etc/passwd',
      `/files/${'a'.repeat(7_000)}`,
      `/files/attachments/${sha256.slice(0, 2)}/${sha256}`,
    ];
    for (const path of hostile)
      expect([path.slice(0, 60), await rawRequest(at('/'), { path })]).toEqual([path.slice(0, 60), 404]);
  });

  it('gives the raw message, for a person who wants to see all of it', async () => {
    const { firm, get } = await open();
    const raw = rawMessage();
    await firm.receive(raw);
    const answer = await get(`/files/${rawKey(createHash('sha256').update(raw).digest('hex'))}`);
    expect(Buffer.from(await answer.arrayBuffer()).equals(raw)).toBe(true);
  });
});

describe('/health and /metrics', () => {
  it('says that it lives, and that its servers answer', async () => {
    const { get } = await open();
    expect(await (await get('/health/live')).json()).toEqual({ status: 'ok' });
    const ready = await get('/health/ready');
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { status: 'ok', mongodb: 'ok', redis: 'ok', blobs: 'ok' },
    ]);
  });

  it('is alive but not ready while MongoDB does not answer', async () => {
    const { firm, get } = await open();
    await firm.database.client.close();
    expect((await get('/health/live')).status).toBe(200);
    const ready = await get('/health/ready');
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({
      status: 'unavailable',
      mongodb: expect.not.stringMatching(/^ok$/u) as string,
      redis: 'ok',
    });
    await firm.database.client.connect();
  });

  it('tells those who are not signed in nothing of the servers but that one does not answer', async () => {
    const unreachable = openQueues({ url: 'redis://:secret@127.0.0.1:1', prefix: 'nobody' });
    onTestFinished(() => unreachable.close());
    const dir = join(await newFolder(), 'secret-place');
    await writeFile(dir, 'no folder');
    const firm = await openFirm({ blobs: openDirectoryStore({ dir }) });
    const { get } = await open({ password: 'the right pass words' }, unreachable, firm);
    await firm.database.client.close();
    const ready = await get('/health/ready');
    expect([ready.status, await ready.json()]).toEqual([
      503,
      { status: 'unavailable', mongodb: 'unavailable', redis: 'unavailable', blobs: 'unavailable' },
    ]);
    const told = await (await get('/health/ready', { authorization: basic('the right pass words') })).text();
    expect(told).toContain(dir);
    expect(told).not.toContain(':secret@');
    await firm.database.client.connect();
  });

  it('is not ready while Redis does not answer, and gives the figures of the others', async () => {
    const unreachable = openQueues({ url: 'redis://127.0.0.1:1', prefix: 'nobody' });
    onTestFinished(() => unreachable.close());
    const { get } = await open({}, unreachable);
    const ready = await get('/health/ready');
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({
      mongodb: 'ok',
      redis: expect.not.stringMatching(/^ok$/u) as string,
    });
    const metrics = await get('/metrics');
    expect([
      metrics.status,
      (await metrics.text()).includes('docketmail_messages{state="triage"} 0'),
    ]).toEqual([200, true]);
  });

  it('claims nothing of mailboxes that nobody reached, and knows those that other processes poll', async () => {
    const firm = await openFirm();
    const app = new Hono();
    const sources = {
      ...firm,
      queues: newQueues(),
      metrics: createMetrics(),
      mailboxService: await mailboxServiceOf(firm.database, { names: ['reached', 'untried', 'refused'] }),
    };
    const { mailboxStates } = firm.database;
    await noteMailboxOk(mailboxStates, 'reached', { hasNewMail: false });
    const failure = { code: 'authentication-failed', error: 'wrong password', retryAfterMs: null };
    await noteMailboxFailure(mailboxStates, 'refused', { ...failure, isRepeated: false });
    mountHealth(app, sources);
    const browsed = openPages({ ...firm, mailboxService: sources.mailboxService });
    const metrics = await (await app.request('/metrics')).text();
    expect(metrics.match(/^docketmail_mailbox_up.*/gmu)).toEqual([
      'docketmail_mailbox_up{mailbox="reached"} 1',
      'docketmail_mailbox_up{mailbox="refused"} 0',
    ]);
    expect(metrics).not.toMatch(/^docketmail_(?:undelivered|unfound)_messages\{/mu);
    const today = (await (await browsed.request('/')).text()).replaceAll(/\s+/gu, ' ');
    expect(today).toContain('1 of 3 mailboxes needs you.');
    expect(today).toMatch(/refused: the server refuses the password or token/u);
    const cards = (await (await browsed.request('/mailboxes')).text()).replaceAll(/\s+/gu, ' ');
    expect(cards).toMatch(/<h2>\s*untried .*? was not polled yet/u);
    expect(cards).toMatch(
      /<h2>\s*refused .*? The server refuses the password or token, since .*?wrong password/u,
    );
  });

  it('gives Prometheus every figure that is promised', async () => {
    const { firm, get } = await open();
    await noteMailboxOk(firm.database.mailboxStates, 'office', { hasNewMail: true });
    await firm.deliver(rawMessage());
    await firm.receive(rawMessage({ from: 'stranger@else.test' }));
    await firm.deliver(rawMessage());
    const answer = await get('/metrics');
    expect(answer.headers.get('content-type')).toContain('text/plain');
    const lines = (await answer.text()).split('\n').filter((line) => line !== '');
    const sample =
      /^[a-z_:][\w:]*(?:\{[a-z_]\w*="(?:[^"\\]|\\.)*"(?:,[a-z_]\w*="(?:[^"\\]|\\.)*")*\})? (?:[-+]?\d[\d.e+-]*|NaN|[+-]Inf)$/iu;
    for (const line of lines.filter((one) => !one.startsWith('#'))) expect(line).toMatch(sample);
    const named = new Set(
      lines.filter((line) => line.startsWith('# TYPE ')).map((line) => line.split(' ')[2]),
    );
    for (const name of [
      'jobs_total',
      'verdicts_total',
      'lag_seconds',
      'oldest_pending_seconds',
      'pending_sightings',
      'poll_duration_seconds',
      'ingest_duration_seconds',
      'queue_jobs',
      'messages',
      'mailbox_up',
      'mailbox_state',
      'mailbox_last_poll_success_timestamp_seconds',
      'mailbox_last_message_timestamp_seconds',
      'mailbox_silence_limit_seconds',
      'oldest_pending_timestamp_seconds',
      'oauth_token_expiry_timestamp_seconds',
      'oauth_app_secret_expiry_timestamp_seconds',
      'oauth_refresh_total',
      'folder_problems_total',
      'folder_resets_total',
    ])
      expect(named).toContain(`docketmail_${name}`);
    const value = (start: string): number =>
      Number(
        lines
          .find((line) => line.startsWith(start))
          ?.split(' ')
          .at(-1),
      );
    expect(value('docketmail_pending_sightings{mailbox="office"}')).toBe(1);
    expect(value('docketmail_messages{state="triage"}')).toBe(1);
    expect(value('docketmail_mailbox_up{mailbox="office"}')).toBe(1);
    expect(value('docketmail_oldest_pending_seconds{mailbox="office"}')).toBeLessThan(60);
  });
});
