/**
 * The forms of a case tag, the one table of the grammar: the parser tries them in this order, and `docketmail cases --help`,
 * docs/case-tags.md and the tests are made of them.
 */
import { numberWordBefore } from './number-words.ts';
import { statusOf, withoutMarks } from './case-tag-words.ts';
import type { Vocabulary } from './case-tag-words.ts';

/** What a tag says; see `CaseTag`. */
export interface TagParts {
  readonly ref: string | null;
  readonly status: string | null;
  readonly statusText: string | null;
}

/** What stands behind the case word. */
export interface TagBody {
  /** Marks between the case word and the rest: blanks, ":", "#", "/", "_", "-". */
  readonly lead: string;
  readonly text: string;
  readonly vocabulary: Vocabulary;
}

export interface TagForm {
  /** WORD: a case word. REF: a case number. STATUS: a status of the settings or a word for it. TEXT: any other. */
  readonly syntax: string;
  readonly meaning: string;
  /** With the words that docketmail ships. */
  readonly examples: readonly (readonly [
    tag: string,
    ref: string | null,
    status: string | null,
    statusText: string | null,
  ])[];
  /** Null where the body has another form. */
  readonly read: (body: TagBody) => TagParts | null;
}

/** A court's file number such as "12 O 345/26" has three words. */
const MAX_REF_WORDS = 5;
const refWord = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._/\\-]*/u;

export const tagForms: readonly TagForm[] = [
  {
    syntax: '[WORD]',
    meaning: "an update of the client's case without a number; the status stays",
    examples: [
      ['[Case Update]', null, null, null],
      ['[Akte]', null, null, null],
      ['【案件】', null, null, null],
    ],
    read: ({ lead, text }) => (text === '' && !lead.includes('#') ? said(null, null, null) : null),
  },
  {
    syntax: '[WORD: STATUS]',
    meaning: "the status of the client's case without a number",
    examples: [
      ['[Case: Closed]', null, 'Closed', 'Closed'],
      ['[Case Update - On Hold]', null, 'On Hold', 'On Hold'],
      ['[Dossier : fermé]', null, 'Closed', 'fermé'],
    ],
    read: ({ lead, text, vocabulary }) => {
      const status = lead.includes('#') ? null : statusOf(text, vocabulary);
      return status === null ? null : said(null, status, withoutMarks(text));
    },
  },
  {
    syntax: '[WORD #REF: STATUS]',
    meaning:
      'the status of the case with this number, which may have several words; "#" or "No." may be left out',
    examples: [
      ['[Case #4711: On Hold]', '4711', 'On Hold', 'On Hold'],
      ['[Case 12 O 345/26: Open]', '12 O 345/26', 'Open', 'Open'],
      ['[Case no. 4711: escalated]', '4711', null, 'escalated'],
      ['[Case 4711:]', '4711', null, null],
    ],
    read: ({ lead, text, vocabulary }) => {
      const body = text.slice(numberWordBefore(text, lead).length);
      const colon = vocabulary.fold(body).indexOf(':');
      const ref = colon > 0 ? wholeRef(body.slice(0, colon)) : null;
      return ref === null ? null : withStatus(ref, body.slice(colon + 1), vocabulary);
    },
  },
  {
    syntax: '[WORD-REF STATUS]',
    meaning: 'the same without a colon, where the status is known',
    examples: [
      ['[CASE-4711 Closed]', '4711', 'Closed', 'Closed'],
      ['[CASE-4711-Closed]', '4711', 'Closed', 'Closed'],
      ['[Sprawa nr 17/26 zamknięta]', '17/26', 'Closed', 'zamknięta'],
    ],
    read: ({ lead, text, vocabulary }) => {
      const { body, first } = firstRef(text, lead);
      return first === null ? null : refBeforeStatus(body, vocabulary);
    },
  },
  {
    syntax: '[WORD #REF TEXT]',
    meaning: 'an update of the case with this number; a text behind it is kept as a status that is not known',
    examples: [
      ['[Case #4711]', '4711', null, null],
      ['[Case AB-12/3]', 'AB-12/3', null, null],
      ['[Case #AB]', 'AB', null, null],
      ['[Дело № 17 обжаловано]', '17', null, 'обжаловано'],
    ],
    read: ({ lead, text, vocabulary }) => {
      const { body, first } = firstRef(text, lead);
      return first === null
        ? null
        : withStatus(withoutTrailingMarks(first), body.slice(first.length), vocabulary);
    },
  },
  {
    syntax: '[WORD: TEXT]',
    meaning: "a status of the client's case without a number that is not known: held for a person",
    examples: [['[Case: Escalated]', null, null, 'Escalated']],
    // A word without colon or number is a heading of somebody else's: "[Case study]".
    read: ({ lead, text }) => (lead.includes(':') ? said(null, null, withoutMarks(text) || null) : null),
  },
];

/** What stands behind the case word; null where it has none of the forms. */
export function readForms(body: TagBody): TagParts | null {
  if (body.text === '' && body.lead.includes('#')) return null;
  for (const form of tagForms) {
    const parts = form.read(body);
    if (parts !== null) return parts;
  }
  return null;
}

const said = (ref: string | null, status: string | null, statusText: string | null): TagParts => ({
  ref,
  status,
  statusText,
});

/** The first word where it is a number: it holds a digit, or something says that it is one. */
function firstRef(text: string, lead: string): { readonly body: string; readonly first: string | null } {
  const number = numberWordBefore(text, lead);
  const body = text.slice(number.length);
  const first = refWord.exec(body)?.[0] ?? null;
  // "[Case #: Open]" is a template whose number nobody filled in.
  const isNumbered = number !== '' || /#[^:]*$/u.test(lead);
  return { body, first: first !== null && (isNumbered || /\p{N}/u.test(first)) ? first : null };
}

/** A number of several words, or one joined to its status, can only be told by the known status that follows. */
function refBeforeStatus(body: string, vocabulary: Vocabulary): TagParts | null {
  for (let at = 1; at < body.length; at += 1) {
    if (!' -_/'.includes(body.charAt(at))) continue;
    const ref = wholeRef(body.slice(0, at));
    if (ref !== null && statusOf(body.slice(at + 1), vocabulary) !== null)
      return withStatus(ref, body.slice(at + 1), vocabulary);
  }
  return null;
}

function wholeRef(text: string): string | null {
  const words = text.trim().split(' ');
  const fits =
    words.length <= MAX_REF_WORDS &&
    words.every((word) => refWord.exec(word)?.[0] === word) &&
    /\p{N}/u.test(words[0] ?? '') &&
    /\p{N}/u.test(words.at(-1) ?? '');
  return fits ? withoutTrailingMarks(words.join(' ')) : null;
}

const withoutTrailingMarks = (ref: string): string => ref.replace(/[._/\\-]{1,160}$/u, '');

function withStatus(ref: string, statusPart: string, vocabulary: Vocabulary): TagParts {
  const statusText = withoutMarks(statusPart);
  return said(ref, statusOf(statusText, vocabulary), statusText === '' ? null : statusText);
}
