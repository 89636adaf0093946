import { Command } from 'commander';
import { triageActCommands } from './triage-acts.ts';
import { triageListCommands } from './triage-list.ts';

/** The review queue and its decisions. */
export function triageCommand(): Command {
  const triage = new Command('triage').description('the review queue and its decisions');
  for (const command of [...triageListCommands(), ...triageActCommands()]) triage.addCommand(command);
  return triage;
}
