// The interface of a service that this machine runs itself. One file per recipe.
import type { RecordedProcess, Secrets } from './state.ts';

export type Setup = {
  /** This service's own data folder. */
  readonly folder: string;
  readonly ports: Readonly<Record<string, number>>;
  readonly secrets: Secrets;
  /** What is running now. */
  readonly processes: readonly RecordedProcess[];
  readonly signal?: AbortSignal;
};

export type ServiceRecipe = {
  readonly portNames: readonly string[];
  /** Writes configuration and initial data. Runs once, before the first start. */
  readonly prepare: (setup: Setup) => Promise<void>;
  /** Starts the processes and reports each at once, so that it is recorded whatever happens next. */
  readonly start: (setup: Setup, started: (process: RecordedProcess) => void) => Promise<void>;
  /** Asks one question in the server's own protocol; throws until the server answers. */
  readonly check: (setup: Setup) => Promise<void>;
  readonly env: (setup: Setup) => Readonly<Record<string, string>>;
  readonly version: (setup: Setup) => Promise<string>;
};

export function portOf({ ports }: Setup, name: string): number {
  const port = ports[name];
  if (port === undefined) throw new Error(`no port was chosen for ${name}`);
  return port;
}
