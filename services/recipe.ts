// What a service that this machine runs itself has to offer. One file per recipe.
import type { RecordedProcess, Secrets } from './state.ts';

export type Setup = {
  /** The data folder of this service alone. */
  readonly folder: string;
  readonly ports: Readonly<Record<string, number>>;
  readonly secrets: Secrets;
  /** What runs at present. */
  readonly processes: readonly RecordedProcess[];
  readonly signal?: AbortSignal;
};

export type ServiceRecipe = {
  readonly portNames: readonly string[];
  /** Writes configuration and initial data. Runs once, before the first start. */
  readonly prepare: (setup: Setup) => Promise<void>;
  /** Starts the processes and hands over each at once, so that it is on record whatever happens next. */
  readonly start: (setup: Setup, started: (process: RecordedProcess) => void) => Promise<void>;
  /** One question in the server's own protocol; throws until the server answers it. */
  readonly check: (setup: Setup) => Promise<void>;
  readonly env: (setup: Setup) => Readonly<Record<string, string>>;
  readonly version: (setup: Setup) => Promise<string>;
};

export function portOf({ ports }: Setup, name: string): number {
  const port = ports[name];
  if (port === undefined) throw new Error(`no port was chosen for ${name}`);
  return port;
}
