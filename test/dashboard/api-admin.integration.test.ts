/** What the API does as the pages and commands do: people, tokens, settings, Today, and filters of lists. */
import { describe, expect, it } from 'vitest';
import { addUser, findUser } from '../../src/store/users.ts';
import { serve } from '../support/dashboard.ts';
import { client, newId, rawMessage } from '../support/messages.ts';
import { openFirm } from '../support/servers.ts';
import type { Firm } from '../support/servers.ts';

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly json: {
    readonly code?: string;
    readonly token?: string;
    readonly next?: string | null;
    readonly sentence?: string;
    readonly rows?: readonly Readonly<Record<string, unknown>>[];
    readonly [field: string]: unknown;
  };
}

async function openApi(firm: Firm, token?: string) {
  const served = await serve(firm, {
    pages: {
      newClientUrl: null,
      shown: [{ name: 'DASHBOARD_PASSWORD', group: 'dashboard', value: 'set', isDefault: false, doc: 'It.' }],
    },
    ...(token !== undefined && { settings: { token } }),
  });
  return async (method: string, path: string, body?: object, bearer = token): Promise<Answer> => {
    const response = await fetch(`${served.origin}${path}`, {
      method,
      headers: {
        ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, text, json: JSON.parse(text) as Answer['json'] };
  };
}

const shared = 'token-of-the-settings';

describe('people and tokens over the API', () => {
  it('are added, listed without secrets, changed and removed', async () => {
    const firm = await openFirm();
    const ask = await openApi(firm, shared);
    const password = 'correct horse battery';
    expect((await ask('POST', '/api/users', { name: 'Ann', role: 'admin', password })).status).toBe(200);
    expect((await ask('POST', '/api/users', { name: 'ann' })).json.code).toBe('already-there');
    expect((await ask('POST', '/api/users', { name: 'two words' })).json.code).toBe('invalid-request');
    expect((await ask('POST', '/api/users', { name: 'bob', password: 'short' })).text).toContain(
      'fewer than 12',
    );
    expect((await ask('POST', '/api/users', { name: 'bob' })).json).toEqual({ name: 'bob', role: 'reader' });
    const listed = await ask('GET', '/api/users');
    expect(listed.json.rows).toMatchObject([
      { name: 'Ann', role: 'admin', hasPassword: true },
      { name: 'bob', role: 'reader', hasPassword: false },
    ]);
    const ann = await findUser(firm.database.users, 'ann');
    expect(listed.text).not.toContain(ann?.password ?? 'a hash');
    expect((await ask('PATCH', '/api/users/bob', { role: 'operator' })).json['role']).toBe('operator');
    expect((await ask('DELETE', '/api/users/bob')).status).toBe(200);
    expect((await ask('DELETE', '/api/users/bob')).json.code).toBe('no-such-user');
  });

  it('never lose the last admin', async () => {
    const firm = await openFirm();
    const ask = await openApi(firm, shared);
    await addUser(firm.database.users, { name: 'Ann', role: 'admin', password: null });
    expect((await ask('PATCH', '/api/users/ann', { role: 'reader' })).json.code).toBe('last-admin');
    expect((await ask('DELETE', '/api/users/ANN')).json.code).toBe('last-admin');
    await addUser(firm.database.users, { name: 'bob', role: 'admin', password: null });
    expect((await ask('DELETE', '/api/users/ann')).status).toBe(200);
  });

  it('give a token once, which does what its role may until it is revoked', async () => {
    const firm = await openFirm();
    const ask = await openApi(firm, shared);
    await addUser(firm.database.users, { name: 'Ann', role: 'admin', password: null });
    expect((await ask('POST', '/api/tokens', { name: 'ann' })).json.code).toBe('already-there');
    const { token = '' } = (await ask('POST', '/api/tokens', { name: 'crm', role: 'decider' })).json;
    expect((await ask('GET', '/api/today', undefined, token)).status).toBe(200);
    expect((await ask('GET', '/api/users', undefined, token)).json.code).toBe('forbidden');
    const listed = await ask('GET', '/api/tokens');
    expect(listed.json.rows).toMatchObject([{ name: 'crm', role: 'decider', createdBy: 'api' }]);
    expect(listed.text).not.toContain(token.slice(4));
    expect((await ask('DELETE', '/api/tokens/crm')).json['revoked']).toBe('crm');
    expect((await ask('GET', '/api/today', undefined, token)).json.code).toBe('unauthenticated');
  });
});

it('Today and the settings are what their pages show', async () => {
  const firm = await openFirm();
  const ask = await openApi(firm);
  await firm.receive(rawMessage({ from: 'x@y.test' }));
  const { json } = await ask('GET', '/api/today');
  expect(json).toMatchObject({ isWell: true, troubles: [], tiles: { waiting: 1, quarantined: 0 } });
  expect(json.sentence).toBe('Mailbox office is up, no mail yet.');
  await firm.database.sightings.updateMany(
    {},
    { $set: { state: 'pending', rawKey: null, attempts: 3, error: 'the server gives no bytes' } },
  );
  const { json: troubled } = await ask('GET', '/api/today');
  expect(troubled.sentence).toContain('1 matter needs you');
  expect(JSON.stringify(troubled['troubles'])).toContain('the server gives no bytes');
  expect((await ask('GET', '/api/settings')).json.rows).toMatchObject([
    { name: 'DASHBOARD_PASSWORD', value: 'set' },
  ]);
});

describe('lists', () => {
  it('of messages are filtered by state, mailbox, client, address and time, and read page by page', async () => {
    const firm = await openFirm();
    const ask = await openApi(firm);
    for (const subject of ['a', 'b', 'c']) await firm.receive(rawMessage({ subject, id: newId() }));
    await firm.receive(rawMessage({ from: 'x@y.test', subject: 'd', id: newId() }), { mailbox: 'second' });
    const subjects = async (query: string): Promise<unknown> =>
      (await ask('GET', `/api/messages?${query}`)).json.rows?.map(({ subject }) => subject);
    expect(await subjects('')).toEqual(['d', 'c', 'b', 'a']);
    expect(await subjects('state=triage')).toEqual(['d']);
    expect(await subjects('mailbox=second')).toEqual(['d']);
    expect(await subjects('client=paula')).toEqual(['c', 'b', 'a']);
    expect(await subjects(`address=${client.toUpperCase()}&limit=2`)).toEqual(['c', 'b']);
    expect(await subjects('since=2999-01-01T00:00:00Z')).toEqual([]);
    expect(await subjects('until=2000-01-01T00:00:00Z')).toEqual([]);
    const seen: unknown[] = [];
    let after = '';
    do {
      const { json } = await ask('GET', `/api/messages?client=paula&limit=2${after}`);
      seen.push(...(json.rows ?? []).map(({ subject }) => subject));
      after = typeof json.next === 'string' ? `&after=${json.next}` : '';
    } while (after !== '');
    expect(seen).toEqual(['c', 'b', 'a']);
  });

  it('of communications hold what the CRM wrote as it likes, and each can be read', async () => {
    const firm = await openFirm();
    const ask = await openApi(firm);
    await firm.receive(rawMessage({ subject: 'Ours', id: newId(), body: 'All of it.' }));
    const odd = { _id: 77, clientId: 'paula', date: new Date('2026-01-01'), subject: 5, attachments: [] };
    await firm.database.communications.insertMany([
      odd as never,
      { _id: 'no date', clientId: 'otto', subject: 'Theirs' } as never,
    ]);
    const { rows = [] } = (await ask('GET', '/api/communications')).json;
    expect(rows).toMatchObject([
      { subject: 'Ours', clientId: 'paula' },
      { id: '77', subject: '' },
    ]);
    const first = await ask('GET', '/api/communications?client=paula&limit=1');
    const second = await ask('GET', `/api/communications?client=paula&limit=1&after=${first.json.next}`);
    expect([second.json.rows?.length, second.json.rows?.[0]?.['id'], second.json.next]).toEqual([
      1,
      '77',
      null,
    ]);
    expect((await ask('GET', `/api/communications/${String(rows[0]?.['id'])}`)).json['text']).toContain(
      'All of it.',
    );
    expect((await ask('GET', '/api/communications/77')).json['text']).toBe('');
    expect((await ask('GET', '/api/communications/no%20date')).json).toMatchObject({ date: null });
    expect((await ask('GET', '/api/communications/none')).json.code).toBe('no-such-communication');
  });

  it('of decisions are filtered, and read page by page', async () => {
    const firm = await openFirm();
    const ask = await openApi(firm);
    for (const by of ['ann', 'bob', 'ann']) {
      const message = await firm.receive(rawMessage({ from: 'x@y.test', id: newId() }));
      await ask('POST', `/api/messages/${message._id.toHexString()}/ignore`, { by });
    }
    const { rows = [], next } = (await ask('GET', '/api/decisions?by=ann&limit=1')).json;
    expect(rows).toMatchObject([{ by: 'ann', act: 'ignore' }]);
    const rest = (await ask('GET', `/api/decisions?by=ann&limit=1&after=${next}`)).json;
    expect([rest.rows?.length, rest.next]).toEqual([1, null]);
    await ask('POST', `/api/decisions/${String(rows[0]?.['id'])}/undo`, {});
    const count = async (query: string) => (await ask('GET', `/api/decisions?${query}`)).json.rows?.length;
    expect([await count('undone=true'), await count('undone=false')]).toEqual([1, 2]);
    expect([await count('act=link'), await count('client=paula')]).toEqual([0, 0]);
    expect(await count('until=2000-01-01T00:00:00Z')).toBe(0);
  });

  it('of clients are found by words, and one by its id', async () => {
    const firm = await openFirm();
    const ask = await openApi(firm);
    await firm.addClients({ _id: 'otto', name: 'Otto Müller', email: 'otto@brandt.test' });
    const found = async (q: string) =>
      (await ask('GET', `/api/clients?q=${q}`)).json.rows?.map(({ id }) => id);
    expect([await found('muller'), await found('otto@br'), await found('nobody')]).toEqual([
      ['otto'],
      ['otto'],
      [],
    ]);
    expect((await ask('GET', '/api/clients/otto')).json).toMatchObject({
      name: 'Otto Müller',
      lastContactAt: null,
    });
    expect((await ask('GET', '/api/clients/nobody')).json.code).toBe('no-such-client');
  });
});
