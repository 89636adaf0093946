/** The built program as a process, with its own settings. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text as readText } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { createTransport } from 'nodemailer';
import { onTestFinished } from 'vitest';
import type { ImapAccount } from '../../src/mailbox/imap/imap.ts';
import { imapServer } from './imap-server.ts';
import { emptyQueues, need, newFolder, openTestResources, testEnvironment } from './servers.ts';
import type { Environment } from './servers.ts';
import type { Database } from '../../src/store/mongo.ts';

export type { Environment } from './servers.ts';

const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const START_LIMIT_MS = 30_000;

function built(): string {
  if (!existsSync(program))
    throw new Error('dist/cli.js is missing: run npm run build first (script/test does)');
  return program;
}

/** The environment of a program. Compiled code, if kept by script/test, halves the start time of a command. */
function surroundings(): Environment {
  const cache = process.env['NODE_COMPILE_CACHE'];
  return { PATH: need('PATH'), ...(cache === undefined ? {} : { NODE_COMPILE_CACHE: cache }) };
}

export interface Watched {
  readonly account: ImapAccount;
  readonly role?: 'capture' | 'dropbox';
  readonly folders?: readonly string[];
  readonly since?: string;
}

export interface Site {
  readonly env: Environment;
  readonly database: Database;
  readonly folder: string;
}

/** Settings that only reach the test servers, with a separate database, queue prefix and blob folder. */
export async function newSite(mailboxes: readonly Watched[] = [], settings: Environment = {}): Promise<Site> {
  const folder = await newFolder();
  const own = testEnvironment(folder);
  const resources = await openTestResources(own);
  onTestFinished(async () => await emptyQueues(await resources.queues()));
  const path = join(folder, 'mailboxes.json');
  if (mailboxes.length > 0) await writeFile(path, JSON.stringify(mailboxes.map(entryOf)));
  const env: Environment = {
    ...surroundings(),
    ...own,
    ...(mailboxes.length > 0 ? { MAILBOXES_FILE: path } : {}),
    // Tests use no name server.
    AUTHENTICATION: 'off',
    DASHBOARD_PORT: '0',
    LOG_LEVEL: 'info',
    ...settings,
  };
  return { env, database: resources.database, folder };
}

/** What `script/services` reports about the S3 server. */
export function s3Environment(): Environment {
  const names = ['ENDPOINT', 'REGION', 'BUCKET', 'ACCESS_KEY_ID', 'SECRET_ACCESS_KEY', 'FORCE_PATH_STYLE'];
  const given = names.map((name) => [`S3_${name}`, need(`S3_${name}`)] as const);
  return { ...Object.fromEntries(given), BLOB_DIR: '' };
}

function entryOf({ account, role = 'capture', folders = ['\\Inbox'], since }: Watched): object {
  const { host, port, security, user, credential, caFile } = account;
  const pass = credential.kind === 'password' ? credential.password : '';
  return {
    name: account.name,
    host,
    port,
    security,
    user,
    pass,
    caFile,
    role,
    folders,
    ...(since ? { since } : {}),
  };
}

export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly dashboard?: string | null;
  readonly [field: string]: unknown;
}

export interface Running {
  readonly pid: number;
  readonly dashboard: string;
  readonly log: readonly LogLine[];
  /** Lines on standard error that are not log lines. */
  readonly noise: readonly string[];
  /** Sends the signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<{ readonly code: number | null; readonly ms: number }>;
}

/** `docketmail start`, ready when it says so. Killed when the test ends. */
export async function startProgram(env: Environment, args: readonly string[] = []): Promise<Running> {
  const child = spawn(process.execPath, [built(), 'start', ...args], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const log: LogLine[] = [];
  const noise: string[] = [];
  const dashboard = await new Promise<string>((resolve, reject) => {
    const give = (why: string): void =>
      reject(new Error([why, ...noise, ...log.map((line) => JSON.stringify(line))].join('\n')));
    createInterface({ input: child.stderr }).on('line', (line) => {
      const entry = logLine(line);
      if (entry === null) noise.push(line);
      else log.push(entry);
      if (entry?.msg === 'docketmail started') resolve(entry.dashboard ?? '');
    });
    exited.then(() => give('docketmail ended before it was ready'), reject);
    setTimeout(() => give('docketmail was not ready in time'), START_LIMIT_MS).unref();
  });
  return {
    pid: child.pid ?? 0,
    dashboard,
    log,
    noise,
    stop: async (signal = 'SIGTERM') => {
      const since = Date.now();
      if (child.exitCode === null) child.kill(signal);
      const [code] = await exited;
      return { code, ms: Date.now() - since };
    },
  };
}

function logLine(line: string): LogLine | null {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return null;
  }
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Any command, to its end. */
export async function runProgram(
  args: readonly string[],
  env: Environment = surroundings(),
  input?: string | Buffer,
  cwd?: string,
): Promise<Finished> {
  const child = spawn(process.execPath, [built(), ...args], { env, stdio: 'pipe', ...(cwd && { cwd }) });
  child.stdin.on('error', () => {});
  child.stdin.end(input ?? '');
  const [stdout, stderr, [code]] = await Promise.all([
    readText(child.stdout),
    readText(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}

/** Delivers as a mail server does. */
export async function deliverByLmtp(user: string, raws: readonly Buffer[]): Promise<void> {
  const { host } = imapServer();
  const lmtp = createTransport({
    host,
    port: Number(need('LMTP_PORT')),
    lmtp: true,
    ignoreTLS: true,
    pool: true,
  });
  try {
    for (const raw of raws) await lmtp.sendMail({ envelope: { from: 'relay@mx.test', to: [user] }, raw });
  } finally {
    lmtp.close();
  }
}
