/** kill -9 at the step at which a folder is reset, then a restart, on two different servers. */
import { readEndState } from './end-state.ts';
import { deliverMessages, distinct, MESSAGES, LIMIT_MS } from './changed-run.ts';
import type { Case } from './changed-run.ts';
import { openInstallation } from './installation.ts';
import { newMailboxes } from './mailboxes.ts';
import { openMakes } from './makes.ts';
import { startProgram } from './program.ts';
import type { KillAt } from './program.ts';
import { rowOf } from './scenario.ts';
import type { Row, Run, Scenario } from './scenario.ts';
import { untilSettled } from './settling.ts';
import { missingIn } from './stage.ts';

/** Before the reset: everything idle, or some rows fetched and others not, whose bytes the reset removes. */
const befores: readonly (KillAt | null)[] = [
  null,
  { step: 'row-fetched', times: 1 },
  { step: 'rows-written', times: 1 },
];

export const killedResets: Scenario = {
  name: 'resets',
  run: async (bench) => {
    const rows: Row[] = [];
    for (const make of await openMakes(bench)) {
      const installation = await openInstallation(make.servers);
      const runs: Run[] = [];
      try {
        for (let repetition = 0; repetition < (bench.short ? 2 : 2 * befores.length); repetition++) {
          const [ines, crm] = newMailboxes();
          const it = { make, installation, ines: { ...ines, folders: ['INBOX'] }, crm };
          runs.push(await killedRun(it, befores[repetition % befores.length] ?? null));
        }
      } finally {
        await installation.close();
      }
      rows.push(
        rowOf(
          `${make.name}: kill -9 at epoch-raised`,
          MESSAGES,
          runs,
          `${runs.length} kills, each after a reset`,
        ),
      );
    }
    return rows;
  },
};

async function killedRun(it: Case, before: KillAt | null): Promise<Run> {
  const { make, installation, ines, crm } = it;
  await deliverMessages(it);
  await installation.reset({ mailboxes: [ines, crm] });
  if (before === null) {
    const program = await startProgram(installation.env);
    try {
      await untilSettled(installation, MESSAGES, LIMIT_MS);
    } finally {
      await program.stop();
    }
  } else await killedAt(it, before);
  await make.resetUidValidity({ user: ines.user, folder: 'INBOX' });
  await killedAt(it, { step: 'epoch-raised', times: 1 });

  const started = Date.now();
  const program = await startProgram(installation.env);
  try {
    // Those before the reset, done or abandoned, and all of the new epoch.
    await untilSettled(installation, 2 * MESSAGES, LIMIT_MS);
    const seconds = (Date.now() - started) / 1000;
    const state = await readEndState(installation.database, null);
    return { ...distinct(state, MESSAGES), seconds, missing: await missingIn(installation, [ines, crm]) };
  } catch (error) {
    throw new Error(`${make.name}: ${String(error)}\n${program.log().slice(-1_500)}`, { cause: error });
  } finally {
    await program.stop();
  }
}

async function killedAt({ installation }: Case, killAt: KillAt): Promise<void> {
  const program = await startProgram(installation.env, { killAt, roles: ['poll'] });
  const timer = setTimeout(() => program.signal('SIGTERM'), LIMIT_MS);
  const end = await program.ended;
  clearTimeout(timer);
  if (end !== 'SIGKILL') throw new Error(`${killAt.step} was never reached:\n${program.log().slice(-1_500)}`);
}
