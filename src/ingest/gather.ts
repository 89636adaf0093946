/** Gathers from MongoDB what is known besides messages: for a list of them at once, in as few commands as for one. */
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
import type { Relations } from '../decide/relations.ts';
import type { Rules } from '../decide/rules.ts';
import { sameContentMessages } from '../decide/same-entry.ts';
import type { BookDocument } from '../store/address-book.ts';
import { lookUpAddresses } from '../store/book-answers.ts';
import type { BookAnswers } from '../store/book-answers.ts';
import { caseClaims } from '../store/case-updates.ts';
import type { ClientDocument } from '../store/clients.ts';
import { findDecisions } from '../store/decisions.ts';
import type { DecisionsInForce } from '../store/decisions.ts';
import { asDecided } from '../store/decided-message.ts';
import type { MessageDocument } from '../store/message-document.ts';
import type { Database } from '../store/mongo.ts';
import { findRelated, findThreadClients } from './related.ts';

export interface Asked {
  readonly mail: Mail;
  readonly message: MessageDocument;
  readonly authentication: Authentication | null;
  /** Where a second reader of the message differs. */
  readonly disagreements: readonly Disagreement[];
}

/** What is known besides one of the given messages. */
export interface Gathered {
  readonly message: DecidedMessage;
  readonly known: Known;
  /** The ids of the clients in question as the CRM wrote them. */
  readonly clientIds: ReadonlyMap<string, ClientDocument['_id']>;
  /** Clients in question, of these messages, whose documents are missing. */
  readonly absentClients: readonly ClientDocument['_id'][];
}

interface GatherOptions {
  readonly rules: Rules;
  /** Alias rows not in the book: the answer as if they were. */
  readonly supposed?: readonly Omit<BookDocument, '_id'>[];
}

/** One answer per message, in order. Writes nothing. */
export async function gather(
  database: Database,
  asked: readonly Asked[],
  options: GatherOptions,
): Promise<Gathered[]> {
  const { rules } = options;
  const askers = asked.map((one) => ({ ...one, ...questionsOf(one, rules) }));
  const addresses = [...new Set(askers.flatMap(({ lookups }) => lookups))];
  const refs = [...new Set(asked.flatMap(({ message }) => message.tags.flatMap(({ ref }) => ref ?? [])))];
  const [related, decided, book, claims] = await Promise.all([
    findRelated(database, asked),
    findDecisions(database.decisions, askers),
    lookUpAddresses(database, addresses, {
      asWritten: [...new Set(asked.flatMap(({ mail }) => rawSpellings(mail, addresses)))],
      ...(options.supposed === undefined ? {} : { supposed: options.supposed }),
    }),
    caseClaims(database.caseUpdates, refs),
  ]);
  const withCopies = await withDecisionsAbout(
    database,
    askers.map((one, at) => ({ ...one, ...answered(related, at), decided: answered(decided, at) })),
  );
  const threadClients = await findThreadClients(
    database,
    asked.map(({ message }, at) => ({ message, relations: answered(related, at).relations })),
  );
  const { ids: clientIds, absent } = await presentClients(database, {
    asked,
    book,
    related,
    decided: withCopies,
  });
  const clients = new Set(clientIds.keys());
  return askers.map(({ message, lookups, authentication, disagreements }, at) => ({
    message: { ...asDecided(message), authentication },
    clientIds,
    absentClients: absent,
    known: {
      relations: answered(related, at).relations,
      threadClients: answered(threadClients, at),
      book: new Map(lookups.flatMap((address) => entry(address, book.entries.get(address)))),
      decisions: answered(withCopies, at).decisions,
      claims,
      clients,
      authentication,
      disagreements,
    },
  }));
}

function entry<K, V>(key: K, value: V | undefined): [K, V][] {
  return value === undefined ? [] : [[key, value]];
}

function answered<T>(answers: readonly T[], at: number): T {
  const answer = answers[at];
  if (answer === undefined) throw new Error('a question without an answer');
  return answer;
}

interface Questions {
  readonly parties: Parties;
  readonly lookups: readonly string[];
  readonly subjects: readonly string[];
}

function questionsOf({ mail: written, message }: Asked, rules: Rules): Questions {
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

/**
 * People's decisions about a copy apply to this message. Clients from whom they removed the same words in another message, a
 * forward or its original, only get them back by a person.
 */
async function withDecisionsAbout(
  { decisions }: Pick<Database, 'decisions'>,
  asked: readonly (Questions & { readonly relations: Relations; readonly decided: DecisionsInForce })[],
): Promise<DecisionsInForce[]> {
  const questions = asked.flatMap(({ subjects, parties, relations }, at) => {
    const copies = relations.variants.map(subjectOf);
    const same = sameContentMessages(relations, parties).map(subjectOf);
    return [
      ...(copies.length === 0 ? [] : [{ at, about: 'copies' as const, subjects, copies }]),
      ...(same.length === 0 ? [] : [{ at, about: 'same' as const, subjects: same }]),
    ];
  });
  const answers = await findDecisions(decisions, questions);
  const answersAt = (at: number, about: 'copies' | 'same'): DecisionsInForce | undefined =>
    answers[questions.findIndex((question) => question.at === at && question.about === about)];
  return asked.map(({ decided }, at) => {
    const own = answersAt(at, 'copies') ?? decided;
    const others = answersAt(at, 'same')?.decisions.filter(({ act }) => act === 'unlink') ?? [];
    return { ...own, decisions: [...own.decisions, ...others] };
  });
}

/** Leaves out a deleted client: the book was just read, all others that may count are looked up. */
async function presentClients(
  { clients }: Pick<Database, 'clients'>,
  {
    asked,
    book,
    related,
    decided,
  }: {
    readonly asked: readonly Asked[];
    readonly book: BookAnswers;
    readonly related: readonly { readonly documents: readonly MessageDocument[] }[];
    readonly decided: readonly DecisionsInForce[];
  },
): Promise<{ ids: Map<string, ClientDocument['_id']>; absent: readonly ClientDocument['_id'][] }> {
  const ids = new Map(book.clientIds);
  const inQuestion = [
    ...related.flatMap(({ documents }) =>
      documents.flatMap(({ links }) => links.map(({ clientId }) => clientId)),
    ),
    ...asked.flatMap(({ message: { links, lost } }) =>
      lost === undefined ? [] : links.map(({ clientId }) => clientId),
    ),
    ...decided.flatMap(({ clientIds }) => [...clientIds.values()]),
  ];
  const wanted = new Map(
    inQuestion.flatMap((id) => (ids.has(String(id)) ? [] : [[String(id), id] as const])),
  );
  if (wanted.size === 0) return { ids, absent: book.absent };
  const present = await clients
    .find({ _id: { $in: [...wanted.values()] } })
    .project<Pick<ClientDocument, '_id'>>({ _id: 1 })
    .toArray();
  for (const { _id } of present) ids.set(String(_id), _id);
  const absent = [...wanted].flatMap(([key, id]) => (ids.has(key) ? [] : [id]));
  return { ids, absent: [...absent, ...book.absent.filter((id) => !wanted.has(String(id)))] };
}
