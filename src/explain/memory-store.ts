import { caseChanges, spellingsOfRef } from '../decide/case-status.ts';
import type { Claim } from '../decide/case-claims.ts';
import type { CaseRow } from '../decide/case-status.ts';
import type { Review } from '../decide/case-updates.ts';
import { entryKeyOf } from '../decide/decided-message.ts';
import type { DecidedMessage } from '../decide/decided-message.ts';
import { isAskedFor, MAX_RELATED, MAX_THREAD, relationKeys } from '../decide/relations.ts';
import type { threadKeys } from '../decide/relations.ts';
import { identifies } from '../decide/thread-ids.ts';

/** A recorded case update. */
export interface CaseUpdateRow extends CaseRow {
  readonly clientId: string;
  readonly title: string;
  readonly description: string;
  readonly ref: string | null;
  readonly statusText: string | null;
  readonly review: Review | 'rejected' | null;
  readonly awaitsParent?: boolean;
  /** The message that made it. */
  readonly messageId: string;
}

/** Copies of one message make one row. */
export const caseRowKey = (
  message: Pick<DecidedMessage, 'variantKey' | 'entryKey'>,
  { clientId, ref }: { readonly clientId: string; readonly ref: string | null },
): string => JSON.stringify([entryKeyOf(message), clientId, ref]);

/**
 * Stands in for the database during one call. Everything is found by a key, so that each of 100,000 messages costs as much as one
 * of a hundred. Results are in order of arrival.
 */
export interface MemoryStore {
  readonly get: (id: string) => DecidedMessage | undefined;
  readonly put: (message: DecidedMessage) => void;
  /** Other messages that match `relationKeys`. */
  readonly related: (message: DecidedMessage) => readonly DecidedMessage[];
  /** Clients of other messages that match `threadKeys`. */
  readonly threadClients: (message: DecidedMessage, keys: ReturnType<typeof threadKeys>) => readonly string[];
  /** Ids of the messages that answer or forward this one. */
  readonly dependants: (message: DecidedMessage) => readonly string[];
  readonly caseRow: (key: string) => CaseUpdateRow | undefined;
  /** Writes or removes (null) a row, and derives its case again. */
  readonly putCaseRow: (key: string, row: CaseUpdateRow | null) => void;
  /** For each case number, the effective claims to that case. */
  readonly claims: (refs: readonly string[]) => Map<string, readonly Claim[]>;
}

export function openMemoryStore(): MemoryStore {
  const messages = new Map<string, DecidedMessage>();
  const places = new Map<string, number>();
  const byKey = createIndex();
  const find = (message: DecidedMessage, keys: readonly string[]): DecidedMessage[] =>
    [...new Set(keys.flatMap((key) => byKey.at(key)))]
      .filter((id) => id !== message.id)
      .toSorted((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0))
      .flatMap((id) => messages.get(id) ?? []);
  return {
    ...openCaseRows(),
    get: (id) => messages.get(id),
    put: (message) => {
      if (!messages.has(message.id)) {
        places.set(message.id, places.size);
        for (const key of keysOf(message)) byKey.add(key, message.id);
      }
      messages.set(message.id, message);
    },
    related: (message) => {
      const keys = relationKeys(message);
      const asked = [
        ...keys.messageIds.map((id) => `id ${id}`),
        `variant ${keys.variantKey}`,
        `content ${keys.contentKey ?? ''}`,
        `origin ${keys.originKey ?? ''}`,
        ...keys.carriesKeys.map((key) => `carries ${key}`),
      ];
      return find(message, asked)
        .filter((other) => isAskedFor(other, keys))
        .slice(0, MAX_RELATED);
    },
    threadClients: (message, keys) =>
      keys === null
        ? []
        : find(message, [
            ...keys.threadIds.map((id) => `thread ${id}`),
            ...keys.ids.map((id) => `answers ${id}`),
          ])
            .filter(({ links }) => links.length > 0)
            .slice(0, MAX_THREAD)
            .flatMap(({ links }) => links.map(({ clientId }) => clientId)),
    dependants: (message) => {
      const { messageId, originalIds = [], originKey } = message;
      const ids = [messageId ?? '', ...originalIds].filter(identifies);
      return find(message, [...ids.map((id) => `answers ${id}`), `carries ${originKey ?? ''}`]).map(
        ({ id }) => id,
      );
    },
  };
}

function keysOf(message: DecidedMessage): string[] {
  const { messageId, originalIds = [], variantKey, contentKey, originKey, carriesKey } = message;
  return [
    ...[messageId ?? '', ...originalIds].filter(identifies).map((id) => `id ${id}`),
    `variant ${variantKey}`,
    `thread ${message.threadId}`,
    ...(contentKey === undefined ? [] : [`content ${contentKey}`]),
    ...(originKey === null ? [] : [`origin ${originKey}`]),
    ...(carriesKey === null ? [] : [`carries ${carriesKey}`]),
    ...message.answers.map((id) => `answers ${id}`),
  ];
}

function openCaseRows(): Pick<MemoryStore, 'caseRow' | 'putCaseRow' | 'claims'> {
  const rows = new Map<string, CaseUpdateRow>();
  const byCase = createIndex();
  const rowsAt = (keys: readonly string[]) =>
    [...new Set(keys.flatMap((key) => byCase.at(key)))].flatMap((key) => {
      const row = rows.get(key);
      return row === undefined ? [] : [{ ...row, key }];
    });
  return {
    caseRow: (key) => rows.get(key),
    putCaseRow: (key, row) => {
      const about = row ?? rows.get(key);
      if (about === undefined) return;
      if (row === null) rows.delete(key);
      else rows.set(key, row);
      for (const caseKey of caseKeysOf(about).slice(0, 1)) byCase.add(caseKey, key);
      for (const changed of caseChanges(rowsAt(caseKeysOf(about)))) {
        const { key: changedKey, ...before } = changed.row;
        rows.set(changedKey, { ...before, status: changed.status, review: changed.review });
      }
    },
    claims: (refs) =>
      new Map(
        refs.map((ref) => {
          const ofCase = rowsAt(spellingsOfRef(ref).map((spelling) => `case ${spelling}`));
          return [ref, ofCase.filter(({ review }) => review === null)];
        }),
      ),
  };
}

/** The case keys of a row; the first is the row's own. Without a number each client has one case. */
const caseKeysOf = ({ clientId, ref }: CaseUpdateRow): string[] =>
  ref === null ? [`client ${clientId}`] : spellingsOfRef(ref).map((spelling) => `case ${spelling}`);

function createIndex() {
  const sets = new Map<string, Set<string>>();
  return {
    at: (key: string): readonly string[] => [...(sets.get(key) ?? [])],
    add: (key: string, value: string): void => {
      const known = sets.get(key);
      if (known === undefined) sets.set(key, new Set([value]));
      else known.add(value);
    },
  };
}
