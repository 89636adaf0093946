import { describeError, withoutCredentials } from '../../errors.ts';

/** One line of the doctor's report. `fix` says what to do about anything that is not `ok`. */
export interface Finding {
  readonly subject: string;
  readonly status: 'ok' | 'warning' | 'failed';
  readonly detail: string;
  readonly fix: string | null;
}

export function finding(
  subject: string,
  status: Finding['status'],
  detail: string,
  fix: string | null = null,
): Finding {
  return { subject, status, detail: withoutCredentials(detail), fix };
}

/** Some errors already say what to do. */
export function failed(subject: string, error: unknown, fix: string): Finding {
  const knowsFix = error instanceof Error && error.message.includes('Fix: ');
  if (knowsFix) return finding(subject, 'failed', error.message.slice(0, 500).replace(/\.$/u, ''));
  return finding(subject, 'failed', describeError(error), fix);
}
