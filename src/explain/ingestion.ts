/** The steps of ingestion over an in-memory store: the result for a message, and for those that waited for it. */
import { decide, isNews, stateWhenWritten } from '../decide/decide.ts';
import { messageIdOf } from '../decide/decided-message.ts';
import type { DecidedMessage } from '../decide/decided-message.ts';
import { copyKind, differs, saysSame } from '../decide/doubtful-copy.ts';
import { recipientsBeside } from '../decide/facts-from-mail.ts';
import type { Verdict } from '../decide/verdict.ts';
import { entryHolders, deferTo } from '../decide/same-entry.ts';
import type { ExplainConfig } from './explain-config.ts';
import { gather } from './gather.ts';
import type { Clients } from './gather.ts';
import { openMemoryStore } from './memory-store.ts';
import type { CaseUpdateRow, MemoryStore } from './memory-store.ts';
import { caseUpdatesOf, record } from './record.ts';
import type { Unjudged } from './unjudged.ts';

export interface Outcome {
  readonly verdict: Verdict;
  /** The updates recorded by this message, in their current state. */
  readonly caseUpdates: readonly CaseUpdateRow[];
}

export interface Ingestion {
  /** Decides about a message and about those that waited for it. Call in date order. */
  readonly receive: (copy: Unjudged) => void;
  readonly outcomeOf: (copy: Unjudged) => Outcome;
}

/** Everything read and decided so far. */
interface State {
  readonly store: MemoryStore;
  readonly clients: Clients;
  readonly config: ExplainConfig;
  /** The copy by which a message is judged. */
  readonly judgedBy: Map<string, Unjudged>;
  /** The message of each copy, and the copies of each message. */
  readonly idsOf: Map<Unjudged, string>;
  readonly copiesOf: Map<string, Unjudged[]>;
  /** The verdict on a copy with recipients of its own, which differs from the first copy's. */
  readonly verdicts: Map<Unjudged, Verdict>;
  /** Messages to judge again. */
  readonly waiting: string[];
}

export function openIngestion(input: Pick<State, 'clients' | 'config'>): Ingestion {
  const state: State = {
    ...input,
    store: openMemoryStore(),
    judgedBy: new Map(),
    idsOf: new Map(),
    copiesOf: new Map(),
    verdicts: new Map(),
    waiting: [],
  };
  const { store, judgedBy, waiting } = state;
  return {
    receive: (copy) => {
      receive(state, copy);
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [message, first] = [store.get(next), judgedBy.get(next)];
        if (message !== undefined && first !== undefined) judge(state, { message, copy: first });
      }
    },
    outcomeOf: (copy) => outcomeOf(state, copy),
  };
}

function receive(state: State, copy: Unjudged): void {
  const { store, idsOf, copiesOf, judgedBy, config } = state;
  const id = messageIdOf(copy.facts.fingerprint);
  const copies = copiesOf.get(id);
  if (copies === undefined) copiesOf.set(id, [copy]);
  else copies.push(copy);
  idsOf.set(copy, id);
  const known = store.get(id);
  if (known !== undefined) {
    receiveCopy(state, copy, known);
    return;
  }
  judgedBy.set(id, copy);
  judge(state, { copy, message: unjudged(copy, config) });
}

function receiveCopy(state: State, copy: Unjudged, known: DecidedMessage): void {
  const { store, copiesOf, judgedBy } = state;
  const { rules } = state.config;
  const { facts, authentication } = copy;
  switch (copyKind(known, { ...facts, inOwnSent: false, authentication }, rules)) {
    case 'same':
      return;
    case 'adds': {
      const others = recipientsBeside(known, { facts, rules });
      judge(state, { copy, message: known });
      const now = store.get(known.id) ?? known;
      store.put({ ...now, participants: [...now.participants, ...others] });
      return;
    }
    case 'better': {
      const before = (copiesOf.get(known.id) ?? []).filter((one) => one !== copy);
      for (const one of before) if (differs(facts, one.facts, rules)) receiveDoubtful(state, one, known.id);
      judgedBy.set(known.id, copy);
      const takenOver = saysSame(known, facts) ? 'same' : 'displaced';
      judge(state, { copy, message: { ...known, ...facts, authentication, takenOver } });
      return;
    }
    case 'doubtful':
      receiveDoubtful(state, copy, known.id);
  }
}

/** Copies with other recipients than the proven one are messages of their own, which wait. */
function receiveDoubtful(state: State, copy: Unjudged, copyOf: string): void {
  const own = `copy:${copy.file}`;
  const { contentKey: _, ...facts } = copy.facts;
  const id = messageIdOf(own);
  state.idsOf.set(copy, id);
  state.judgedBy.set(id, copy);
  const message = { ...unjudged({ ...copy, facts }, state.config), id, copyOf, variantKey: own };
  judge(state, { copy, message });
}

function judge(
  { store, clients, config, verdicts, waiting }: State,
  { message: before, copy }: { readonly message: DecidedMessage; readonly copy: Unjudged },
): void {
  const { reading, disagreements } = copy;
  const { mail } = reading;
  const isFirst = before.verdict === null;
  const known = gather({ store, clients, message: before, mail, disagreements });
  const { rules } = config;
  const { verdict, links, caseUpdates, newFlags, entryKey, wakes } = decide({
    mail,
    message: before,
    known,
    rules,
  });
  const { takenOver: _, ...kept } = before;
  const judged: DecidedMessage = {
    ...kept,
    ...(entryKey !== undefined && { entryKey }),
    verdict,
    links,
    caseUpdates,
    flags: [...new Set([...before.flags, ...newFlags])],
  };
  const { relations } = known;
  const left = deferTo(entryHolders(judged, relations), { message: judged, related: relations });
  const message = { ...judged, ...left };
  verdicts.set(copy, message.verdict ?? verdict);
  record(store, { message, mail, isFirst });
  if (isNews(message, { before, isFirst }))
    waiting.push(...store.dependants(message).filter(isWaitingIn(store)));
  waiting.push(...wakes);
}

function outcomeOf({ store, idsOf, copiesOf, verdicts }: State, copy: Unjudged): Outcome {
  const message = store.get(idsOf.get(copy) ?? '');
  const verdict = verdicts.get(copy) ?? message?.verdict;
  if (!message || !verdict) throw new Error(`${copy.file} was not judged`);
  const updates = caseUpdatesOf(store, message);
  // One message to each of many: this copy covers the recipients it names.
  const isOneOfMany = verdicts.has(copy) && (copiesOf.get(message.id)?.length ?? 0) > 1;
  const own = new Set(verdict.clients.map(({ clientId }) => clientId));
  return {
    verdict,
    caseUpdates: isOneOfMany ? updates.filter(({ clientId }) => own.has(clientId)) : updates,
  };
}

const unjudged = ({ facts, authentication }: Unjudged, { mailbox }: ExplainConfig): DecidedMessage => ({
  ...facts,
  id: messageIdOf(facts.fingerprint),
  roles: [mailbox.role],
  inOwnSent: false,
  backfill: false,
  authentication,
  verdict: null,
  links: [],
  caseUpdates: [],
  lost: [],
});

/** Like the marks in the database: see `markDependants`. */
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
