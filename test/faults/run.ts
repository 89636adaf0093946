/** All fault scenarios on servers of their own: `npm run test:faults`, or some of them by name: `npm run test:faults -- redis imap`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openServices } from '../../services/services.ts';
import { mailboxChanges } from './changes.ts';
import { imapFaults } from './imap.ts';
import { kills } from './kills.ts';
import { lateServers } from './late-servers.ts';
import { chaos } from './chaos.ts';
import { tableOf } from './scenario.ts';
import { poison } from './poison.ts';
import { refusals } from './refusals.ts';
import { s3Faults } from './s3.ts';
import { killedResets } from './resets.ts';
import { mongodbFaults, redisFaults, workers } from './servers.ts';
import type { Row, Scenario } from './scenario.ts';

const scenarios: readonly Scenario[] = [
  kills,
  redisFaults,
  mongodbFaults,
  workers,
  imapFaults,
  s3Faults,
  poison,
  mailboxChanges,
  killedResets,
  lateServers,
  chaos,
  refusals,
];

const [, , ...given] = process.argv;
const short = given.includes('--short');
const verbose = given.includes('--verbose');
const names = given.filter((word) => !word.startsWith('--'));
const chosen = scenarios.filter(
  ({ name }) => names.length === 0 || names.some((word) => name.includes(word)),
);

const kept = process.env['DOCKETMAIL_FAULT_SERVICES'];
const folder = kept ?? (await mkdtemp(join(tmpdir(), 'docketmail-fault-services.')));
const services = await openServices({ folder, settings: {} });
const rows: Row[] = [];
const failures: string[] = [];
try {
  const bench = {
    services,
    servers: services.env(),
    short,
    say: (line: string) =>
      verbose || /^(?:lost|doubled)|: (?:lost|doubled)/u.test(line) ? console.log(line) : undefined,
  };
  for (const scenario of chosen) {
    const started = Date.now();
    try {
      rows.push(...(await scenario.run(bench)));
    } catch (error) {
      failures.push(`${scenario.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
    console.log(`${scenario.name}: ${Math.round((Date.now() - started) / 1000)} s`);
  }
} finally {
  if (kept === undefined) {
    await services.down();
    await rm(folder, { recursive: true, force: true });
  }
}
console.log(`\n${tableOf(rows)}`);
for (const failure of failures) console.error(`could not run: ${failure}`);
process.exitCode =
  failures.length > 0 ||
  rows.some(({ lost, doubled, stuck, missing }) => lost + doubled + (stuck ?? 0) + (missing ?? 0) > 0)
    ? 1
    : 0;
process.exit();
