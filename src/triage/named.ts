import { ObjectId } from 'mongodb';
import { normaliseAddress } from '../mime/addresses/addresses.ts';
import { messagesNamed } from '../store/message-name.ts';
import { lookUpAddresses } from '../store/book-answers.ts';
import type { ClientDocument } from '../store/clients.ts';
import type { MessageDocument } from '../store/message-document.ts';
import type { Database } from '../store/mongo.ts';
import { TriageError } from './triage-error.ts';

/** The message that a person names. @throws TriageError if there is none, or several with one Message-ID. */
export async function messageNamed(
  { messages }: Pick<Database, 'messages'>,
  name: string,
): Promise<MessageDocument> {
  const found = await messages.find(messagesNamed(name)).limit(2).toArray();
  const [message] = found;
  if (message === undefined) throw new TriageError('no-such-message', `${name}: no such message`);
  if (found.length > 1)
    throw new TriageError('unclear', `${name}: several messages have this Message-ID; give the id of one`);
  return message;
}

/** The id as the CRM may have written it: a string, an ObjectId or a number. */
export function idsMeant(text: string): ClientDocument['_id'][] {
  const number = /^-?\d{1,15}$/u.test(text) ? [Number(text)] : [];
  return [text, ...number, ...(/^[0-9a-f]{24}$/iu.test(text) ? [ObjectId.createFromHexString(text)] : [])];
}

/** The client that a person names by id or address. @throws TriageError if there is none, or several. */
export async function clientNamed(
  database: Pick<Database, 'clients' | 'addressBook'>,
  name: string,
): Promise<Pick<ClientDocument, '_id' | 'name' | 'email'>> {
  const byId = await database.clients.findOne({ _id: { $in: idsMeant(name) } });
  if (byId !== null) return byId;
  const address = normaliseAddress(name);
  if (address === null) throw new TriageError('no-such-client', `${name}: no such client`);
  const { clientIds } = await lookUpAddresses(database, [address], { asWritten: [name] });
  const [only] = clientIds.values();
  if (only === undefined) throw new TriageError('no-such-client', `${name}: no client has this address`);
  if (clientIds.size > 1)
    throw new TriageError(
      'unclear',
      `${name}: this address is on ${clientIds.size} clients (${[...clientIds.keys()].join(', ')}); give the id of one`,
    );
  const client = await database.clients.findOne({ _id: only });
  if (client === null) throw new TriageError('no-such-client', `${name}: no such client`);
  return client;
}
