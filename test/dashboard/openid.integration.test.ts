/** Signing in with an OpenID provider. */
import { describe, expect, it } from 'vitest';
import type { AccessSettings } from '../../src/dashboard/access-settings.ts';
import { addUser } from '../../src/store/users.ts';
import { serve } from '../support/dashboard.ts';
import type { Served } from '../support/dashboard.ts';
import { openOpenIdProvider } from '../support/openid-provider.ts';
import type { OpenIdProvider } from '../support/openid-provider.ts';
import { openFirm } from '../support/servers.ts';
import type { Firm } from '../support/servers.ts';

const verified = { email: 'Ann@firm.test', email_verified: true };

async function office(
  changes: Partial<AccessSettings & NonNullable<AccessSettings['openid']>> = {},
): Promise<{
  firm: Firm;
  served: Served;
  provider: OpenIdProvider;
}> {
  const firm = await openFirm();
  const provider = await openOpenIdProvider();
  const { nameClaim = 'email', roleClaim = null, ...settings } = changes;
  const { issuer, clientId, clientSecret } = provider;
  const openid = { issuer, clientId, clientSecret, nameClaim, roleClaim };
  const served = await serve(firm, {
    settings: { publicUrl: 'http://mail.firm.test/', openid, ...settings },
  });
  return { firm, served, provider };
}

const cookiesOf = (answer: Response): string[] =>
  answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '');

/** From the button to the address with which the provider sends the browser back. */
async function begin(
  served: Served,
  provider: OpenIdProvider,
  to = '/',
): Promise<{ cookie: string; back: string }> {
  const away = await served.get(`/sign-in/openid?${new URLSearchParams({ to }).toString()}`);
  expect(away.status).toBe(303);
  const back = new URL(provider.signIn(away.headers.get('location') ?? ''));
  expect(back.origin + back.pathname).toBe('http://mail.firm.test/sign-in/openid/callback');
  return { cookie: cookiesOf(away)[0] ?? '', back: back.pathname + back.search };
}

async function signIn(served: Served, provider: OpenIdProvider, to = '/'): Promise<Response> {
  const { cookie, back } = await begin(served, provider, to);
  return await served.get(back, { cookie });
}

const sessionIn = (answer: Response): string =>
  cookiesOf(answer).find((cookie) => /^docketmail-session=[\w-]{43}$/u.test(cookie)) ?? '';

describe('signing in with an OpenID provider', () => {
  it('leads back to the page, as the user with that verified address', async () => {
    const { firm, served, provider } = await office();
    await addUser(firm.database.users, { name: 'ann@firm.test', role: 'decider', password: null });
    provider.ways.claims = verified;
    expect(await (await served.get('/sign-in?to=/triage')).text()).toContain(
      'href="/sign-in/openid?to=%2Ftriage"',
    );
    const answer = await signIn(served, provider, '/triage');
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/triage']);
    const page = await (await served.get('/triage', { cookie: sessionIn(answer) })).text();
    expect(page).toContain('Signed in as ann@firm.test (decider).');
    expect(provider.requests[0]?.get('code_verifier')).toMatch(/^[\w-]{43,}$/u);
  });

  it('closes the dashboard to everybody else, and begins nowhere else', async () => {
    const { served } = await office();
    expect((await served.get('/')).headers.get('location')).toBe('/sign-in?to=%2F');
    const away = await served.get('/sign-in/openid?to=//evil.test');
    const asked = new URL(away.headers.get('location') ?? '').searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({
      response_type: 'code',
      client_id: 'docketmail',
      scope: 'openid email profile',
      code_challenge_method: 'S256',
    });
    expect(away.headers.getSetCookie()[0]).toMatch(
      /^docketmail-openid=[\w-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/u,
    );
  });

  it('is finished only by the browser that began it, once', async () => {
    const { firm, served, provider } = await office({ defaultRole: 'reader' });
    provider.ways.claims = verified;
    const [mine, theirs] = [await begin(served, provider), await begin(served, provider)];
    // Without a cookie, or with that of another beginning: a link that somebody else sends signs nobody in.
    for (const headers of [
      { cookie: '' },
      { cookie: theirs.cookie },
      { cookie: 'docketmail-openid=nonsense' },
    ]) {
      const answer = await served.get(mine.back, headers);
      expect([answer.status, sessionIn(answer)]).toEqual([400, '']);
    }
    expect(provider.requests).toHaveLength(0);
    const right = await served.get(mine.back, { cookie: mine.cookie });
    expect(sessionIn(right)).not.toBe('');
    expect(
      right.headers.getSetCookie().some((cookie) => cookie.startsWith('docketmail-openid=; Max-Age=0')),
    ).toBe(true);
    expect((await served.get(mine.back, { cookie: mine.cookie })).status).toBe(400);
    expect(await firm.database.sessions.countDocuments()).toBe(1);
  });

  it('takes no ID token that is forged, stale, or for somebody else', async () => {
    const { firm, served, provider } = await office({ defaultRole: 'admin' });
    const well = { ...provider.ways, claims: verified };
    for (const wrong of [
      { signs: 'with another key' },
      { signs: 'not' },
      { nonce: 'of another sign-in' },
      { audience: 'another-client' },
      { lifetimeSeconds: -600 },
    ] as const) {
      Object.assign(provider.ways, well, wrong);
      const answer = await signIn(served, provider);
      expect([wrong, answer.status, sessionIn(answer)]).toEqual([wrong, 400, '']);
    }
    Object.assign(provider.ways, well);
    expect(sessionIn(await signIn(served, provider))).not.toBe('');
    expect(await firm.database.sessions.countDocuments()).toBe(1);
  });

  it('knows nobody by an address that is not verified', async () => {
    const { firm, served, provider } = await office({ defaultRole: 'reader' });
    await addUser(firm.database.users, { name: 'ann@firm.test', role: 'admin', password: null });
    for (const claims of [
      { email: 'ann@firm.test' },
      { email: 'ann@firm.test', email_verified: false },
      { email: 'ann@firm.test', email_verified: 'true' },
      { email_verified: true },
      { email: ['ann@firm.test'], email_verified: true },
      { preferred_username: 'ann@firm.test' },
    ]) {
      provider.ways.claims = claims;
      const answer = await signIn(served, provider);
      expect([answer.status, sessionIn(answer)]).toEqual([403, '']);
    }
  });

  it('asks whom nobody here knows to ask the administrator', async () => {
    const { served, provider } = await office();
    provider.ways.claims = verified;
    const answer = await signIn(served, provider);
    expect([answer.status, sessionIn(answer)]).toEqual([403, '']);
    expect(await answer.text()).toContain(
      'You are signed in as Ann@firm.test, who may not see this dashboard.',
    );
  });

  it('takes the role from a claim if the settings say so; a user of ours has the role given here', async () => {
    const { firm, served, provider } = await office({ nameClaim: 'preferred_username', roleClaim: 'groups' });
    await addUser(firm.database.users, { name: 'bob', role: 'reader', password: null });
    const roleOf = async (claims: Record<string, unknown>): Promise<string | undefined> => {
      provider.ways.claims = claims;
      const page = await served.get('/triage', { cookie: sessionIn(await signIn(served, provider)) });
      return /Signed in as \w+ \((\w+)\)/u.exec(await page.text())?.[1];
    };
    expect(await roleOf({ preferred_username: 'ann', groups: ['staff', 'decider', 'operator'] })).toBe(
      'operator',
    );
    expect(await roleOf({ preferred_username: 'ann', groups: 'reader' })).toBe('reader');
    expect(await roleOf({ preferred_username: 'bob', groups: ['admin'] })).toBe('reader');
    expect(await roleOf({ preferred_username: 'ann', groups: ['root', 7, null] })).toBeUndefined();
  });

  it('ends the session of whom nobody knew when they become a user here', async () => {
    const { firm, served, provider } = await office({ defaultRole: 'reader' });
    provider.ways.claims = verified;
    const cookie = sessionIn(await signIn(served, provider));
    expect((await served.get('/', { cookie })).status).toBe(200);
    await addUser(firm.database.users, { name: 'ann@firm.test', role: 'reader', password: null });
    expect((await served.get('/', { cookie })).status).toBe(303);
  });

  it('says that the provider does not answer, and asks it again the next time', async () => {
    const firm = await openFirm();
    const openid = {
      issuer: 'http://127.0.0.1:1',
      clientId: 'x',
      clientSecret: null,
      nameClaim: 'email',
      roleClaim: null,
    } as const;
    const served = await serve(firm, { settings: { publicUrl: 'http://mail.firm.test', openid } });
    for (let times = 0; times < 2; times += 1) {
      const answer = await served.get('/sign-in/openid');
      expect(answer.status).toBe(502);
      expect(await answer.text()).toContain('does not answer');
    }
  });
});
