import type { DNSResolver as MailauthResolver } from 'mailauth';

/** Answers by name (lower-case, no trailing dot) and record type, as Node's resolver returns them. */
export type DnsAnswers = Readonly<Record<string, Readonly<Record<string, readonly unknown[]>>>>;

/**
 * Asks for the records of a type, with the values of Node's `dns.promises.resolve` and its error codes: ENOTFOUND (no such
 * name), ENODATA (no such record), any other for a failure that may pass. It must set its own time limit.
 */
export type DnsResolver = (name: string, type: string) => Promise<readonly unknown[]>;

/** RFC 7208 §4.6.4 allows SPF 10 look-ups, some of several hosts in two address families; keys and policies come on top. */
const MAX_QUESTIONS = 80;
/** A sender may run a name server that never answers, and name it in every signature: after so many, none is asked. */
const MAX_FAILURES = 4;
/** RFC 1034 §3.6.2 warns of loops. */
const MAX_ALIASES = 8;
/** RFC 1035 §2.3.4. */
const MAX_NAME_LENGTH = 253;

/**
 * Answers from a map, without any network: a name that is not in it does not exist. CNAME records are followed.
 * Names are compared without letter case and trailing dot.
 */
export function dnsMapResolver(map: DnsAnswers): DnsResolver {
  const byName = new Map(Object.entries(map).map(([name, records]) => [levelName(name), records]));
  return (name, type) => {
    let asked = levelName(name);
    for (let alias = 0; alias <= MAX_ALIASES; alias += 1) {
      const records = byName.get(asked);
      if (records === undefined) return Promise.reject(dnsError('ENOTFOUND', { name, type }));
      const found = records[type];
      // an answer is a copy: callers sort what they get
      if (found !== undefined && found.length > 0) {
        return Promise.resolve(structuredClone(type === 'TXT' ? found.map(textPieces) : found));
      }
      const [target] = records['CNAME'] ?? [];
      if (typeof target !== 'string') return Promise.reject(dnsError('ENODATA', { name, type }));
      asked = levelName(target);
    }
    return Promise.reject(dnsError('ESERVFAIL', { name, type }));
  };
}

export interface WatchedResolver {
  readonly resolve: MailauthResolver;
  /** True once a question failed for another reason than that there is no such name or record. */
  readonly failed: () => boolean;
}

/**
 * A resolver for names that a stranger chose: a bounded number of questions, no name that a C library would cut short, and
 * every failure that may pass under one code (ETIMEOUT), because mailauth reads unknown codes as "no match". Once `signal`
 * is aborted, every question has failed, the open ones as well.
 */
export function watchResolver(resolver: DnsResolver, signal?: AbortSignal): WatchedResolver {
  let questions = 0;
  let failures = 0;
  const resolve: MailauthResolver = async (name, type) => {
    if (!isAskable(name)) throw dnsError('ENOTFOUND', { name, type });
    questions += 1;
    try {
      if (questions > MAX_QUESTIONS || failures >= MAX_FAILURES) throw dnsError('ETIMEOUT', { name, type });
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the types of mailauth leave out MX records
      return (await beforeAbort(() => resolver(name, type), signal)) as string[][];
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ENOTFOUND' || code === 'ENODATA') throw error;
      failures += 1;
      throw dnsError('ETIMEOUT', { name, type, cause: error });
    }
  };
  return { resolve, failed: () => failures > 0 };
}

async function beforeAbort<T>(ask: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await ask();
  signal.throwIfAborted();
  const end = new AbortController();
  try {
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(new Error('aborted')), { signal: end.signal });
    });
    return await Promise.race([ask(), aborted]);
  } finally {
    end.abort();
  }
}

/** Key names are host names with underscores; SPF macros may put any printable character into a name. */
function isAskable(name: string): boolean {
  if (name.length > MAX_NAME_LENGTH) return false;
  if (name.toLowerCase().includes('_domainkey')) return /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?$/iu.test(name);
  return /^[\x21-\x7e]+$/u.test(name);
}

/** A TXT record is a list of strings of up to 255 bytes; one string alone is meant as a list of one. */
function textPieces(record: unknown): unknown {
  return typeof record === 'string' ? [record] : record;
}

function levelName(name: string): string {
  return name.toLowerCase().replace(/\.$/u, '');
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null;
}

function dnsError(
  code: string,
  { name, type, cause }: { readonly name: string; readonly type: string; readonly cause?: unknown },
): Error {
  const syscall = `query${type.charAt(0).toUpperCase()}${type.slice(1).toLowerCase()}`;
  const error = new Error(`${syscall} ${code} ${name}`, cause === undefined ? undefined : { cause });
  return Object.assign(error, { code, syscall, hostname: name });
}
