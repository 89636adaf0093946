/**
 * A mailbox of mixed mail read by imapflow with simpleParser, which stores nothing, and ingested by docketmail, in turns:
 * `npm run bench:throughput [-- messages [passes]]`, 500 and 3 without numbers. Says the medians, the CPU time of each group of
 * processes, and the commands that the database and Redis were given per message. mbsync, of Debian's package isync, only downloads
 * and is measured where it is installed.
 */
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { medianOf, report as reportRows } from '../../script/bench-report.ts';
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

interface Ingested extends Pass {
  readonly readerCpuSeconds: number;
  readonly peakRssMb: number;
  readonly databaseCommands: number;
  readonly redisCommands: number;
  readonly byName: Readonly<Record<string, number>>;
}

const count = Number(process.argv[2] ?? 500);
const passes = Number(process.argv[3] ?? 3);
const user = `mixed.${randomBytes(4).toString('hex')}@firm.test`;
const kept = process.env['DOCKETMAIL_FAULT_SERVICES'];
const folder = kept ?? (await mkdtemp(join(tmpdir(), 'docketmail-fault-services.')));
const services = await openServices({ folder, settings: {} });
const servers = services.env();
const installation = await openInstallation(servers);
const redis = new Redis(servers['REDIS_URL'] ?? '');
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
  const [synced, parsedBy, ours]: [Pass[], Pass[], Ingested[]] = [[], [], []];
  for (let pass = 0; pass < passes; pass++) {
    if (await hasMbsync()) synced.push(report('mbsync', await downloaded(pass)));
    parsedBy.push(report('imapflow + simpleParser', await parsed()));
    const own = report('docketmail', await ingested());
    ours.push(own);
    console.log(
      `  of which readers ${perMessage(own.readerCpuSeconds)}; peak memory ${own.peakRssMb.toFixed(0)} MB; commands a message: database ${(own.databaseCommands / count).toFixed(2)}, Redis ${(own.redisCommands / count).toFixed(2)}`,
    );
  }
  console.log('database commands of the last pass:', ours.at(-1)?.byName);
  const of = (list: readonly Pass[], figure: keyof Pass): number =>
    medianOf(list.map((pass) => pass[figure]));
  console.log(
    `medians of ${passes}, docketmail beside imapflow + simpleParser: ${(of(parsedBy, 'seconds') / of(ours, 'seconds')).toFixed(3)} times its rate, ${(of(ours, 'cpuSeconds') / of(parsedBy, 'cpuSeconds')).toFixed(2)} times its CPU time${
      synced.length === 0
        ? ''
        : `; beside mbsync: ${(of(synced, 'seconds') / of(ours, 'seconds')).toFixed(3)} times its rate`
    }`,
  );
  const rateOf = (list: readonly Pass[]): number => count / of(list, 'seconds');
  const cpuOf = (list: readonly Pass[]): number => (of(list, 'cpuSeconds') / count) * 1000;
  const bench = 'import';
  const readerCpu = medianOf(ours.map(({ readerCpuSeconds }) => readerCpuSeconds / count)) * 1000;
  const commandsOf = (figure: 'databaseCommands' | 'redisCommands'): number =>
    medianOf(ours.map((pass) => pass[figure])) / count;
  await reportRows([
    {
      bench,
      what: `rate, ${count} messages`,
      value: rateOf(ours),
      unit: 'per second',
      beside: { what: 'imapflow + simpleParser', value: rateOf(parsedBy) },
    },
    ...(synced.length === 0
      ? []
      : [
          {
            bench,
            what: `rate, ${count} messages`,
            value: rateOf(ours),
            unit: 'per second',
            beside: { what: 'mbsync', value: rateOf(synced) },
          },
        ]),
    {
      bench,
      what: 'CPU per message',
      value: cpuOf(ours),
      unit: 'ms',
      beside: { what: 'imapflow + simpleParser', value: cpuOf(parsedBy) },
    },
    { bench: 'import, CPU', what: 'reading processes', value: readerCpu, unit: 'ms' },
    { bench: 'import, CPU', what: 'main process', value: cpuOf(ours) - readerCpu, unit: 'ms' },
    { bench, what: 'database commands per message', value: commandsOf('databaseCommands'), unit: '' },
    { bench, what: 'Redis commands per message', value: commandsOf('redisCommands'), unit: '' },
    {
      bench,
      what: 'peak memory',
      value: medianOf(ours.map(({ peakRssMb }) => peakRssMb)),
      unit: 'MB',
    },
  ]);
} finally {
  redis.disconnect();
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

function perMessage(seconds: number): string {
  return `${((seconds / count) * 1000).toFixed(1)} ms`;
}

function report<T extends Pass>(name: string, pass: T): T {
  const { seconds, cpuSeconds } = pass;
  console.log(
    `${name}: ${seconds.toFixed(1)} s (${Math.round(count / seconds)} a second), CPU ${perMessage(cpuSeconds)} a message`,
  );
  return pass;
}

async function hasMbsync(): Promise<boolean> {
  return (await run(['bash', '-c', 'command -v mbsync || true'])).trim() !== '';
}

async function downloaded(pass: number): Promise<Pass> {
  const base = join(installation.folder, `mbsync-${pass}`);
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

async function ingested(): Promise<Ingested> {
  await installation.reset({
    mailboxes: [{ name: 'mixed', user, role: 'capture', folders: ['INBOX'] }],
    env: { POLL_INTERVAL_SECONDS: '60', RECONCILE_SECONDS: '60' },
  });
  const uri = new URL(installation.env['MONGODB_URI'] ?? '');
  uri.searchParams.set('monitorCommands', 'true');
  const redisBefore = await redisCommands();
  const begin = Date.now();
  const program = await startProgram({ ...installation.env, MONGODB_URI: uri.href }, { timing: 'real' });
  const atStart = await program.measure();
  while ((await installation.database.sightings.countDocuments({ state: 'done' })) < count) await delay(200);
  const seconds = (Date.now() - begin) / 1000;
  const atEnd = await program.measure();
  const redisAfter = await redisCommands();
  await program.stop();
  const byName = Object.fromEntries(
    Object.entries(atEnd.commands).map(([name, times]) => [name, times - (atStart.commands[name] ?? 0)]),
  );
  const readerCpuSeconds = atEnd.readerCpuSeconds - atStart.readerCpuSeconds;
  return {
    seconds,
    cpuSeconds: atEnd.cpuSeconds - atStart.cpuSeconds + readerCpuSeconds,
    readerCpuSeconds,
    peakRssMb: atEnd.peakRssMb,
    databaseCommands: Object.values(byName).reduce((sum, times) => sum + times, 0),
    redisCommands: redisAfter - redisBefore,
    byName,
  };
}

/** Commands that Redis has carried out, those of scripts too. */
async function redisCommands(): Promise<number> {
  const stats = await redis.info('commandstats');
  return [...stats.matchAll(/calls=(\d+)/gu)].reduce((sum, [, calls]) => sum + Number(calls), 0);
}
