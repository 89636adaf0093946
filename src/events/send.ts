import { request as requestHttp } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { describeError } from '../errors.ts';
import { resolveTarget } from './egress.ts';
import type { EgressRules } from './egress.ts';
import { retryAfterMs } from './schedule.ts';

/** Standard Webhooks recommends 15 to 30 s. */
const TIMEOUT_MS = 15_000;
/** How much of a response is read and kept. */
const MAX_ANSWER_BYTES = 1_024;

export interface SendResult {
  /** Null if there was no response. */
  readonly code: number | null;
  readonly answer: string;
  readonly durationMs: number;
  readonly retryAfterMs: number;
}

export interface SendRules extends EgressRules {
  readonly timeoutMs?: number;
  /** PEM of a certificate authority to trust in addition to the public ones. */
  readonly ca?: string;
}

/**
 * Posts to a URL over a checked address, without following redirects. A response counts once its status has arrived, even if the
 * connection breaks afterwards. Never throws: no response is a result too.
 */
export async function send(
  {
    url: text,
    headers,
    body,
  }: { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body: string },
  rules: SendRules,
): Promise<SendResult> {
  const started = performance.now();
  const signal = AbortSignal.timeout(rules.timeoutMs ?? TIMEOUT_MS);
  const outcome = (
    sent: Pick<SendResult, 'code' | 'answer'> & { readonly retryAfter?: string },
  ): SendResult => ({
    code: sent.code,
    answer: sent.answer.slice(0, MAX_ANSWER_BYTES),
    durationMs: Math.round(performance.now() - started),
    retryAfterMs: retryAfterMs(sent.retryAfter, new Date()),
  });
  try {
    const target = await beforeAbort(resolveTarget(text, rules), signal);
    const response = await post(target, { headers, body, signal, ca: rules.ca });
    const answer = await readStart(response);
    const retryAfter = response.headers['retry-after'];
    return outcome({
      code: response.statusCode ?? null,
      answer,
      ...(retryAfter !== undefined && { retryAfter }),
    });
  } catch (error) {
    const why = signal.aborted
      ? `no response in ${(rules.timeoutMs ?? TIMEOUT_MS) / 1000} s`
      : describeError(error);
    return outcome({ code: null, answer: why });
  }
}

async function beforeAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('timed out')), { once: true });
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
  // Do not resolve the name again: its owner may return another address by now (DNS rebinding).
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

async function readStart(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= MAX_ANSWER_BYTES) break;
    }
  } catch {
    // Only the status matters.
  }
  response.destroy();
  return Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES).toString('utf8');
}
