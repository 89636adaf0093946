import { Command } from 'commander';
import { roles as ROLES } from '../app/roles.ts';
import type { Role } from '../app/roles.ts';
import { openApp } from '../app/start.ts';
import { loadConfig } from '../config/config.ts';
import { createLog } from '../log.ts';
import { UsageError } from './usage.ts';

/** After a second signal, or if stopping takes this much longer than its limit. */
const LAST_RESORT_MS = 5_000;
/** EX_TEMPFAIL of sysexits.h: a restart fixes it. */
const EXIT_STUCK = 75;

export function startCommand(): Command {
  return new Command('start')
    .description('run the worker: poll mailboxes, ingest messages, serve the dashboard')
    .option('--roles <list>', `roles of this process: ${ROLES.join(', ')}`, ROLES.join(','))
    .action(async ({ roles }: { roles: string }) => await start(readRoles(roles)));
}

function readRoles(list: string): Set<Role> {
  const wanted = list
    .split(',')
    .map((role) => role.trim())
    .filter((role) => role !== '');
  const unknown = wanted.filter((role) => !(ROLES as readonly string[]).includes(role));
  if (wanted.length === 0 || unknown.length > 0)
    throw new UsageError(`--roles: ${unknown.join(', ') || 'none given'}; choose of ${ROLES.join(', ')}`);
  return new Set(wanted as Role[]);
}

async function start(roles: ReadonlySet<Role>): Promise<void> {
  const config = loadConfig(process.env, { mailboxes: roles.has('poll') ? 'required' : 'optional' });
  const log = createLog(config.log.level, config.log.format);
  const app = await openApp(config, roles, log);
  log.info(
    {
      roles: [...roles],
      mailboxes: config.mailboxes.map(({ name }) => name),
      dashboard: app.dashboard === null ? null : (config.dashboard.publicUrl ?? app.dashboard.url),
    },
    'docketmail started',
  );

  const stopped = new Promise<'stopped'>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => {
        log.info({ signal, limitSeconds: config.shutdownSeconds }, 'stopping: waiting for running jobs');
        resolve('stopped');
      });
  });
  // Nothing can be closed cleanly over connections that do not answer.
  if ((await Promise.race([stopped, app.stuck])) !== 'stopped') process.exit(EXIT_STUCK);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(1));
  setTimeout(
    () => {
      log.error('stopping took too long; exiting. Nothing is lost, the next process continues');
      process.exit(1);
    },
    config.shutdownSeconds * 1000 + LAST_RESORT_MS,
  ).unref();
  await app.close();
  log.info('docketmail stopped');
}
