import type { Authentication } from './mail/authentication.ts';
import { readCaseTags } from './mail/case-tag.ts';
import type { CaseTag } from './mail/case-tag.ts';
import type { Reading } from './mail/read.ts';
import type { MessageFile } from './mailbox/message-files.ts';
import { openJudgedStore } from './explain/judged-store.ts';
import type { Judged, JudgedStore } from './explain/judged-store.ts';
import { readFile, resolverOf } from './explain/unjudged.ts';
import type { Unjudged } from './explain/unjudged.ts';
import { relate } from './relations.ts';
import type { ExplainConfig } from './rules.ts';
import type { ClientDocument } from './store/clients.ts';
import { addressesOf } from './store/clients.ts';
import type { MessageFacts } from './store/message-document.ts';
import { judge } from './verdict.ts';
import type { BookEntry, Facts, Verdict } from './verdict.ts';
import { decideCaseUpdates } from './verdict/case-updates.ts';
import type { CaseUpdateDraft } from './verdict/case-updates.ts';
import { caseStatusAt, spellingsOfRef } from './verdict/case-status.ts';
import { companyDomain } from './verdict/parties.ts';

/** Decided about one message, with what was decided about. */
export interface Explained {
  readonly file: string;
  readonly reading: Reading;
  readonly facts: MessageFacts;
  readonly authentication: Authentication;
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
}): Promise<Explained[]> {
  const { config } = input;
  const resolver = resolverOf(input);
  const messages: Unjudged[] = [];
  for await (const file of input.files) messages.push(await readFile(file, config, resolver));

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
  book: Facts['book'];
  config: ExplainConfig;
}): Judged {
  const { message, store, book, config } = input;
  const { mail } = message.reading;
  const { rules, mailbox } = config;
  const relations = relate({ message: message.facts, mail, found: store.related(message) });
  const facts: Facts = {
    roles: [mailbox.role],
    inOwnSent: false,
    book,
    thread: relations.thread,
    decisions: [],
    authentication: message.authentication,
  };
  const verdict = judge(mail, facts, rules);
  const { tags, title } = readCaseTags(mail.subject, rules);
  const cases = decideCaseUpdates({
    mail,
    verdict,
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
  return {
    ...message.facts,
    verdict,
    updates: cases.updates,
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
    updates.some(({ awaitsParent }) => awaitsParent)
  );
}

function explainedOf(message: Unjudged, own: Judged | undefined, changes: Changes): Explained {
  const { file, reading, facts, authentication } = message;
  if (own === undefined) throw new Error(`${file} was not judged`);
  const outcome = own.updates.length > 0 ? 'found' : own.tags.length > 0 ? 'rejected' : 'nothing';
  return {
    file,
    reading,
    facts,
    authentication,
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
