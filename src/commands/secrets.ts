import { stat } from 'node:fs/promises';
import { Command } from 'commander';
import { withResources } from '../app/open.ts';
import { loadConfig } from '../config/config.ts';
import { readKeyRing } from '../secrets/key-ring.ts';
import { checkSecrets, keysInUse, rotateSecrets } from '../store/sealed-fields.ts';
import type { FieldReport } from '../store/sealed-fields.ts';

export function secretsCommand(): Command {
  const secrets = new Command('secrets').description(
    'passwords and tokens that are stored in the database, sealed with the keys of SECRETS_KEY_FILE',
  );
  secrets
    .command('check')
    .description(
      'open every stored secret, and say which keys are still needed; exits 1 if any does not open',
    )
    .action(check);
  secrets
    .command('rotate')
    .description(
      'seal every stored secret with the first key of the file, while it runs; exits 1 if not all are',
    )
    .action(rotate);
  return secrets;
}

async function check(): Promise<void> {
  const config = loadConfig(process.env, { mailboxes: 'optional' });
  const ring = await readKeyRing(config.secretsKeyFile);
  await warnOfRights(config.secretsKeyFile);
  await withResources(config, async ({ database }) => {
    print(await checkSecrets(database, config.secretsKeyFile), 'open');
    const used = await keysInUse(database);
    for (const [index, { id }] of ring.entries()) {
      const count = used.get(id) ?? 0;
      const note =
        index === 0
          ? 'seals new ones'
          : count === 0
            ? 'not needed any more'
            : 'docketmail secrets rotate frees it';
      console.log(`key ${id}: seals ${count}; ${note}`);
    }
  });
}

async function rotate(): Promise<void> {
  const config = loadConfig(process.env, { mailboxes: 'optional' });
  await readKeyRing(config.secretsKeyFile);
  await withResources(config, async ({ database }) => {
    print(await rotateSecrets(database, config.secretsKeyFile), 'sealed with the first key');
  });
}

function print(reports: readonly FieldReport[], done: string): void {
  for (const { store, total, good, problems } of reports) {
    console.log(`${store}: ${good}/${total} ${done}`);
    for (const problem of problems) console.error(problem);
    if (good < total) process.exitCode = 1;
  }
}

/** Anyone who reads the file and a backup of the database has every mailbox. */
async function warnOfRights(path: string | null): Promise<void> {
  if (path === null || process.platform === 'win32') return;
  const { mode } = await stat(path);
  if ((mode & 0o077) !== 0)
    console.error(`${path}: others than its owner may read it. Fix: chmod 600 ${path}`);
}
