/**
 * A stored secret: `v1.<key id>.<nonce>.<ciphertext and tag>`, AES-256-GCM. Its place is authenticated too, so a value copied to
 * another record or field does not open.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { SecretError } from './key-ring.ts';
import type { KeyRing } from './key-ring.ts';

/** Where a secret is stored. Only `name` is free text. */
export interface SecretPlace {
  readonly kind: 'mailbox' | 'endpoint';
  readonly name: string;
  readonly field: string;
}

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Tokens of the providers have a few thousand characters. */
const MAX_SECRET_CHARS = 64 * 1024;

/** Neither kinds nor fields contain a colon: the name is between the first and the last one. */
const boundTo = ({ kind, name, field }: SecretPlace): Buffer =>
  Buffer.from(`${kind}:${name}:${field}`, 'utf8');

/** @throws SecretError if it is too long for a secret. */
export function seal([key]: KeyRing, place: SecretPlace, secret: string): string {
  if (secret.length > MAX_SECRET_CHARS)
    throw new SecretError('damaged', `the ${place.field} has more than ${MAX_SECRET_CHARS} characters`);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key.bytes, nonce, { authTagLength: TAG_BYTES }).setAAD(
    boundTo(place),
  );
  const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return ['v1', key.id, nonce.toString('base64url'), sealed.toString('base64url')].join('.');
}

/** @throws SecretError: `unknown-key` if the ring lacks its key, `damaged` if it was not sealed for this place. */
export function unseal(ring: KeyRing, place: SecretPlace, stored: string): string {
  const what = `the ${place.field} of ${place.kind} ${place.name}`;
  const [version, id, nonce, sealed] = stored.split('.');
  if (version !== 'v1' || nonce === undefined || sealed === undefined)
    throw new SecretError('damaged', `${what} is not stored as a sealed secret. Fix: enter it again`);
  const key = ring.find((one) => one.id === id);
  if (key === undefined)
    throw new SecretError(
      'unknown-key',
      `${what} is sealed with key ${id}, which is not in SECRETS_KEY_FILE. Fix: add that key as another line, or enter the secret again`,
    );
  try {
    const bytes = Buffer.from(sealed, 'base64url');
    const at = bytes.length - TAG_BYTES;
    const decipher = createDecipheriv(CIPHER, key.bytes, Buffer.from(nonce, 'base64url'), {
      authTagLength: TAG_BYTES,
    })
      .setAAD(boundTo(place))
      .setAuthTag(bytes.subarray(Math.max(0, at)));
    return Buffer.concat([decipher.update(bytes.subarray(0, Math.max(0, at))), decipher.final()]).toString(
      'utf8',
    );
  } catch {
    throw new SecretError(
      'damaged',
      `${what} was changed, or sealed for another place, and does not open. Fix: enter it again`,
    );
  }
}

/** The id of the key that sealed a stored value; null if it is not a sealed secret. */
export function keyIdOf(stored: string): string | null {
  const [version, id] = stored.split('.');
  return version === 'v1' && id !== undefined && id !== '' ? id : null;
}
