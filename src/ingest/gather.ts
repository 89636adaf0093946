/** Loads from MongoDB what is known about messages: for a whole list with as few queries as for one. */
import type { Authentication } from '../mail/authentication/authentication.ts';
import type { Mail } from '../mail/mail.ts';
import type { Disagreement } from '../mail/second-reading.ts';
import { addressLookups, decisionKeysFor } from '../decide/address-lookups.ts';
import type { Known } from '../decide/decide.ts';
import type { DecidedMessage } from '../decide/decided-message.ts';
import { withInnerAddresses } from '../decide/inner-address.ts';
import { readParties } from '../decide/parties.ts';
import type { Parties } from '../decide/parties.ts';
import { rawSpellings } from '../decide/raw-spellings.ts';
import { threadKeys, threadKeysOnceDecided } from '../decide/relations.ts';
import type { Relations } from '../decide/relations.ts';
import { claimedAt } from '../decide/case-claims.ts';
import type { Claim } from '../decide/case-claims.ts';
import { spellingsOfRef } from '../decide/case-status.ts';
import type { Rules } from '../decide/rules.ts';
import { sameContentMessages } from '../decide/same-entry.ts';
import type { BookDocument } from '../store/address-book.ts';
import { lookUpAddresses } from '../store/book-answers.ts';
import type { BookAnswers } from '../store/book-answers.ts';
import { caseClaims } from '../store/case-updates.ts';
import { survivingCases } from '../store/cases.ts';
import type { ClientDocument } from '../store/clients.ts';
import { decisionsAbout, inOrder, readDecisions } from '../store/decisions.ts';
import type { DecisionDocument } from '../store/decisions.ts';
import { asDecided } from '../store/decided-message.ts';
import type { MessageDocument } from '../store/message-document.ts';
import type { Database } from '../store/mongo.ts';
import { findCandidates, findThreadMembers, relatedTo, threadClientsOf } from './related.ts';
import type { ThreadMember } from './related.ts';

export interface Asked {
  readonly mail: Mail;
  readonly message: MessageDocument;
  readonly authentication: Authentication | null;
  /** Where the second parser reads the message differently. */
  readonly disagreements: readonly Disagreement[];
}

/** What is known about one of the given messages. */
export interface Gathered {
  readonly message: DecidedMessage;
  readonly known: Known;
  /** The ids of the clients in question as the CRM wrote them. */
  readonly clientIds: ReadonlyMap<string, ClientDocument['_id']>;
  /** Clients in question whose documents are missing. */
  readonly absentClients: readonly ClientDocument['_id'][];
}

interface GatherOptions {
  readonly rules: Rules;
  /** Alias rows to treat as if they were in the address book. */
  readonly supposed?: readonly Omit<BookDocument, '_id'>[];
}

/** One result per message, in order, as the messages are stored now. Writes nothing. */
export async function gather(
  database: Database,
  asked: readonly Asked[],
  options: GatherOptions,
): Promise<Gathered[]> {
  const about = await openGathering(database, asked, options);
  return asked.map((_, at) => about(at, new Map()));
}

/** The data loaded for a group: returns what is known about the message at this index when it is its turn. */
type Gathering = (
  at: number,
  /** Members judged since then, by id, in their current state. */
  decided: ReadonlyMap<string, MessageDocument>,
) => Gathered;

export async function openGathering(
  database: Database,
  asked: readonly Asked[],
  options: GatherOptions,
): Promise<Gathering> {
  const { rules } = options;
  const requests = asked.map((one) => ({ ...one, ...lookupsOf(one, rules) }));
  const addresses = [...new Set(requests.flatMap(({ lookups }) => lookups))];
  const refs = [...new Set(asked.flatMap(({ message }) => message.tags.flatMap(({ ref }) => ref ?? [])))];
  const [candidates, ownDecisions, book, { merged, claims }] = await Promise.all([
    findCandidates(
      database,
      asked.map(({ message }) => message),
    ),
    readDecisions(
      database.decisions,
      requests.flatMap(({ subjects }) => subjects),
    ),
    lookUpAddresses(database, addresses, {
      asWritten: [...new Set(asked.flatMap(({ mail }) => rawSpellings(mail, addresses)))],
      ...(options.supposed === undefined ? {} : { supposed: options.supposed }),
    }),
    findCases(database, refs),
  ]);
  const related = asked.map((one, at) => relatedTo(one, itemAt(candidates, at)));
  const isAlone = asked.length === 1;
  const [otherDecisions, threadMembers] = await Promise.all([
    readDecisions(
      database.decisions,
      related.flatMap(({ relations }) => otherSubjects(relations)),
    ),
    findThreadMembers(
      database,
      related.flatMap(({ relations }, at) => {
        const { message } = itemAt(asked, at);
        // In a group, one member may get clients before another one is judged.
        return (isAlone ? threadKeys(message, relations) : threadKeysOnceDecided(message, relations)) ?? [];
      }),
    ),
  ]);
  const decisions = inOrder([...ownDecisions, ...otherDecisions]);
  const inQuestion = requests.map(({ message, subjects }, at) => {
    const { documents, relations } = itemAt(related, at);
    const copies = relations.variants.map(subjectOf);
    return [
      ...documents.flatMap(({ links }) => links.map(({ clientId }) => clientId)),
      ...(message.lost === undefined ? [] : message.links.map(({ clientId }) => clientId)),
      ...decisionsAbout({ subjects, copies }, decisions).clientIds.values(),
    ];
  });
  const clientIds = await presentClients(database, book, inQuestion.flat());
  const gathered = {
    requests,
    candidates,
    decisions,
    book,
    merged,
    claims,
    threadMembers,
    clientIds,
    inQuestion,
  };
  return (at, decided) => knownFor(gathered, at, decided);
}

function knownFor(
  {
    requests,
    candidates,
    decisions,
    book,
    merged,
    claims,
    threadMembers,
    clientIds,
    inQuestion,
  }: {
    readonly requests: readonly (Asked & Lookups)[];
    readonly candidates: readonly (readonly MessageDocument[])[];
    readonly decisions: readonly DecisionDocument[];
    readonly book: BookAnswers;
    readonly merged: ReadonlyMap<string, string>;
    readonly claims: ReadonlyMap<string, readonly Claim[]>;
    readonly threadMembers: readonly ThreadMember[];
    readonly clientIds: ReadonlyMap<string, ClientDocument['_id']>;
    readonly inQuestion: readonly (readonly ClientDocument['_id'][])[];
  },
  at: number,
  decided: ReadonlyMap<string, MessageDocument>,
): Gathered {
  const request = itemAt(requests, at);
  const { message, mail, lookups, authentication, disagreements } = request;
  const documents = itemAt(candidates, at).map((other) => decided.get(other._id.toHexString()) ?? other);
  const { relations } = relatedTo({ message, mail }, documents);
  const inThread = [
    ...threadMembers.filter(({ _id }) => !decided.has(_id.toHexString())),
    ...[...decided.values()].filter(({ links }) => links.length > 0),
  ];
  return {
    message: { ...asDecided(message), authentication },
    clientIds,
    absentClients: absentAmong(itemAt(inQuestion, at), { lookups, book, present: clientIds }),
    known: {
      relations,
      threadClients: threadClientsOf({ message, relations }, inThread),
      book: new Map(lookups.flatMap((address) => entry(address, book.entries.get(address)))),
      ...decisionsFor(request, relations, decisions),
      merged,
      claims: addGroupClaims(claims, [...decided.values()]),
      clients: new Set(clientIds.keys()),
      authentication,
      disagreements,
    },
  };
}

/** The claims to cases, including the effective ones made by other messages of the group. */
function addGroupClaims(
  claims: ReadonlyMap<string, readonly Claim[]>,
  decided: readonly MessageDocument[],
): ReadonlyMap<string, readonly Claim[]> {
  const made = decided.flatMap((message) =>
    message.caseUpdates.flatMap(({ ref, review, clientId }) => {
      if (ref === null || review !== null) return [];
      const { date, arrivedAt } = asDecided(message);
      const claim = {
        date,
        claimedAt: claimedAt({ date, arrivedAt }),
        clientId: String(clientId),
        isOurs: true,
      };
      return [{ ref, claim }];
    }),
  );
  if (made.length === 0) return claims;
  return new Map(
    [...claims].map(([ref, known]) => {
      const spellings = spellingsOfRef(ref);
      return [ref, [...known, ...made.flatMap((one) => (spellings.includes(one.ref) ? [one.claim] : []))]];
    }),
  );
}

async function findCases(
  { cases, caseUpdates }: Pick<Database, 'cases' | 'caseUpdates'>,
  refs: readonly string[],
): Promise<{ readonly merged: Map<string, string>; readonly claims: Map<string, Claim[]> }> {
  const merged = await survivingCases(cases, refs);
  return { merged, claims: await caseClaims(caseUpdates, [...new Set([...refs, ...merged.values()])]) };
}

function entry<K, V>(key: K, value: V | undefined): [K, V][] {
  return value === undefined ? [] : [[key, value]];
}

function itemAt<T>(items: readonly T[], at: number): T {
  const item = items[at];
  if (item === undefined) throw new Error(`nothing was gathered at index ${at}`);
  return item;
}

interface Lookups {
  readonly parties: Parties;
  readonly lookups: readonly string[];
  readonly subjects: readonly string[];
}

function lookupsOf({ mail: written, message }: Asked, rules: Rules): Lookups {
  const mail = withInnerAddresses(written, rules);
  const parties = readParties(mail, rules);
  const keys = decisionKeysFor({ mail });
  return {
    parties,
    lookups: addressLookups({ mail, rules, parties }),
    subjects: [
      subjectOf(message),
      `thread:${message.threadId}`,
      ...keys.addresses.map((address) => `address:${address}`),
      ...keys.domains.map((domain) => `domain:${domain}`),
    ],
  };
}

const subjectOf = ({ fingerprint }: Pick<MessageDocument, 'fingerprint'>): string => `message:${fingerprint}`;

/** Decisions about these messages may also apply to this one. */
const otherSubjects = ({ variants, originals, forwards, siblingForwards }: Relations): string[] =>
  [...variants, ...originals, ...forwards, ...siblingForwards].map(subjectOf);

/**
 * People's decisions about a copy apply to this message. If a person removed the same content from a client's record in another
 * message (a forward or its original), only a person can put it back.
 */
function decisionsFor(
  { subjects, parties }: Lookups,
  relations: Relations,
  found: readonly DecisionDocument[],
): Pick<Known, 'decisions' | 'rulings'> {
  const own = decisionsAbout({ subjects, copies: relations.variants.map(subjectOf) }, found);
  const same = sameContentMessages(relations, parties).map(subjectOf);
  const others = decisionsAbout({ subjects: same }, found);
  return {
    decisions: [...own.decisions, ...others.decisions.filter(({ act }) => act === 'unlink')],
    rulings: own.rulings,
  };
}

/** Leaves out deleted clients. Those in the address book were just read; all others are looked up. */
async function presentClients(
  { clients }: Pick<Database, 'clients'>,
  book: BookAnswers,
  inQuestion: readonly ClientDocument['_id'][],
): Promise<Map<string, ClientDocument['_id']>> {
  const ids = new Map(book.clientIds);
  const wanted = new Map(
    inQuestion.flatMap((id) => (ids.has(String(id)) ? [] : [[String(id), id] as const])),
  );
  if (wanted.size === 0) return ids;
  const present = await clients
    .find({ _id: { $in: [...wanted.values()] } })
    .project<Pick<ClientDocument, '_id'>>({ _id: 1 })
    .toArray();
  for (const { _id } of present) ids.set(String(_id), _id);
  return ids;
}

/** The clients in question for a message whose documents are missing. */
function absentAmong(
  inQuestion: readonly ClientDocument['_id'][],
  {
    lookups,
    book,
    present,
  }: {
    readonly lookups: readonly string[];
    readonly book: BookAnswers;
    readonly present: ReadonlyMap<string, unknown>;
  },
): ClientDocument['_id'][] {
  const ofBook = book.absent.flatMap(({ address, clientId }) =>
    lookups.includes(address) ? [clientId] : [],
  );
  const absent = [...inQuestion, ...ofBook].filter((id) => !present.has(String(id)));
  return [...new Map(absent.map((id) => [String(id), id])).values()];
}
