/**
 * How the password of a person is stored: `$scrypt$ln=15,r=8,p=3$<salt>$<hash>`. The cost stands in the text, so that it can be
 * raised later while older passwords still work.
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

interface Cost {
  /** Logarithm of N. */
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/** OWASP's choice for servers with little memory: 32 MB and some tenths of a second. */
const COST: Cost = { ln: 15, r: 8, p: 3 };
/** What a stored text may cost: whoever writes into the database must not stop the program with it. */
const MAX_MEMORY_BYTES = 256 * 1024 * 1024;
const MAX_PARALLEL = 16;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

const STORED = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w+/]{22,88})\$([\w+/]{22,88})$/u;

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, { salt, cost: COST, bytes: HASH_BYTES });
  const text = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/u, '');
  return `$scrypt$ln=${COST.ln},r=${COST.r},p=${COST.p}$${text(salt)}$${text(hash)}`;
}

/** Of nobody: compared with where there is no password, so that an unknown name takes as long as a wrong password. */
const NOBODY = `$scrypt$ln=${COST.ln},r=${COST.r},p=${COST.p}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/** In constant time; false for null, and for a text that this program did not write. */
export async function isPasswordOf(stored: string | null, password: string): Promise<boolean> {
  const read = readStored(stored ?? NOBODY) ?? readStored(NOBODY);
  if (read === null) return false;
  const { salt, hash, cost } = read;
  const given = await derive(password, { salt, cost, bytes: hash.length });
  return timingSafeEqual(given, hash) && stored !== null && readStored(stored) !== null;
}

interface Stored {
  readonly salt: Buffer;
  readonly hash: Buffer;
  readonly cost: Cost;
}

function readStored(stored: string): Stored | null {
  const [, ln = '', r = '', p = '', salt = '', hash = ''] = STORED.exec(stored) ?? [];
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) };
  if (cost.ln < 1 || cost.r < 1 || cost.p < 1 || cost.p > MAX_PARALLEL) return null;
  if (memoryOf(cost) > MAX_MEMORY_BYTES) return null;
  return { salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64'), cost };
}

const memoryOf = ({ ln, r }: Cost): number => 128 * r * 2 ** ln;

async function derive(
  password: string,
  { salt, cost, bytes }: { readonly salt: Buffer; readonly cost: Cost; readonly bytes: number },
): Promise<Buffer> {
  const { ln, r, p } = cost;
  const options = { N: 2 ** ln, r, p, maxmem: 2 * MAX_MEMORY_BYTES };
  return await new Promise((resolve, reject) => {
    // The same characters, however a keyboard composes them (RFC 8265 §4).
    scrypt(password.normalize('NFC'), salt, bytes, options, (error, derived) => {
      if (error === null) resolve(derived);
      else reject(error);
    });
  });
}
