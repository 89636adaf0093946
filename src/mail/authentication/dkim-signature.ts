import type { RawField } from './raw-field.ts';
import { valueOf } from './raw-header.ts';
import { singleFields } from './single-fields.ts';

/** What we read of a DKIM-Signature ourselves, so that a verifier's reading can be held against it (RFC 6376 §3.5). */
export interface DkimSignature {
  readonly domain: string;
  readonly selector: string;
  readonly algorithm: string;
  /** Base64 without blanks. */
  readonly signature: string;
  /** Lower-cased names of the signed fields. */
  readonly signed: readonly string[];
  /** Signs only the first bytes of the body: what was appended is anybody's (RFC 6376 §8.2). */
  readonly partial: boolean;
  /** A list of tags as RFC 6376 §3.2 wants it: no tag twice, none without a name, names in lower case. */
  readonly wellFormed: boolean;
}

/** What a message is told by. Who may change one of these makes another message of a signed one, and sends it again. */
const mustBeSigned = ['from', 'date', 'message-id', 'subject', 'to'];
/** They decide whose mail it is, or what of it is read. They need not be signed where they are not there. */
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

/** RFC 6376 §5.4: a signature that leaves out From says nothing of the author. RFC 8301 §3.1: SHA-1 must not be used. */
export function isSound(signature: DkimSignature): boolean {
  return !signature.partial && signature.algorithm !== 'rsa-sha1' && signature.signed.includes('from');
}

/**
 * True where the signature proves the message and not only a part that fits into another one: its author, subject, date, id and
 * recipients, whether they are there or were taken away since, each once (RFC 6376 §8.15).
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
