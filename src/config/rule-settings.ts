import { ConfigError } from './config.ts';
import type { Env } from './config-checks.ts';
import { settings } from './config-table.ts';
import { readMailboxAddresses } from './mailbox-addresses.ts';
import { ruleKinds } from './rule-kinds.ts';
import { isSet, readSetting } from './setting-reader.ts';

/** Rules that the settings give, as they are written there, by the names that `explain --config` knows. */
export type RuleSettings = Readonly<Partial<Record<keyof typeof ruleKinds, unknown>>>;

const RULES = Object.keys(ruleKinds) as (keyof typeof ruleKinds)[];

/**
 * The rules alone, without what ingestion needs beside them, so that messages can be explained anywhere. Null where the settings give
 * none. With a file of settings the rules are those of ingestion, defaults included. @throws ConfigError for a rule that cannot be read.
 */
export function readRuleSettings(env: Env, { hasFile }: { readonly hasFile: boolean }): RuleSettings | null {
  const given = RULES.filter((key) => isSet(env[settings[key].name]));
  if (given.length === 0 && !hasFile) return null;
  const problems: string[] = [];
  for (const key of given) {
    const row = settings[key];
    const at = { label: row.name, value: env[row.name], file: null };
    readSetting({ row, at, readFile: () => '', problems });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  const own = [env[settings.ownAddresses.name] ?? '', ...readMailboxAddresses(env)].filter(isSet);
  return {
    authentication: settings.authentication.fallback,
    ...Object.fromEntries(given.map((key) => [key, env[settings[key].name]])),
    ...(own.length > 0 ? { ownAddresses: own.join(',') } : {}),
  };
}
