import { withoutCredentials } from '../errors.ts';
import type { Env } from './config-checks.ts';
import { allSettings } from './config-table.ts';

/** A setting as it takes effect, for people who operate the program. */
export interface ShownSetting {
  readonly name: string;
  readonly group: string;
  /** Of a secret only whether it is set. */
  readonly value: string;
  readonly isDefault: boolean;
  readonly doc: string;
}

/** Every setting of the table, without anything secret. */
export function shownSettings(env: Env): ShownSetting[] {
  return allSettings.map(({ name, group, doc, secret, fallback = '' }) => {
    const isGiven = (variable: string): boolean => (env[variable] ?? '').trim() !== '';
    const isSet = isGiven(name) || (secret === true && isGiven(`${name}_FILE`));
    const value = secret === true ? (isSet ? 'set' : '') : withoutCredentials(env[name] ?? '');
    return { name, group, doc, value: isSet ? value : secret === true ? '' : fallback, isDefault: !isSet };
  });
}
