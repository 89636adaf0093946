/** Requests to authorisation servers, limited in time and size, with failures in our own terms. */
import type { CustomFetch } from 'openid-client';
import { ClientError, ResponseBodyError } from 'openid-client';
import { classifyFailure } from './failure.ts';
import type { AskedWith, TokenAnswer, TokenFailure } from './failure.ts';

/** A slower token server counts as down; the lease on the token lasts longer. */
const REQUEST_MS = 10_000;
/** Tokens have a few thousand characters. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** No token was issued. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';
  readonly failure: TokenFailure;
  /** The OAuth `error` of the answer; null if it had none. */
  readonly code: string | null;

  constructor(
    failure: TokenFailure,
    { cause, code = null }: { readonly cause?: unknown; readonly code?: string | null } = {},
  ) {
    super(failure.text, cause === undefined ? {} : { cause });
    this.failure = failure;
    this.code = code;
  }
}

export interface BoundedFetch {
  readonly fetch: CustomFetch;
  /** The claims of the last answer's ID token, which came from the token endpoint itself, over TLS (OIDC Core §3.1.3.7, 6). */
  readonly claims: () => Readonly<Record<string, unknown>> | null;
}

/** Follows no redirect: it would send a secret to another host. */
export function boundedFetch(limitMs: number = REQUEST_MS): BoundedFetch {
  let claims: Readonly<Record<string, unknown>> | null = null;
  return {
    claims: () => claims,
    fetch: async (url, { method, headers, body, signal }) => {
      const late = AbortSignal.timeout(limitMs);
      const answer = await fetch(url, {
        method,
        headers,
        // openid-client sends a form.
        ...(body instanceof URLSearchParams && { body }),
        redirect: 'manual',
        signal: signal ? AbortSignal.any([signal, late]) : late,
      });
      const text = await readBounded(answer);
      const { status } = answer;
      const json = objectIn(text);
      // Its signature is not checked, and its issuer differs between tenants.
      const { id_token: idToken, ...rest } = json ?? {};
      claims = typeof idToken === 'string' ? claimsOf(idToken) : null;
      // Fetch itself only allows these without a body.
      if (status < 200 || status === 204 || status === 304) return new Response(null, { status });
      return new Response(json === null ? text : JSON.stringify(rest), { status, headers: answer.headers });
    },
  };
}

async function readBounded(answer: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer.body ?? []) {
    size += part.byteLength;
    if (size > MAX_ANSWER_BYTES) throw new Error(`the answer has more than ${MAX_ANSWER_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function objectIn(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : null;
  } catch {
    return null;
  }
}

function claimsOf(idToken: string): Readonly<Record<string, unknown>> | null {
  return objectIn(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString('utf8'));
}

/** The error of a request, as a failure. */
export function toOAuthError(error: unknown, asked: AskedWith): OAuthError {
  if (error instanceof OAuthError) return error;
  const answer = answerIn(error);
  return new OAuthError(classifyFailure(answer, asked), { cause: error, code: answer.error });
}

function answerIn(error: unknown): TokenAnswer {
  if (error instanceof ResponseBodyError) {
    const { suberror } = error.cause;
    return {
      status: error.status,
      error: error.error,
      suberror: typeof suberror === 'string' ? suberror : null,
      description: error.error_description ?? null,
      retryAfterMs: retryAfter(error.response),
    };
  }
  const cause = error instanceof Error ? error.cause : undefined;
  const response = cause instanceof Response ? cause : null;
  if (error instanceof ClientError && response !== null)
    return { status: response.status, error: null, description: null, retryAfterMs: retryAfter(response) };
  return { status: null, error: null, description: networkReason(error) };
}

/** From the innermost cause: undici only says "fetch failed". */
function networkReason(error: unknown): string {
  let reason = String(error);
  for (let e: unknown = error, depth = 0; e instanceof Error && depth < 5; e = e.cause, depth++)
    reason = e.name === 'TimeoutError' ? 'no answer in time' : e.message || reason;
  return reason;
}

function retryAfter({ headers }: Response): number | null {
  const value = headers.get('retry-after') ?? '';
  return /^\d{1,6}$/u.test(value) ? Number(value) * 1000 : null;
}
