import { existsSync } from 'node:fs';
import { describeError } from '../errors.ts';
import { UsageError } from './usage.ts';

const DEFAULT = '.env';

/** The file that settings are read from: the one that is named, else `.env` where there is one. */
export function envFileOf(named: string | undefined): string | null {
  return named ?? (existsSync(DEFAULT) ? DEFAULT : null);
}

/** What is in the environment already counts for more. @throws UsageError where the file cannot be read. */
export function readEnvFile(named: string | undefined): void {
  const path = envFileOf(named);
  if (path === null) return;
  try {
    process.loadEnvFile(path);
  } catch (error) {
    throw new UsageError(`--env-file ${path}: cannot be read (${describeError(error)})`, { cause: error });
  }
}
