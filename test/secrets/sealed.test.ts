import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseKeyRing, readKeyRing, SecretError } from '../../src/secrets/key-ring.ts';
import { keyIdOf, seal, unseal } from '../../src/secrets/sealed.ts';
import type { SecretPlace } from '../../src/secrets/sealed.ts';

const key = (): string => randomBytes(32).toString('base64');
const place: SecretPlace = { kind: 'mailbox', name: 'office@firm.test', field: 'pass' };
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'nothing was thrown';
  } catch (error) {
    return error instanceof SecretError ? error.code : String(error);
  }
};

describe('a sealed secret', () => {
  const ring = parseKeyRing(key());

  it('opens where it was sealed, whatever its characters', () => {
    for (const secret of ['', 'p', 'pässwörd 😀', 'x'.repeat(10_000)])
      expect(unseal(ring, place, seal(ring, place, secret))).toBe(secret);
  });

  it('never looks the same twice and does not reveal its content', () => {
    const [one, two] = [seal(ring, place, 'horse-battery'), seal(ring, place, 'horse-battery')];
    expect(one).not.toBe(two);
    expect(Buffer.from(one.split('.')[3] ?? '', 'base64url').toString('latin1')).not.toContain('horse');
    expect(one).toMatch(/^v1\.[0-9a-f]{12}\.[\w-]{16}\.[\w-]+$/u);
  });

  it.each([
    { ...place, name: 'other@firm.test' },
    { ...place, field: 'refreshToken' },
    { ...place, kind: 'endpoint' as const },
  ])('does not open for %o', (other) => {
    expect(codeOf(() => unseal(ring, other, seal(ring, place, 'secret')))).toBe('damaged');
  });

  it('does not open after any character of it was changed', () => {
    const sealed = seal(ring, place, 'secret');
    const changes = Array.from({ length: sealed.length }, (_, at) => at)
      .slice(sealed.indexOf('.', 3) + 1)
      .map((at) => `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'Q' : 'A'}${sealed.slice(at + 1)}`)
      // The last bits of base64 are unused.
      .filter((changed) => !isSameBytes(changed, sealed));
    expect(changes.length).toBeGreaterThan(40);
    expect(new Set(changes.map((changed) => codeOf(() => unseal(ring, place, changed))))).toEqual(
      new Set(['damaged']),
    );
  });

  it.each(['', 'v1', 'v1...', 'v2.a.b.c', 'clear text', 'v1.'.repeat(5)])('is not %j', (stored) => {
    expect(['damaged', 'unknown-key']).toContain(codeOf(() => unseal(ring, place, stored)));
  });

  it('names the key that is missing, and no secret', () => {
    const sealed = seal(ring, place, 'horse-battery');
    const other = parseKeyRing(key());
    expect(() => unseal(other, place, sealed)).toThrow(new RegExp(keyIdOf(sealed) ?? 'none', 'u'));
    expect(() => unseal(other, place, sealed)).not.toThrow(/horse/u);
  });
});

function messageOf(work: () => unknown): string {
  try {
    return String(work());
  } catch (error) {
    return String(error);
  }
}

function isSameBytes(one: string, two: string): boolean {
  const bytes = (text: string): string =>
    text
      .split('.')
      .map((part) => Buffer.from(part, 'base64url').toString('hex'))
      .join('.');
  return bytes(one) === bytes(two);
}

describe('a key ring', () => {
  it('opens what its other keys sealed, in any order', () => {
    const [old, young] = [key(), key()];
    const sealed = seal(parseKeyRing(old), place, 'secret');
    expect(unseal(parseKeyRing(`${young}\n${old}\n`), place, sealed)).toBe('secret');
    expect(unseal(parseKeyRing(`# keys\r\n\n${old}\r\n${young}`), place, sealed)).toBe('secret');
  });

  it('takes hex and base64, with and without padding', () => {
    const bytes = randomBytes(32);
    const ids = [bytes.toString('hex'), bytes.toString('base64'), bytes.toString('base64url')].map(
      (text) => parseKeyRing(text)[0].id,
    );
    expect(new Set(ids).size).toBe(1);
  });

  it.each([
    '',
    '# only a comment',
    'short',
    randomBytes(16).toString('hex'),
    randomBytes(33).toString('base64'),
  ])('is not %j, and the error repeats no line', (content) => {
    expect(codeOf(() => parseKeyRing(content))).toBe('bad-key-file');
    expect(messageOf(() => parseKeyRing(content))).not.toContain(content.slice(0, 12) || 'undefined');
  });

  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'docketmail-keys-'));
  });
  afterAll(async () => await rm(folder, { recursive: true }));

  it('is read from its file, and says what to do without one', async () => {
    const path = join(folder, 'keys');
    await writeFile(path, `${key()}\n`);
    expect(await readKeyRing(path)).toHaveLength(1);
    await expect(readKeyRing(null)).rejects.toThrow(/SECRETS_KEY_FILE is not set.*openssl rand/u);
    await expect(readKeyRing(join(folder, 'none'))).rejects.toThrow(/cannot be read. Fix/u);
  });
});
