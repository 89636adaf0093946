import { Readable } from 'node:stream';
import type { DKIMVerifyResult } from 'mailauth';
import { arc } from 'mailauth/lib/arc/index.js';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { byStrength } from './authentication-result.ts';
import type { AuthenticationResult, Proof } from './authentication-result.ts';
import { coversWhatIsRead, isSound, readDkimSignature } from './dkim-signature.ts';
import type { DkimSignature } from './dkim-signature.ts';
import type { WatchedResolver } from './dns-answers.ts';
import type { RawMessage } from './raw-header.ts';
import type { RawField } from './raw-field.ts';
import { isHashable, withNetworkLineEnds } from './signed-body.ts';

/** Each costs a DNS query and a public-key operation; honest mail has three or four. */
const MAX_SIGNATURES = 8;
/** RFC 8617 §5.2 allows 50 sets, each with two signatures; honest mail has fewer than ten. */
const MAX_ARC_SETS = 10;
/**
 * DKIM and ARC. The body is not read if nobody signed it. `at`: when the message arrived, ISO 8601; if null, no signature counts as
 * expired.
 */
export async function proveSignatures({
  raw,
  head,
  watched,
  at,
}: {
  readonly raw: Uint8Array;
  readonly head: RawMessage;
  readonly watched: WatchedResolver;
  readonly at: string | null;
}): Promise<{
  readonly dkim: Proof;
  readonly arc: AuthenticationResult;
  /** Domains whose signature covers the whole message. */
  readonly readable: readonly string[];
}> {
  const { fields, signatures, arcIsSound } = signedFields(head.fields);
  const body = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).subarray(head.bodyStart);
  const arcIsThere = head.fields.some(isArc);
  if (signatures.length === 0 && !arcIsThere) {
    const unsigned = head.fields.some(({ name }) => name === 'dkim-signature') ? 'neutral' : 'none';
    return { dkim: { result: unsigned, domains: [] }, arc: 'none', readable: [] };
  }
  if (!isHashable(body)) {
    return { dkim: { result: 'permerror', domains: [] }, arc: 'permerror', readable: [] };
  }
  const header = `${fields.map(({ bytes }) => bytes).join('')}\r\n`;
  const verified = await dkimVerify(Readable.from(withNetworkLineEnds(header, body)), {
    resolver: watched.resolve,
    // rereading an old message must not fail because its signature has expired since
    curTime: at ?? new Date(0),
  });
  const readings = verified.results.flatMap((result) => {
    const own = signatures.find(
      ({ signature, domain, selector }) =>
        signature !== '' &&
        'signature' in result &&
        signature === result.signature &&
        domain === result.signingDomain?.toLowerCase() &&
        selector === result.selector?.toLowerCase(),
    );
    return own ? [{ own, result: dkimResult(result.status) }] : [];
  });
  const names = head.fields.map(({ name }) => name);
  const passed = readings.filter(({ result }) => result === 'pass').map(({ own }) => own);
  return {
    dkim: {
      result: readings.length > 0 ? best(readings.map(({ result }) => result)) : 'neutral',
      domains: passed.map(({ domain }) => domain),
    },
    arc: arcIsThere ? await proveChain({ sound: arcIsSound, chain: verified.arc, watched }) : 'none',
    readable: passed.filter((own) => coversWhatIsRead(own, names)).map(({ domain }) => domain),
  };
}

/** The fields the verifier gets: without signatures that prove nothing or are over the limit. */
function signedFields(all: readonly RawField[]): {
  readonly fields: readonly RawField[];
  readonly signatures: readonly DkimSignature[];
  readonly arcIsSound: boolean;
} {
  const signatures: DkimSignature[] = [];
  const arcFields = all.filter(isArc);
  const arcIsSound =
    arcFields.length <= 3 * MAX_ARC_SETS &&
    arcFields
      .filter(({ name }) => name !== 'arc-authentication-results')
      .map(readDkimSignature)
      .every(({ partial, wellFormed }) => wellFormed && !partial);
  const fields = all.filter((field) => {
    if (isArc(field)) return arcIsSound;
    if (field.name !== 'dkim-signature') return true;
    const signature = readDkimSignature(field);
    const counts = isSound(signature) && signatures.length < MAX_SIGNATURES;
    if (counts) signatures.push(signature);
    return counts;
  });
  return { fields, signatures, arcIsSound };
}

const arcNames = new Set(['arc-seal', 'arc-message-signature', 'arc-authentication-results']);

function isArc({ name }: RawField): boolean {
  return arcNames.has(name);
}

/** mailauth calls everything but a wrong signature "neutral"; RFC 8601 §2.7.1 is more precise. */
function dkimResult(status: { readonly result: string; readonly comment?: unknown }): AuthenticationResult {
  const { result, comment } = status;
  if (result === 'pass' || result === 'fail' || result === 'temperror') return result;
  if (comment === 'body hash did not verify') return 'fail';
  return typeof comment === 'string' && unusableKey.has(comment) ? 'permerror' : 'neutral';
}

/** mailauth's messages for what is a PERMFAIL under RFC 6376 §6.1.2. */
const unusableKey = new Set([
  'no key',
  'invalid public key',
  'unknown key type',
  'unknown key version',
  'inappropriate hash algorithm',
  'key not for email',
]);

function best(results: readonly AuthenticationResult[]): AuthenticationResult {
  return byStrength.find((result) => results.includes(result)) ?? 'none';
}

async function proveChain({
  sound,
  chain,
  watched,
}: {
  readonly sound: boolean;
  readonly chain: DKIMVerifyResult['arc'];
  readonly watched: WatchedResolver;
}): Promise<AuthenticationResult> {
  if (!sound || !chain) return 'fail';
  try {
    const { status } = await arc(
      { ...chain, chain: chain.chain === false ? [] : chain.chain },
      { resolver: watched.resolve },
    );
    if (status.result === 'pass') return 'pass';
    if (watched.failed()) return 'temperror';
    // mailauth's "none" is fields without instance numbers
    return 'fail';
  } catch {
    // mailauth crashes on a short key; an unreadable chain has failed (RFC 8617 §5.2)
    return watched.failed() ? 'temperror' : 'fail';
  }
}
