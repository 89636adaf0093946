import { z } from 'zod';
import { builtInCaseStatuses } from '../decide/case-statuses.ts';
import type { CaseStatus } from '../decide/case-statuses.ts';
import { quoted } from './setting-kinds.ts';
import type { Kind } from './setting-kinds.ts';

interface GivenStatus {
  readonly status: string;
  readonly words: readonly string[];
}

const words = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',') : value),
  z.array(z.string()),
);

const oneStatus = z.union([
  z.string().transform(readStatusText),
  z
    .strictObject({ status: z.string(), aliases: words.optional() })
    .transform((given): GivenStatus => ({ status: given.status, words: given.aliases ?? [] })),
]);

/**
 * "Open=open,offen;Closed=closed", a list of such entries, a list of `{status, aliases}`, or an object of status → aliases. The
 * given list replaces all statuses. A built-in status keeps its built-in aliases, except those that the settings give to another.
 */
export const caseStatusList: Kind<readonly CaseStatus[]> = {
  schema: z
    .union([
      z.string().transform((value) => splitStatuses(value).map(readStatusText)),
      z.array(oneStatus),
      z
        .record(z.string(), words)
        .transform((map) =>
          Object.entries(map).map(([status, list]): GivenStatus => ({ status, words: list })),
        ),
    ])
    .transform((given, context): readonly CaseStatus[] => {
      const { statuses, wrong } = resolveStatuses(given);
      for (const message of wrong) context.addIssue({ code: 'custom', message });
      return statuses;
    }),
  expects: 'statuses with their aliases, such as Open=open,offen;Closed=closed,geschlossen',
};

function splitStatuses(value: string): readonly string[] {
  const separator = value.includes('=') || value.includes(';') ? ';' : ',';
  return value.split(separator).filter((entry) => entry.trim() !== '');
}

function readStatusText(entry: string): GivenStatus {
  const equals = entry.indexOf('=');
  if (equals < 0) return { status: entry, words: [] };
  return { status: entry.slice(0, equals), words: entry.slice(equals + 1).split(',') };
}

function resolveStatuses(given: readonly GivenStatus[]): {
  readonly statuses: readonly CaseStatus[];
  readonly wrong: readonly string[];
} {
  const wrong: string[] = [];
  const ownerOf = new Map<string, string>();
  const own = given.map(({ status, words: list }) => {
    const name = status.trim().normalize('NFC');
    if (name === '') wrong.push('a status has no name');
    const aliases = [...new Set([name, ...list].map(normalAlias).filter((alias) => alias !== ''))];
    for (const alias of aliases) {
      const owner = ownerOf.get(alias);
      if (owner !== undefined)
        wrong.push(`${quoted(alias)} stands for both ${quoted(owner)} and ${quoted(name)}`);
      ownerOf.set(alias, name);
    }
    return { status: name, aliases };
  });
  if (own.length === 0) wrong.push('no status is given');
  const statuses = own.map(({ status, aliases }): CaseStatus => {
    const known = builtInCaseStatuses.find((builtIn) => builtIn.aliases[0] === aliases[0]);
    const kept = (known?.aliases ?? []).filter((alias) => !ownerOf.has(alias));
    return { status, aliases: [...aliases, ...kept] };
  });
  return { statuses, wrong };
}

function normalAlias(alias: string): string {
  return alias.trim().normalize('NFC').toLowerCase();
}
