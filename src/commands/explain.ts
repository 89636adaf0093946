import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { explain } from '../explain/explain.ts';
import { explainLine } from '../explain/explain-line.ts';
import { MissingPathError, readMessageFiles } from '../mailbox/files/message-files.ts';
import { rulesFromExplainConfig } from '../explain/explain-config.ts';
import type { ExplainConfig } from '../explain/explain-config.ts';
import type { ClientDocument } from '../store/clients.ts';
import { readClients } from './client-file.ts';
import { explainReport } from './explain-report.ts';
import { UsageError } from './usage.ts';

interface Options {
  readonly json?: boolean;
  readonly clients?: string;
  readonly config?: string;
  readonly dns?: boolean;
  readonly compare?: boolean;
}

export function explainCommand(): Command {
  return new Command('explain')
    .description('show the decision about messages and its evidence; stores nothing and needs no server')
    .argument('<path...>', 'message files, mbox files, folders, or - for standard input')
    .option('--json', 'one JSON object per line')
    .option('--clients <file>', 'JSON array of client documents to match against')
    .option('--config <file>', 'JSON with rules and delivery details')
    .option(
      '--compare',
      'also where a second parser (mailparser) reads a message differently; with --json as JSON lines on standard error',
    )
    .option('--dns', 'ask the real DNS for SPF, DKIM, DMARC and ARC')
    .action(async (paths: string[], options: Options) => await run(paths, options));
}

async function run(paths: readonly string[], options: Options): Promise<void> {
  const clients: readonly ClientDocument[] =
    options.clients === undefined ? [] : await readClients(options.clients);
  const config = await readConfig(options.config, options.dns === true);
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

async function readConfig(path: string | undefined, useDns: boolean): Promise<ExplainConfig> {
  let json: unknown = {};
  if (path !== undefined) {
    try {
      json = JSON.parse(await readFile(path, 'utf8'));
    } catch (error) {
      throw new UsageError(`--config ${path}: cannot be read as JSON`, { cause: error });
    }
  }
  const read = rulesFromExplainConfig(json, { useDns });
  if (!read.ok)
    throw new UsageError(
      `--config ${path ?? ''}:\n${read.problems.map((problem) => `- ${problem}`).join('\n')}`,
    );
  return read.config;
}
