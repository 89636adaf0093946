/** `docketmail mailbox`: the same as the API, on the command line. */
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { mailboxService } from '../app/mailbox-service.ts';
import { withResources } from '../app/open.ts';
import { loadConfig } from '../config/config.ts';
import type { MailboxService } from '../connect/mailbox-service.ts';
import { addMailbox, deleteMailbox, editMailbox, pauseMailbox } from '../connect/mailbox-admin.ts';
import { discover } from '../connect/discovery/discover.ts';
import { mailboxFields, MailboxRequestError } from '../connect/mailbox-input.ts';
import type { MailboxFields } from '../connect/mailbox-input.ts';
import { downTooLong } from '../connect/report.ts';
import type { MailboxReport } from '../connect/report.ts';
import { showSteps } from './step-lines.ts';
import { exitStatus, UsageError } from './usage.ts';

interface FieldOptions {
  readonly name?: string;
  readonly host?: string;
  readonly port?: string;
  readonly security?: string;
  readonly user?: string;
  readonly passFile?: string;
  readonly role?: string;
  readonly folders?: string;
  readonly since?: string;
  readonly interval?: string;
  readonly silenceHours?: string;
  readonly authority?: string;
  readonly caFile?: string;
  readonly oauthApp?: string;
  readonly grant?: string;
  readonly signInAs?: string;
}

export function addMailboxAdmin(mailbox: Command): void {
  mailbox
    .command('list')
    .description(
      'every mailbox and how it fares; exits 1 while one has been down for longer than MAILBOX_DOWN_SECONDS',
    )
    .option('--json', 'JSON instead of text')
    .action(list);
  mailbox
    .command('discover')
    .description(
      'where a mailbox is probably read, by its address; confirm that it is your provider before you add it',
    )
    .argument('<address>')
    .option('--json', 'JSON instead of text')
    .action(showProposals);
  withFields(
    mailbox.command('add').description('add a mailbox; all processes read it within RECONCILE_SECONDS'),
  )
    .option('--name <name>', 'its name in records, for good; its user otherwise')
    .action(async (options: FieldOptions) => {
      await withMailboxService(async ({ admin }) => {
        const { settings } = await addMailbox(admin, await fieldsOf(options));
        console.log(`${settings.name} was added`);
        if (settings.auth.kind === 'oauth')
          console.log(`sign in next: docketmail mailbox authorise ${settings.name}`);
      });
    });
  withFields(
    mailbox.command('change').description('change what is named, and leave the rest').argument('<mailbox>'),
  ).action(async (name: string, options: FieldOptions) => {
    await withMailboxService(async ({ admin }) => {
      await editMailbox(admin, name, { revision: null, fields: await fieldsOf(options) });
      console.log(`${name} was changed`);
    });
  });
  withFields(
    mailbox
      .command('test')
      .description(
        'connect to a mailbox step by step, whether it is there or only described; nothing is stored',
      )
      .argument('[mailbox]'),
  ).action(test);
  for (const [act, isPaused, done] of [
    ['pause', true, 'is paused'],
    ['resume', false, 'is read again'],
  ] as const)
    mailbox
      .command(act)
      .description(isPaused ? 'stop reading a mailbox, and keep everything' : 'go on reading a mailbox')
      .argument('<mailbox>')
      .action(async (name: string) => {
        await withMailboxService(async ({ admin }) => {
          await pauseMailbox(admin, name, { revision: null, isPaused });
          console.log(`${name} ${done}, in every process within RECONCILE_SECONDS`);
        });
      });
  mailbox
    .command('poll')
    .description('have a running process poll a mailbox now')
    .argument('<mailbox>')
    .action(async (name: string) => {
      await withMailboxService(async (service) => {
        await service.pollNow(name);
        console.log(`${name} is polled as soon as a process is free`);
      });
    });
  mailbox
    .command('remove')
    .description('read a mailbox no more and delete its password and tokens; stored mail stays')
    .argument('<mailbox>')
    .option('--yes', 'do not ask')
    .action(remove);
}

function withFields(command: Command): Command {
  return command
    .option('--host <host>', 'IMAP server')
    .option('--port <port>', '993, or 143 with starttls')
    .option('--security <security>', 'tls, starttls or none')
    .option('--user <user>', 'login, usually the address')
    .option('--pass-file <file>', 'file with the password; - reads standard input')
    .option('--role <role>', 'capture or dropbox')
    .option('--folders <list>', 'paths or special uses, with commas between')
    .option('--since <date>', 'older mail moves no case')
    .option('--interval <seconds>', 'polled at least this often')
    .option('--silence-hours <hours>', 'no mail for so long is a fault')
    .option('--authority <authority>', 'whose case tags take effect: both, staff or clients')
    .option('--ca-file <file>', 'PEM file with the certificate authority')
    .option('--oauth-app <app>', 'sign in by OAuth with this app of MAILBOXES_FILE')
    .option('--grant <grant>', 'code, device, client-credentials or service-account')
    .option('--sign-in-as <address>', 'who signs in, if not the user');
}

/** A password comes from a file: on the command line everybody on the machine would see it. */
async function fieldsOf(options: FieldOptions): Promise<MailboxFields> {
  const { name, host, port, security, user, role, folders, since, interval, silenceHours } = options;
  const { authority, passFile, caFile, oauthApp, grant, signInAs } = options;
  const fields = {
    name,
    host,
    port,
    security,
    user,
    role,
    folders,
    since,
    pollIntervalSeconds: interval,
    silenceHours,
    authority,
    pass: passFile === undefined ? undefined : await textOf(passFile),
    ca: caFile === undefined ? undefined : await textOf(caFile),
    oauth: oauthApp === undefined ? undefined : { app: oauthApp, grant, signInAs },
  };
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  const read = mailboxFields.safeParse(given);
  if (read.success) return read.data;
  throw new UsageError(
    read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
  );
}

async function textOf(path: string): Promise<string> {
  // Not /dev/stdin, which cannot be opened where it is a socket.
  const content = await (path === '-' ? text(process.stdin) : readFile(path, 'utf8')).catch(
    (cause: unknown) => {
      throw new UsageError(`${path}: cannot be read`, { cause });
    },
  );
  return content.replace(/\r?\n$/u, '');
}

async function showProposals(address: string, { json }: { json?: boolean }): Promise<void> {
  const proposals = await discover(address).catch((error: unknown) => {
    throw error instanceof MailboxRequestError ? new UsageError(error.message, { cause: error }) : error;
  });
  if (json === true) console.log(JSON.stringify(proposals, null, 2));
  else if (proposals.length === 0)
    console.log('nothing is known of this address: ask your provider for its IMAP server');
  else
    for (const { source, provider, host, port, security, user, signIn, note } of proposals)
      console.log(
        `${provider ?? source}: ${host === '' ? '' : `${host}:${port} (${security}), user ${user}, sign in by ${signIn}`}${note === null ? '' : `; ${note}`} [by ${source}]`,
      );
}

async function withMailboxService(work: (service: MailboxService) => Promise<void>): Promise<void> {
  const config = loadConfig(process.env, { mailboxes: 'optional' });
  await withResources(config, async (resources) => {
    try {
      await work(mailboxService(resources));
    } catch (error) {
      if (error instanceof MailboxRequestError) throw new UsageError(error.message, { cause: error });
      throw error;
    }
  });
}

async function list({ json }: { json?: boolean }): Promise<void> {
  await withMailboxService(async (service) => {
    const reports = await service.reports();
    if (json === true) console.log(JSON.stringify(reports, null, 2));
    else if (reports.length === 0)
      console.log('no mailbox is configured: docketmail mailbox add, or MAILBOXES_FILE');
    else for (const report of reports) console.log(lineOf(report));
    const down = downTooLong(reports, service.downSeconds);
    if (down.length === 0) return;
    console.error(
      `down for longer than ${service.downSeconds} s: ${down.map(({ name }) => name).join(', ')}`,
    );
    process.exitCode = exitStatus.failed;
  });
}

function lineOf(report: MailboxReport): string {
  const { name, says, since, lastSuccessAt, pending, parkedFolders, error, fix } = report;
  const when = (date: Date | null): string => date?.toISOString().slice(0, 16) ?? 'never';
  return [
    `${name}: ${says}${since === null ? '' : ` since ${when(since)}`}`,
    `last read ${when(lastSuccessAt)}`,
    ...(pending > 0 ? [`${pending} pending`] : []),
    ...(parkedFolders.length > 0 ? [`parked: ${parkedFolders.join(', ')}`] : []),
    ...(error === null ? [] : [error]),
    ...(fix === null ? [] : [`Fix: ${fix}`]),
  ].join('; ');
}

async function test(name: string | undefined, options: FieldOptions): Promise<void> {
  await withMailboxService(async (service) => {
    const steps = await service.test({ name: name ?? null, fields: await fieldsOf(options) });
    showSteps(steps);
  });
}

async function remove(name: string, { yes }: { yes?: boolean }): Promise<void> {
  await withMailboxService(async ({ admin }) => {
    const stays =
      'The messages stored from it stay, and so does the ledger: added again under this name, nothing is read twice.';
    if (yes !== true) {
      if (!process.stdin.isTTY) throw new UsageError(`${name} is to be removed. ${stays} Fix: say --yes`);
      const terminal = createInterface({ input: process.stdin, output: process.stderr });
      const said = await terminal.question(
        `Remove ${name} and delete its password and tokens? ${stays} [y/N] `,
      );
      terminal.close();
      if (!/^y(?:es)?$/iu.test(said.trim())) throw new UsageError('nothing was removed');
    }
    await deleteMailbox(admin, name, null);
    console.log(`${name} was removed. ${stays}`);
  });
}
