/** An OpenID provider: discovery, keys and tokens over HTTP; a person signs in with `signIn`. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { onTestFinished } from 'vitest';

export interface OpenIdProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** May be changed at any time: what an ID token says beside what it must, and how it is wrong. */
  readonly ways: {
    claims: Record<string, unknown>;
    signs: 'well' | 'with another key' | 'not';
    nonce: string | null;
    audience: string;
    lifetimeSeconds: number;
  };
  /** Forms that reached the token endpoint. */
  readonly requests: URLSearchParams[];
  /** A person signs in and returns: the address to which the browser is sent back. */
  signIn(authorizationUrl: string): string;
}

export async function openOpenIdProvider(): Promise<OpenIdProvider> {
  const [keys, others] = [await generateKeyPair('RS256'), await generateKeyPair('RS256')];
  const codes = new Map<
    string,
    { readonly challenge: string; readonly nonce: string; readonly redirectUri: string }
  >();
  const requests: URLSearchParams[] = [];
  const [clientId, clientSecret] = ['docketmail', randomBytes(12).toString('hex')];
  const ways: OpenIdProvider['ways'] = {
    claims: {},
    signs: 'well',
    nonce: null,
    audience: clientId,
    lifetimeSeconds: 300,
  };

  async function idToken(nonce: string): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const claims = { sub: 'user-1', nonce: ways.nonce ?? nonce, ...ways.claims };
    const token = new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setIssuer(issuer)
      .setAudience(ways.audience)
      .setIssuedAt(now)
      .setExpirationTime(now + ways.lifetimeSeconds);
    const signed = await token.sign(ways.signs === 'with another key' ? others.privateKey : keys.privateKey);
    return ways.signs === 'not' ? `${signed.split('.').slice(0, 2).join('.')}.AAAA` : signed;
  }

  async function tokensFor(form: URLSearchParams, authorization: string): Promise<object | null> {
    const code = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
    if (code?.challenge !== challenge || authorization !== basic) return null;
    if (form.get('redirect_uri') !== code.redirectUri) return null;
    const access = randomBytes(16).toString('hex');
    return {
      access_token: access,
      token_type: 'Bearer',
      expires_in: 60,
      id_token: await idToken(code.nonce),
    };
  }

  const server = createServer((request, response) => {
    const answer = async (): Promise<object | null> => {
      if (request.url === '/.well-known/openid-configuration')
        return {
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/keys`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256'],
        };
      if (request.url === '/keys')
        return { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }] };
      if (request.url !== '/token') return null;
      const form = new URLSearchParams(await text(request));
      requests.push(form);
      return await tokensFor(form, request.headers.authorization ?? '');
    };
    const reply = async (): Promise<void> => {
      const body = await answer();
      response.writeHead(body === null ? 400 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body ?? { error: 'invalid_grant' }));
    };
    void reply();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    issuer,
    clientId,
    clientSecret,
    ways,
    requests,
    signIn(authorizationUrl) {
      const asked = new URL(authorizationUrl).searchParams;
      const code = randomBytes(16).toString('hex');
      const redirectUri = asked.get('redirect_uri') ?? '';
      codes.set(code, {
        challenge: asked.get('code_challenge') ?? '',
        nonce: asked.get('nonce') ?? '',
        redirectUri,
      });
      return `${redirectUri}?${new URLSearchParams({ code, state: asked.get('state') ?? '' }).toString()}`;
    },
  };
}
