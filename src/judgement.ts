import { readCaseTags } from './mail/case-tag.ts';
import type { Authentication } from './mail/authentication.ts';
import type { Mail } from './mail/mail.ts';
import { relate, relationKeys } from './relations.ts';
import type { Relations } from './relations.ts';
import type { Rules } from './rules.ts';
import { askBook } from './store/book-answers.ts';
import type { BookAnswers } from './store/book-answers.ts';
import { caseHolders } from './store/case-updates.ts';
import { findDecisions } from './store/decisions.ts';
import { REUSED_ID_FLAG } from './store/messages.ts';
import type { Judgement, MessageDocument, MessageLink } from './store/messages.ts';
import type { Database } from './store/mongo.ts';
import { judge } from './verdict.ts';
import type { Facts, Verdict } from './verdict.ts';
import { decideCaseUpdates } from './verdict/case-updates.ts';
import { readParties } from './verdict/parties.ts';
import { decisionKeysFor, questionsFor } from './verdict/who.ts';

/** Rises when rules change what they decide, so that a replay knows what was judged by older ones. */
export const RULE_VERSION = 1;

const MAX_RELATED = 200;

/**
 * Judges a message with everything that is known now, and says what is to be stored of it. Reads the database; writes nothing.
 * A message judged before only gains links (invariant 7), except what a person took away.
 */
export async function judgeMessage(
  database: Database,
  input: {
    readonly mail: Mail;
    readonly message: MessageDocument;
    readonly authentication: Authentication | null;
    readonly rules: Rules;
  },
): Promise<Judgement> {
  const { mail, message, authentication, rules } = input;
  const parties = readParties(mail, rules);
  const related = await findRelated(database, message, mail);
  const keys = decisionKeysFor({ mail });
  const decisions = await findDecisions(database.decisions, [
    `message:${message.fingerprint}`,
    `thread:${message.threadId}`,
    ...keys.addresses.map((address) => `address:${address}`),
    ...keys.domains.map((domain) => `domain:${domain}`),
  ]);
  const book = await askBook(database, questionsFor({ mail, rules, parties }));
  const facts: Facts = {
    roles: message.roles,
    inOwnSent: message.inOwnSent,
    book: book.entries,
    thread: related.thread,
    decisions,
    authentication,
  };
  const verdict = judge(mail, facts, rules);

  const { tags, title } = readCaseTags(mail.subject, rules);
  const refs = tags.flatMap(({ ref }) => ref ?? []);
  const holders = verdict.kind === 'matched' ? await caseHolders(database.caseUpdates, refs) : new Map();
  const cases = decideCaseUpdates({
    mail,
    verdict,
    facts,
    rules,
    cases: { tags, title, parent: related.parent, backfill: message.backfill, holders },
  });
  const complete = {
    ...verdict,
    evidence: [
      ...verdict.evidence,
      { rule: 'case-tag', outcome: outcomeOf(cases.updates.length, tags.length), detail: cases.detail },
    ],
  } as const;
  const ids = await clientIdsOf(database, complete, book, related.documents);
  const links = mergeLinks({ message, verdict: complete, ids, alreadyStored: related.alreadyStored });
  const addsNothing = links.length > 0 && links.length === message.links.length;
  return {
    verdict: addsNothing ? (message.verdict ?? complete) : complete,
    authentication,
    links,
    caseUpdates: mergeCaseUpdates(
      message,
      cases.updates.flatMap(({ clientId, description: _, ...update }) => {
        const id = ids.get(clientId);
        return id === undefined ? [] : [{ ...update, clientId: id, writtenAt: null }];
      }),
    ),
    variantOf: related.variants[0]?._id ?? null,
    newFlags: related.namesakes.length > 0 ? [REUSED_ID_FLAG] : [],
    judgedWith: { roles: message.roles, inOwnSent: message.inOwnSent, backfill: message.backfill },
    ruleVersion: RULE_VERSION,
    state: 'judged',
  };
}

const outcomeOf = (updates: number, tags: number): 'found' | 'rejected' | 'nothing' =>
  updates > 0 ? 'found' : tags > 0 ? 'rejected' : 'nothing';

/** Messages that bear on this one: answered, carried or returned by it, or copies of it. */
async function findRelated(
  { messages }: Database,
  message: MessageDocument,
  mail: Mail,
): Promise<Relations<MessageDocument>> {
  const { messageIds, variantKey, originKey } = relationKeys(message, mail);
  const found = await messages
    .find({
      _id: { $ne: message._id },
      $or: [
        { messageId: { $in: [...messageIds] } },
        { variantKey },
        ...(originKey === null ? [] : [{ originKey }]),
      ],
    })
    .sort({ receivedAt: 1 })
    .limit(MAX_RELATED)
    .toArray();
  return relate({ message, mail, found });
}

/** The clients' ids as the CRM wrote them. A client that has gone meanwhile is left out, and with it the link. */
async function clientIdsOf(
  { clients }: Database,
  verdict: Verdict,
  book: BookAnswers,
  thread: readonly MessageDocument[],
): Promise<Map<string, MessageLink['clientId']>> {
  const ids = new Map(book.clientIds);
  const missing = verdict.clients
    .filter(({ clientId }) => !ids.has(clientId))
    .map(({ clientId }) => clientId);
  if (missing.length === 0) return ids;
  const known = thread.flatMap(({ links }) => links.map((link) => link.clientId));
  const wanted = known.filter((id) => missing.includes(String(id)));
  const present = await clients
    .find({ _id: { $in: wanted } })
    .project<{ _id: MessageLink['clientId'] }>({ _id: 1 })
    .toArray();
  for (const { _id } of present) ids.set(String(_id), _id);
  return ids;
}

/** Additions only. A link to words that the client has on record already counts as written. */
function mergeLinks(input: {
  message: MessageDocument;
  verdict: Verdict;
  ids: ReadonlyMap<string, MessageLink['clientId']>;
  alreadyStored: ReadonlySet<string>;
}): MessageLink[] {
  const { message, verdict, ids, alreadyStored } = input;
  const present = new Set(message.links.map((link) => String(link.clientId)));
  const added = verdict.clients.flatMap(({ clientId, via, address }): MessageLink[] => {
    const id = ids.get(clientId);
    if (id === undefined || present.has(clientId)) return [];
    return [
      { clientId: id, via, address, writtenAt: alreadyStored.has(clientId) ? message.receivedAt : null },
    ];
  });
  return [...message.links, ...added];
}

/** What was held for an unknown parent is settled by the newer decision; everything else that was decided stays. */
function mergeCaseUpdates(
  { caseUpdates: before }: MessageDocument,
  now: Judgement['caseUpdates'],
): Judgement['caseUpdates'] {
  const same = (a: Judgement['caseUpdates'][number]) => (b: typeof a) =>
    String(a.clientId) === String(b.clientId) && a.ref === b.ref;
  const kept = before.flatMap((update) => {
    if (update.review !== 'parent-unknown') return [update];
    const settled = now.find(same(update)) ?? { ...update, review: 'echo' as const };
    return [{ ...settled, writtenAt: settled.review === update.review ? update.writtenAt : null }];
  });
  return [...kept, ...now.filter((update) => !before.some(same(update)))];
}
