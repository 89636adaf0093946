// script/services: the command line of the service runner.
import { parseArgs } from 'node:util';
import { ServicesMissing } from './provision.ts';
import { closeServices, controlServices, defaultFolder, openServices } from './services.ts';
import { serviceNames, type ServiceName } from './state.ts';

const usage = `usage: script/services up [--only mongodb,redis,s3,imap,cyrus]
       script/services down
       script/services env [--json]
       script/services versions
       script/services start|stop|kill|freeze|thaw NAME

Data and state live in DOCKETMAIL_SERVICES_DIR (default: .data/services).`;

const log = (line: string): void => console.error(line);

async function up(only: readonly ServiceName[] | undefined): Promise<void> {
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (!interruption.signal.aborted) log(`${signal}: stopping what was started`);
      interruption.abort(new Error(`interrupted by ${signal}`));
    });
  const startedAt = Date.now();
  await openServices({ signal: interruption.signal, log, ...(only && { only }) });
  log(
    `all up after ${((Date.now() - startedAt) / 1000).toFixed(1)} s; \`eval "$(script/services env)"\` sets the environment`,
  );
}

function printEnv(json: boolean): void {
  const env = controlServices().env();
  if (json) return console.log(JSON.stringify(env, undefined, 2));
  for (const [name, value] of Object.entries(env))
    console.log(`export ${name}='${value.replaceAll("'", `'\\''`)}'`);
}

function printVersions(): void {
  const versions: Readonly<Record<string, string>> = JSON.parse(
    controlServices().env()['SERVICES_VERSIONS'] ?? '{}',
  );
  for (const [name, version] of Object.entries(versions)) console.log(`${name.padEnd(8)} ${version}`);
}

function toName(text: string | undefined): ServiceName {
  const name = serviceNames.find((known) => known === text);
  if (!name) throw new Error(`"${text ?? ''}" is none of ${serviceNames.join(', ')}\n${usage}`);
  return name;
}

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { only: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const [command, name] = positionals;
  switch (command) {
    case 'up':
      return up(values.only?.split(',').map(toName));
    case 'down':
      return closeServices({ folder: defaultFolder(), log });
    case 'env':
      return printEnv(values.json);
    case 'versions':
      return printVersions();
    case 'start':
    case 'stop':
    case 'kill':
    case 'freeze':
    case 'thaw':
      return controlServices()[command](toName(name));
    case undefined:
    default:
      throw new Error(usage);
  }
}

try {
  await main();
  process.exit(0);
} catch (error) {
  if (error instanceof ServicesMissing)
    console.error(`These services cannot be had on this machine:\n\n${error.message}`);
  else console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
