import { dmarc } from 'mailauth/lib/dmarc/index.js';
import type { SmtpSession } from './smtp-session.ts';
import type { Authentication } from './authentication.ts';
import type { AuthenticationResult, Proof, DmarcPolicy } from './authentication-result.ts';
import { dmarcPolicy } from './authentication-result.ts';
import { watchResolver } from './dns-answers.ts';
import type { DnsResolver, WatchedResolver } from './dns-answers.ts';
import { authorOf, isAligned } from './from-domain.ts';
import { ownRelaysOf } from './own-relays.ts';
import { readRawHeader } from './raw-header.ts';
import type { RawMessage } from './raw-header.ts';
import { receivedAt, sessionOf } from './received.ts';
import { proveSession } from './session-proof.ts';
import { proveSignatures } from './signature-proof.ts';

/**
 * Verifies SPF, DKIM, DMARC and ARC of a message (RFC 7208, 6376, 7489, 8617) with mailauth. All DNS queries go through `resolver`;
 * there is no other network access.
 *
 * `smtp` is the session in which the message arrived. Without it, the session is read from the Received line of our first relay
 * (`ownRelays`, in the form of OWN_RELAYS); if that border is unknown, SPF is "none" and DMARC rests on DKIM alone. `shown` is the
 * one From address people see; if another was verified, nothing is proven. A DNS failure is "temperror", never a pass. DMARC is
 * "permerror" for a message with several authors or a header section that two programs may read differently. Queries and signatures
 * are limited for hostile input; a caller with a time limit passes `signal` (`AbortSignal.timeout`), after which everything
 * unanswered is a temporary error. Never throws because of the message.
 */
export async function verifyAuthentication({
  raw,
  smtp = null,
  ownRelays = [],
  shown,
  resolver,
  signal,
}: {
  readonly raw: Uint8Array;
  readonly smtp?: SmtpSession | null;
  readonly ownRelays?: readonly string[];
  readonly shown?: string | null;
  readonly resolver: DnsResolver;
  readonly signal?: AbortSignal;
}): Promise<Authentication> {
  const head = readRawHeader(raw);
  if (head === null) return unreadable;
  // each part counts its own failures: one failing says nothing about the next
  const watch = (): WatchedResolver => watchResolver(resolver, signal);
  const received = valuesOf(head, 'received');
  const session = smtp?.clientIp ? smtp : sessionOf(head.shown, { relays: ownRelaysOf(ownRelays) });
  const signed = await proveSignatures({ raw, head, watched: watch(), at: receivedAt(received) });
  const sent = session && (await proveSession(session, watch()));
  const [defect] = head.defects;
  const author = defect === undefined ? authorOf(valuesOf(head, 'from')) : null;
  const domain = author?.domain ?? null;
  const policy = await askPolicy({ author: domain, signed: signed.dkim, sent, watched: watch() });
  const isProvenBy = (domains: readonly string[]): boolean =>
    domain !== null && domains.some((one) => isAligned(one, domain, false));
  const isOther = shown !== undefined && author !== null && author.address !== shown;
  const alignedPass = isProvenBy([...signed.readable, ...(sent?.domains ?? [])]) && !isOther;
  const doubt =
    defect !== undefined
      ? `the header section has ${defect}`
      : isOther
        ? `the sender that was verified is ${author.address}`
        : !alignedPass && isProvenBy(signed.dkim.domains)
          ? 'the signature leaves out what tells the message from another one'
          : null;
  return {
    spf: sent?.result ?? 'none',
    dkim: signed.dkim.result,
    dmarc: policy.result,
    arc: signed.arc,
    source: 'verified',
    alignedPass,
    ...(policy.wanted !== null && { policy: policy.wanted }),
    ...(doubt !== null && { doubt }),
  };
}

const unreadable: Authentication = {
  spf: null,
  dkim: 'permerror',
  dmarc: 'permerror',
  arc: 'permerror',
  source: 'verified',
  alignedPass: false,
  doubt: 'the header section is larger than any that a mail server writes',
};

function valuesOf(head: RawMessage, name: string): readonly string[] {
  return head.shown.filter((field) => field.name === name).map(({ value }) => value);
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
}): Promise<{ readonly result: AuthenticationResult | null; readonly wanted: DmarcPolicy | null }> {
  const unknown = (result: AuthenticationResult | null) => ({ result, wanted: null });
  if (author === null) return unknown('permerror');
  // queried even without proof: mailauth's own alignment accepts a sibling domain under strict alignment
  const answer = await dmarc({
    headerFrom: [`author@${author}`],
    spfDomains: [],
    dkimDomains: [],
    resolver: watched.resolve,
  });
  if (watched.failed()) return unknown('temperror');
  if (answer === false || answer.status.result === 'none') return unknown('none');
  const { alignment } = answer;
  const wanted = dmarcPolicy(answer.policy);
  const told = (result: AuthenticationResult | null) => ({ result, wanted });
  if (signed.domains.some((domain) => isAligned(domain, author, alignment.dkim.strict))) return told('pass');
  if (sent?.domains.some((domain) => isAligned(domain, author, alignment.spf.strict))) return told('pass');
  if (signed.result === 'temperror' || sent?.result === 'temperror') return told('temperror');
  return told(sent === null ? null : 'fail');
}
