import type { Kind } from './setting-kinds.ts';

/** One row: what an operator may set, and everything that the program, `.env.example` and the README say about it. */
export interface Setting {
  /** The environment variable. */
  readonly name: string;
  readonly group: string;
  readonly doc: string;
  readonly kind: Kind<unknown>;
  /** As written in the environment. Never given for a secret. */
  readonly fallback?: string;
  readonly required?: true;
  /** Never shown; `<name>_FILE` may name a file that contains it. */
  readonly secret?: true;
  /** Shown in `.env.example` if there is no default. */
  readonly example?: string;
}

/** The type of a setting's value: null if it has no default and is optional. */
export type ValueOf<S extends Setting> =
  S['kind'] extends Kind<infer T>
    ? S extends { readonly fallback: string } | { readonly required: true }
      ? T
      : T | null
    : never;

export type ValuesOf<Table extends Readonly<Record<string, Setting>>> = {
  readonly [Key in keyof Table]: ValueOf<Table[Key]>;
};

/** Checks a row and keeps its exact type. */
export function setting<const Row extends Setting>(row: Row): Row {
  return row;
}
