import { readCaseTags } from './mail/case-tag.ts';
import type { Authentication } from './mail/authentication.ts';
import type { Mail } from './mail/mail.ts';
import { recipientsKey } from './message-facts.ts';
import { clientsThatHave, retellings, withRecord } from './judgement/entries.ts';
import { isMadeBy, mergeCaseUpdates } from './judgement/held-updates.ts';
import { clientIdsOf, keptLinks, mergeLinks } from './judgement/links.ts';
import { findRelated } from './judgement/related.ts';
import type { Rules } from './rules.ts';
import { askBook } from './store/book-answers.ts';
import { caseHolders } from './store/case-updates.ts';
import type { BookDocument } from './store/address-book.ts';
import { findDecisions } from './store/decisions.ts';
import type { DecisionsInForce } from './store/decisions.ts';
import { REUSED_ID_FLAG } from './store/messages.ts';
import type { MessageDocument, MessageLink } from './store/message-document.ts';
import type { Judgement } from './store/messages.ts';
import type { Database } from './store/mongo.ts';
import { judge } from './verdict.ts';
import { spellingsIn } from './verdict/spellings.ts';
import type { Facts, Verdict } from './verdict.ts';
import { decideCaseUpdates } from './verdict/case-updates.ts';
import { readParties } from './verdict/parties.ts';
import { isDoubtful, proofOfSender, UNAUTHENTICATED_FLAG } from './verdict/proof.ts';
import { decisionKeysFor, questionsFor } from './verdict/questions.ts';

/** Rises when rules change what they decide, so that a replay knows what was judged by older ones. */
export const RULE_VERSION = 4;

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
  const isUnauthenticated = isDoubtful(proofOfSender(mail, facts, rules));

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
  // Two that wait and are judged again at one moment must not stand for each other.
  const isNew = message.caseUpdates.length === 0;
  const updates = cases.updates.filter(
    (update) => !told.some(isMadeBy(update, { awaitsParent: update.awaitsParent && isNew })),
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
        return id === undefined ? [] : [{ ...update, clientId: id, writtenAt: null }];
      }),
    ),
    variantOf: related.variants[0]?._id ?? null,
    newFlags: [
      ...(related.namesakes.length > 0 ? [REUSED_ID_FLAG] : []),
      ...(isUnauthenticated ? [UNAUTHENTICATED_FLAG] : []),
    ],
    // a copy in our own Sent folder proves what was doubtful before
    goneFlags: isUnauthenticated ? [] : [UNAUTHENTICATED_FLAG],
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

const outcomeOf = (updates: number, tags: number): 'found' | 'rejected' | 'nothing' =>
  updates > 0 ? 'found' : tags > 0 ? 'rejected' : 'nothing';
