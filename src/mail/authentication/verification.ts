import { dmarc } from 'mailauth/lib/dmarc/index.js';
import type { SmtpSession } from './smtp-session.ts';
import type { Authentication } from './authentication.ts';
import type { AuthenticationResult, Proof } from './authentication-result.ts';
import { watchResolver } from './dns-answers.ts';
import type { DnsResolver, WatchedResolver } from './dns-answers.ts';
import { authorDomain, isAligned } from './from-domain.ts';
import { readRawHeader, valueOf } from './raw-header.ts';
import type { RawMessage } from './raw-header.ts';
import { receivedAt, sessionOf } from './received.ts';
import { proveSession } from './session-proof.ts';
import { proveSignatures } from './signature-proof.ts';

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
