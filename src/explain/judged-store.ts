import { relationKeys } from '../decide/relations.ts';
import type { KnownMessage } from '../decide/relations.ts';
import type { Verdict } from '../decide/judge.ts';
import type { CaseUpdateDraft } from '../decide/case-updates.ts';
import { spellingsOfRef } from '../decide/case-status.ts';
import type { Unjudged } from './unjudged.ts';

/** A judged message as later ones see it. */
export interface Judged extends KnownMessage {
  readonly verdict: Verdict;
  readonly updates: readonly CaseUpdateDraft[];
  readonly caseDetail: string;
}

/**
 * What the database is to ingestion, for the messages of one call. Everything is found by a key, so that each of 100,000
 * messages costs what one of a hundred does. Answers are in the order in which the messages were judged first.
 */
export interface JudgedStore {
  readonly set: (message: Unjudged, judged: Judged) => void;
  readonly get: (message: Unjudged) => Judged | undefined;
  readonly all: () => Iterable<Judged>;
  /** Other messages that `relationKeys` asks for. */
  readonly related: (message: Unjudged) => readonly Judged[];
  /** For each case number, the clients for whom earlier messages opened it. */
  readonly holders: (message: Unjudged, refs: readonly string[]) => Map<string, string[]>;
}

export function openJudgedStore(): JudgedStore {
  const judged = new Map<Unjudged, Judged>();
  const places = new Map<Unjudged, number>();
  const byKey = new Map<string, Set<Unjudged>>();
  const add = (key: string, message: Unjudged): void => {
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, new Set([message]));
    else known.add(message);
  };
  const find = (message: Unjudged, keys: readonly string[]): Judged[] =>
    [...new Set(keys.flatMap((key) => [...(byKey.get(key) ?? [])]))]
      .filter((other) => other !== message && other.facts.fingerprint !== message.facts.fingerprint)
      .toSorted((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0))
      .flatMap((other) => judged.get(other) ?? []);

  return {
    set: (message, now) => {
      if (!places.has(message)) {
        places.set(message, places.size);
        for (const key of keysOf(message)) add(key, message);
      }
      for (const { ref } of now.updates) if (ref !== null) add(`case ${ref}`, message);
      judged.set(message, now);
    },
    get: (message) => judged.get(message),
    all: () => judged.values(),
    related: (message) => find(message, wantedBy(message)),
    holders: (message, refs) =>
      new Map(
        refs.map((asked) => {
          const spellings = spellingsOfRef(asked);
          const earlier = find(
            message,
            spellings.map((ref) => `case ${ref}`),
          ).filter(({ date }) => date < message.facts.date);
          return [
            asked,
            earlier.flatMap(({ updates }) =>
              updates.flatMap(({ ref, clientId, review }) =>
                review === null && ref !== null && spellings.includes(ref) ? [clientId] : [],
              ),
            ),
          ];
        }),
      ),
  };
}

const keysOf = ({ facts: { messageId, variantKey, originKey } }: Unjudged): string[] => [
  ...(messageId === null ? [] : [`id ${messageId}`]),
  `variant ${variantKey}`,
  ...(originKey === null ? [] : [`origin ${originKey}`]),
];

function wantedBy({ facts }: Unjudged): string[] {
  const { messageIds, variantKey, originKey } = relationKeys(facts);
  return [
    ...messageIds.map((id) => `id ${id}`),
    `variant ${variantKey}`,
    ...(originKey === null ? [] : [`origin ${originKey}`]),
  ];
}
