import { Agent, request } from 'node:http';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDashboard } from '../../src/dashboard/server.ts';
import { createMetrics } from '../../src/metrics.ts';
import { mailboxServiceOf } from '../support/mailbox-service.ts';
import { noWebhooks } from '../support/no-webhooks.ts';
import { newQueues, openFirm } from '../support/servers.ts';

interface Line {
  readonly level: number;
  readonly msg: string;
}

async function open(proxies: readonly string[] = []) {
  const lines: Line[] = [];
  const sink = new Writable({
    write(piece: Buffer, _encoding, done) {
      lines.push(JSON.parse(piece.toString()) as Line);
      done();
    },
  });
  const firm = await openFirm();
  const metrics = createMetrics();
  const dashboard = await openDashboard({
    settings: {
      host: '127.0.0.1',
      port: 0,
      password: 'the right pass words',
      token: 'the-right-token-1',
      publicUrl: null,
      proxies,
    },
    database: firm.database,
    blobs: firm.blobs,
    queues: newQueues(),
    mailboxService: await mailboxServiceOf(firm.database),
    webhooks: noWebhooks(firm.database),
    triage: { ...firm, enqueue: async () => {} },
    metrics,
    log: pino({}, sink),
  });
  const agent = new Agent({ keepAlive: true });
  onTestFinished(async () => {
    agent.destroy();
    await dashboard.close();
  });
  const counted = async (outcome: string): Promise<number> => {
    const { values } = await metrics.wrongPasswords.get();
    return values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0;
  };
  return { url: dashboard.url, agent, lines, counted, dashboard };
}

interface Try {
  readonly path?: string;
  readonly authorization?: string;
  /** An address of this machine that the request comes from. */
  readonly from?: string;
  readonly forwarded?: string;
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: string;
}

async function ask({ url, agent }: { url: string; agent: Agent }, given: Try = {}): Promise<Answer> {
  const { path = '/', authorization, from = '127.0.0.1', forwarded } = given;
  const headers = {
    ...(authorization === undefined ? {} : { authorization }),
    ...(forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }),
  };
  return await new Promise<Answer>((resolve, reject) => {
    const asked = request(new URL(path, url), { agent, headers, localAddress: from }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => (body += piece));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          retryAfter: response.headers['retry-after'] ?? null,
          body,
        }),
      );
    });
    asked.on('error', reject);
    asked.end();
  });
}

const basic = (password: string): string => `Basic ${Buffer.from(`ann:${password}`).toString('base64')}`;
const right = basic('the right pass words');

async function guessOften(
  at: { url: string; agent: Agent },
  times: number,
  given: Try = {},
): Promise<number[]> {
  const statuses: number[] = [];
  for (let index = 0; index < times; index += 1)
    statuses.push((await ask(at, { authorization: basic(`guess ${index}`), ...given })).status);
  return statuses;
}

const count = (statuses: readonly number[], status: number): number =>
  statuses.filter((one) => one === status).length;

describe('guessing at the password', () => {
  it('is refused after ten tries of one address, also on the API, with one line in the log and a metric', async () => {
    const at = await open();
    const statuses = await guessOften(at, 500);
    expect([count(statuses, 401), count(statuses, 429)]).toEqual([10, 490]);
    const refused = await ask(at, { path: '/api/triage', authorization: 'Bearer nonsense' });
    expect([refused.status, Number(refused.retryAfter) > 0]).toEqual([429, true]);
    expect(JSON.parse(refused.body)).toMatchObject({
      code: 'too-many-attempts',
      detail: expect.stringMatching(/^Too many wrong passwords\. Try again in \d+ seconds\.$/u),
    });
    expect(await at.counted('checked')).toBe(10);
    expect(await at.counted('refused')).toBe(491);
    expect(at.lines).toEqual([
      expect.objectContaining({ level: 40, from: '127.0.0.1', wrong: 10, refused: 1 }),
    ]);
    expect(JSON.stringify(at.lines)).not.toContain('guess 0');
  });

  it('does not find the right password while it is refused', async () => {
    const at = await open();
    await guessOften(at, 10);
    for (const path of ['/', '/api/triage', '/metrics', '/queues'])
      expect((await ask(at, { path, authorization: right })).status).toBe(429);
    const ready = await ask(at, { path: '/health/ready', authorization: right });
    expect(ready.body).toBe((await ask(at, { path: '/health/ready' })).body);
  });

  it('stops nobody with the right password at another address, nor a probe', async () => {
    const at = await open();
    await guessOften(at, 50);
    const other = { from: '127.0.0.2' };
    expect((await ask(at, { ...other, authorization: right })).status).toBe(200);
    expect((await ask(at, { ...other, authorization: 'Bearer the-right-token-1' })).status).toBe(200);
    expect((await ask(at, { path: '/health/live' })).status).toBe(200);
    expect((await ask(at, { path: '/health/ready' })).status).toBe(200);
    // Asked without a password, as a browser does first.
    expect((await ask(at)).status).toBe(401);
  });

  it('counts on /health/ready too, which shows more to those who are signed in', async () => {
    const at = await open();
    await guessOften(at, 10, { path: '/health/ready' });
    expect((await ask(at, { authorization: right })).status).toBe(429);
  });

  it('is refused from many addresses together, and stops nobody who was there before', async () => {
    const at = await open();
    const ann = { from: '127.0.0.2', authorization: right };
    expect((await ask(at, ann)).status).toBe(200);
    const statuses: number[] = [];
    for (let host = 10; host < 60; host += 1)
      statuses.push(...(await guessOften(at, 4, { from: `127.0.1.${host}` })));
    // One more for each second that the test takes.
    expect(count(statuses, 401)).toBeGreaterThanOrEqual(100);
    expect(count(statuses, 429)).toBeGreaterThan(0);
    expect((await ask(at, ann)).status).toBe(200);
    expect(at.lines).toHaveLength(1);
  });

  it('is not hidden by X-Forwarded-For, which anybody can write', async () => {
    const at = await open();
    const statuses: number[] = [];
    for (let index = 0; index < 50; index += 1)
      statuses.push(
        (await ask(at, { authorization: basic(`guess ${index}`), forwarded: `203.0.113.${index}` })).status,
      );
    expect(count(statuses, 401)).toBe(10);
  });

  it('is told apart by X-Forwarded-For behind a proxy that the settings name', async () => {
    const at = await open(['127.0.0.1']);
    await guessOften(at, 50, { forwarded: '6.6.6.6, 203.0.113.9' });
    expect((await ask(at, { authorization: right, forwarded: '203.0.113.9' })).status).toBe(429);
    expect((await ask(at, { authorization: right, forwarded: '198.51.100.4' })).status).toBe(200);
  });
});
