#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addressBookCommand } from './commands/address-book.ts';
import { auditCommand } from './commands/audit.ts';
import { importClientsCommand } from './commands/clients.ts';
import { doctorCommand } from './commands/doctor.ts';
import { explainCommand } from './commands/explain.ts';
import { ingestCommand } from './commands/ingest.ts';
import { pollCommand } from './commands/poll.ts';
import { quarantineCommand } from './commands/quarantine.ts';
import { replayCommand } from './commands/replay.ts';
import { startCommand } from './commands/start.ts';
import { triageCommand } from './commands/triage.ts';
import { UsageError } from './commands/usage.ts';
import { ConfigError } from './config.ts';
import { describeError } from './errors.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** Bad usage, and a path that does not exist. */
const EXIT_USAGE = 2;

const program = new Command('docketmail')
  .description(
    'Email and inbox ingestion for a CRM on MongoDB. Settings come from the environment: see .env.example.',
  )
  .version(version)
  .exitOverride()
  .configureHelp({ showGlobalOptions: true })
  .showHelpAfterError('(docketmail --help shows the commands)');

for (const command of [
  startCommand,
  pollCommand,
  ingestCommand,
  explainCommand,
  importClientsCommand,
  triageCommand,
  addressBookCommand,
  replayCommand,
  auditCommand,
  quarantineCommand,
  doctorCommand,
])
  program.addCommand(likeProgram(command()));

/** A command that is added, rather than made by `command()`, does not take after the program by itself. */
function likeProgram(command: Command): Command {
  for (const inner of command.commands) likeProgram(inner);
  return command.copyInheritedSettings(program).showHelpAfterError();
}

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE;
  else {
    process.exitCode = error instanceof UsageError ? EXIT_USAGE : 1;
    console.error(error instanceof ConfigError ? error.message : `docketmail: ${describeError(error)}`);
  }
}
