import { request as requestHttp } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { describeError } from '../errors.ts';
import { resolveTarget } from './egress.ts';
import type { EgressRules } from './egress.ts';
import { retryAfterMs } from './schedule.ts';

/** Of Standard Webhooks: 15 to 30 s. */
const TIMEOUT_MS = 15_000;
/** What is kept of an answer; the rest is not read. */
const MAX_ANSWER_BYTES = 1_024;

export interface Sent {
  /** Null where no answer came. */
  readonly code: number | null;
  readonly answer: string;
  readonly durationMs: number;
  readonly retryAfterMs: number;
}

export interface SendRules extends EgressRules {
  readonly timeoutMs?: number;
  /** PEM of an authority to trust beside the public ones. */
  readonly ca?: string;
}

/**
 * Posts to a URL by an address that was checked, follows no redirect, and tells what came of it. An answer counts as soon as its
 * status is there, whatever becomes of the connection then. Never throws: that nothing came is an outcome, too.
 */
export async function send(
  {
    url: text,
    headers,
    body,
  }: { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body: string },
  rules: SendRules,
): Promise<Sent> {
  const started = performance.now();
  const signal = AbortSignal.timeout(rules.timeoutMs ?? TIMEOUT_MS);
  const outcome = (sent: Pick<Sent, 'code' | 'answer'> & { readonly retryAfter?: string }): Sent => ({
    code: sent.code,
    answer: sent.answer.slice(0, MAX_ANSWER_BYTES),
    durationMs: Math.round(performance.now() - started),
    retryAfterMs: retryAfterMs(sent.retryAfter, new Date()),
  });
  try {
    const target = await inTime(resolveTarget(text, rules), signal);
    const response = await post(target, { headers, body, signal, ca: rules.ca });
    const answer = await beginningOf(response);
    const retryAfter = response.headers['retry-after'];
    return outcome({
      code: response.statusCode ?? null,
      answer,
      ...(retryAfter !== undefined && { retryAfter }),
    });
  } catch (error) {
    const why = signal.aborted
      ? `no answer in ${(rules.timeoutMs ?? TIMEOUT_MS) / 1000} s`
      : describeError(error);
    return outcome({ code: null, answer: why });
  }
}

async function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('too late')), { once: true });
  });
  return await Promise.race([work, late]);
}

async function post(
  { url, addresses }: { readonly url: URL; readonly addresses: readonly string[] },
  {
    headers,
    body,
    signal,
    ca,
  }: {
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly signal: AbortSignal;
    readonly ca: string | undefined;
  },
): Promise<IncomingMessage> {
  // The name is not asked for again: its owner may answer otherwise now (DNS rebinding).
  const lookup: LookupFunction = (_host, options, callback) => {
    const found = addresses.map((address) => ({ address, family: isIP(address) }));
    const [first] = found;
    if (options.all === true) callback(null, found);
    else callback(null, first?.address ?? '', first?.family ?? 4);
  };
  const bytes = Buffer.from(body);
  return await new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(
      url,
      {
        method: 'POST',
        headers: { ...headers, 'content-length': bytes.length },
        agent: false,
        lookup,
        signal,
        ...(ca !== undefined && { ca }),
      },
      resolve,
    );
    request.on('error', reject);
    request.end(bytes);
  });
}

async function beginningOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= MAX_ANSWER_BYTES) break;
    }
  } catch {
    // The status is what counts.
  }
  response.destroy();
  return Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES).toString('utf8');
}
