/** PURE. A row of search, made from what is stored. */
import type { Address } from '../mime/parsed-message.ts';
import type { CommunicationDocument } from '../store/communications.ts';
import type { MessageDocument } from '../store/message-document.ts';
import type { SearchRowDocument } from '../store/search-rows.ts';
import { fieldWord } from './query.ts';
import type { Field } from './query.ts';
import { MAX_WORDS, wordsIn } from './words.ts';

/** Increase it when rows change: all are made again, in the background. */
export const SEARCH_VERSION = 1;

/** Beyond these nobody looks for a recipient. */
const MAX_PEOPLE = 200;

interface Source {
  readonly texts: readonly string[];
  readonly fields: readonly (readonly [Field, string])[];
  readonly marks: readonly string[];
}

export function rowOfCommunication(message: MessageDocument, row: CommunicationDocument): SearchRowDocument {
  // The CRM may have changed any field of it.
  const { from = null, to = [], cc = [], attachments = [] } = row as Partial<CommunicationDocument>;
  return {
    _id: row._id,
    messageRef: message._id,
    clientId: row.clientId,
    date: row.date instanceof Date ? row.date : message.date,
    words: wordsOf({
      texts: [textOf(row.message)],
      fields: [
        ['subject', textOf(row.subject)],
        ...people('from', from === null ? [] : [from]),
        ...people('to', [...to, ...cc]),
        ...attachments.map(({ filename }) => ['file', filename ?? ''] as const),
        ...placesOf(message),
      ],
      marks: marksOf(message, attachments.length),
    }),
  };
}

export function rowOfMessage(message: MessageDocument): SearchRowDocument {
  const senders = message.participants.filter(({ role }) =>
    /^(?:from|sender|reply-to|forwarded-from)$/u.test(role),
  );
  const others = message.participants.filter((one) => !senders.includes(one));
  return {
    _id: message._id,
    messageRef: message._id,
    clientId: null,
    date: message.date,
    words: wordsOf({
      texts: [message.preview],
      fields: [
        ['subject', message.subject],
        ...people('from', senders),
        ...people('to', others),
        ...message.attachments.map(({ filename }) => ['file', filename ?? ''] as const),
        ...placesOf(message),
      ],
      marks: marksOf(message, message.attachments.length),
    }),
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const people = (field: 'from' | 'to', list: readonly Partial<Address>[]): (readonly [Field, string])[] =>
  list.slice(0, MAX_PEOPLE).map(({ name, address }) => [field, `${name ?? ''} ${address ?? ''}`] as const);

const placesOf = ({ mailboxes, tags }: MessageDocument): (readonly [Field, string])[] => [
  ...mailboxes.map((name) => ['in', name] as const),
  ...tags.map(({ ref }) => ['case', ref ?? ''] as const),
];

const marksOf = ({ state }: MessageDocument, files: number): string[] => [
  ...(files > 0 ? [fieldWord('has', 'attachment')] : []),
  ...(state === 'triage' ? [fieldWord('is', 'triage')] : []),
];

/** Fields first: they are few, and people look for them. */
function wordsOf({ texts, fields, marks }: Source): readonly string[] {
  const words = new Set(marks);
  for (const [field, text] of fields)
    for (const { spellings } of wordsIn(text))
      for (const word of spellings) {
        words.add(fieldWord(field, word));
        // A mailbox is a place, not something that was written.
        if (field !== 'in') words.add(word);
        if (words.size >= MAX_WORDS) return [...words];
      }
  for (const text of texts)
    for (const { spellings } of wordsIn(text)) {
      for (const word of spellings) words.add(word);
      if (words.size >= MAX_WORDS) return [...words];
    }
  return [...words];
}
