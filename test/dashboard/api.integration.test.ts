import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { dispatchEvents } from '../../src/events/dispatch.ts';
import { guardAccess } from '../../src/dashboard/access.ts';
import { createGuesses } from '../../src/dashboard/guesses.ts';
import { createAccess } from '../../src/dashboard/sign-in/identify.ts';
import { mountApi } from '../../src/dashboard/api/api.ts';
import { checkAnswer } from '../support/api-contract.ts';
import { rawMessage, newId } from '../support/messages.ts';
import { mailboxServiceOf } from '../support/mailbox-service.ts';
import { noWebhooks } from '../support/no-webhooks.ts';
import { newQueues, openFirm } from '../support/servers.ts';
import type { Firm } from '../support/servers.ts';

/** The part of the answers that the tests check; the contract covers the rest. */
interface Answer {
  readonly total: number;
  readonly next: string | null;
  readonly rows: readonly {
    readonly id: string;
    readonly subject: string;
    readonly act: string;
    readonly candidates: readonly { readonly name: string }[];
    readonly held: readonly { readonly review: string }[];
  }[];
  readonly suggestion: { readonly email: string };
  readonly message: { readonly state: string; readonly held: readonly unknown[] };
  readonly decision: {
    readonly id: string;
    readonly by: string;
    readonly act: string;
    readonly undoneBy: string;
  } | null;
  readonly preview: { readonly changes: { readonly links: number } };
  readonly webhook: { readonly id: string };
  readonly secret: string;
  readonly after: number;
  readonly marked: number;
  readonly found: boolean;
  readonly code: string;
}

const password = 'a long password';

async function openApi(): Promise<{
  firm: Firm;
  ask: (
    method: 'get' | 'post' | 'put' | 'patch' | 'delete',
    path: string,
    body?: unknown,
  ) => Promise<{ status: number; json: Answer }>;
  app: Hono;
}> {
  const firm = await openFirm();
  await firm.addClients({ _id: 'otto', name: 'Otto Brandt', email: 'otto@brandt.test' });
  const app = new Hono();
  const settings = { host: '127.0.0.1', password, token: null, publicUrl: null };
  app.use(guardAccess(createAccess({ settings, database: firm.database, guesses: createGuesses() })));
  mountApi(app, {
    triage: { ...firm, enqueue: async (ids) => void firm.waiting.messages.push(...ids) },
    mailboxService: await mailboxServiceOf(firm.database),
    webhooks: noWebhooks(firm.database),
    queues: newQueues(),
    shown: [],
  });
  const authorization = `Basic ${Buffer.from(`ines:${password}`).toString('base64')}`;
  return {
    firm,
    app,
    ask: async (method, path, body) => {
      const response = await app.request(path, {
        method: method.toUpperCase(),
        headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const json = (await response.json()) as Answer;
      checkAnswer({ method, path, response, json });
      return { status: response.status, json };
    },
  };
}

describe('the HTTP API of triage', () => {
  it('answers as its contract says, from the list to the undo', async () => {
    const { firm, ask } = await openApi();
    await firm.receive(
      rawMessage({
        from: 'Nora Vale <nora@vale.test>',
        subject: 'One',
        id: newId(),
        headers: ['Reply-To: otto@brandt.test'],
      }),
    );
    await firm.receive(rawMessage({ from: 'nora@vale.test', subject: 'Two', id: newId() }));
    const page = (await ask('get', '/api/triage?limit=1')).json;
    expect([page.total, page.rows.length, page.rows[0]?.candidates[0]?.name]).toEqual([2, 1, 'Otto Brandt']);
    const rest = (await ask('get', `/api/triage?after=${page.next}`)).json;
    expect(rest.rows.map(({ subject }) => subject)).toEqual(['Two']);
    const id = page.rows[0]?.id ?? '';
    expect((await ask('get', `/api/messages/${id}`)).json.suggestion.email).toBe('nora@vale.test');

    const assigned = (await ask('post', `/api/messages/${id}/assign`, { clients: ['otto@brandt.test'] }))
      .json;
    expect([assigned.message.state, assigned.decision?.by, assigned.decision?.act]).toEqual([
      'stored',
      'ines',
      'link',
    ]);
    const undone = (await ask('post', `/api/decisions/${assigned.decision?.id}/undo`, { by: 'tom' })).json;
    expect([undone.message.state, undone.decision?.undoneBy]).toEqual(['triage', 'tom']);

    const planned = (
      await ask('post', '/api/aliases', { what: 'nora@vale.test', client: 'otto', dryRun: true })
    ).json;
    expect([planned.preview.changes.links, planned.decision]).toEqual([2, null]);
    const learned = (await ask('post', '/api/aliases', { what: 'nora@vale.test', client: 'otto' })).json;
    await firm.ingestWaiting();
    expect([learned.marked, (await ask('get', '/api/triage')).json.total]).toEqual([2, 0]);
    await ask('post', `/api/messages/${id}/unlink`, { clients: ['otto'] });
    await ask('post', `/api/messages/${id}/ignore`);
    const decisions = (await ask('get', '/api/decisions')).json.rows;
    expect(decisions.map(({ act }) => act)).toEqual(['ignore', 'unlink', 'link', 'link']);
  });

  it('takes a hint of the CRM, with a preview', async () => {
    const { firm, ask } = await openApi();
    await firm.receive(rawMessage({ from: 'dora@flint.test', subject: 'A', id: newId() }));
    await firm.database.clients.insertOne({ _id: 'dora', email: 'Dora@Flint.test' });
    const planned = (await ask('post', '/api/clients/dora/changed', { dryRun: true })).json;
    expect([planned.preview.changes.links, planned.marked]).toEqual([1, 0]);
    expect((await ask('post', '/api/clients/dora/changed')).json.marked).toBe(1);
    await firm.ingestWaiting();
    expect(await firm.database.communications.countDocuments({ clientId: 'dora' })).toBe(1);
    expect((await ask('post', '/api/clients/nobody/changed')).json.found).toBe(false);
  });

  it("gives a client's record page by page, and refuses a place that no page returned", async () => {
    const { firm, ask } = await openApi();
    for (const subject of ['[Case #7: Open] Wall', 'Roof', 'Floor'])
      await firm.receive(rawMessage({ subject, id: newId() }));
    await firm.database.caseUpdates.insertOne({
      clientId: 'paula',
      date: new Date(),
      title: 'By the CRM',
      status: 'Open',
    } as never);
    const path = '/api/clients/paula/timeline';
    const subjects: string[] = [];
    let after: string | null = '';
    while (after !== null) {
      const { json } = await ask('get', `${path}?limit=2${after === '' ? '' : `&after=${after}`}`);
      subjects.push(...json.rows.map(({ subject }) => subject));
      after = json.next;
    }
    expect(subjects.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(['Floor', 'Roof', '[Case #7: Open] Wall']);
    expect((await ask('get', '/api/clients/nobody/timeline')).status).toBe(404);
    for (const bad of ['zzz', '1-2', '1.x', '1767225600000.1'])
      expect((await ask('get', `${path}?after=${bad}`)).json.code).toBe('bad-cursor');
  });

  it('confirms a held case update', async () => {
    const { firm, ask } = await openApi();
    const message = await firm.receive(rawMessage({ subject: '[Case #7: Marinating] Lease' }));
    const path = `/api/messages/${message._id.toHexString()}/confirm`;
    expect((await ask('get', '/api/triage?what=held')).json.rows[0]?.held[0]?.review).toBe('unknown-status');
    expect((await ask('post', path)).status).toBe(422);
    expect((await ask('post', path, { status: 'closed' })).json.message.held).toEqual([]);
  });

  it('rejects a held case update, once, and tells the history of its case', async () => {
    const { firm, ask } = await openApi();
    const message = await firm.receive(rawMessage({ subject: '[Case #7: Marinating] Lease' }));
    const path = `/api/messages/${message._id.toHexString()}/reject`;
    expect((await ask('post', path)).status).toBe(422);
    expect((await ask('post', path, { reason: 'a joke' })).json.message.held).toEqual([]);
    const again = await ask('post', path, { reason: 'a joke' });
    expect([again.status, again.json.code]).toEqual([409, 'already-decided']);
    expect((await ask('get', '/api/triage?what=held')).json.total).toBe(0);
    expect((await ask('get', '/api/cases')).json.rows).toMatchObject([{ ref: '7', held: 0 }]);
    expect((await ask('put', '/api/cases/7', { mergedInto: '8' })).json).toMatchObject({ livesIn: '8' });
    expect((await ask('put', '/api/cases/8', { mergedInto: '7' })).status).toBe(422);
    expect((await ask('get', '/api/cases/8')).json).toMatchObject({
      mergedFrom: ['7'],
      steps: [{ review: 'rejected', decisions: [{ by: 'ines', reason: 'a joke' }] }],
    });
    expect((await ask('get', '/api/cases/none')).status).toBe(404);
  });

  it('adds a webhook, tells its secret once, and changes, tests, replays and removes it', async () => {
    const { firm, ask } = await openApi();
    const refused = await ask('post', '/api/webhooks', { url: 'https://127.0.0.1/x' });
    expect([refused.status, refused.json.code]).toEqual([422, 'not-possible']);
    const { json } = await ask('post', '/api/webhooks', {
      url: 'https://crm.example/hook',
      include: ['subject'],
    });
    const { id } = json.webhook;
    expect(json.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/u);
    const path = `/api/webhooks/${id}`;
    const answers = [
      await ask('get', '/api/webhooks'),
      await ask('get', path),
      await ask('patch', path, { types: ['caseUpdate.created'] }),
      await ask('post', `${path}/test`),
      await ask('get', `${path}/deliveries`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(JSON.stringify(answers)).not.toContain(json.secret.slice(6));
    await firm.receive(rawMessage({ subject: '[Case #7: Open] Lease' }));
    await dispatchEvents(firm.database);
    const feed = (await ask('get', '/api/events?types=caseUpdate.created')).json;
    expect(feed.rows).toMatchObject([{ type: 'caseUpdate.created', data: { ref: '7', revision: 1 } }]);
    expect((await ask('get', `/api/events?after=${feed.after}`)).json.rows).toEqual([]);
    expect((await ask('post', `${path}/replay`, { ids: [feed.rows[0]?.id] })).json).toEqual({ replayed: 1 });
    expect((await ask('post', `${path}/rotate`)).json.secret).not.toBe(json.secret);
    expect((await ask('delete', path)).status).toBe(200);
    expect((await ask('get', path)).status).toBe(404);
    expect(await firm.database.webhookSecrets.countDocuments()).toBe(0);
  });

  it.each([
    ['get', '/api/messages/ffffffffffffffffffffffff', undefined, 404, 'no-such-message'],
    ['get', '/api/triage?limit=0', undefined, 422, 'invalid-request'],
    ['get', '/api/triage?colour=red', undefined, 422, 'invalid-request'],
    ['post', '/api/aliases', { what: 'gmail.com', client: 'otto' }, 422, 'not-possible'],
    ['post', '/api/aliases', { what: 'x@away.test', client: 'nobody' }, 404, 'no-such-client'],
    ['post', '/api/aliases', { what: 'x@away.test' }, 422, 'invalid-request'],
    ['post', '/api/decisions/ffffffffffffffffffffffff/undo', {}, 404, 'no-such-decision'],
  ] as const)('%s %s %j is refused with %i', async (method, path, body, status, code) => {
    const { ask } = await openApi();
    const { status: got, json } = await ask(method, path, body);
    expect([got, json.code]).toEqual([status, code]);
  });

  it('is behind the guard, refuses other sites, forms and bodies without end', async () => {
    const { app } = await openApi();
    const authorization = `Basic ${Buffer.from(`ines:${password}`).toString('base64')}`;
    const post = async (headers: Record<string, string>, body: string): Promise<number> =>
      (await app.request('/api/aliases', { method: 'POST', headers, body })).status;
    expect((await app.request('/api/triage')).status).toBe(401);
    expect(
      await post(
        { authorization, 'content-type': 'application/json', origin: 'https://evil.test', host: 'crm.test' },
        '{}',
      ),
    ).toBe(403);
    expect(await post({ authorization, 'content-type': 'text/plain' }, '{}')).toBe(415);
    expect(await post({ authorization, 'content-type': 'application/json' }, '{')).toBe(400);
    expect(
      await post(
        { authorization, 'content-type': 'application/json', 'content-length': '100000' },
        ' '.repeat(100_000),
      ),
    ).toBe(413);
  });

  it('refuses a body over 64 KB as its contract says, with and without a length', async () => {
    const { ask, app } = await openApi();
    const refused = await ask('post', '/api/aliases', { what: 'x'.repeat(70_000), client: 'otto' });
    expect([refused.status, refused.json.code]).toEqual([413, 'too-large']);
    const authorization = `Basic ${Buffer.from(`ines:${password}`).toString('base64')}`;
    const chunked = await app.request('/api/aliases', {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: new Blob([' '.repeat(100_000)]).stream(),
      duplex: 'half',
    });
    expect([chunked.status, await chunked.json()]).toMatchObject([413, { code: 'too-large' }]);
  });

  it('refuses a cursor that no page gave', async () => {
    const { ask } = await openApi();
    for (const after of ['zzz', '1-2', '1700000000000-65f00000000000000000000g']) {
      const refused = await ask('get', `/api/triage?after=${after}`);
      expect([refused.status, refused.json.code]).toEqual([422, 'bad-cursor']);
    }
  });
});
