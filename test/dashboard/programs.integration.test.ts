/** Programs with tokens, and people whom a proxy has signed in. */
import { describe, expect, it } from 'vitest';
import { addApiToken, revokeApiToken } from '../../src/store/api-tokens.ts';
import type { UserRole } from '../../src/store/users.ts';
import { addUser } from '../../src/store/users.ts';
import { serve } from '../support/dashboard.ts';
import type { Served } from '../support/dashboard.ts';
import { rawMessage } from '../support/messages.ts';
import { openFirm } from '../support/servers.ts';

const ignore = async (served: Served, id: string, headers: Record<string, string>): Promise<Response> =>
  await fetch(`${served.origin}/api/messages/${id}/ignore`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ by: 'Dora' }),
  });

describe('a token of a program', () => {
  it('does what its role may, under its own name, until it is revoked', async () => {
    const firm = await openFirm();
    const { apiTokens, users, decisions } = firm.database;
    await addUser(users, { name: 'Ann', role: 'admin', password: null });
    const served = await serve(firm);
    const bearer = async (name: string, role: UserRole) => ({
      accept: '*/*',
      authorization: `Bearer ${(await addApiToken(apiTokens, { name, role, by: 'ann' })) ?? ''}`,
    });
    const [prometheus, crm] = [await bearer('prometheus', 'reader'), await bearer('crm', 'decider')];
    const message = await firm.receive(rawMessage({ from: 'who@knows.test' }));
    const id = message._id.toHexString();
    expect((await served.get('/metrics', prometheus)).status).toBe(200);
    const refused = await ignore(served, id, prometheus);
    expect([refused.status, await refused.json()]).toMatchObject([
      403,
      {
        code: 'forbidden',
        detail: 'This needs the role decider, and yours is reader. An administrator can change it.',
      },
    ]);
    expect((await ignore(served, id, crm)).status).toBe(200);
    expect((await decisions.findOne())?.by).toBe('crm');
    await revokeApiToken(apiTokens, 'crm');
    expect((await served.get('/api/triage', crm)).status).toBe(401);
  });

  it('works beside the shared password and token, and wrong ones are limited as those are', async () => {
    const firm = await openFirm();
    const token = await addApiToken(firm.database.apiTokens, { name: 'crm', role: 'reader', by: 'ann' });
    const served = await serve(firm, {
      settings: { password: 'the shared pass words', token: 'token-of-the-settings' },
    });
    const ask = async (text: string): Promise<number> =>
      (await served.get('/api/triage', { accept: '*/*', authorization: `Bearer ${text}` })).status;
    expect([await ask(token ?? ''), await ask('token-of-the-settings')]).toEqual([200, 200]);
    const wrong: number[] = [];
    for (let index = 0; index < 12; index += 1)
      wrong.push(await ask(`dmt_${String(index).padStart(43, 'x')}`));
    expect(wrong).toEqual([...Array<number>(10).fill(401), 429, 429]);
  });

  it('counts while the dashboard is open, too: a revoked one does not fall back to everything', async () => {
    const firm = await openFirm();
    const served = await serve(firm);
    const token = await addApiToken(firm.database.apiTokens, { name: 'crm', role: 'reader', by: 'ann' });
    const headers = { accept: '*/*', authorization: `Bearer ${token ?? ''}` };
    expect([
      (await served.get('/api/triage', headers)).status,
      (await served.get('/settings', headers)).status,
    ]).toEqual([200, 403]);
    await revokeApiToken(firm.database.apiTokens, 'crm');
    expect((await served.get('/api/triage', headers)).status).toBe(401);
  });

  it('has its last use noted once a minute at most', async () => {
    const firm = await openFirm();
    const { apiTokens } = firm.database;
    const served = await serve(firm);
    const token = await addApiToken(apiTokens, { name: 'crm', role: 'reader', by: 'ann' });
    const use = async (): Promise<Date | null | undefined> => {
      await served.get('/api/triage', { accept: '*/*', authorization: `Bearer ${token ?? ''}` });
      return (await apiTokens.findOne())?.lastUsedAt;
    };
    const first = await use();
    expect(first).toBeInstanceOf(Date);
    expect(await use()).toEqual(first);
    const before = new Date(Date.now() - 61_000);
    await apiTokens.updateOne({}, { $set: { lastUsedAt: before } });
    expect((await use())?.getTime()).toBeGreaterThan(before.getTime());
  });
});

describe('whom a proxy has signed in', () => {
  const named = (name: string): Record<string, string> => ({ 'x-forwarded-user': name });

  it('has the role that the users say, and decides under that name', async () => {
    const firm = await openFirm();
    await addUser(firm.database.users, { name: 'Ann', role: 'decider', password: null });
    const served = await serve(firm, {
      settings: { userHeader: 'X-Forwarded-User', proxies: ['127.0.0.1'] },
    });
    expect(await (await served.get('/triage', named('ann'))).text()).toContain('Signed in as Ann (decider).');
    expect((await served.get('/settings', named('ann'))).status).toBe(403);
    const message = await firm.receive(rawMessage({ from: 'who@knows.test' }));
    expect((await ignore(served, message._id.toHexString(), named('ann'))).status).toBe(200);
    expect((await firm.database.decisions.findOne())?.by).toBe('Ann');
    // Another site cannot act in the name of somebody who is signed in at the proxy.
    const foreign = await served.send(
      '/decisions/undo',
      {},
      { ...named('ann'), 'sec-fetch-site': 'cross-site' },
    );
    expect(foreign.status).toBe(403);
  });

  it('is somebody only if the proxy says so, and only one person', async () => {
    const firm = await openFirm();
    await addUser(firm.database.users, { name: 'Ann', role: 'admin', password: null });
    const elsewhere = await serve(firm, {
      settings: { userHeader: 'X-Forwarded-User', proxies: ['192.0.2.1'] },
    });
    expect((await elsewhere.get('/', named('Ann'))).status).toBe(303);
    const unset = await serve(firm, { settings: { proxies: ['127.0.0.1'] } });
    expect((await unset.get('/', named('Ann'))).status).toBe(303);
    const served = await serve(firm, {
      settings: { userHeader: 'X-Forwarded-User', proxies: ['127.0.0.1'] },
    });
    for (const name of ['Ann, Bob', 'Ann Bob', '<b>Ann</b>'])
      expect((await served.get('/', named(name))).status).toBe(403);
    expect((await served.get('/')).status).toBe(303);
  });

  it('may do nothing if nobody here knows them, unless the settings give them a role', async () => {
    const firm = await openFirm();
    const settings = { userHeader: 'X-Forwarded-User', proxies: ['127.0.0.1'] };
    const served = await serve(firm, { settings });
    const refused = await served.get('/', named('bob'));
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain('You are signed in as bob, who may not see this dashboard.');
    const lenient = await serve(firm, { settings: { ...settings, defaultRole: 'reader' } });
    expect((await lenient.get('/', named('bob'))).status).toBe(200);
    expect((await lenient.get('/queues', named('bob'))).status).toBe(403);
  });
});
