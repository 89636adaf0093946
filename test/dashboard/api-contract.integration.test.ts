/** The document and the API are one: every operation is called as the document says, and answers as it says. */
import { ObjectId } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { dashboardApp } from '../../src/dashboard/server.ts';
import { neededFor, routeRoles } from '../../src/dashboard/route-roles.ts';
import { createLog } from '../../src/log.ts';
import { createMetrics } from '../../src/metrics.ts';
import { addApiToken } from '../../src/store/api-tokens.ts';
import { addUser } from '../../src/store/users.ts';
import { checkAnswer, contract, problemsOf } from '../support/api-contract.ts';
import { valueOf, wrongCalls } from '../support/api-requests.ts';
import type { Call } from '../support/api-requests.ts';
import { mailboxServiceOf } from '../support/mailbox-service.ts';
import { client, newId, rawMessage } from '../support/messages.ts';
import { newKeyFile, noWebhooks } from '../support/no-webhooks.ts';
import { newQueues, openFirm } from '../support/servers.ts';
import type { Firm } from '../support/servers.ts';

const listed = Object.entries(contract.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

interface Site {
  readonly firm: Firm;
  readonly app: ReturnType<typeof dashboardApp>;
  readonly ask: (
    method: string,
    path: string,
    given?: { readonly body?: string; readonly headers?: Readonly<Record<string, string>> },
  ) => Promise<{
    readonly status: number;
    readonly json: Record<string, unknown>;
    readonly text: string;
    readonly response: Response;
  }>;
}

async function openSite(): Promise<Site> {
  const firm = await openFirm();
  const keyFile = newKeyFile();
  const { database } = firm;
  await addUser(database.users, { name: 'boss', role: 'admin', password: null });
  const token = await addApiToken(database.apiTokens, { name: 'crm', role: 'admin', by: 'ann' });
  const app = dashboardApp({
    settings: { host: '127.0.0.1', port: 0, password: null, token: null, publicUrl: null },
    database,
    blobs: firm.blobs,
    queues: newQueues(),
    triage: { ...firm, enqueue: async () => {} },
    mailboxService: await mailboxServiceOf(database, { names: ['office'], keyFile }),
    webhooks: noWebhooks(database),
    metrics: createMetrics(),
    log: createLog('silent'),
    pages: {
      newClientUrl: null,
      shown: [{ name: 'MONGODB_URL', group: 'servers', value: 'set', isDefault: false, doc: 'Where.' }],
    },
  });
  return {
    firm,
    app,
    ask: async (method, path, { body, headers = {} } = {}) => {
      const response = await app.request(path, {
        method: method.toUpperCase(),
        headers: {
          authorization: `Bearer ${token ?? ''}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body }),
      });
      const text = await response.text();
      const isJson = /\bjson$/u.test(response.headers.get('content-type') ?? '');
      const json = (isJson ? JSON.parse(text) : text) as Record<string, unknown>;
      return { status: response.status, json, text, response };
    },
  };
}

interface Things {
  readonly params: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** What an operation needs to be done: what it names is there, and its body makes sense. */
async function thingsFor({ firm }: Site, operationId: string): Promise<Things> {
  const { database } = firm;
  const name = `n${new ObjectId().toHexString()}`;
  const triaged = async (): Promise<string> => {
    const raw = rawMessage({ from: `${name}@vale.test`, subject: name, id: newId() });
    return (await firm.receive(raw))._id.toHexString();
  };
  const matched = async (subject = name): Promise<string> =>
    (await firm.receive(rawMessage({ from: client, subject, id: newId() })))._id.toHexString();
  const held = async () => ({ params: { id: await matched(`[Case ${name}: Marinating] Lease`) } });
  const webhook = async () => {
    const _id = new ObjectId();
    const made = { seq: 0, isEnabled: true, createdAt: new Date(), createdBy: 'ann' };
    const endpoint = { url: 'https://crm.test/hook', types: null, mailboxes: null, include: [] };
    await database.endpoints.insertOne({ _id, ...endpoint, ...made });
    return { params: { id: _id.toHexString() } };
  };
  const fields = { host: 'imap.firm.test', user: `${name}@firm.test`, pass: 'a long password' };
  const mailbox = async (site: Site) => {
    await site.ask('post', '/api/mailboxes', { body: JSON.stringify({ ...fields, name }) });
    return { params: { name } };
  };
  const made: Readonly<Record<string, () => Promise<Partial<Things>>>> = {
    getMessage: async () => ({ params: { id: await matched() } }),
    assignMessage: async () => ({ params: { id: await triaged() }, body: { clients: ['paula'] } }),
    unlinkMessage: async () => ({ params: { id: await matched() }, body: { clients: ['paula'] } }),
    ignoreMessage: async () => ({ params: { id: await triaged() }, body: { always: null } }),
    confirmUpdates: async () => ({ ...(await held()), body: { status: 'Closed' } }),
    rejectUpdates: async () => ({ ...(await held()), body: { reason: 'a joke' } }),
    replayMessage: async () => {
      const id = await triaged();
      await database.messages.updateOne(
        { _id: ObjectId.createFromHexString(id) },
        { $set: { state: 'quarantined', error: 'a fault of a test' } },
      );
      return { params: { id } };
    },
    getCase: async () => {
      await matched(`[Case ${name}: Open] Lease`);
      return { params: { ref: name } };
    },
    mergeCase: async () => ({ params: { ref: name }, body: { mergedInto: `${name}-2` } }),
    addAlias: async () => ({ body: { what: `${name}@alias.test`, client: 'paula' } }),
    undoDecision: async () => {
      const _id = new ObjectId();
      const decision = { subject: `address:${name}@x.test`, act: 'ignore', clients: [], by: 'ann' } as const;
      await database.decisions.insertOne({ _id, ...decision, at: new Date(), undoneAt: null });
      return { params: { id: _id.toHexString() } };
    },
    getCommunication: async () => {
      await matched();
      return { params: { id: String((await database.communications.findOne())?._id) } };
    },
    addMailbox: async () => ({ body: { ...fields, name } }),
    testNewMailbox: async () => ({ body: fields }),
    testMailbox: async () => ({ params: { name: 'office' }, body: {} }),
    addWebhook: async () => ({ body: { url: 'https://crm.example/hook', include: ['subject'] } }),
    changeWebhook: async () => ({ ...(await webhook()), body: { enabled: false } }),
    replayEvents: async () => ({ ...(await webhook()), body: { from: '2026-03-01T00:00:00Z' } }),
    addUser: async () => ({ body: { name, role: 'reader', password: 'correct horse battery' } }),
    addToken: async () => ({ body: { name } }),
    revokeToken: async () => {
      await addApiToken(database.apiTokens, { name, role: 'reader', by: 'ann' });
      return { params: { name } };
    },
  };
  for (const id of ['getWebhook', 'removeWebhook', 'rotateWebhookSecret', 'testWebhook', 'listDeliveries'])
    if (id === operationId) return { body: {}, ...(await webhook()) };
  for (const id of ['changeUser', 'removeUser'])
    if (id === operationId) {
      await addUser(database.users, { name, role: 'reader', password: null });
      return { params: { name }, body: id === 'changeUser' ? { role: 'operator' } : {} };
    }
  for (const id of ['changeMailbox', 'removeMailbox', 'pauseMailbox', 'resumeMailbox', 'pollMailbox'])
    if (id === operationId)
      return { body: id === 'changeMailbox' ? { silenceHours: 4 } : {}, ...(await mailbox(siteOf)) };
  return { params: { id: 'paula', name: 'office', app: 'firm' }, body: {}, ...(await made[operationId]?.()) };
}

let siteOf: Site;

const pathOf = (path: string, params: Readonly<Record<string, string>>): string =>
  path.replaceAll(/\{(\w+)\}/gu, (_all, name: string) => encodeURIComponent(params[name] ?? 'nothing'));

const queryText = (query: readonly (readonly [string, string])[]): string =>
  query.length === 0
    ? ''
    : `?${query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')}`;

/** Nobody in this test signs in by OAuth. */
const impossibleHere: Readonly<Record<string, readonly [number, string]>> = {
  authoriseMailbox: [422, 'not-possible'],
};

describe('the API and its document', () => {
  it('do every operation as it is described', async () => {
    const site = await openSite();
    siteOf = site;
    await site.firm.receive(rawMessage({ subject: '[Case 1: Open] First' }));
    await site.firm.receive(rawMessage({ from: 'x@y.test', id: newId() }));
    const done: Record<string, number> = {};
    for (const { path, method, operation } of listed) {
      const { operationId, parameters = [], requestBody } = operation;
      const inQuery = parameters.filter((one) => one.in === 'query' && one.name !== 'after');
      const required = inQuery.filter((one) => one.required);
      const queries = [
        required,
        ...inQuery.filter((one) => !one.required).map((one) => [...required, one]),
        inQuery,
      ].map((some) => some.map((one) => [one.name, String(valueOf(one.schema))] as const));
      for (const query of queries) {
        const { params, body } = await thingsFor(site, operationId);
        const asked = `${pathOf(path, params)}${queryText(query)}`;
        const given = requestBody === undefined ? {} : { body: JSON.stringify(body) };
        const { status, json, response } = await site.ask(method, asked, given);
        checkAnswer({ method, path: asked, response, json });
        const [wanted, code] = impossibleHere[operationId] ?? [200, undefined];
        const refused = requestBody === undefined ? undefined : json['code'];
        expect([operationId, asked, status, refused]).toEqual([operationId, asked, wanted, code]);
        done[operationId] = status;
      }
    }
    expect(Object.keys(done).length).toBe(listed.length);
  }, 120_000);

  it('refuse what the document does not allow with 4xx, as it is described', async () => {
    const site = await openSite();
    siteOf = site;
    const wrong: string[] = [];
    let asked = 0;
    for (const { path, method, operation } of listed) {
      const things = await thingsFor(site, operation.operationId);
      const body = operation.requestBody === undefined ? undefined : JSON.stringify(things.body);
      for (const call of wrongCalls(operation, things.body)) {
        asked += 1;
        const at = `${pathOf(path, { ...things.params, ...call.params })}${queryText(call.query ?? [])}`;
        const problem = await problemWith(site, { method, path: at, call, body: call.body ?? body });
        if (problem !== null) wrong.push(`${operation.operationId}, ${call.says}: ${problem}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(asked).toBeGreaterThan(1_000);
  }, 240_000);

  it('name the same routes, each with its role', async () => {
    const { app } = await openSite();
    const routes = app.routes
      .filter(({ method, path }) => method !== 'ALL' && path.startsWith('/api/'))
      .map(({ method, path }) => `${method} ${path}`);
    const described = listed.map(
      ({ path, method }) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/gu, ':$1')}`,
    );
    expect(routes.toSorted()).toEqual(described.toSorted());
    expect(described.filter((route) => routeRoles[route] === undefined)).toEqual([]);
    for (const { path, method, operation } of listed) {
      const route = { method: method.toUpperCase(), path: path.replaceAll(/\{(\w+)\}/gu, ':$1') };
      expect(operation.security[0]).toEqual({ basic: [neededFor(route)] });
    }
    expect(new Set(listed.map(({ operation }) => operation.operationId)).size).toBe(listed.length);
  });

  it('serve the document as JSON, YAML and a page without scripts', async () => {
    const { ask } = await openSite();
    expect((await ask('get', '/api/openapi.json')).json).toEqual(JSON.parse(JSON.stringify(contract)));
    expect(JSON.stringify((await ask('get', '/api/openapi.yaml')).json)).toContain('openapi: 3.1.0');
    const { text: page, response } = await ask('get', '/api/reference');
    expect(response.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(page).not.toMatch(/<script|<style| style=| on\w+=|https?:\/\//u);
    for (const { operation } of listed) expect(page).toContain(`id="${operation.operationId}"`);
    for (const name of Object.keys(contract.components.schemas))
      expect(page).toContain(`id="schema-${name}"`);
  });

  it('refer to nothing that is not there, and close every object', () => {
    const text = JSON.stringify(contract);
    const refs = [...text.matchAll(/"\$ref":"#\/([^"]+)"/gu)].map(([, at = '']) => at);
    const missing = refs.filter(
      (at) =>
        at
          .split('/')
          .reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], contract) ===
        undefined,
    );
    expect(missing).toEqual([]);
    const open: string[] = [];
    const walk = (node: unknown, at: string): void => {
      if (typeof node !== 'object' || node === null) return;
      const { type, properties, additionalProperties } = node as Record<string, unknown>;
      if (type === 'object' && properties !== undefined && additionalProperties !== false) open.push(at);
      for (const [key, value] of Object.entries(node)) walk(value, `${at}/${key}`);
    };
    walk({ paths: contract.paths, components: contract.components }, '');
    expect(open).toEqual([]);
  });
});

async function problemWith(
  site: Site,
  {
    method,
    path,
    call,
    body,
  }: {
    readonly method: string;
    readonly path: string;
    readonly call: Call;
    readonly body: string | undefined;
  },
): Promise<string | null> {
  const { status, json, response } = await site.ask(method, path, {
    ...(body === undefined ? {} : { body }),
    ...(call.headers === undefined ? {} : { headers: call.headers }),
  });
  if (status >= 500) return `${status} ${JSON.stringify(json)}`;
  if (call.status !== null && status !== call.status)
    return `${status}, not ${call.status}: ${JSON.stringify(json).slice(0, 300)}`;
  if (status >= 400) {
    const says = problemsOf({ $ref: '#/components/schemas/Problem' }, json);
    if (says.length > 0) return says.join('; ');
    // Some texts are another path, or none.
    if (json['code'] === 'no-such-path' || json['code'] === 'method-not-allowed') return null;
  }
  try {
    checkAnswer({ method, path, response, json });
    return null;
  } catch (error) {
    return String(error).slice(0, 600);
  }
}

describe('what no operation answers', () => {
  it('is a problem too: no path, another method, nobody, another site', async () => {
    const { ask, app } = await openSite();
    const codeOf = async (method: string, path: string, headers = {}) => {
      const { status, json, response } = await ask(method, path, { headers });
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect(problemsOf({ $ref: '#/components/schemas/Problem' }, json)).toEqual([]);
      return [status, json['code'], response.headers.get('allow')];
    };
    expect(await codeOf('get', '/api/nothing')).toEqual([404, 'no-such-path', null]);
    expect(await codeOf('get', '/api')).toEqual([404, 'no-such-path', null]);
    expect(await codeOf('delete', '/api/triage')).toEqual([405, 'method-not-allowed', 'GET, HEAD']);
    expect(await codeOf('options', '/api/cases/7')).toEqual([405, 'method-not-allowed', 'GET, HEAD, PUT']);
    expect(await codeOf('post', '/api/tokens', { 'sec-fetch-site': 'cross-site' })).toEqual([
      403,
      'foreign-site',
      null,
    ]);
    const nobody = await app.request('/api/triage');
    expect([nobody.status, nobody.headers.get('content-type')]).toEqual([401, 'application/problem+json']);
  });

  it('refuses a cursor of another list, of other filters, or changed by a character', async () => {
    const site = await openSite();
    for (let at = 0; at < 3; at += 1)
      await site.firm.receive(rawMessage({ from: 'x@y.test', subject: `${at}`, id: newId() }));
    const { json } = await site.ask('get', '/api/messages?limit=1');
    const next = String(json['next']);
    const codeOf = async (path: string) => (await site.ask('get', path)).json['code'];
    expect((await site.ask('get', `/api/messages?limit=2&after=${next}`)).status).toBe(200);
    for (const path of ['/api/triage?', '/api/quarantine?', '/api/messages?state=triage&'])
      expect(await codeOf(`${path}after=${next}`)).toBe('bad-cursor');
    for (let at = 0; at < next.length; at += 1) {
      const other = next[at] === 'A' ? 'B' : 'A';
      const changed = next.slice(0, at) + other + next.slice(at + 1);
      expect(await codeOf(`/api/messages?after=${changed}`)).toBe('bad-cursor');
    }
    expect(await codeOf(`/api/messages?after=${next}=`)).toBe('bad-cursor');
  });

  it('refuses a revision that somebody else replaced: 412 by If-Match, 409 by the body', async () => {
    const site = await openSite();
    const body = {
      name: 'second',
      host: 'imap.firm.test',
      user: 'second@firm.test',
      pass: 'a long password',
    };
    await site.ask('post', '/api/mailboxes', { body: JSON.stringify(body) });
    const { json, response } = await site.ask('get', '/api/mailboxes/second');
    const etag = response.headers.get('etag') ?? '';
    const patch = async (given: object, headers: Record<string, string>) => {
      const answer = await site.ask('patch', '/api/mailboxes/second', {
        body: JSON.stringify(given),
        headers,
      });
      return [answer.status, answer.json['code']];
    };
    expect(await patch({ silenceHours: 4 }, { 'if-match': etag })).toEqual([200, undefined]);
    expect(await patch({ silenceHours: 5 }, { 'if-match': etag })).toEqual([412, 'precondition-failed']);
    const stale = { silenceHours: 5, revision: json['revision'] };
    expect(await patch(stale, {})).toEqual([409, 'changed-meanwhile']);
    for (const header of ['W/"1"', '1', '"a"', '"1", "2"'])
      expect(await patch({ silenceHours: 5 }, { 'if-match': header })).toEqual([422, 'invalid-request']);
    expect(await patch({ silenceHours: 5 }, { 'if-match': '*' })).toEqual([200, undefined]);
  });
});
