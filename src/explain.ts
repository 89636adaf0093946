import { Resolver } from 'node:dns/promises';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { readTrustedResults, verifyAuthentication } from './mail/authentication.ts';
import type { Authentication } from './mail/authentication.ts';
import { readCaseTags } from './mail/case-tag.ts';
import type { CaseTag } from './mail/case-tag.ts';
import { dnsMapResolver } from './mail/authentication/dns-answers.ts';
import type { DnsResolver } from './mail/authentication/dns-answers.ts';
import { readMail } from './mail/read.ts';
import type { Reading } from './mail/read.ts';
import type { MessageFile } from './mailbox/message-files.ts';
import { messageFactsOf } from './message-facts.ts';
import { relate, relationKeys } from './relations.ts';
import type { KnownMessage, Relations } from './relations.ts';
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

/** A judged message as later ones see it. */
interface Judged extends KnownMessage {
  readonly verdict: Verdict;
  readonly updates: readonly CaseUpdateDraft[];
  readonly caseDetail: string;
}

interface Unjudged {
  readonly file: string;
  readonly reading: Reading;
  readonly facts: MessageFacts;
  readonly authentication: Authentication;
}

const UNKNOWN: Authentication = {
  spf: null,
  dkim: null,
  dmarc: null,
  arc: null,
  source: null,
  alignedPass: false,
};
/** Name servers that do not answer must not hold up the rest. */
const AUTHENTICATION_TIMEOUT_MS = 10_000;
/** Rounds of judging messages again as those they answer become known; a chain of replies settles in a few. */
const MAX_ROUNDS = 5;
/** Messages without any date are judged first, as if they were the oldest. */
const NO_DATE = new Date(0);

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
  const judged = new Map<Unjudged, Judged>();
  const inOrder = messages.toSorted((a, b) => a.facts.date.getTime() - b.facts.date.getTime());
  for (const message of inOrder) judged.set(message, judgeOne({ message, judged, book, config }));
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const waiting = inOrder.filter((message) => isWaiting(judged.get(message)));
    const before = JSON.stringify(waiting.map((message) => judged.get(message)));
    for (const message of waiting) judged.set(message, judgeOne({ message, judged, book, config }));
    if (JSON.stringify(waiting.map((message) => judged.get(message))) === before) break;
  }
  return messages.map((message) => explainedOf(message, judged));
}

function resolverOf({ config, useDns }: { config: ExplainConfig; useDns: boolean }): DnsResolver | null {
  if (config.dns !== null) return dnsMapResolver(config.dns);
  if (!useDns) return null;
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  return async (name, type) => (await resolver.resolve(name, type)) as readonly unknown[];
}

async function readFile(
  file: MessageFile,
  config: ExplainConfig,
  resolver: DnsResolver | null,
): Promise<Unjudged> {
  const raw = file.kind === 'unreadable' ? Buffer.alloc(0) : file.kind === 'whole' ? file.raw : null;
  const open = (): Readable =>
    raw === null
      ? (file as Extract<MessageFile, { kind: 'stream' }>).open()
      : Readable.from(raw.length === 0 ? [] : [raw]);
  const read = await readMail({ open });
  const reading =
    file.kind === 'unreadable'
      ? { ...read, mail: { ...read.mail, warnings: [`unreadable: ${file.error}`, ...read.mail.warnings] } }
      : read;
  const facts = messageFactsOf(reading, {
    rawKey: '',
    internalDate: null,
    now: NO_DATE,
    rules: config.rules,
  });
  const date = reading.mail.date === null ? NO_DATE : new Date(reading.mail.date);
  const trusted = readTrustedResults(reading.mail.headers, config.rules.trustedAuthservIds);
  const authentication =
    trusted ??
    (resolver === null
      ? UNKNOWN
      : await verifyAuthentication({
          raw: raw ?? (await buffer(open())),
          ...(config.smtp === null ? {} : { smtp: config.smtp }),
          resolver,
          signal: AbortSignal.timeout(AUTHENTICATION_TIMEOUT_MS),
        }));
  return { file: file.file, reading, facts: { ...facts, date }, authentication };
}

function bookOf(clients: readonly ClientDocument[]): Map<string, BookEntry[]> {
  const book = new Map<string, BookEntry[]>();
  const add = (entry: BookEntry): void => {
    book.set(entry.address, [...(book.get(entry.address) ?? []), entry]);
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
  judged: ReadonlyMap<Unjudged, Judged>;
  book: Facts['book'];
  config: ExplainConfig;
}): Judged {
  const { message, judged, book, config } = input;
  const { mail } = message.reading;
  const { rules, mailbox } = config;
  const others = [...judged].filter(
    ([other]) => other !== message && other.facts.fingerprint !== message.facts.fingerprint,
  );
  const relations = relationsOf(
    message,
    others.map(([, other]) => other),
  );
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
      holders: holdersOf(
        others.map(([, other]) => other),
        { refs: tags.flatMap(({ ref }) => ref ?? []), date: message.facts.date },
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

function relationsOf(message: Unjudged, others: readonly Judged[]): Relations<Judged> {
  const { mail } = message.reading;
  const keys = relationKeys(message.facts);
  const found = others.filter(
    (other) =>
      (other.messageId !== null && keys.messageIds.includes(other.messageId)) ||
      other.variantKey === keys.variantKey ||
      (keys.originKey !== null && other.originKey === keys.originKey),
  );
  return relate({ message: message.facts, mail, found });
}

/** Cases that earlier messages opened for someone. */
function holdersOf(
  others: readonly Judged[],
  { refs, date }: { readonly refs: readonly string[]; readonly date: Date },
): Map<string, string[]> {
  const effective = others.flatMap((other) =>
    other.date < date ? other.updates.filter(({ review }) => review === null) : [],
  );
  return new Map(
    refs.map((asked) => {
      const spellings = spellingsOfRef(asked);
      return [
        asked,
        effective.flatMap(({ ref, clientId }) => (ref !== null && spellings.includes(ref) ? [clientId] : [])),
      ];
    }),
  );
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

function explainedOf(message: Unjudged, judged: ReadonlyMap<Unjudged, Judged>): Explained {
  const { file, reading, facts, authentication } = message;
  const own = judged.get(message);
  if (own === undefined) throw new Error(`${file} was not judged`);
  const changes = [...judged.values()].flatMap((other) =>
    other.updates.map((update) => ({ ...update, date: other.date })),
  );
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
      status: update.status ?? inherited(update, changes, own.date),
    })),
  };
}

function inherited(
  { clientId, ref }: CaseUpdateDraft,
  changes: readonly (CaseUpdateDraft & { readonly date: Date })[],
  date: Date,
): string {
  const ofCase = changes.flatMap(({ status, ...change }) =>
    change.clientId === clientId && isSameCase(change.ref, ref) && status !== null
      ? [{ ...change, status }]
      : [],
  );
  return caseStatusAt(ofCase, { date });
}

const isSameCase = (a: string | null, b: string | null): boolean =>
  a === null || b === null ? a === b : spellingsOfRef(a).includes(b);
