/** An authorisation server whose tokens the IMAP server of the test run accepts: JWTs, signed with the run's password. */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { OAuthApp } from '../../src/config/oauth-apps.ts';
import { imapServer } from './imap-server.ts';
import { noteSecret } from './known-secrets.ts';

export interface Answer {
  readonly status: number;
  readonly body: string | Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly delayMs?: number;
}

export interface TokenServer {
  readonly url: string;
  /** Forms sent to the token endpoint. */
  readonly requests: URLSearchParams[];
  /** Every secret that it issued. */
  readonly secrets: Set<string>;
  /** How many times an already used refresh token was sent. */
  readonly reused: { count: number };
  /** May be changed at any time. */
  readonly ways: {
    signsInAs: string;
    lifetimeSeconds: number;
    scope: string | null;
    rotates: boolean;
    givesRefreshToken: boolean;
    givesIdToken: boolean;
    givesNow: boolean;
    answer: ((form: URLSearchParams) => Answer | 'drop' | undefined) | null;
  };
  app(changes?: Partial<OAuthApp>): OAuthApp;
  /** A person signs in and returns: the address that the provider redirects the browser to. */
  signIn(authorizationUrl: string): Promise<string>;
  refreshTokenFor(email: string): string;
  revokeAll(): void;
  close(): Promise<void>;
}

export const mailScope = 'mail.read';

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export function tokenFor(email: string, lifetimeSeconds: number): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    sub: 'user',
    email,
    iat: now,
    exp: now + lifetimeSeconds,
    jti: randomBytes(8).toString('hex'),
  };
  const signed = `${encode({ typ: 'JWT', alg: 'HS256', kid: 'default' })}.${encode(claims)}`;
  return noteSecret(
    `${signed}.${createHmac('sha256', imapServer().password).update(signed).digest('base64url')}`,
  );
}

export async function openTokenServer(): Promise<TokenServer> {
  const requests: URLSearchParams[] = [];
  const secrets = new Set<string>();
  const reused = { count: 0 };
  const codes = new Map<string, { readonly challenge: string; readonly email: string }>();
  const refreshes = new Map<string, string>();
  const used = new Set<string>();
  const ways: TokenServer['ways'] = {
    signsInAs: '',
    lifetimeSeconds: 3600,
    scope: mailScope,
    rotates: true,
    givesRefreshToken: true,
    givesIdToken: true,
    givesNow: true,
    answer: null,
  };
  const secret = (prefix: string): string => {
    const value = `${prefix}-${randomBytes(24).toString('hex')}`;
    secrets.add(value);
    return noteSecret(value);
  };
  const refreshTokenFor = (email: string): string => {
    const value = secret('refresh');
    refreshes.set(value, email);
    return value;
  };
  const refused = (error: string, description = ''): Answer => ({
    status: 400,
    body: { error, error_description: description },
  });
  function tokenAnswer(email: string, { refresh, id }: { refresh: string | null; id: boolean }): Answer {
    const accessToken = tokenFor(email, ways.lifetimeSeconds);
    secrets.add(accessToken);
    return {
      status: 200,
      body: {
        access_token: accessToken,
        token_type: 'Bearer',
        expires_in: ways.lifetimeSeconds,
        ...(refresh !== null && { refresh_token: refresh }),
        ...(ways.scope !== null && { scope: ways.scope }),
        ...(id &&
          ways.givesIdToken && {
            id_token: `${encode({})}.${encode({ email, preferred_username: email })}.x`,
          }),
      },
    };
  }
  function answerTo(form: URLSearchParams): Answer {
    const grant = form.get('grant_type');
    if (grant === 'authorization_code') {
      const code = codes.get(form.get('code') ?? '');
      codes.delete(form.get('code') ?? '');
      const challenge = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url');
      if (code === undefined || code.challenge !== challenge)
        return refused('invalid_grant', 'bad code or verifier');
      return tokenAnswer(code.email, {
        refresh: ways.givesRefreshToken ? refreshTokenFor(code.email) : null,
        id: true,
      });
    }
    if (grant === 'refresh_token') {
      const old = form.get('refresh_token') ?? '';
      const email = refreshes.get(old);
      if (used.has(old)) reused.count += 1;
      if (email === undefined)
        return refused('invalid_grant', 'The refresh token is unknown or was revoked.');
      if (!ways.rotates) return tokenAnswer(email, { refresh: null, id: false });
      refreshes.delete(old);
      used.add(old);
      return tokenAnswer(email, { refresh: refreshTokenFor(email), id: false });
    }
    if (grant === 'urn:ietf:params:oauth:grant-type:device_code') {
      if (!ways.givesNow) return refused('authorization_pending');
      return tokenAnswer(ways.signsInAs, { refresh: refreshTokenFor(ways.signsInAs), id: true });
    }
    if (grant === 'client_credentials') return tokenAnswer(ways.signsInAs, { refresh: null, id: false });
    if (grant === 'urn:ietf:params:oauth:grant-type:jwt-bearer') {
      const claims = JSON.parse(
        Buffer.from((form.get('assertion') ?? '').split('.')[1] ?? '', 'base64url').toString(),
      ) as { readonly sub: string };
      return tokenAnswer(claims.sub, { refresh: null, id: false });
    }
    return refused('unsupported_grant_type');
  }
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const form = new URLSearchParams(await text(request));
    let answer: Answer | 'drop' | undefined;
    if (url.pathname === '/device')
      answer = {
        status: 200,
        body: {
          device_code: secret('device'),
          user_code: 'ABCD-EFGH',
          verification_uri: 'https://provider.example/device',
          expires_in: 60,
          interval: 1,
        },
      };
    else {
      requests.push(form);
      answer = ways.answer?.(form) ?? answerTo(form);
    }
    if (answer === 'drop') {
      request.socket.destroy();
      return;
    }
    if (answer.delayMs) await delay(answer.delayMs);
    const isText = typeof answer.body === 'string';
    response.writeHead(answer.status, {
      'content-type': isText ? 'text/html' : 'application/json',
      ...answer.headers,
    });
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
  }
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return {
    url,
    requests,
    secrets,
    reused,
    ways,
    app: (changes = {}) => ({
      name: 'firm',
      provider: 'custom',
      clientId: 'docketmail',
      credential: { kind: 'secret', secret: 'app-secret-8a5f', file: null },
      tenant: null,
      authorizationEndpoint: `${url}/authorize`,
      tokenEndpoint: `${url}/token`,
      deviceEndpoint: `${url}/device`,
      scopes: [mailScope, 'offline_access'],
      secretExpires: null,
      ...changes,
    }),
    signIn: async (authorizationUrl) => {
      const { searchParams } = new URL(authorizationUrl);
      const code = secret('code');
      codes.set(code, { challenge: searchParams.get('code_challenge') ?? '', email: ways.signsInAs });
      const callback = new URL(searchParams.get('redirect_uri') ?? '');
      callback.searchParams.set('code', code);
      callback.searchParams.set('state', searchParams.get('state') ?? '');
      return callback.href;
    },
    refreshTokenFor,
    revokeAll: () => refreshes.clear(),
    close,
  };
}

/** Closed when the test ends. */
export async function newTokenServer(): Promise<TokenServer> {
  const server = await openTokenServer();
  onTestFinished(() => server.close());
  return server;
}
