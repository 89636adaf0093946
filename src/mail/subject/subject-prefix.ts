import { fold } from '../../mime/character-folding.ts';
import {
  ambiguousPrefixes,
  bracketedMarkers,
  forwardPrefixes,
  outsideMarkers,
  replyPrefixes,
} from './subject-prefix-words.ts';

type PrefixKind = 'reply' | 'forward' | 'marker';

export interface BareSubject {
  /** The subject without its leading prefixes. */
  readonly bare: string;
  /** What was removed, from the outside in. */
  readonly kinds: readonly PrefixKind[];
}

interface Prefix {
  readonly kind: PrefixKind;
  readonly word: string;
  /** How many characters of the subject it takes. */
  readonly length: number;
}

/** Of a subject with ten thousand "Re:", only the first are read. */
const MAX_PREFIXES = 64;
/** Longer than any client's prefix with its counter. */
const MAX_PREFIX_CHARS = 40;
/** A header of a megabyte is not a subject; the rest is kept but not read. */
const MAX_SUBJECT_CHARS = 4_000;
/** Tags of lists and cases that may come before a client's prefix. */
const MAX_BRACKETS = 8;

const kinds: ReadonlyMap<string, PrefixKind> = new Map<string, PrefixKind>([
  ...outsideMarkers.map((word) => [fold(word), 'marker'] as const),
  ...forwardPrefixes.map((word) => [fold(word), 'forward'] as const),
  ...replyPrefixes.map((word) => [fold(word), 'reply'] as const),
]);

const inBrackets: ReadonlySet<string> = new Set([...outsideMarkers, ...bracketedMarkers].map(fold));

/** "[2]", "(2)", "^3", "*2", "-2", "2": how many times it was answered. */
const counter = /\s?(?:\[\d{1,3}\]|\(\d{1,3}\)|[\^*-]?\d{1,3})$/u;

/** A word of the tables, perhaps with a counter and a full stop ("Redir.:"), before a colon of any width. */
function readWord(text: string): Prefix | null {
  const colon = /[:：﹕︰]/u.exec(text.slice(0, MAX_PREFIX_CHARS));
  if (colon === null) return null;
  const word = fold(text.slice(0, colon.index).replace(counter, '').replace(/\.$/u, ''));
  const kind = kinds.get(word);
  return kind === undefined ? null : { kind, word, length: colon.index + 1 };
}

/** "[EXTERNAL]", "***SPAM***", "(External)", "【外部】": only known ones, so that a case tag stays. */
function readMarker(text: string): Prefix | null {
  const match =
    /^(?:\[([^[\]]{1,30})\]|\(([^()]{1,30})\)|【([^【】]{1,30})】|\*{1,5}([^*]{1,30})\*{1,5}|<([^<>]{1,30})>):?/u.exec(
      text,
    );
  const word = fold(match?.slice(1).find((inner) => inner !== undefined) ?? '').replace(/:$/u, '');
  return match !== null && inBrackets.has(word) ? { kind: 'marker', word, length: match[0].length } : null;
}

interface Stack {
  readonly prefixes: readonly Prefix[];
  readonly rest: string;
}

function readStack(subject: string): Stack {
  const prefixes: Prefix[] = [];
  let rest = subject.trim();
  while (prefixes.length < MAX_PREFIXES) {
    const prefix = readWord(rest) ?? readMarker(rest);
    if (prefix === null) break;
    prefixes.push(prefix);
    rest = rest.slice(prefix.length).trimStart();
  }
  return { prefixes, rest };
}

/** "[Fwd: the subject]" of Netscape and its successors: the bracket closes at the end of the subject. */
function unwrapBracket(text: string): { readonly inner: string; readonly prefix: Prefix } | null {
  if (!text.startsWith('[') || !text.endsWith(']')) return null;
  const prefix = readWord(text.slice(1));
  if (prefix === null || prefix.kind === 'marker') return null;
  return { inner: text.slice(1 + prefix.length, -1).trim(), prefix };
}

/** "the subject (fwd)" of pine and mutt. */
function unwrapTail(text: string): { readonly inner: string } | null {
  const tail = /\s\((?:fwd?|forwarded)\)$/iu.exec(text.slice(-20));
  return tail === null ? null : { inner: text.slice(0, text.length - tail[0].length).trim() };
}

function readAll(subject: string): Stack {
  const head = subject.slice(0, MAX_SUBJECT_CHARS);
  const tail = subject.slice(MAX_SUBJECT_CHARS);
  const outer = readStack(head);
  const bracket = tail === '' ? unwrapBracket(outer.rest) : null;
  if (bracket !== null) {
    const inner = readStack(bracket.inner);
    return { prefixes: [...outer.prefixes, bracket.prefix, ...inner.prefixes], rest: inner.rest };
  }
  const trailing = tail === '' ? unwrapTail(outer.rest) : null;
  if (trailing !== null)
    return {
      prefixes: [{ kind: 'forward', word: 'fwd', length: 0 }, ...outer.prefixes],
      rest: trailing.inner,
    };
  return { prefixes: outer.prefixes, rest: outer.rest + tail };
}

/**
 * The subject without any stack of "Re:", "Fwd:", "AW:", "WG:", "回复：", "[EXTERNAL]" before it, and which kinds there were.
 * Bracketed tags that are not known markers stay. Reads a bounded number of prefixes of a bounded subject.
 */
export function stripSubjectPrefixes(subject: string): BareSubject {
  const { prefixes, rest } = readAll(subject);
  return { bare: rest, kinds: prefixes.map((prefix) => prefix.kind) };
}

/**
 * Whether the message itself says that it answers or carries another: the outermost prefix that is not a marker, also after tags in
 * brackets ("[Case 12] Fwd: …"). `languages`: those of the quoted header block, if known.
 */
export function subjectIntent(subject: string, languages: ReadonlySet<string>): 'reply' | 'forward' | 'none' {
  let text = subject;
  for (let round = 0; round <= MAX_BRACKETS; round += 1) {
    const { prefixes, rest } = readAll(text);
    const first = prefixes.find((prefix) => prefix.kind !== 'marker');
    if (first !== undefined) {
      const replyIn = ambiguousPrefixes.get(first.word);
      if (
        replyIn !== undefined &&
        languages.size > 0 &&
        [...languages].every((language) => replyIn.has(language))
      )
        return 'reply';
      return first.kind === 'reply' ? 'reply' : 'forward';
    }
    const bracket = /^[[【(][^[\]【】()]{0,80}[\]】)]/u.exec(rest);
    if (bracket === null) return 'none';
    text = rest.slice(bracket[0].length);
  }
  return 'none';
}
