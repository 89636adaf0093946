import type { Authentication } from '../mail/authentication/authentication.ts';
import { readCaseTags } from '../mail/case-tag/case-tag.ts';
import type { CaseTag } from '../mail/case-tag/case-tag.ts';
import type { Disagreement } from '../mail/second-reading.ts';
import type { ReadMail } from '../mail/read.ts';
import type { MessageFile } from '../mailbox/files/message-files.ts';
import { openJudgedStore } from './judged-store.ts';
import type { Judged, JudgedStore } from './judged-store.ts';
import { readFile, resolverOf } from './unjudged.ts';
import type { Unjudged } from './unjudged.ts';
import { relate } from '../decide/relations.ts';
import type { ExplainConfig } from './explain-config.ts';
import type { ClientDocument } from '../store/clients.ts';
import { addressesOf } from '../store/clients.ts';
import type { MessageFacts } from '../decide/message-facts.ts';
import { judge } from '../decide/judge.ts';
import type { BookEntry, KnownContext, Verdict } from '../decide/judge.ts';
import { decideCaseUpdates } from '../decide/case-updates.ts';
import type { CaseUpdateDraft } from '../decide/case-updates.ts';
import { caseStatusAt, spellingsOfRef } from '../decide/case-status.ts';
import { holdWhereReadersDisagree } from '../decide/readers-disagree.ts';
import { companyDomain } from '../decide/parties.ts';

/** Decided about one message, with what was decided about. */
export interface Explained {
  readonly file: string;
  readonly reading: ReadMail;
  readonly facts: MessageFacts;
  readonly authentication: Authentication;
  /** Where a second reader differs; null where no comparison was asked for. */
  readonly compared: readonly Disagreement[] | null;
  readonly verdict: Verdict;
  readonly tags: readonly CaseTag[];
  readonly caseUpdates: readonly (CaseUpdateDraft & { readonly status: string })[];
}

/** Rounds of judging messages again as those they answer become known; a chain of replies settles in a few. */
const MAX_ROUNDS = 5;

/**
 * Judges messages together, in the order of their dates, in one empty store: what `docketmail explain` shows. Needs no server.
 * DNS is asked only with `useDns`, or answered from the configuration's map.
 */
export async function explain(input: {
  readonly files: AsyncIterable<MessageFile>;
  readonly clients: readonly ClientDocument[];
  readonly config: ExplainConfig;
  readonly useDns: boolean;
  /** Compares every message with a second reader; else only those that decide something by what both read. */
  readonly compare?: boolean;
}): Promise<Explained[]> {
  const { config, compare = false } = input;
  const resolver = resolverOf(input);
  const messages: Unjudged[] = [];
  for await (const file of input.files) messages.push(await readFile(file, { config, resolver, compare }));

  const book = bookOf(input.clients);
  const store = openJudgedStore();
  const inOrder = messages.toSorted((a, b) => a.facts.date.getTime() - b.facts.date.getTime());
  for (const message of inOrder) store.set(message, judgeOne({ message, store, book, config }));
  for (let round = 0; round < MAX_ROUNDS; round++) {
    let changed = false;
    for (const message of inOrder.filter((one) => isWaiting(store.get(one)))) {
      const now = judgeOne({ message, store, book, config });
      changed ||= JSON.stringify(now) !== JSON.stringify(store.get(message));
      store.set(message, now);
    }
    if (!changed) break;
  }
  const changes = changesOf(store);
  return messages.map((message) => explainedOf(message, store.get(message), changes));
}

function bookOf(clients: readonly ClientDocument[]): Map<string, BookEntry[]> {
  const book = new Map<string, BookEntry[]>();
  const add = (entry: BookEntry): void => {
    const entries = book.get(entry.address);
    if (entries === undefined) book.set(entry.address, [entry]);
    else entries.push(entry);
  };
  for (const client of clients) {
    const clientId = String(client._id);
    const addresses = addressesOf(client);
    for (const address of addresses) add({ address, clientId, kind: 'primary' });
    for (const domain of new Set(addresses.flatMap((address) => companyDomain(address) ?? [])))
      add({ address: `@${domain}`, clientId, kind: 'domain' });
  }
  return book;
}

function judgeOne(input: {
  message: Unjudged;
  store: JudgedStore;
  book: KnownContext['book'];
  config: ExplainConfig;
}): Judged {
  const { message, store, book, config } = input;
  const { mail } = message.reading;
  const { rules, mailbox } = config;
  const relations = relate({ message: message.facts, mail, found: store.related(message) });
  const facts: KnownContext = {
    roles: [mailbox.role],
    inOwnSent: false,
    book,
    thread: relations.thread,
    decisions: [],
    authentication: message.authentication,
  };
  const judged = judge(mail, facts, rules);
  const { tags, title } = readCaseTags(mail.subject, rules);
  const cases = decideCaseUpdates({
    mail,
    verdict: judged,
    facts,
    rules,
    cases: {
      tags,
      title,
      parent: relations.parent,
      backfill: false,
      holders: store.holders(
        message,
        tags.flatMap(({ ref }) => ref ?? []),
      ),
    },
  });
  const { disagreements } = message;
  const { verdict, updates } = holdWhereReadersDisagree(
    { verdict: judged, updates: cases.updates },
    { disagreements, decisions: [] },
  );
  return {
    ...message.facts,
    verdict,
    updates,
    caseDetail: cases.detail,
    links: verdict.clients.map(({ clientId }) => ({ clientId, writtenAt: message.facts.date })),
  };
}

function isWaiting(judged: Judged | undefined): boolean {
  if (judged === undefined) return true;
  const { verdict, updates } = judged;
  return (
    verdict.kind === 'unmatched' ||
    verdict.kind === 'ambiguous' ||
    updates.some(({ review }) => review === 'parent-unknown')
  );
}

function explainedOf(message: Unjudged, own: Judged | undefined, changes: Changes): Explained {
  const { file, reading, facts, authentication, compared } = message;
  if (own === undefined) throw new Error(`${file} was not judged`);
  const outcome = own.updates.length > 0 ? 'found' : own.tags.length > 0 ? 'rejected' : 'nothing';
  return {
    file,
    reading,
    facts,
    authentication,
    compared,
    verdict: {
      ...own.verdict,
      evidence: [...own.verdict.evidence, { rule: 'case-tag', outcome, detail: own.caseDetail }],
    },
    tags: own.tags,
    caseUpdates: own.updates.map((update) => ({
      ...update,
      status: update.status ?? inherited(update, own.date, changes),
    })),
  };
}

interface StatusChange {
  readonly status: string;
  readonly review: string | null;
  readonly date: Date;
}

type Changes = ReadonlyMap<string, readonly StatusChange[]>;

const caseKey = (clientId: string, ref: string | null): string => JSON.stringify([clientId, ref]);

/** The statuses that updates name, by case. */
function changesOf(store: JudgedStore): Changes {
  const changes = new Map<string, StatusChange[]>();
  for (const { updates, date } of store.all())
    for (const { clientId, ref, review, status } of updates) {
      if (status === null) continue;
      const key = caseKey(clientId, ref);
      const ofCase = changes.get(key) ?? [];
      ofCase.push({ status, review, date });
      changes.set(key, ofCase);
    }
  return changes;
}

function inherited({ clientId, ref }: CaseUpdateDraft, date: Date, changes: Changes): string {
  const spellings = ref === null ? [null] : spellingsOfRef(ref);
  const ofCase = spellings.flatMap((spelling) => changes.get(caseKey(clientId, spelling)) ?? []);
  return caseStatusAt(ofCase, { date });
}
