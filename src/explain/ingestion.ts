/** The steps of ingestion over a store in memory: what becomes of a message, and of those that waited for it. */
import { caseRowOf } from '../decide/case-status.ts';
import { decide, isNews, stateWhenWritten } from '../decide/decide.ts';
import { messageIdOf } from '../decide/decided-message.ts';
import type { DecidedMessage } from '../decide/decided-message.ts';
import { recipientsBeside } from '../decide/facts-from-mail.ts';
import type { Verdict } from '../decide/verdict.ts';
import { entryHolders, yieldTo } from '../decide/same-entry.ts';
import type { ExplainConfig } from './explain-config.ts';
import { gather } from './gather.ts';
import type { Clients } from './gather.ts';
import { caseRowKey, openMemoryStore } from './memory-store.ts';
import type { CaseUpdateRow, MemoryStore } from './memory-store.ts';
import type { Unjudged } from './unjudged.ts';

export interface Outcome {
  readonly verdict: Verdict;
  /** Those that this message put on record, as they stand now. */
  readonly caseUpdates: readonly CaseUpdateRow[];
}

export interface Ingestion {
  /** Decides about a message and about those that waited for it. To be called in the order of dates. */
  readonly receive: (message: Unjudged) => void;
  readonly outcomeOf: (message: Unjudged) => Outcome;
}

export function openIngestion({
  clients,
  config,
}: {
  readonly clients: Clients;
  readonly config: ExplainConfig;
}): Ingestion {
  const store = openMemoryStore();
  const { rules } = config;
  /** The copy by which a message is judged again. */
  const copies = new Map<string, Unjudged>();
  /** What a copy that names recipients of its own was judged to be, which is not what the first copy was. */
  const verdicts = new Map<Unjudged, Verdict>();

  /** Returns the ids of the messages that this decision may change. */
  const judge = (copy: Unjudged, before: DecidedMessage, isFirst: boolean): readonly string[] => {
    const { reading, authentication, disagreements } = copy;
    const { mail } = reading;
    const known = gather({ store, clients, message: before, mail, authentication, disagreements });
    const { verdict, links, caseUpdates, newFlags } = decide({ mail, message: before, known, rules });
    const flags = [...new Set([...before.flags, ...newFlags])];
    const judged: DecidedMessage = { ...before, verdict, links, caseUpdates, flags };
    const { relations } = known;
    const holders = entryHolders(judged, relations);
    const message = { ...judged, ...yieldTo(holders, { message: judged, related: relations }) };
    verdicts.set(copy, message.verdict ?? verdict);
    for (const update of message.caseUpdates) recordCaseUpdate(store, { message, update, copy, isFirst });
    store.put(written(message));
    return isNews(message, { before, isFirst }) ? store.dependants(message).filter(isWaitingIn(store)) : [];
  };

  return {
    receive: (copy) => {
      const id = messageIdOf(copy.facts.fingerprint);
      const known = store.get(id);
      const others = known === undefined ? [] : recipientsBeside(known, { facts: copy.facts, rules });
      if (known !== undefined && others.length === 0) return;
      if (known === undefined) copies.set(id, copy);
      const waiting = [...judge(copy, known ?? unjudged(copy, config), known === undefined)];
      const now = store.get(id);
      if (now !== undefined) store.put({ ...now, participants: [...now.participants, ...others] });
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [message, first] = [store.get(next), copies.get(next)];
        if (message !== undefined && first !== undefined) waiting.push(...judge(first, message, false));
      }
    },
    outcomeOf: (copy) => {
      const id = messageIdOf(copy.facts.fingerprint);
      const message = store.get(id);
      const verdict = verdicts.get(copy) ?? message?.verdict;
      if (!message || !verdict) throw new Error(`${copy.file} was not judged`);
      return { verdict, caseUpdates: caseUpdatesOf(store, message) };
    },
  };
}

const unjudged = ({ facts }: Unjudged, { mailbox }: ExplainConfig): DecidedMessage => ({
  ...facts,
  id: messageIdOf(facts.fingerprint),
  roles: [mailbox.role],
  inOwnSent: false,
  backfill: false,
  verdict: null,
  links: [],
  caseUpdates: [],
  lost: [],
});

function written(message: DecidedMessage): DecidedMessage {
  const at = message.date;
  return {
    ...message,
    links: message.links.map((link) =>
      link.state.kind === 'pending' ? { ...link, state: { kind: 'written', at } } : link,
    ),
    caseUpdates: message.caseUpdates.map((update) => ({ ...update, writtenAt: update.writtenAt ?? at })),
  };
}

function recordCaseUpdate(
  store: MemoryStore,
  {
    message,
    update,
    copy,
    isFirst,
  }: {
    readonly message: DecidedMessage;
    readonly update: DecidedMessage['caseUpdates'][number];
    readonly copy: Unjudged;
    readonly isFirst: boolean;
  },
): void {
  const key = caseRowKey(message, update);
  const row = store.caseRow(key);
  if (row === undefined && update.writtenAt === null && update.review !== 'echo') {
    const { mail } = copy.reading;
    store.putCaseRow(key, { ...caseRowOf(update, { message, mail }), isOurs: true, messageId: message.id });
  }
  if (isFirst || row?.awaitsParent !== true) return;
  const { review, awaitsParent = false } = update;
  store.putCaseRow(key, review === 'echo' ? null : { ...row, review, awaitsParent });
}

const caseUpdatesOf = (store: MemoryStore, message: DecidedMessage): CaseUpdateRow[] =>
  message.caseUpdates.flatMap((update) => {
    const row = store.caseRow(caseRowKey(message, update));
    return row?.messageId === message.id ? [row] : [];
  });

/** As the marks of the database ask: see `markDependants`. */
const isWaitingIn =
  (store: MemoryStore) =>
  (id: string): boolean => {
    const message = store.get(id);
    return (
      message !== undefined &&
      (stateWhenWritten(message) === 'triage' ||
        message.verdict?.kind === 'internal' ||
        message.caseUpdates.some(({ awaitsParent }) => awaitsParent === true))
    );
  };
