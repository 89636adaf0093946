import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { ImapFlowOptions } from 'imapflow';
import { MailboxError } from '../mailbox.ts';

/** The settings of one IMAP account. */
export interface ImapAccount {
  /** The mailbox's name in records and logs. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** `tls` from the first byte; `starttls`, or no connection at all; `none` only to this machine, or with `allowClearText`. */
  readonly security: 'tls' | 'starttls' | 'none';
  readonly allowClearText?: boolean;
  readonly user: string;
  readonly credential: ImapCredential;
  /** PEM certificates to trust besides the public ones. */
  readonly ca?: string | null;
  /** The same as a file. Read before each connection, so that it can be renewed. */
  readonly caFile?: string | null;
  /** Connections of this process to the account, including the watch. Gmail and Outlook allow 15 over all devices, Yahoo 10. */
  readonly connectionLimit?: number;
}

/** Functions are called before each login, so that a token renewed by another program is read again. */
export type ImapCredential =
  | { readonly kind: 'password'; readonly password: string | (() => Promise<string>) }
  | {
      readonly kind: 'accessToken';
      readonly accessToken: string | (() => Promise<string>);
      /** The server refused this token: get a new one next time. */
      readonly refused?: (accessToken: string) => Promise<void>;
    };

/** imapflow allows 1–2 GB; we request at most 1 MB of a message, and a SEARCH line of 1,000,000 UIDs has 11 MB. */
const maxLiteralBytes = 32 * 1024 * 1024;
const maxLineBytes = 16 * 1024 * 1024;
const maxResponseBytes = 48 * 1024 * 1024;

const connectTimeoutMs = 20_000;
const greetingTimeoutMs = 16_000;
/** Maximum silence after a command. Also how often a NOOP checks a quiet IDLE. */
export const socketTimeoutMs = 2 * 60_000;

/** @throws MailboxError `configuration` for settings that cannot or must not work. */
export async function imapOptions(account: ImapAccount, secret: string): Promise<ImapFlowOptions> {
  const { host, port, security, user, credential } = account;
  if (security === 'none' && !isLoopback(host) && account.allowClearText !== true) {
    const message = `security "none" would send the password to ${host} in clear text; use "tls" or "starttls"`;
    throw new MailboxError('configuration', message);
  }
  return {
    host,
    port,
    secure: security === 'tls',
    // Otherwise a server without STARTTLS, or an attacker who hides it, gets the password in clear text.
    ...(security === 'tls' ? {} : { doSTARTTLS: security === 'starttls' }),
    tls: {
      minVersion: 'TLSv1.2',
      ...(account.ca
        ? { ca: account.ca }
        : account.caFile
          ? { ca: await readFile(account.caFile).catch(unreadable(`the CA file ${account.caFile}`)) }
          : {}),
    },
    auth: { user, ...(credential.kind === 'password' ? { pass: secret } : { accessToken: secret }) },
    logger: false,
    clientInfo: { name: 'docketmail' },
    disableAutoIdle: true,
    // Mail is mostly base64, which deflates badly; inflating costs CPU and allows a zip bomb.
    disableCompression: true,
    connectionTimeout: connectTimeoutMs,
    greetingTimeout: greetingTimeoutMs,
    socketTimeout: socketTimeoutMs,
    maxLiteralSize: maxLiteralBytes,
    maxLineLength: maxLineBytes,
    maxResponseSize: maxResponseBytes,
  };
}

/** @throws MailboxError `configuration` if it is empty or unreadable. */
export async function readSecret(credential: ImapCredential): Promise<string> {
  const given = credential.kind === 'password' ? credential.password : credential.accessToken;
  const value = typeof given === 'string' ? given : await given().catch(unreadable(`the ${credential.kind}`));
  if (value === '') throw new MailboxError('configuration', `the ${credential.kind} is empty`);
  return value;
}

const unreadable = (what: string) => (cause: unknown) => {
  // Whoever provides the token knows better.
  if (cause instanceof MailboxError) throw cause;
  throw new MailboxError('configuration', `cannot read ${what}`, { cause });
};

function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith('127.');
  return host === '::1' || host === 'localhost';
}
