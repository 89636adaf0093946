import { scryptSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hashPassword, isPasswordOf } from '../../src/store/password-hash.ts';

describe('a stored password', () => {
  it('is known again, and says its cost and nothing of itself', async () => {
    const stored = await hashPassword('seven wet horses');
    expect(stored).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[\w+/]{22}\$[\w+/]{43}$/u);
    expect(await isPasswordOf(stored, 'seven wet horses')).toBe(true);
    for (const wrong of ['', 'seven wet horse', 'Seven wet horses', 'seven wet horses ', stored])
      expect(await isPasswordOf(stored, wrong)).toBe(false);
  });

  it('is salted: the same one is stored differently', async () => {
    expect(await hashPassword('seven wet horses')).not.toBe(await hashPassword('seven wet horses'));
  });

  it('is the same however a keyboard composes its characters', async () => {
    expect(
      await isPasswordOf(
        await hashPassword('caf\u00E9 cr\u00E8me br\u00FBl\u00E9e'),
        'cafe\u0301 cre\u0300me bru\u0302le\u0301e',
      ),
    ).toBe(true);
  });

  it('of an older program, with another cost, still works', async () => {
    const salt = Buffer.alloc(16, 7);
    const text = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/u, '');
    const stored = `$scrypt$ln=10,r=8,p=1$${text(salt)}$${text(scryptSync('seven wet horses', salt, 32, { N: 1024, r: 8, p: 1 }))}`;
    expect(await isPasswordOf(stored, 'seven wet horses')).toBe(true);
    expect(await isPasswordOf(stored, 'seven wet horse')).toBe(false);
  });

  it("that is none is nobody's: missing, empty, in clear text, of another kind, or too costly", async () => {
    for (const stored of [
      null,
      '',
      'seven wet horses',
      `$argon2id$v=19$m=65536,t=3,p=4$${'A'.repeat(22)}$${'A'.repeat(43)}`,
      `$scrypt$ln=30,r=8,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`,
      `$scrypt$ln=15,r=8,p=99$${'A'.repeat(22)}$${'A'.repeat(43)}`,
      `$scrypt$ln=0,r=8,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`,
    ])
      for (const password of ['', 'seven wet horses'])
        expect(await isPasswordOf(stored, password)).toBe(false);
  });
});
