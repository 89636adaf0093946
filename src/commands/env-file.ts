import { existsSync } from 'node:fs';
import { describeError } from '../errors.ts';
import { UsageError } from './usage.ts';

const DEFAULT = '.env';

/** The settings file: the one named, else `.env` if it exists. */
export function envFileOf(named: string | undefined): string | null {
  return named ?? (existsSync(DEFAULT) ? DEFAULT : null);
}

/** The environment takes precedence. @throws UsageError if the file cannot be read. */
export function readEnvFile(named: string | undefined): void {
  const path = envFileOf(named);
  if (path === null) return;
  try {
    process.loadEnvFile(path);
  } catch (error) {
    throw new UsageError(`--env-file ${path}: cannot be read (${describeError(error)})`, { cause: error });
  }
}
