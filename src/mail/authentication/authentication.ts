import { byStrength, dmarcPolicy } from './authentication-result.ts';
import type { AuthenticationResult, DmarcPolicy } from './authentication-result.ts';
import { isAligned, authorOf } from './from-domain.ts';
import type { MethodResult } from './results-header.ts';
import { coversWhatIsRead, readDkimSignature } from './dkim-signature.ts';
import type { DkimSignature } from './dkim-signature.ts';
import type { Author } from './from-domain.ts';
import { ownRelaysOf } from './own-relays.ts';
import type { RawMessage } from './raw-header.ts';
import { ownResults } from './own-results.ts';
import type { OwnResults } from './own-results.ts';

/** Who the sender is proven to be. A result is null if nothing is known. */
export interface Authentication {
  readonly spf: AuthenticationResult | null;
  readonly dkim: AuthenticationResult | null;
  readonly dmarc: AuthenticationResult | null;
  readonly arc: AuthenticationResult | null;
  readonly source: 'trusted-header' | 'verified' | null;
  /** SPF, DKIM or DMARC passed for the domain of the one From address shown. Not part of `explain`'s output. */
  readonly alignedPass: boolean;
  /** The DMARC policy of the author's domain, if known. Not part of `explain`'s output. */
  readonly policy?: DmarcPolicy;
  /** Why nothing is proven although something may have passed. Not part of `explain`'s output. */
  readonly doubt?: string;
}

/** The owner of the author's domain wants such mail refused, and nothing shows that the owner sent it. */
export function failsStrictPolicy(authentication: Authentication | null): boolean {
  // a server that reports no policy had a reason to write "fail"
  return authentication?.dmarc === 'fail' && authentication.policy !== 'none';
}

/** Keeps the earlier result, unless name servers failed then and a later reading queried them again. */
export function laterOf(before: Authentication | null, now: Authentication | null): Authentication | null {
  const wasTemporary =
    before !== null && !before.alignedPass && [before.spf, before.dkim, before.dmarc].includes('temperror');
  return wasTemporary ? (now ?? before) : (before ?? now);
}

/**
 * The results that our own receiving server wrote into the header (RFC 8601); null if no server in `trustedAuthservIds`
 * (lower-case) wrote any in the place that only it can write to ({@link ownResults}). `shown` is the one From address people see;
 * if another was verified, nothing is proven.
 */
export function readTrustedResults(
  head: RawMessage,
  {
    trustedAuthservIds,
    ownRelays = [],
    shown,
  }: {
    readonly trustedAuthservIds: readonly string[];
    readonly ownRelays?: readonly string[];
    readonly shown?: string | null;
  },
): Authentication | null {
  const own = ownResults(head.shown, { trustedAuthservIds, relays: ownRelaysOf(ownRelays) });
  if (own === null) return null;
  const [defect] = head.defects;
  const froms = head.shown.filter(({ name }) => name === 'from').map(({ value }) => value);
  const author = defect === undefined ? authorOf(froms) : null;
  const of = (method: string): readonly MethodResult[] =>
    own.results.filter((result) => result.method === method);
  const policy = of('dmarc').map(({ policy: word }) => dmarcPolicy(word ?? undefined))[0] ?? null;
  const doubt =
    defect !== undefined
      ? `the header section has ${defect}`
      : shown !== undefined && author !== null && author.address !== shown
        ? `the sender that was verified is ${author.address}`
        : null;
  const proof = doubt !== null || author === null ? { isProven: false, doubt } : proofOf(own, head, author);
  return {
    spf: writtenResult(of('spf')),
    dkim: writtenResult(of('dkim')),
    dmarc: author === null && of('dmarc').length > 0 ? 'permerror' : writtenResult(of('dmarc')),
    arc: writtenResult(of('arc')),
    source: 'trusted-header',
    alignedPass: proof.isProven,
    ...(policy !== null && { policy }),
    ...(proof.doubt !== null && { doubt: proof.doubt }),
  };
}

/** What our server's results prove about the author: not every pass does. */
function proofOf(
  { results, isAtBorder }: OwnResults,
  head: RawMessage,
  author: Author,
): { readonly isProven: boolean; readonly doubt: string | null } {
  const proofs = results.filter((result) => provesAuthor(result, author));
  const how = results.filter(
    ({ method, result }) => result === 'pass' && (method === 'dkim' || method === 'spf'),
  );
  // DMARC passes on SPF or DKIM; if our tenant list says what passed belongs to others, the server confused two owners
  const isByAnother = how.length > 0 && !how.some((result) => proofs.includes(result));
  const passed = proofs.filter(({ method }) => method === 'dkim');
  const isReplay = mayBeReplay(head, { author: author.domain, passed });
  const isProven = proofs.some(({ method }) => {
    if (method === 'auth') return true;
    if (method === 'spf') return isAtBorder;
    if (method === 'dkim') return !isReplay;
    return isAtBorder && !isReplay && !isByAnother;
  });
  if (isProven || proofs.length === 0) return { isProven, doubt: null };
  const doubt = isReplay
    ? 'the signature leaves out what tells the message from another one'
    : isByAnother
      ? 'what passed is the domain of another organisation'
      : 'our server asked SPF of a relay of ours';
  return { isProven, doubt };
}

/**
 * Our server reports that a signature is valid, not what it covers. If one that may be meant leaves out a field that identifies the
 * message, this may be an old message with a new subject, date or id: anyone can add a signature that covers all and does not pass.
 */
function mayBeReplay(
  { fields, shown }: RawMessage,
  { author, passed }: { readonly author: string; readonly passed: readonly MethodResult[] },
): boolean {
  const names = shown.map(({ name }) => name);
  const signatures = fields
    .filter(({ name }) => name === 'dkim-signature')
    .map(readDkimSignature)
    .filter(({ domain }) => isAligned(domain, author, false));
  if (signatures.length === 0) return false;
  const cover = (some: readonly DkimSignature[]): boolean =>
    some.length > 0 && some.every((signature) => coversWhatIsRead(signature, names));
  if (passed.length === 0) return !cover(signatures);
  return !passed.some((result) => cover(signatures.filter((signature) => isOf(result, signature))));
}

/** Whether a result may be of a signature, as far as it says (RFC 8601 §2.7.1, RFC 6008 for `header.b`). */
function isOf({ properties }: MethodResult, { domain, selector, signature }: DkimSignature): boolean {
  const says = (name: string): string | null => properties.get(name)?.replaceAll(/["\s]/gu, '') ?? null;
  const [d, s, b] = [says('header.d'), says('header.s'), says('header.b')];
  return (
    (d === null || d.toLowerCase() === domain) &&
    (s === null || s.toLowerCase() === selector) &&
    (b === null || signature.startsWith(b))
  );
}

/** Result words of older servers, besides those of RFC 8601 §2.7. */
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

function provesAuthor({ method, result, properties }: MethodResult, { address, domain }: Author): boolean {
  if (result !== 'pass') return false;
  const valueOf = (names: readonly string[]): string | undefined =>
    names.map((name) => properties.get(name)).find((property) => property !== undefined);
  const proven = (...names: readonly string[]): boolean => {
    const value = valueOf(names);
    if (value === undefined) return false;
    return isAligned(value.slice(value.lastIndexOf('@') + 1), domain, false);
  };
  switch (method) {
    case 'dkim':
      return proven('header.d', 'header.i');
    case 'spf':
      return proven('smtp.mailfrom', 'smtp.mail', 'smtp.helo');
    case 'dmarc':
      // some servers leave the domain out: DMARC can only mean the author's
      return !properties.has('header.from') || proven('header.from');
    case 'auth':
      // a user who logged in to our server: proof of exactly that address (RFC 8601 §2.7.4)
      return valueOf(['smtp.auth', 'smtp.mailfrom'])?.toLowerCase() === address;
    default:
      return false;
  }
}
