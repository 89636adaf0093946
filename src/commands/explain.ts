import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { explain } from '../explain/explain.ts';
import { explainLine } from '../explain/explain-line.ts';
import { MissingPathError, readMessageFiles } from '../mailbox/files/message-files.ts';
import { rulesFromExplainConfig } from '../explain/explain-config.ts';
import type { ExplainConfig } from '../explain/explain-config.ts';
import type { ClientDocument } from '../store/clients.ts';
import { loadConfig } from '../config/config.ts';
import { readRuleSettings } from '../config/rule-settings.ts';
import { openDatabase } from '../store/mongo.ts';
import { readClients } from './client-file.ts';
import { envFileOf } from './env-file.ts';
import { explainReport } from './explain-report.ts';
import { UsageError } from './usage.ts';

interface Options {
  readonly json?: boolean;
  readonly clients?: string;
  readonly clientsFromMongodb?: boolean;
  readonly config?: string;
  readonly envFile?: string;
  readonly dns?: boolean;
  readonly compare?: boolean;
}

export function explainCommand(): Command {
  return new Command('explain')
    .description('show the decision about messages and its evidence; stores nothing and needs no server')
    .argument('<path...>', 'message files, mbox files, folders, or - for standard input')
    .option('--json', 'one JSON object per line')
    .option('--clients <file>', 'JSON array or CSV of clients to match against')
    .option('--clients-from-mongodb', 'match against the clients of the CRM, by MONGODB_URI')
    .option(
      '--config <file>',
      'JSON with rules (ownAddresses, staffDomains, caseWords, authentication, …) and delivery details (mailbox, smtp, dns); before the settings',
    )
    .option(
      '--compare',
      'also show where a second parser (mailparser) reads a message differently; with --json as JSON lines on standard error',
    )
    .option('--dns', 'ask the real DNS for SPF, DKIM, DMARC and ARC')
    .addHelpText(
      'after',
      '\nThe rules of .env or --env-file apply, if any (STAFF_DOMAINS, CASE_WORDS, AUTHENTICATION, …); --config takes precedence.\nREADME.md describes the keys of --config.',
    )
    .action(
      async (paths: string[], _: Options, command: Command) =>
        await run(paths, command.optsWithGlobals<Options>()),
    );
}

async function run(paths: readonly string[], options: Options): Promise<void> {
  if (options.clients !== undefined && options.clientsFromMongodb === true)
    throw new UsageError('--clients and --clients-from-mongodb: choose one');
  const config = await readConfig(options);
  const clients: readonly ClientDocument[] =
    options.clientsFromMongodb === true
      ? await clientsFromMongodb()
      : options.clients === undefined
        ? []
        : await readClients(options.clients);
  for (const warning of config.warnings) console.error(`--config: ${warning}`);
  try {
    const explained = await explain({
      files: readMessageFiles(paths),
      clients,
      config,
      useDns: options.dns === true,
      compare: options.compare === true,
    });
    for (const one of explained) {
      process.stdout.write(
        options.json === true ? `${JSON.stringify(explainLine(one))}\n` : `${explainReport(one)}\n`,
      );
      if (options.json === true && one.compared !== null)
        console.error(JSON.stringify({ file: one.file, disagreements: one.compared }));
    }
  } catch (error) {
    if (error instanceof MissingPathError) throw new UsageError(error.message);
    throw error;
  }
}

/** Read only: creates no indexes and runs no migrations. */
async function clientsFromMongodb(): Promise<ClientDocument[]> {
  const database = await openDatabase(loadConfig(process.env, { mailboxes: 'optional' }).mongodb);
  try {
    return await database.clients
      .find()
      .project<ClientDocument>({ name: 1, email: 1, emails: 1, phone: 1, company: 1 })
      .toArray();
  } finally {
    await database.client.close();
  }
}

async function readConfig({ config: path, dns, envFile }: Options): Promise<ExplainConfig> {
  let json: unknown = {};
  if (path !== undefined) {
    try {
      json = JSON.parse(await readFile(path, 'utf8'));
    } catch (error) {
      throw new UsageError(`--config ${path}: cannot be read as JSON`, { cause: error });
    }
  }
  const read = rulesFromExplainConfig(json, {
    useDns: dns === true,
    settings: readRuleSettings(process.env, { hasFile: envFileOf(envFile) !== null }) ?? {},
  });
  if (!read.ok)
    throw new UsageError(
      `--config ${path ?? ''}:\n${read.problems.map((problem) => `- ${problem}`).join('\n')}`,
    );
  return read.config;
}
