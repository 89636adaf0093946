import type { Step } from '../connect/steps.ts';
import { exitStatus } from './usage.ts';

const SIGNS = { ok: 'ok     ', failed: 'FAILED ', skipped: 'skipped' } as const;

/** One line per step. A failed one sets the exit status. */
export function showSteps(steps: readonly Step[]): void {
  for (const { step, status, detail, fix, ms } of steps)
    console.log(
      `${SIGNS[status]} ${step}: ${detail}${status === 'ok' ? ` (${ms} ms)` : ''}${fix === null ? '' : `. Fix: ${fix}`}`,
    );
  if (steps.some(({ status }) => status === 'failed')) process.exitCode = exitStatus.failed;
}
