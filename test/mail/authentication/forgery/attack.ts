import type { Sent } from './world.ts';

export interface Attack {
  readonly group: string;
  readonly name: string;
  readonly send: () => Sent | Promise<Sent>;
  /** Genuine messages that already exist. */
  readonly before?: () => Promise<readonly Sent[]>;
  readonly role?: 'capture' | 'dropbox';
  readonly config?: Readonly<Record<string, unknown>>;
}

type Row = readonly [name: string, send: Attack['send'], more?: Partial<Attack>];

export const group = (name: string, rows: readonly Row[]): readonly Attack[] =>
  rows.map(([what, send, more]) => ({ group: name, name: what, send, ...more }));
