/** Who may see the dashboard, and who it says they are: named people, by a form. */
import { describe, expect, it } from 'vitest';
import { addUser, removeUser, setPassword, setRole } from '../../src/store/users.ts';
import { serve } from '../support/dashboard.ts';
import type { Served } from '../support/dashboard.ts';
import { rawMessage } from '../support/messages.ts';
import { openFirm } from '../support/servers.ts';
import type { Firm } from '../support/servers.ts';

const horses = 'seven wet horses';

async function office(settings: Parameters<typeof serve>[1] = {}): Promise<{ firm: Firm; served: Served }> {
  const firm = await openFirm();
  await addUser(firm.database.users, { name: 'Ann', role: 'decider', password: horses });
  return { firm, served: await serve(firm, settings) };
}

const cookieOf = (answer: Response): string => answer.headers.getSetCookie().at(-1)?.split(';')[0] ?? '';

async function signInAs(
  served: Served,
  {
    name = 'Ann',
    password = horses,
    to = '/',
    headers = {},
  }: {
    name?: string;
    password?: string;
    to?: string;
    headers?: Record<string, string>;
  } = {},
): Promise<Response> {
  return await served.send('/sign-in', { name, password, to }, headers);
}

describe('signing in', () => {
  it('leads from any page to the form, and with name and password back to that page', async () => {
    const { served } = await office();
    const away = await served.get('/triage?reason=no-client');
    expect([away.status, away.headers.get('location')]).toEqual([
      303,
      '/sign-in?to=%2Ftriage%3Freason%3Dno-client',
    ]);
    const form = await (await served.get(away.headers.get('location') ?? '')).text();
    expect(form).toContain('name="to" value="/triage?reason=no-client"');
    expect(form).not.toMatch(/<script|<style|\son[a-z]+=/iu);
    const signedIn = await signInAs(served, { to: '/triage?reason=no-client' });
    expect([signedIn.status, signedIn.headers.get('location')]).toEqual([303, '/triage?reason=no-client']);
    const page = await served.get('/triage', { cookie: cookieOf(signedIn) });
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('Signed in as Ann (decider).');
  });

  it('gives a cookie that no script reads and no other site sends, and stores nothing that signs anybody in', async () => {
    const { firm, served } = await office();
    const answer = await signInAs(served);
    const cookie = answer.headers.getSetCookie().at(-1) ?? '';
    expect(cookie).toMatch(
      /^docketmail-session=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/u,
    );
    const id = cookieOf(answer).split('=')[1] ?? '';
    expect(JSON.stringify(await firm.database.sessions.find().toArray())).not.toContain(id);
    for (const none of [id.slice(0, -1), `${id}A`, 'x'.repeat(43), ''])
      expect((await served.get('/', { cookie: `docketmail-session=${none}` })).status).toBe(303);
  });

  it('is bound to https where the browser came by it: at PUBLIC_URL, or as a proxy of ours says', async () => {
    const secure =
      /^__Host-docketmail-session=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Lax$/u;
    const { firm, served } = await office({ settings: { publicUrl: 'https://mail.firm.test' } });
    const answer = await signInAs(served);
    expect(answer.headers.getSetCookie().at(-1)).toMatch(secure);
    expect((await served.get('/', { cookie: cookieOf(answer) })).status).toBe(200);
    // Another site of the domain, or one without https, can set a cookie only without the prefix.
    expect((await served.get('/', { cookie: cookieOf(answer).replace('__Host-', '') })).status).toBe(303);

    const headers = { 'x-forwarded-proto': 'https' };
    const trusted = await serve(firm, { settings: { proxies: ['127.0.0.1'] } });
    expect((await signInAs(trusted, { headers })).headers.getSetCookie().at(-1)).toMatch(secure);
    const plain = await serve(firm);
    expect((await signInAs(plain, { headers })).headers.getSetCookie().at(-1)).toMatch(
      /^docketmail-session=/u,
    );
  });

  it('says the same of a wrong password and an unknown name, and stays on this server', async () => {
    const { served } = await office();
    const wrong = await signInAs(served, { password: 'seven wet goats' });
    const unknown = await signInAs(served, { name: 'Bob' });
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect((await wrong.text()).replace('value="Ann"', '')).toBe(
      (await unknown.text()).replace('value="Bob"', ''),
    );
    for (const to of ['//evil.test', 'https://evil.test', '/\\evil.test', 'javascript:alert(1)'])
      expect((await signInAs(served, { to })).headers.get('location')).toBe('/');
  });

  it('takes no form of another site', async () => {
    const { served } = await office();
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }]) {
      const answer = await signInAs(served, { headers });
      expect([answer.status, answer.headers.getSetCookie()]).toEqual([403, []]);
    }
    const cookie = cookieOf(await signInAs(served));
    const out = await served.send('/sign-out', {}, { cookie, 'sec-fetch-site': 'cross-site' });
    expect(out.status).toBe(403);
    expect((await served.get('/', { cookie })).status).toBe(200);
  });

  it('is limited: after ten wrong passwords not even the right one is looked at, however many come at once', async () => {
    const { served } = await office();
    const guesses = await Promise.all(
      Array.from(
        { length: 25 },
        async (_, index) => (await signInAs(served, { password: `guess ${index}` })).status,
      ),
    );
    expect(guesses.filter((status) => status === 401)).toHaveLength(10);
    expect(guesses.filter((status) => status === 429)).toHaveLength(15);
    const right = await signInAs(served);
    expect([right.status, right.headers.getSetCookie()]).toEqual([429, []]);
    expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('a session', () => {
  it('ends with signing out, for good', async () => {
    const { firm, served } = await office();
    const cookie = cookieOf(await signInAs(served));
    const out = await served.send('/sign-out', {}, { cookie });
    expect([out.status, out.headers.get('location')]).toEqual([303, '/sign-in']);
    expect(out.headers.getSetCookie().at(-1)).toMatch(/^docketmail-session=; Max-Age=0/u);
    expect((await served.get('/', { cookie })).status).toBe(303);
    expect(await firm.database.sessions.countDocuments()).toBe(0);
  });

  it('is a new one each time, and the old one of the browser is over', async () => {
    const { served } = await office();
    const first = cookieOf(await signInAs(served));
    const second = cookieOf(await signInAs(served, { headers: { cookie: first } }));
    expect(second).not.toBe(first);
    expect((await served.get('/', { cookie: first })).status).toBe(303);
    expect((await served.get('/', { cookie: second })).status).toBe(200);
  });

  it('ends when the password or the role changes, or the person is removed, even if added again', async () => {
    const { firm, served } = await office();
    const { users } = firm.database;
    const changes = [
      async () => await setPassword(users, 'ann', horses),
      async () => await setRole(users, 'ann', 'reader'),
      async () => {
        await removeUser(users, 'ann');
        await addUser(users, { name: 'Ann', role: 'reader', password: horses });
      },
    ];
    for (const change of changes) {
      const cookie = cookieOf(await signInAs(served));
      expect((await served.get('/', { cookie })).status).toBe(200);
      await change();
      expect((await served.get('/', { cookie })).status).toBe(303);
    }
  });

  it('is over when its time is, and goes on with use as far as its last day', async () => {
    const { firm, served } = await office();
    const { sessions } = firm.database;
    const cookie = cookieOf(await signInAs(served));
    const inHours = (hours: number): Date => new Date(Date.now() + hours * 3_600_000);
    await sessions.updateMany({}, { $set: { until: inHours(1) } });
    expect((await served.get('/', { cookie })).status).toBe(200);
    expect((await sessions.findOne())?.until.getTime()).toBeGreaterThan(inHours(11).getTime());
    await sessions.updateMany({}, { $set: { until: inHours(1), endsAt: inHours(2) } });
    expect((await served.get('/', { cookie })).status).toBe(200);
    const session = await sessions.findOne();
    expect(session?.until).toEqual(session?.endsAt);
    await sessions.updateMany({}, { $set: { until: inHours(-1) } });
    expect((await served.get('/', { cookie })).status).toBe(303);
  });

  it('of the shared password is over when that changes, and the password cannot be guessed from what is stored', async () => {
    const firm = await openFirm();
    const password = 'the shared pass words';
    const served = await serve(firm, { settings: { password } });
    const cookie = cookieOf(await signInAs(served, { name: 'Carl', password }));
    expect(await (await served.get('/', { cookie })).text()).toContain('Signed in as Carl.');
    const changed = await serve(firm, { settings: { password: 'other shared pass words' } });
    expect((await changed.get('/', { cookie })).status).toBe(303);
    const without = await serve(firm, { settings: { token: 'a token of the settings' } });
    expect((await without.get('/', { cookie })).status).toBe(303);
  });
});

describe('without a password', () => {
  it('every page says that it is open, until the first person is added', async () => {
    const firm = await openFirm();
    const served = await serve(firm);
    for (const path of ['/', '/triage', '/messages', '/settings', '/nothing'])
      expect(await (await served.get(path)).text()).toContain('No password is set: this machine only.');
    await addUser(firm.database.users, { name: 'Ann', role: 'admin', password: null });
    expect((await served.get('/')).status).toBe(303);
    expect((await served.get('/api/triage', { accept: '*/*' })).status).toBe(401);
  });

  it('a public address needs a person, a password or a token', async () => {
    const firm = await openFirm();
    await expect(serve(firm, { settings: { host: '0.0.0.0' } })).rejects.toThrow(/docketmail user add/u);
    await addUser(firm.database.users, { name: 'Ann', role: 'admin', password: null });
    const served = await serve(firm, { settings: { host: '0.0.0.0' } });
    expect((await served.get('/')).status).toBe(303);
    await removeUser(firm.database.users, 'Ann');
    expect((await served.get('/')).status).toBe(303);
  });
});

describe('by whom', () => {
  const act = async (
    served: Served,
    { id, headers, by }: { id: string; headers: Record<string, string>; by: string },
  ) =>
    await fetch(`${served.origin}/api/messages/${id}/ignore`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ by }),
    });

  it('a decision is, says the sign-in; only the shared password and an open dashboard may name somebody', async () => {
    const firm = await openFirm();
    const password = 'the shared pass words';
    const open = await serve(firm);
    const first = await firm.receive(rawMessage({ from: 'who@knows.test' }));
    expect((await act(open, { id: first._id.toHexString(), headers: {}, by: 'Dora' })).status).toBe(200);
    await addUser(firm.database.users, { name: 'Ann', role: 'decider', password: horses });
    const served = await serve(firm, { settings: { password } });
    const cookie = cookieOf(await signInAs(served));
    const shared = { authorization: `Basic ${Buffer.from(`carl:${password}`).toString('base64')}` };
    const second = await firm.receive(rawMessage({ from: 'who@knows.test', id: 'second@knows.test' }));
    const third = await firm.receive(rawMessage({ from: 'who@knows.test', id: 'third@knows.test' }));
    expect(
      (await act(served, { id: second._id.toHexString(), headers: { cookie }, by: 'Dora' })).status,
    ).toBe(200);
    expect((await act(served, { id: third._id.toHexString(), headers: shared, by: 'Emil' })).status).toBe(
      200,
    );
    // In pieces, of a length that is not known before.
    const fourth = await firm.receive(rawMessage({ from: 'who@knows.test', id: 'fourth@knows.test' }));
    const inPieces = await fetch(`${served.origin}/api/messages/${fourth._id.toHexString()}/ignore`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie },
      body: new Blob([JSON.stringify({ by: 'Dora' })]).stream(),
      duplex: 'half',
    });
    expect(inPieces.status).toBe(200);
    const made = await firm.database.decisions.find().sort({ at: 1 }).toArray();
    expect(made.map(({ by }) => by)).toEqual(['Dora', 'Ann', 'Emil', 'Ann']);
  });
});
