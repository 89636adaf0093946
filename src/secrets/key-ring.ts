/** The keys that encrypt stored secrets: a file with one key per line, read again for each use, so that it may change meanwhile. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

export interface SecretKey {
  /** Part of each stored value. Derived from the key, so that the order of the lines may change. */
  readonly id: string;
  readonly bytes: Buffer;
}

/** The first one seals; all of them open. */
export type KeyRing = readonly [SecretKey, ...SecretKey[]];

/** Why a secret cannot be stored or read. Its message never contains one. */
export class SecretError extends Error {
  override readonly name = 'SecretError';
  readonly code: 'no-key' | 'bad-key-file' | 'unknown-key' | 'damaged';

  constructor(code: SecretError['code'], message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
  }
}

const KEY_BYTES = 32;
/** A ring is one key, or a few during a key change. */
const MAX_KEYS = 64;
const howToMake = 'make a key with: openssl rand -base64 32';

/** Reads the lines of a key file. Skips empty lines and those that begin with "#". @throws SecretError, without quoting any line. */
export function parseKeyRing(content: string): KeyRing {
  const lines = content
    .split('\n')
    .map((line, index) => ({ number: index + 1, text: line.trim() }))
    .filter(({ text }) => text !== '' && !text.startsWith('#'));
  if (lines.length > MAX_KEYS)
    throw new SecretError(
      'bad-key-file',
      `the key file has more than ${MAX_KEYS} keys. Fix: remove old ones`,
    );
  const keys = lines.map(({ number, text }): SecretKey => {
    const bytes = decoded(text);
    if (bytes === null)
      throw new SecretError(
        'bad-key-file',
        `line ${number} of the key file is not a key of ${KEY_BYTES} bytes in base64 or hex. Fix: ${howToMake}`,
      );
    return {
      id: createHash('sha256').update('docketmail key id').update(bytes).digest('hex').slice(0, 12),
      bytes,
    };
  });
  const [first, ...others] = keys;
  if (first === undefined)
    throw new SecretError('bad-key-file', `the key file has no key. Fix: ${howToMake}`);
  return [first, ...others];
}

function decoded(text: string): Buffer | null {
  const bytes = /^[0-9a-f]{64}$/iu.test(text)
    ? Buffer.from(text, 'hex')
    : /^[\w+/-]{43}=?$/u.test(text)
      ? Buffer.from(text, 'base64')
      : null;
  return bytes?.length === KEY_BYTES ? bytes : null;
}

/** @throws SecretError `no-key` without a file, `bad-key-file` if it is unusable. */
export async function readKeyRing(path: string | null): Promise<KeyRing> {
  if (path === null)
    throw new SecretError(
      'no-key',
      `SECRETS_KEY_FILE is not set, so no secret can be stored. Fix: ${howToMake} > secrets.key, keep it apart from the database's backups, and name it in SECRETS_KEY_FILE`,
    );
  const content = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new SecretError(
      'bad-key-file',
      `SECRETS_KEY_FILE: ${path} cannot be read. Fix: correct the path or the permissions of the file`,
      { cause },
    );
  });
  return parseKeyRing(content);
}
