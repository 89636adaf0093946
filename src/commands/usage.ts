import { isoDate, readAs } from '../config/setting-kinds.ts';

/** Exit statuses of every command; README.md lists them for operators. */
export const exitStatus = {
  /** Done, no problems found. */
  ok: 0,
  /** It failed, or it found and reported problems. */
  failed: 1,
  /** The command line asks for something impossible; nothing was done. */
  usage: 2,
} as const;

/** The command line asks for something impossible: exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws UsageError if it is not a number from 1 to the limit. */
export function countOption(name: string, text: string, max = Number.MAX_SAFE_INTEGER): number {
  const number = /^\d{1,15}$/u.test(text) ? Number(text) : 0;
  if (number < 1 || number > max)
    throw new UsageError(
      `${name} ${text}: expected a number from 1${max === Number.MAX_SAFE_INTEGER ? '' : ` to ${max}`}`,
    );
  return number;
}

/** @throws UsageError if it is not an ISO 8601 date. */
export function dateOption(name: string, text: string): Date {
  const read = readAs(isoDate, text);
  if (!read.ok) throw new UsageError(`${name} ${text}: expected ${isoDate.expects}`);
  return read.value;
}
