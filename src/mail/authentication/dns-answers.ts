import type { DNSResolver as MailauthResolver } from 'mailauth';

/** Answers by name (lower-case, no trailing dot) and record type, as Node's resolver returns them. */
export type DnsAnswers = Readonly<Record<string, Readonly<Record<string, readonly unknown[]>>>>;

/**
 * Queries one record type, with the values and error codes of Node's `dns.promises.resolve`: ENOTFOUND (no such name), ENODATA (no
 * such record), anything else for a temporary failure. It must set its own time limit.
 */
export type DnsResolver = (name: string, type: string) => Promise<readonly unknown[]>;

/** RFC 7208 §4.6.4 allows SPF 10 lookups, some for several hosts in two address families; keys and policies come on top. */
const MAX_QUERIES = 80;
/** A sender may name a dead name server in every signature: after this many failures no more queries are sent. */
const MAX_FAILURES = 4;
/** RFC 1034 §3.6.2 warns of loops. */
const MAX_ALIASES = 8;
/** RFC 1035 §2.3.4. */
const MAX_NAME_LENGTH = 253;

/**
 * Answers from a map, without network: a name not in it does not exist. Follows CNAME records. Names compare without case and
 * trailing dot.
 */
export function dnsMapResolver(map: DnsAnswers): DnsResolver {
  const byName = new Map(Object.entries(map).map(([name, records]) => [levelName(name), records]));
  return (name, type) => {
    let asked = levelName(name);
    for (let alias = 0; alias <= MAX_ALIASES; alias += 1) {
      const records = byName.get(asked);
      if (records === undefined) return Promise.reject(dnsError('ENOTFOUND', { name, type }));
      const found = records[type];
      // a copy: callers sort the result
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
  /** True once a query failed for any reason except a missing name or record. */
  readonly failed: () => boolean;
}

/**
 * A resolver for names chosen by a stranger: limits the number of queries, rejects names that a C library would truncate, and
 * reports every temporary failure as ETIMEOUT, because mailauth reads unknown codes as "no match". Once `signal` is aborted, all
 * queries fail, pending ones too.
 */
export function watchResolver(resolver: DnsResolver, signal?: AbortSignal): WatchedResolver {
  let queries = 0;
  let failures = 0;
  const resolve: MailauthResolver = async (name, type) => {
    if (!isQueryable(name)) throw dnsError('ENOTFOUND', { name, type });
    queries += 1;
    try {
      if (queries > MAX_QUERIES || failures >= MAX_FAILURES) throw dnsError('ETIMEOUT', { name, type });
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- mailauth's types leave out MX records
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
function isQueryable(name: string): boolean {
  if (name.length > MAX_NAME_LENGTH) return false;
  if (name.toLowerCase().includes('_domainkey')) return /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?$/iu.test(name);
  return /^[\x21-\x7e]+$/u.test(name);
}

/** A TXT record is a list of strings of up to 255 bytes; a lone string stands for a list of one. */
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
