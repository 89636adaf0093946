import type { RawField } from './raw-field.ts';
import { valueOf } from './raw-header.ts';
import { singleFields } from './single-fields.ts';

/** Our own reading of a DKIM-Signature, to check the verifier's against (RFC 6376 §3.5). */
export interface DkimSignature {
  readonly domain: string;
  readonly selector: string;
  readonly algorithm: string;
  /** Base64 without whitespace. */
  readonly signature: string;
  /** Lower-cased names of the signed fields. */
  readonly signed: readonly string[];
  /** Signs only the first bytes of the body, so anyone can append more (RFC 6376 §8.2). */
  readonly partial: boolean;
  /** A valid tag list (RFC 6376 §3.2): no duplicate or unnamed tags, names in lower case. */
  readonly wellFormed: boolean;
}

/** The fields that identify a message. If one is unsigned, a signed message can be resent as a different one. */
const mustBeSigned = ['from', 'date', 'message-id', 'subject', 'to'];
/** They decide who owns the message, or what of it is read. They need not be signed if absent. */
const signedIfThere: ReadonlySet<string> = new Set(['cc', 'reply-to']);

export function readDkimSignature(field: RawField): DkimSignature {
  const tags = new Map<string, string>();
  const parts = valueOf(field).replace(/;\s?$/u, '').split(';');
  let wellFormed = true;
  for (const part of parts) {
    const equals = part.indexOf('=');
    const name = part.slice(0, Math.max(equals, 0)).trim();
    if (!/^[a-z][a-z0-9_]*$/u.test(name) || tags.has(name)) wellFormed = false;
    else tags.set(name, part.slice(equals + 1).trim());
  }
  const tag = (name: string): string => tags.get(name) ?? '';
  return {
    domain: tag('d').toLowerCase(),
    selector: tag('s').toLowerCase(),
    algorithm: tag('a').toLowerCase(),
    signature: tag('b').replaceAll(/\s/gu, ''),
    signed: tag('h')
      .toLowerCase()
      .split(':')
      .map((name) => name.trim()),
    partial: tags.has('l'),
    wellFormed,
  };
}

/** RFC 6376 §5.4: a signature without From says nothing about the author. RFC 8301 §3.1: SHA-1 must not be used. */
export function isSound(signature: DkimSignature): boolean {
  return !signature.partial && signature.algorithm !== 'rsa-sha1' && signature.signed.includes('from');
}

/**
 * The signature proves the whole message, not a part that would fit into another: author, subject, date, id and recipients are
 * signed, present or not, each once (RFC 6376 §8.15).
 */
export function coversWhatIsRead(signature: DkimSignature, names: readonly string[]): boolean {
  if (signature.partial || !mustBeSigned.every((name) => signature.signed.includes(name))) return false;
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name) && singleFields.has(name)) return false;
    if (signedIfThere.has(name) && !signature.signed.includes(name)) return false;
    seen.add(name);
  }
  return true;
}
