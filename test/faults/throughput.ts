/**
 * A mailbox of mixed mail three times: downloaded by mbsync, read by imapflow with simpleParser, which stores nothing, and ingested
 * by docketmail. `npm run bench:throughput [-- messages]`, 500 by default. Needs mbsync, from Debian's package isync.
 */
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { run } from '../../services/command.ts';
import { openServices } from '../../services/services.ts';
import { openInstallation } from './installation.ts';
import { append } from './mailboxes.ts';
import { mixedMail } from './mixed-mail.ts';
import { startProgram } from './program.ts';

interface Pass {
  readonly seconds: number;
  /** User and system time of all threads, without the start of a separate process. */
  readonly cpuSeconds: number;
}

const count = Number(process.argv[2] ?? 500);
const user = `mixed.${randomBytes(4).toString('hex')}@firm.test`;
const kept = process.env['DOCKETMAIL_FAULT_SERVICES'];
const folder = kept ?? (await mkdtemp(join(tmpdir(), 'docketmail-fault-services.')));
const services = await openServices({ folder, settings: {} });
const servers = services.env();
const installation = await openInstallation(servers);
try {
  const mail = mixedMail(count);
  const bytes = mail.map(({ length }) => length).toSorted((a, b) => a - b);
  const total = bytes.reduce((sum, length) => sum + length, 0);
  console.log(
    `${count} messages, median ${kilobytes(bytes[Math.floor(count / 2)] ?? 0)}, mean ${kilobytes(total / count)}, largest ${kilobytes(bytes.at(-1) ?? 0)}`,
  );
  await append(
    servers,
    user,
    mail.map((raw) => ({ folder: 'INBOX', raw })),
  );
  const mbsync = report('mbsync', await downloaded());
  const parser = report('imapflow + simpleParser', await parsed());
  const ours = report('docketmail', await ingested());
  console.log(
    `docketmail beside mbsync: ${(mbsync.seconds / ours.seconds).toFixed(2)} times its rate; beside imapflow + simpleParser: ${(ours.cpuSeconds / parser.cpuSeconds).toFixed(2)} times its CPU time`,
  );
} finally {
  await installation.close();
  if (kept === undefined) {
    await services.down();
    await rm(folder, { recursive: true, force: true });
  }
}
process.exit();

function kilobytes(length: number): string {
  return `${(length / 1024).toFixed(0)} KB`;
}

function report(name: string, pass: Pass): Pass {
  const { seconds, cpuSeconds } = pass;
  console.log(
    `${name}: ${seconds.toFixed(1)} s (${Math.round(count / seconds)} a second), CPU ${((cpuSeconds / count) * 1000).toFixed(1)} ms a message`,
  );
  return pass;
}

async function downloaded(): Promise<Pass> {
  const base = join(installation.folder, 'mbsync');
  await mkdir(join(base, 'mail'), { recursive: true });
  const settings = join(base, 'mbsyncrc');
  await writeFile(
    settings,
    `IMAPAccount firm
Host ${servers['IMAP_HOST']}
Port ${servers['IMAP_PORT']}
User ${user}
Pass ${servers['IMAP_TEST_PASSWORD']}
SSLType None
AuthMechs LOGIN

IMAPStore far
Account firm

MaildirStore near
Path ${base}/mail/
Inbox ${base}/mail/inbox

Channel all
Far :far:
Near :near:
Pattern INBOX
Sync Pull
Create Near
SyncState *
`,
  );
  const times = await run([
    'bash',
    '-c',
    `command -v mbsync >/dev/null || { echo 'mbsync is missing: install the Debian package isync' >&2; exit 1; }; TIMEFORMAT='%R %U %S'; { time mbsync --config "$1" --all >"$1.log" 2>&1; } 2>&1`,
    'time',
    settings,
  ]);
  const files = await readdir(join(base, 'mail', 'inbox'), { recursive: true, withFileTypes: true });
  const found = files.filter((file) => file.isFile() && /^(?:cur|new)$/u.test(basename(file.parentPath)));
  if (found.length !== count) throw new Error(`mbsync downloaded ${found.length} of ${count}`);
  const [seconds = 0, ...cpu] = times.trim().split(' ').map(Number);
  return { seconds, cpuSeconds: cpu.reduce((sum, part) => sum + part, 0) };
}

async function parsed(): Promise<Pass> {
  const child = fork(fileURLToPath(new URL('simple-parser.js', import.meta.url)), {
    env: { PATH: process.env['PATH'], ...servers, IMAP_USER: user },
    execArgv: [],
  });
  const failed = once(child, 'exit').then(() => {
    throw new Error('imapflow and simpleParser came to no end');
  });
  // What it sends has this shape.
  const [pass] = (await Promise.race([once(child, 'message'), failed])) as [Pass];
  failed.catch(() => {});
  return pass;
}

async function ingested(): Promise<Pass> {
  await installation.reset({
    mailboxes: [{ name: 'mixed', user, role: 'capture', folders: ['INBOX'] }],
    env: { POLL_INTERVAL_SECONDS: '60', RECONCILE_SECONDS: '60' },
  });
  const begin = Date.now();
  const program = await startProgram(installation.env, { timing: 'real' });
  const { cpuSeconds: atStart } = await program.measure();
  while ((await installation.database.sightings.countDocuments({ state: 'done' })) < count) await delay(200);
  const seconds = (Date.now() - begin) / 1000;
  const { cpuSeconds } = await program.measure();
  await program.stop();
  return { seconds, cpuSeconds: cpuSeconds - atStart };
}
