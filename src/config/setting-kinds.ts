import { isIP } from 'node:net';
import { z } from 'zod';
import { relayEntry } from '../mail/authentication/own-relays.ts';

/**
 * The type of a setting: a schema and its description. One kind reads both the string of an environment variable and the value of a
 * YAML or JSON file, so a setting means the same everywhere.
 */
export interface Kind<T> {
  readonly schema: z.ZodType<T>;
  /** Completes "expected …". */
  readonly expects: string;
}

/** The value, or what is wrong with it in words ("" if the expectation says it all). */
export type ParseResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly wrong: string };

/** What a schema says without its own words: a blank if we made the issue, zod's default for `refine`. */
const saysNothing: readonly string[] = ['', ' ', 'Invalid input'];

export function readAs<T>(kind: Kind<T>, value: unknown): ParseResult<T> {
  const parsed = kind.schema.safeParse(value);
  if (parsed.success) return { ok: true, value: parsed.data };
  const wrong = parsed.error.issues.map((issue) => (issue.code === 'custom' ? issue.message : ''));
  return {
    ok: false,
    wrong: [...new Set(wrong.filter((message) => !saysNothing.includes(message)))].join('; '),
  };
}

const scalar = z.preprocess(
  (value) => (typeof value === 'number' || typeof value === 'boolean' ? String(value) : value),
  z.string().trim().min(1),
);

export const text: Kind<string> = { schema: scalar, expects: 'some text' };

/** A name or an IP address. One colon is a port (IPv6 addresses have more), a slash a URL. */
export const hostName: Kind<string> = {
  schema: scalar.refine((value) => !/[\s/@]/u.test(value) && value.split(':').length !== 2),
  expects: 'the name of a host alone, without imaps:// and port',
};

/** Kept byte for byte: a password may begin or end with a space. */
export const secretText: Kind<string> = {
  schema: z.preprocess((value) => (typeof value === 'number' ? String(value) : value), z.string().min(1)),
  expects: 'some text',
};

export const yesNo: Kind<boolean> = {
  schema: scalar
    .transform((value) => value.toLowerCase())
    .pipe(z.enum(['true', 'false', 'yes', 'no', 'on', 'off', '1', '0']))
    .transform((value) => ['true', 'yes', 'on', '1'].includes(value)),
  expects: 'true or false',
};

export function oneOf<const T extends string>(options: readonly [T, ...T[]]): Kind<T> {
  const bySpelling = new Map(options.map((option) => [option.toLowerCase(), option]));
  return {
    schema: scalar.transform((value, context): T => {
      const option = bySpelling.get(value.toLowerCase());
      if (option !== undefined) return option;
      context.addIssue({ code: 'custom', message: ' ' });
      return z.NEVER;
    }),
    expects: `one of ${options.join(', ')}`,
  };
}

export function wholeNumber({ min, max }: { readonly min: number; readonly max: number }): Kind<number> {
  return {
    schema: scalar
      .pipe(z.string().regex(/^\d{1,15}$/u))
      .transform(Number)
      .pipe(z.number().min(min).max(max)),
    expects: `a whole number from ${min} to ${max}`,
  };
}

const byteUnits: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** Bytes, plain or with KB, MB or GB (1 KB = 1024 bytes). */
export function byteSize({ min, max }: { readonly min: number; readonly max: number }): Kind<number> {
  return {
    schema: scalar
      .pipe(z.string().regex(/^\d{1,15} ?(?:[kmg]i?b?|b)?$/iu))
      .transform((value) => {
        const unit = /[kmg]/iu.exec(value)?.[0].toLowerCase() ?? '';
        return Number.parseInt(value, 10) * (byteUnits[unit] ?? 1);
      })
      .pipe(z.number().min(min).max(max)),
    expects: 'a number of bytes, such as 52428800 or 50MB',
  };
}

/** A URL with one of the schemes; the error never quotes the URL, which may contain a password. */
export function urlOf(schemes: readonly [string, ...string[]]): Kind<string> {
  return {
    schema: scalar.refine(
      (value) => URL.canParse(value) && schemes.includes(new URL(value).protocol.slice(0, -1)),
    ),
    expects: `a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
  };
}

/** A web server's URL. A user and password in it are removed: nothing would use them, and the URL is shown. */
export const webUrl: Kind<string> = {
  ...urlOf(['http', 'https']),
  schema: urlOf(['http', 'https']).schema.transform((value) => {
    if (!holdsCredentials(value)) return value;
    const url = new URL(value);
    url.username = '';
    url.password = '';
    return url.href;
  }),
};

export function holdsCredentials(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { username, password } = new URL(value);
  return username !== '' || password !== '';
}

/** A moment as ISO 8601: a date, or a date and time with its zone. A date alone means its first moment in UTC. */
export const isoDate: Kind<Date> = {
  schema: scalar
    .pipe(z.union([z.iso.date(), z.iso.datetime({ offset: true })]))
    .transform((value) => new Date(value)),
  expects: 'an ISO 8601 date, such as 2026-01-31 or 2026-01-31T09:00:00Z',
};

/** A list as an array, or as one string with commas or line ends in between. Empty and repeated entries are dropped. */
function listWith({
  read,
  expects,
}: {
  readonly read: (entry: string) => ParseResult<string>;
  readonly expects: string;
}): Kind<readonly string[]> {
  const entries = z.preprocess(
    (value) => (typeof value === 'string' ? value.split(/[,\n]/u) : value),
    z.array(scalar.or(z.literal(''))),
  );
  return {
    schema: entries.transform((list, context): readonly string[] => {
      const values = new Set<string>();
      for (const entry of list) {
        if (entry.trim() === '') continue;
        const reading = read(entry.trim());
        if (reading.ok) values.add(reading.value);
        else context.addIssue({ code: 'custom', message: reading.wrong });
      }
      return [...values];
    }),
    expects,
  };
}

export const list: Kind<readonly string[]> = listWith({
  read: (entry) => ({ ok: true, value: entry }),
  expects: 'a list with commas between',
});

function readAddress(entry: string): ParseResult<string> {
  const value = entry.normalize('NFC').toLowerCase();
  return /^[^\s@<>,;]+@[^\s@<>,;]+$/u.test(value)
    ? { ok: true, value }
    : { ok: false, wrong: `${quoted(entry)} is not an address` };
}

function readDomain(entry: string): ParseResult<string> {
  const value = entry.normalize('NFC').toLowerCase().replace(/^@/u, '');
  return /^[^\s@<>,;:/]+$/u.test(value)
    ? { ok: true, value }
    : { ok: false, wrong: `${quoted(entry)} is not a domain` };
}

export const addresses: Kind<readonly string[]> = listWith({
  read: readAddress,
  expects: 'addresses with commas between, such as office@example.com',
});

export const domains: Kind<readonly string[]> = listWith({
  read: readDomain,
  expects: 'domains with commas between, such as example.com',
});

export const addressesAndDomains: Kind<readonly string[]> = listWith({
  read: (entry) => (entry.lastIndexOf('@') > 0 ? readAddress(entry) : readDomain(entry)),
  expects: 'addresses and domains with commas between, such as ads@example.com, example.net',
});

export const lowerCaseList: Kind<readonly string[]> = listWith({
  read: (entry) => ({ ok: true, value: entry.toLowerCase() }),
  expects: 'a list with commas between',
});

/** {@link relayEntry}. */
export const relays: Kind<readonly string[]> = listWith({
  read: (entry) => {
    const value = relayEntry(entry);
    return value === null
      ? { ok: false, wrong: `${quoted(entry)} is not an address, network or host name` }
      : { ok: true, value };
  },
  expects:
    'addresses, networks and host names with commas between, such as 192.0.2.25, 10.0.0.0/8, mx.example.com',
});

/** Addresses and networks, no names. */
export const networks: Kind<readonly string[]> = listWith({
  read: (entry) => {
    const value = relayEntry(entry);
    return value === null || isIP(value.split('/', 1)[0] ?? '') === 0
      ? { ok: false, wrong: `${quoted(entry)} is not an address or network` }
      : { ok: true, value };
  },
  expects: 'addresses and networks with commas between, such as 127.0.0.1, 10.0.0.0/8',
});

/** More of a value than this tells a reader nothing and floods the terminal. */
const longestQuote = 80;

/** A value in an error message: one line, bounded, control characters visible. */
export function quoted(value: unknown): string {
  const shown = JSON.stringify(value) ?? String(value);
  return shown.length <= longestQuote ? shown : `${shown.slice(0, longestQuote)}…`;
}
