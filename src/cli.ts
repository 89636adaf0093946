#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { endQuietlyWhenNobodyReads } from './commands/broken-pipe.ts';
import { readEnvFile } from './commands/env-file.ts';
import { UsageError, exitStatus } from './commands/usage.ts';
import { ConfigError } from './config/config.ts';
import { TriageError } from './triage/triage-error.ts';
import { describeError, withoutCredentials } from './errors.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('docketmail')
  .description(
    'Email and inbox ingestion for a CRM on MongoDB. Settings come from the environment and from .env: see .env.example.',
  )
  .version(version)
  .option('--env-file <file>', 'read settings from this file instead of .env')
  .hook('preAction', (command) => readEnvFile(command.opts<{ envFile?: string }>().envFile))
  .exitOverride()
  .configureHelp({ showGlobalOptions: true })
  .showHelpAfterError('(docketmail --help shows the commands)');

/** Loaded on demand: all of them together take a second. */
const commands = new Map<string, () => Promise<Command>>([
  ['start', async () => (await import('./commands/start.ts')).startCommand()],
  ['poll', async () => (await import('./commands/poll.ts')).pollCommand()],
  ['ingest', async () => (await import('./commands/ingest.ts')).ingestCommand()],
  ['explain', async () => (await import('./commands/explain.ts')).explainCommand()],
  ['clients', async () => (await import('./commands/clients.ts')).importClientsCommand()],
  ['triage', async () => (await import('./commands/triage.ts')).triageCommand()],
  ['cases', async () => (await import('./commands/cases.ts')).casesCommand()],
  ['search', async () => (await import('./commands/search.ts')).searchCommand()],
  ['address-book', async () => (await import('./commands/address-book.ts')).addressBookCommand()],
  ['replay', async () => (await import('./commands/replay.ts')).replayCommand()],
  ['audit', async () => (await import('./commands/audit.ts')).auditCommand()],
  ['quarantine', async () => (await import('./commands/quarantine.ts')).quarantineCommand()],
  ['webhooks', async () => (await import('./commands/webhooks.ts')).webhooksCommand()],
  ['mailbox', async () => (await import('./commands/mailbox.ts')).mailboxCommand()],
  ['user', async () => (await import('./commands/user.ts')).userCommand()],
  ['token', async () => (await import('./commands/token.ts')).tokenCommand()],
  ['oauth', async () => (await import('./commands/oauth.ts')).oauthCommand()],
  ['secrets', async () => (await import('./commands/secrets.ts')).secretsCommand()],
  ['doctor', async () => (await import('./commands/doctor.ts')).doctorCommand()],
]);
const asked = commands.get(process.argv[2] ?? '');
for (const load of asked ? [asked] : commands.values()) program.addCommand(likeProgram(await load()));

/** A command that is added, not created by `command()`, does not inherit the program's settings. */
function likeProgram(command: Command): Command {
  for (const inner of command.commands) likeProgram(inner);
  return command.copyInheritedSettings(program).showHelpAfterError();
}

/** A missing message, client or decision is wrong usage; one that does not allow the request is a failure. */
function isUsage(error: unknown): boolean {
  return error instanceof UsageError || (error instanceof TriageError && error.code !== 'not-possible');
}

endQuietlyWhenNobodyReads();
// Node would print what a library put into the error, including credentials in URLs.
process.on('uncaughtException', (error: unknown) => {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  console.error(`docketmail: ${withoutCredentials(text)}`);
  process.exit(1);
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError)
    process.exitCode = error.exitCode === 0 ? exitStatus.ok : exitStatus.usage;
  else {
    process.exitCode = isUsage(error) ? exitStatus.usage : exitStatus.failed;
    console.error(error instanceof ConfigError ? error.message : `docketmail: ${describeError(error)}`);
  }
}
