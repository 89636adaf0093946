import { dmarc } from 'mailauth/lib/dmarc/index.js';
import type { SmtpSession } from '../rules.ts';
import { byStrength } from './authentication/authentication-result.ts';
import type { AuthenticationResult, Proof } from './authentication/authentication-result.ts';
import { watchResolver } from './authentication/dns-answers.ts';
import type { DnsResolver, WatchedResolver } from './authentication/dns-answers.ts';
import { authorDomain, isAligned } from './authentication/from-domain.ts';
import type { Header } from './mail.ts';
import { readRawHeader, valueOf } from './authentication/raw-header.ts';
import type { RawMessage } from './authentication/raw-header.ts';
import { readResultsHeader } from './authentication/results-header.ts';
import type { MethodResult } from './authentication/results-header.ts';
import { receivedAt, sessionOf } from './authentication/received.ts';
import { proveSession } from './authentication/session-proof.ts';
import { proveSignatures } from './authentication/signature-proof.ts';

/** Who the sender is proven to be. A result is null where nothing could be said. */
export interface Authentication {
  readonly spf: AuthenticationResult | null;
  readonly dkim: AuthenticationResult | null;
  readonly dmarc: AuthenticationResult | null;
  readonly arc: AuthenticationResult | null;
  readonly source: 'trusted-header' | 'verified' | null;
  /** True where SPF, DKIM or DMARC passed for the domain of the one From address. Not part of `explain`'s output. */
  readonly alignedPass: boolean;
}

/**
 * The results that our own receiving server wrote into the header (RFC 8601), null where there are none of a server in
 * `trustedAuthservIds` (lower-case). Only the topmost counts: a server puts its own above what came with the message, and
 * what others wrote, or a sender in our server's name, stands below it.
 */
export function readTrustedResults(
  headers: readonly Header[],
  trustedAuthservIds: readonly string[],
): Authentication | null {
  if (trustedAuthservIds.length === 0) return null;
  for (const { name, raw } of headers) {
    if (name !== 'authentication-results') continue;
    const header = readResultsHeader(raw.trim());
    // one that cannot be read may be ours, spoilt by the sender: what stands below it is not
    if (header === null && trustedAuthservIds.some((id) => raw.toLowerCase().includes(id))) return null;
    if (header === null || !trustedAuthservIds.includes(header.authservId)) continue;
    const author = authorDomain(headers.filter((field) => field.name === 'from').map((field) => field.raw));
    const of = (method: string): readonly MethodResult[] =>
      header.results.filter((result) => result.method === method);
    return {
      spf: writtenResult(of('spf')),
      dkim: writtenResult(of('dkim')),
      dmarc: author === null && of('dmarc').length > 0 ? 'permerror' : writtenResult(of('dmarc')),
      arc: writtenResult(of('arc')),
      source: 'trusted-header',
      alignedPass: author !== null && header.results.some((result) => provesAuthor(result, author)),
    };
  }
  return null;
}

/**
 * Verifies SPF, DKIM, DMARC and ARC of a message (RFC 7208, 6376, 7489, 8617) with mailauth, whose DNS questions all go to
 * `resolver`; nothing else is asked of the network.
 *
 * `smtp` is the session in which the message came. Without it, the session is taken from our own server's Received line;
 * where that does not tell, SPF is null and DMARC rests on DKIM alone.
 * A DNS failure is "temperror" and never a pass. DMARC of a message with several authors is "permerror".
 * Hostile input gets a bounded number of questions and signatures; a caller with a time limit passes `signal`
 * (`AbortSignal.timeout`), after which all that is unanswered is a temporary error. Never throws for anything in the message.
 */
export async function verifyAuthentication({
  raw,
  smtp = null,
  resolver,
  signal,
}: {
  readonly raw: Uint8Array;
  readonly smtp?: SmtpSession | null;
  readonly resolver: DnsResolver;
  readonly signal?: AbortSignal;
}): Promise<Authentication> {
  const head = readRawHeader(raw);
  if (head === null) return unreadable;
  // each part has its own count of failures: one that failed says nothing of the next
  const watch = (): WatchedResolver => watchResolver(resolver, signal);
  const received = valuesOf(head, 'received');
  const session = smtp?.clientIp ? smtp : sessionOf(received, valuesOf(head, 'return-path')[0] ?? null);
  const signed = await proveSignatures({ raw, head, watched: watch(), at: receivedAt(received) });
  const sent = session && (await proveSession(session, watch()));
  const authors = head.fields.filter(({ name }) => name === 'from');
  // "From :" and "From" folded before its colon are From to some readers and nothing to others
  const plain = authors.every(({ bytes }) => /^from:/iu.test(bytes));
  const author = plain ? authorDomain(authors.map(valueOf)) : null;
  const policy = await askPolicy({ author, signed: signed.dkim, sent, watched: watch() });
  const proven = [...signed.readable, ...(sent?.domains ?? [])];
  return {
    spf: sent?.result ?? null,
    dkim: signed.dkim.result,
    dmarc: policy,
    arc: signed.arc,
    source: 'verified',
    alignedPass: author !== null && proven.some((domain) => isAligned(domain, author, false)),
  };
}

/** Words of older servers beside those of RFC 8601 §2.7. */
const resultByWord: ReadonlyMap<string, AuthenticationResult> = new Map([
  ...byStrength.map((result) => [result, result] as const),
  ['none', 'none'],
  ['softfail', 'softfail'],
  ['hardfail', 'fail'],
  ['policy', 'neutral'],
  ['bestguesspass', 'none'],
]);

function writtenResult(results: readonly MethodResult[]): AuthenticationResult | null {
  const known = results.flatMap(({ result }) => resultByWord.get(result) ?? []);
  return byStrength.find((result) => known.includes(result)) ?? known[0] ?? null;
}

function provesAuthor({ method, result, properties }: MethodResult, author: string): boolean {
  if (result !== 'pass') return false;
  const proven = (...names: readonly string[]): boolean => {
    const value = names.map((name) => properties.get(name)).find((property) => property !== undefined);
    if (value === undefined) return false;
    return isAligned(value.slice(value.lastIndexOf('@') + 1), author, false);
  };
  switch (method) {
    case 'dkim':
      return proven('header.d', 'header.i');
    case 'spf':
      return proven('smtp.mailfrom', 'smtp.mail', 'smtp.helo');
    case 'dmarc':
      // some servers leave the domain out: DMARC has no other than the author's
      return !properties.has('header.from') || proven('header.from');
    default:
      return false;
  }
}

const unreadable: Authentication = {
  spf: null,
  dkim: 'permerror',
  dmarc: 'permerror',
  arc: 'permerror',
  source: 'verified',
  alignedPass: false,
};

function valuesOf(head: RawMessage, name: string): readonly string[] {
  return head.fields.filter((field) => field.name === name).map(valueOf);
}

async function askPolicy({
  author,
  signed,
  sent,
  watched,
}: {
  readonly author: string | null;
  readonly signed: Proof;
  readonly sent: Proof | null;
  readonly watched: WatchedResolver;
}): Promise<AuthenticationResult | null> {
  if (author === null) return 'permerror';
  // asked without any proof: mailauth's own alignment takes a sibling domain for the strict one
  const answer = await dmarc({
    headerFrom: [`author@${author}`],
    spfDomains: [],
    dkimDomains: [],
    resolver: watched.resolve,
  });
  if (watched.failed()) return 'temperror';
  if (answer === false || answer.status.result === 'none') return 'none';
  const { alignment } = answer;
  if (signed.domains.some((domain) => isAligned(domain, author, alignment.dkim.strict))) return 'pass';
  if (sent?.domains.some((domain) => isAligned(domain, author, alignment.spf.strict))) return 'pass';
  if (signed.result === 'temperror' || sent?.result === 'temperror') return 'temperror';
  return sent === null ? null : 'fail';
}
