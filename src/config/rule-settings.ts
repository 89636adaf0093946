import { ConfigError } from './config.ts';
import type { Env } from './config-checks.ts';
import { settings } from './config-table.ts';
import { readMailboxAddresses } from './mailbox-addresses.ts';
import { ruleKinds } from './rule-kinds.ts';
import { isSet, readSetting } from './setting-reader.ts';

/** Rules from the settings, as written, by their `explain --config` names. */
export type RuleSettings = Readonly<Partial<Record<keyof typeof ruleKinds, unknown>>>;

const RULES = Object.keys(ruleKinds) as (keyof typeof ruleKinds)[];

/**
 * The rules alone, without what ingestion also needs, so that messages can be explained anywhere. Null if the settings have none.
 * With a settings file the rules are those of ingestion, defaults included. @throws ConfigError for an unreadable rule.
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
