import { Command } from 'commander';
import { ConfigError, loadConfig } from '../config/config.ts';
import { examine } from '../app/doctor/doctor.ts';
import { exitStatus } from './usage.ts';

const SIGNS = { ok: 'ok     ', warning: 'warning', failed: 'FAILED ' } as const;

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('check every setting and server and suggest fixes; exits 1 if any check fails')
    .option('--fix', 'create missing indexes on the clients collection')
    .action(async ({ fix }: { fix?: boolean }) => await doctor(fix === true));
}

async function doctor(fix: boolean): Promise<void> {
  let failed = 0;
  try {
    const config = loadConfig(process.env, { mailboxes: 'optional' });
    console.log(`${SIGNS.ok} settings: readable`);
    for await (const finding of examine(config, { fix })) {
      if (finding.status === 'failed') failed++;
      const ended = /[.?!]$/u.test(finding.detail) ? finding.detail : `${finding.detail}.`;
      console.log(
        `${SIGNS[finding.status]} ${finding.subject}: ${finding.fix === null ? finding.detail : `${ended} Fix: ${finding.fix}`}`,
      );
    }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) console.log(`${SIGNS.failed} settings: ${problem}`);
    failed += error.problems.length;
  }
  if (failed > 0) process.exitCode = exitStatus.failed;
}
