import { readCaseTags } from './mail/case-tag.ts';
import type { Authentication } from './mail/authentication.ts';
import type { Mail } from './mail/mail.ts';
import { recipientsKey } from './message-facts.ts';
import { relate, relationKeys } from './relations.ts';
import type { Relations } from './relations.ts';
import { bringsNoFileTo } from './retelling.ts';
import type { Rules } from './rules.ts';
import { askBook } from './store/book-answers.ts';
import type { BookAnswers } from './store/book-answers.ts';
import { caseHolders } from './store/case-updates.ts';
import type { BookDocument } from './store/address-book.ts';
import { findDecisions } from './store/decisions.ts';
import type { DecisionsInForce } from './store/decisions.ts';
import { REUSED_ID_FLAG, standsElsewhere } from './store/messages.ts';
import type { Judgement, MessageDocument, MessageLink } from './store/messages.ts';
import type { Database } from './store/mongo.ts';
import { judge } from './verdict.ts';
import { spellingsIn } from './verdict/spellings.ts';
import type { Facts, Verdict } from './verdict.ts';
import { decideCaseUpdates } from './verdict/case-updates.ts';
import type { CaseUpdateDraft } from './verdict/case-updates.ts';
import { readParties } from './verdict/parties.ts';
import { decisionKeysFor, questionsFor } from './verdict/questions.ts';

/** Rises when rules change what they decide, so that a replay knows what was judged by older ones. */
export const RULE_VERSION = 2;

const MAX_RELATED = 200;

interface JudgedMessage {
  readonly mail: Mail;
  readonly message: MessageDocument;
  readonly authentication: Authentication | null;
  readonly rules: Rules;
  /** Learned rows that are not in the book: what would be if they were. */
  readonly supposed?: readonly Omit<BookDocument, '_id'>[];
}

/**
 * Judges a message with everything that is known now, and says what is to be stored of it. Reads the database; writes nothing.
 * A message judged before only gains links (invariant 7). It loses those that a person unlinked, those whose decision was undone,
 * and automatic ones by an address that was taken from the client.
 */
export async function judgeMessage(database: Database, input: JudgedMessage): Promise<Judgement> {
  return (await judgeAnew(database, input)).judgement;
}

/** `judgeMessage`, with the verdict that a message of today would get beside what is kept of the earlier one. */
export async function judgeAnew(
  database: Database,
  input: JudgedMessage,
): Promise<{ readonly fresh: Verdict; readonly judgement: Judgement }> {
  const { mail, message, authentication, rules } = input;
  const parties = readParties(mail, rules);
  const keys = decisionKeysFor({ mail });
  const questions = questionsFor({ mail, rules, parties });
  const subjects = [
    `message:${message.fingerprint}`,
    `thread:${message.threadId}`,
    ...keys.addresses.map((address) => `address:${address}`),
    ...keys.domains.map((domain) => `domain:${domain}`),
  ];
  const [related, decidedAlone, book] = await Promise.all([
    findRelated(database, message, mail),
    findDecisions(database.decisions, subjects),
    askBook(database, questions, {
      asWritten: spellingsIn(mail, questions),
      ...(input.supposed === undefined ? {} : { supposed: input.supposed }),
    }),
  ]);
  const decided = await withDecisionsAbout(database, decidedAlone, {
    subjects,
    copies: related.variants,
    retold: retellings(related, parties),
  });
  const facts: Facts = {
    roles: message.roles,
    inOwnSent: message.inOwnSent,
    book: book.entries,
    thread: related.thread,
    decisions: decided.decisions,
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
  const told = retellings(related, verdict);
  const updates = cases.updates.filter(
    (update) => !told.some((other) => other.caseUpdates.some(sameUpdate(update))),
  );
  const repeated = cases.updates.length - updates.length;
  const detail =
    repeated === 0 ? cases.detail : `${cases.detail}; ${repeated} made by a message that tells the same`;
  const complete = {
    ...verdict,
    evidence: [
      ...verdict.evidence,
      { rule: 'case-tag', outcome: outcomeOf(updates.length, tags.length), detail },
    ],
  } as const;
  const known = new Map([...book.clientIds, ...related.documents.flatMap(idsOfLinks)]);
  const ids = await clientIdsOf(database, {
    verdict: complete,
    book,
    known: new Map([...known, ...decided.clientIds]),
  });
  const kept = await keptLinks(database, { message, verdict: complete, decided, book });
  const awaitsParent = related.parent.kind === 'unknown' && rules.tagsInReplies === 'review';
  const alreadyStored = clientsThatHave(message, related, complete);
  const links = mergeLinks({ message: { ...message, links: kept }, verdict: complete, ids, alreadyStored });
  const addsNothing =
    links.length > 0 &&
    links.length === kept.length &&
    kept.every((link, index) => link === message.links[index]);
  const judgement: Judgement = {
    verdict: addsNothing ? (message.verdict ?? complete) : withRecord(complete, links, message),
    authentication,
    links,
    caseUpdates: mergeCaseUpdates(
      message,
      updates.flatMap(({ clientId, description: _, ...update }) => {
        const id = ids.get(clientId);
        return id === undefined ? [] : [{ ...update, clientId: id, awaitsParent, writtenAt: null }];
      }),
    ),
    variantOf: related.variants[0]?._id ?? null,
    newFlags: related.namesakes.length > 0 ? [REUSED_ID_FLAG] : [],
    judgedWith: {
      roles: message.roles,
      inOwnSent: message.inOwnSent,
      backfill: message.backfill,
      recipients: recipientsKey(mail),
    },
    ruleVersion: RULE_VERSION,
    state: 'judged',
  };
  return { fresh: complete, judgement };
}

/** Says why nothing is written for a client who is linked. */
function withRecord(verdict: Verdict, links: readonly MessageLink[], message: MessageDocument): Verdict {
  const elsewhere = links.filter((link) => standsElsewhere(message, link)).map(clientOf);
  if (elsewhere.length === 0) return verdict;
  const detail = `${elsewhere.join(', ')}: a copy or a forward of it is on record, and this adds nothing to that`;
  return { ...verdict, evidence: [...verdict.evidence, { rule: 'record', outcome: 'skipped', detail }] };
}

const subjectOf = ({ fingerprint }: MessageDocument): string => `message:${fingerprint}`;

/**
 * What people decided about a copy, they decided about this message. Whom they took the same words away from in another message,
 * a forward or its original, gets them back only by a person.
 */
async function withDecisionsAbout(
  { decisions }: Database,
  alone: DecisionsInForce,
  {
    subjects,
    copies,
    retold,
  }: {
    readonly subjects: readonly string[];
    readonly copies: readonly MessageDocument[];
    readonly retold: readonly MessageDocument[];
  },
): Promise<DecisionsInForce> {
  const own = copies.length === 0 ? alone : await findDecisions(decisions, subjects, copies.map(subjectOf));
  if (retold.length === 0) return own;
  const others = await findDecisions(decisions, retold.map(subjectOf));
  return { ...own, decisions: [...own.decisions, ...others.decisions.filter(({ act }) => act === 'unlink')] };
}

const idsOfLinks = ({ links }: MessageDocument): [string, MessageLink['clientId']][] =>
  links.map(({ clientId }) => [String(clientId), clientId]);

const sameUpdate =
  (update: CaseUpdateDraft) =>
  ({ clientId, ref, status, statusText }: MessageDocument['caseUpdates'][number]): boolean =>
    String(clientId) === update.clientId &&
    ref === update.ref &&
    (status ?? statusText) === (update.status ?? update.statusText);

const outcomeOf = (updates: number, tags: number): 'found' | 'rejected' | 'nothing' =>
  updates > 0 ? 'found' : tags > 0 ? 'rejected' : 'nothing';

/** Messages that bear on this one: answered, carried or returned by it, or copies of it. */
async function findRelated(
  { messages }: Database,
  message: MessageDocument,
  mail: Mail,
): Promise<Relations<MessageDocument>> {
  const { messageIds, variantKey, originKey, carriesKeys, ...dates } = relationKeys(message);
  const found = await messages
    .find({
      _id: { $ne: message._id },
      $or: [
        { messageId: { $in: [...messageIds] } },
        { variantKey },
        ...(originKey === null
          ? []
          : [{ originKey, date: { $gte: dates.originSince, $lte: dates.originUntil } }]),
        ...(carriesKeys.length === 0
          ? []
          : [{ carriesKey: { $in: carriesKeys }, date: { $gte: dates.carriesSince } }]),
      ],
    })
    .sort({ receivedAt: 1 })
    .limit(MAX_RELATED)
    .toArray();
  return relate({ message, mail, found });
}

/**
 * The clients' ids as the CRM wrote them. A client that has gone meanwhile is left out, and with it the link: `book` was asked
 * just now, all others of the `known` ids are looked up.
 */
async function clientIdsOf(
  { clients }: Database,
  input: { verdict: Verdict; book: BookAnswers; known: ReadonlyMap<string, MessageLink['clientId']> },
): Promise<Map<string, MessageLink['clientId']>> {
  const ids = new Map(input.book.clientIds);
  const wanted = input.verdict.clients.flatMap(({ clientId }) =>
    ids.has(clientId) ? [] : (input.known.get(clientId) ?? []),
  );
  if (wanted.length === 0) return ids;
  const present = await clients
    .find({ _id: { $in: wanted } })
    .project<{ _id: MessageLink['clientId'] }>({ _id: 1 })
    .toArray();
  for (const { _id } of present) ids.set(String(_id), _id);
  return ids;
}

/** The links that a message has, with a mark on those that are to be taken off record. What holds for another reason now stays. */
async function keptLinks(
  { clients }: Database,
  input: { message: MessageDocument; verdict: Verdict; decided: DecisionsInForce; book: BookAnswers },
): Promise<MessageLink[]> {
  const { message, verdict, decided, book } = input;
  const saying = (act: 'link' | 'unlink'): Set<string> =>
    new Set(
      decided.decisions
        .filter(
          (d) => d.act === act && (act === 'unlink' || d.subject === 'message' || d.subject === 'thread'),
        )
        .flatMap((d) => d.clientIds),
    );
  const [linked, unlinked] = [saying('link'), saying('unlink')];
  const found = new Map(verdict.clients.map((link) => [link.clientId, link]));
  const kept: MessageLink[] = [];
  for (const link of message.links) {
    const clientId = String(link.clientId);
    const reason =
      unlinked.has(clientId) && !linked.has(clientId)
        ? 'unlinked'
        : link.via === 'decision' && !linked.has(clientId)
          ? 'undone'
          : link.via !== 'decision' && (await isLost(clients, { link, message, book }))
            ? 'address-removed'
            : undefined;
    const otherwise = found.get(clientId);
    const { retract, ...bare } = link;
    if (reason === undefined) kept.push(retract === undefined ? link : { ...bare, retract });
    else if (otherwise !== undefined && reason !== 'unlinked')
      kept.push({ ...bare, via: otherwise.via, address: otherwise.address });
    else kept.push({ ...bare, retract: reason });
  }
  return kept;
}

/** Whether the address by which a client was found was taken from it. A client that has gone loses no mail. */
async function isLost(
  clients: Database['clients'],
  { link, message, book }: { link: MessageLink; message: MessageDocument; book: BookAnswers },
): Promise<boolean> {
  const clientId = String(link.clientId);
  const { address } = link;
  if (
    address === null ||
    !(message.lost ?? []).some((lost) => String(lost.clientId) === clientId && lost.address === address)
  )
    return false;
  const entries = [...(book.entries.get(address) ?? []), ...(book.entries.get(`@${address}`) ?? [])];
  if (entries.some((entry) => entry.clientId === clientId)) return false;
  return (
    book.clientIds.has(clientId) || (await clients.countDocuments({ _id: link.clientId }, { limit: 1 })) > 0
  );
}

/**
 * Clients that have these words on record already. A staff forward is recorded as the message inside, so that one and its forwards
 * are the same entry, whichever came first; the forward of anybody else is a message of its own.
 */
function clientsThatHave(
  message: MessageDocument,
  related: Relations<MessageDocument>,
  verdict: Verdict,
): Set<string> {
  const { variants } = related;
  const isForward = isStaffForward({ verdict });
  const told = retellings(related, verdict).filter((other) =>
    bringsNoFileTo(other, { ...message, isForward }),
  );
  return new Set([
    ...variants.flatMap(({ links }) => links.filter(({ writtenAt }) => writtenAt !== null).map(clientOf)),
    // Decided is as good as written: it will be.
    ...told.flatMap(clientsOnRecord),
  ]);
}

/** Known messages that are recorded with the words of this one: the message that it forwards, and forwards of the same. */
function retellings(
  { originals, forwards, fellows }: Relations<MessageDocument>,
  { forwardedBy }: Pick<Verdict, 'forwardedBy'>,
): MessageDocument[] {
  return forwardedBy !== null
    ? [...originals, ...[...forwards, ...fellows].filter(isStaffForward)]
    : forwards.filter(isStaffForward);
}

const isStaffForward = ({ verdict }: Pick<MessageDocument, 'verdict'>): boolean =>
  (verdict?.forwardedBy ?? null) !== null;

const clientsOnRecord = (message: MessageDocument): string[] =>
  message.links.filter((link) => link.retract === undefined && !standsElsewhere(message, link)).map(clientOf);

const clientOf = ({ clientId }: MessageLink): string => String(clientId);

/** A message that was received so long ago and never judged is one that kills whoever judges it: nobody waits for it. */
const JUDGED_WITHIN_MS = 60 * 60_000;

/**
 * A staff forward and its original, or two forwards, may be judged at the same moment, neither knowing of the other. Of such a
 * pair the forward, or the one with the higher id, looks again once it is persisted, and leaves the entry to the other.
 * @throws Error while the other is not judged yet: the job is retried.
 */
export async function yieldToOriginal(
  database: Database,
  message: MessageDocument,
  mail: Mail,
): Promise<MessageDocument> {
  const isNew = (link: MessageLink): boolean => link.writtenAt === null && link.retract === undefined;
  if (!isStaffForward(message) || !message.links.some(isNew)) return message;
  const related = await findRelated(database, message, mail);
  const isWhole = (other: MessageDocument): boolean => bringsNoFileTo(other, { ...message, isForward: true });
  const [originals, fellows] = [related.originals.filter(isWhole), related.fellows.filter(isWhole)];
  const first = [...originals, ...fellows.filter(({ _id }) => _id.toHexString() < message._id.toHexString())];
  const now = Date.now();
  if (first.some((one) => one.state === 'received' && now - one.receivedAt.getTime() < JUDGED_WITHIN_MS))
    throw new Error('the message that this one forwards is being judged at this moment');
  const taken = new Set(
    [...originals, ...first.filter(isStaffForward)].flatMap((other) => clientsOnRecord(other)),
  );
  if (!message.links.some((link) => isNew(link) && taken.has(clientOf(link)))) return message;
  const links = message.links.map((link) =>
    isNew(link) && taken.has(clientOf(link)) ? { ...link, writtenAt: message.receivedAt } : link,
  );
  const verdict = message.verdict && withRecord(message.verdict, links, message);
  await database.messages.updateOne(
    { _id: message._id, revision: message.revision },
    { $set: { links, verdict } },
  );
  return { ...message, links, verdict };
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
    if (update.awaitsParent !== true) return [update];
    const settled = now.find(same(update)) ?? { ...update, review: 'echo' as const, awaitsParent: false };
    return [{ ...settled, writtenAt: update.writtenAt }];
  });
  return [...kept, ...now.filter((update) => !before.some(same(update)))];
}
