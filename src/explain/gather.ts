import type { Mail } from '../mail/mail.ts';
import { entriesOf } from '../decide/client-addresses.ts';
import type { WrittenAddresses } from '../decide/client-addresses.ts';
import type { Known } from '../decide/decide.ts';
import type { DecidedMessage } from '../decide/decided-message.ts';
import type { BookEntry } from '../decide/known-context.ts';
import { relate, threadKeys } from '../decide/relations.ts';
import type { MemoryStore } from './memory-store.ts';

/** A client of `--clients`. */
export interface ExplainClient extends WrittenAddresses {
  readonly _id: unknown;
}

/** The clients in the form the decision needs. */
export type Clients = Pick<Known, 'book' | 'clients'>;

export function readClients(documents: readonly ExplainClient[]): Clients {
  const book = new Map<string, BookEntry[]>();
  for (const document of documents)
    for (const { address, kind } of entriesOf(document)) {
      const entry = { address, kind, clientId: String(document._id) };
      const entries = book.get(address);
      if (entries === undefined) book.set(address, [entry]);
      else entries.push(entry);
    }
  return { book, clients: new Set(documents.map(({ _id }) => String(_id))) };
}

/** What is known besides a message: the other messages of the call and the clients. There are no decisions by people. */
export function gather({
  store,
  clients,
  message,
  mail,
  disagreements,
}: Pick<Known, 'disagreements'> & {
  readonly store: MemoryStore;
  readonly clients: Clients;
  readonly message: DecidedMessage;
  readonly mail: Mail;
}): Known {
  const relations = relate({ message, mail, found: store.related(message) });
  return {
    ...clients,
    relations,
    threadClients: store.threadClients(message, threadKeys(message, relations)),
    decisions: [],
    rulings: [],
    merged: new Map(),
    claims: store.claims(message.tags.flatMap(({ ref }) => ref ?? [])),
    authentication: message.authentication,
    disagreements,
  };
}
