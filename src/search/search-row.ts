/** PURE. A row of search, made from what is stored. */
import type { Address } from '../mime/parsed-message.ts';
import { soundFields } from '../store/communications.ts';
import type { CommunicationDocument } from '../store/communications.ts';
import type { MessageDocument } from '../store/message-document.ts';
import type { SearchRowDocument } from '../store/search-rows.ts';
import { fieldWord } from './query.ts';
import type { Field } from './query.ts';
import { MAX_WORDS, wholeWord, wordsIn } from './words.ts';

/** Increase it when rows change: all are made again, in the background. */
export const SEARCH_VERSION = 1;

/** Of one field, all recipients or files together. */
const MAX_FIELD_WORDS = 400;
/** Beyond these nobody looks for a recipient. */
const MAX_PEOPLE = 200;

interface Source {
  readonly text: string;
  readonly fields: readonly (readonly [Field, string])[];
  readonly marks: readonly string[];
}

export function rowOfCommunication(message: MessageDocument, row: CommunicationDocument): SearchRowDocument {
  const { subject, message: text, from, to, cc, attachments } = soundFields(row);
  return {
    _id: row._id,
    messageRef: message._id,
    clientId: row.clientId,
    date: (row.date as unknown) instanceof Date ? row.date : message.date,
    words: wordsOf({
      text,
      fields: [
        ...placesOf(message),
        ...attachments.map(({ filename }) => ['file', filename ?? ''] as const),
        ...people('from', from === null ? [] : [from]),
        ...people('to', [...to, ...cc]),
        ['subject', subject],
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
      text: message.preview,
      fields: [
        ...placesOf(message),
        ...message.attachments.map(({ filename }) => ['file', filename ?? ''] as const),
        ...people('from', senders),
        ...people('to', others),
        ['subject', message.subject],
      ],
      marks: marksOf(message, message.attachments.length),
    }),
  };
}

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

/** Fields first: people look for them. None of them, and not the sender of many, takes the room of the others. */
function wordsOf({ text, fields, marks }: Source): readonly string[] {
  const words = new Set(marks);
  const left = new Map<Field, number>();
  for (const [field, value] of fields) {
    if (field === 'in') {
      words.add(fieldWord(field, wholeWord(value)));
      continue;
    }
    for (const { spellings } of wordsIn(value)) {
      const room = left.get(field) ?? MAX_FIELD_WORDS;
      if (room <= 0) break;
      left.set(field, room - 1);
      for (const word of spellings) words.add(fieldWord(field, word)).add(word);
    }
  }
  for (const { spellings } of wordsIn(text)) {
    if (words.size >= MAX_WORDS) break;
    for (const word of spellings) words.add(word);
  }
  return [...words];
}
