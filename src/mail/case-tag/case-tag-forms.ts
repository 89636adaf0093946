/**
 * The grammar of case tags as one table: the parser tries these forms in order, and `docketmail cases --help`, docs/case-tags.md and
 * the tests are generated from it.
 */
import { numberWordBefore } from './number-words.ts';
import { statusOf, withoutMarks } from './case-tag-words.ts';
import type { Vocabulary } from './case-tag-words.ts';

/** The content of a tag; see `CaseTag`. */
export interface TagParts {
  readonly ref: string | null;
  readonly status: string | null;
  readonly statusText: string | null;
}

/** The text after the case word. */
export interface TagBody {
  /** Separators between the case word and the rest: spaces, ":", "#", "/", "_", "-". */
  readonly lead: string;
  readonly text: string;
  readonly vocabulary: Vocabulary;
}

export interface TagForm {
  /** WORD: a case word. REF: a case number. STATUS: a configured status or one of its aliases. TEXT: any other text. */
  readonly syntax: string;
  readonly meaning: string;
  /** Using the built-in words. */
  readonly examples: readonly (readonly [
    tag: string,
    ref: string | null,
    status: string | null,
    statusText: string | null,
  ])[];
  /** Null if the body has another form. */
  readonly read: (body: TagBody) => TagParts | null;
}

/** A court's file number such as "12 O 345/26" has three words. */
const MAX_REF_WORDS = 5;
const refWord = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._/\\-]*/u;

export const tagForms: readonly TagForm[] = [
  {
    syntax: '[WORD]',
    meaning: "an update of the client's case without a number; the status does not change",
    examples: [
      ['[Case Update]', null, null, null],
      ['[Akte]', null, null, null],
      ['【案件】', null, null, null],
    ],
    read: ({ lead, text }) => (text === '' && !lead.includes('#') ? tagParts(null, null, null) : null),
  },
  {
    syntax: '[WORD: STATUS]',
    meaning: "sets the status of the client's case without a number",
    examples: [
      ['[Case: Closed]', null, 'Closed', 'Closed'],
      ['[Case Update - On Hold]', null, 'On Hold', 'On Hold'],
      ['[Dossier : fermé]', null, 'Closed', 'fermé'],
    ],
    read: ({ lead, text, vocabulary }) => {
      const status = lead.includes('#') ? null : statusOf(text, vocabulary);
      return status === null ? null : tagParts(null, status, withoutMarks(text));
    },
  },
  {
    syntax: '[WORD #REF: STATUS]',
    meaning:
      'sets the status of the case with this number, which may have several words; "#" or "No." is optional',
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
    meaning: 'the same without a colon, if the status is a known one',
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
    meaning: 'an update of the case with this number; any text after it is kept as an unknown status',
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
    meaning: "an unknown status of the client's case without a number; held for review",
    examples: [['[Case: Escalated]', null, null, 'Escalated']],
    // Without a colon or a number it is ordinary text, such as "[Case study]".
    read: ({ lead, text }) => (lead.includes(':') ? tagParts(null, null, withoutMarks(text) || null) : null),
  },
];

/** Reads the text after the case word; null if no form matches. */
export function readForms(body: TagBody): TagParts | null {
  if (body.text === '' && body.lead.includes('#')) return null;
  for (const form of tagForms) {
    const parts = form.read(body);
    if (parts !== null) return parts;
  }
  return null;
}

const tagParts = (ref: string | null, status: string | null, statusText: string | null): TagParts => ({
  ref,
  status,
  statusText,
});

/** The first word, if it is a number: it contains a digit, or "#" or a number word marks it as one. */
function firstRef(text: string, lead: string): { readonly body: string; readonly first: string | null } {
  const number = numberWordBefore(text, lead);
  const body = text.slice(number.length);
  const first = refWord.exec(body)?.[0] ?? null;
  // "[Case #: Open]" is a template with no number filled in.
  const isNumbered = number !== '' || /#[^:]*$/u.test(lead);
  return { body, first: first !== null && (isNumbered || /\p{N}/u.test(first)) ? first : null };
}

/** Only a known status after it shows where a number ends that has several words or is joined to the status. */
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
  return tagParts(ref, statusOf(statusText, vocabulary), statusText === '' ? null : statusText);
}
