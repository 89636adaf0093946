import { readParts } from './case-tag-grammar.ts';
import type { TagParts } from './case-tag-forms.ts';
import { aliasKey, foldExactly, spaces, vocabulariesOf } from './case-tag-words.ts';
import type { CaseTagWords } from './case-tag-words.ts';
import { looksLike, unseen } from './look-alikes.ts';
import { stripSubjectPrefixes } from '../subject/subject-prefix.ts';

/**
 * A bracketed token of a subject that speaks of a case.
 *
 * `raw` is the token as it came, with its brackets. `ref` is the case number as written (NFKC), without "#" and without the
 * case word; null where the tag names none. `statusText` is the status as written, null where the tag has none;
 * `status` is the one of the settings that it stands for, null where it stands for none.
 * `lookAlike`: the token only reads as a tag (or as this status) to the eye: letters of another script, or characters
 * that are not seen. It must not act without a person.
 */
export interface CaseTag {
  readonly raw: string;
  readonly ref: string | null;
  readonly status: string | null;
  readonly statusText: string | null;
  readonly lookAlike: boolean;
}

/** RFC 5322 sets no limit on a subject; what follows this many characters is no part of what a person reads. */
const MAX_SUBJECT_LENGTH = 4_000;
/** A bracketed text longer than this is prose. It also bounds the work on a row of a thousand brackets. */
const MAX_TAG_LENGTH = 160;
/** A subject of hundreds of tags is an attack on the case register, not a case update. */
const MAX_TAGS = 8;

const opening = '[［【〔';
const closing = ']］】〕';

/**
 * The case tags of a subject, in its order, and the title that is left without reply prefixes and tags; where nothing is
 * left, the title is the text of the first tag, and without a tag the subject itself.
 *
 * Tags are recognised wherever they stand. Letter case, full-width forms (NFKC) and missing accents do not matter.
 */
export function readCaseTags(
  subject: string,
  words: CaseTagWords,
): { readonly tags: readonly CaseTag[]; readonly title: string } {
  const tags: CaseTag[] = [];
  let rest = '';
  let from = 0;
  for (const token of bracketed(subject.slice(0, MAX_SUBJECT_LENGTH))) {
    const tag = tags.length < MAX_TAGS ? readTag(token.raw, words) : null;
    if (tag === null) continue;
    tags.push(tag);
    const { start, end } = withBracketsAround(subject, token);
    rest = joinAround(rest + subject.slice(from, Math.max(from, start)));
    from = end;
    // what a tag was set off with ("[Case #4711] - Contract") goes with it
    while (from < subject.length && ' \t:-–—|,'.includes(subject.charAt(from))) from += 1;
  }
  const title = titleOf(rest + subject.slice(from, from + MAX_SUBJECT_LENGTH));
  return { tags, title: title === '' ? (tags[0]?.raw.slice(1, -1) ?? subject).trim() : title };
}

/** The same word about the same case, however it is spelled: auto-linked, translated, in other letter case. */
export function sameTag(a: CaseTag, b: CaseTag): boolean {
  return spokenOf(a) === spokenOf(b);
}

/** True where the tag also stands in the subject of the message replied to: it was said then and says nothing new. */
export function isEcho(tag: CaseTag, parentSubjectTags: readonly CaseTag[]): boolean {
  return parentSubjectTags.some((parent) => sameTag(tag, parent));
}

function spokenOf(tag: CaseTag): string {
  return JSON.stringify([
    tag.ref === null ? null : foldExactly(tag.ref),
    tag.status,
    tag.status === null && tag.statusText !== null ? aliasKey(foldExactly(tag.statusText)) : null,
  ]);
}

/** Whether a program set its "Re:" into a bracket ("[Re: Case 4711: Closed]"): then the message answers another one. */
export function repliesInBracket(subject: string): boolean {
  return [...bracketed(subject.slice(0, MAX_SUBJECT_LENGTH))].some(({ raw }) =>
    stripSubjectPrefixes(raw.slice(1, -1)).kinds.includes('reply'),
  );
}

/** Bracketed tokens in order; of nested brackets the innermost. */
function* bracketed(subject: string): Generator<{ readonly start: number; readonly raw: string }> {
  let start = -1;
  for (let at = 0; at < subject.length; at += 1) {
    const character = subject.charAt(at);
    if (opening.includes(character)) start = at;
    if (start < 0 || !closing.includes(character)) continue;
    if (at - start < MAX_TAG_LENGTH) yield { start, raw: subject.slice(start, at + 1) };
    start = -1;
  }
}

/** Ticket systems and people put a tag into brackets or quotes of their own, which would be left empty. */
function withBracketsAround(
  subject: string,
  token: { readonly start: number; readonly raw: string },
): { readonly start: number; readonly end: number } {
  let [start, end] = [token.start, token.start + token.raw.length];
  for (let depth = 0; depth < MAX_BRACKETS_AROUND; depth += 1) {
    const pair = subject.charAt(start - 1) + subject.charAt(end);
    if (pair.length < 2 || !PAIRS.has(pair)) break;
    start -= 1;
    end += 1;
  }
  return { start, end };
}

const PAIRS: ReadonlySet<string> = new Set([
  '[]',
  '()',
  '{}',
  '<>',
  '""',
  "''",
  '**',
  '“”',
  '„“',
  '«»',
  '［］',
  '（）',
  '【】',
  '〔〕',
  '「」',
  '《》',
]);
const MAX_BRACKETS_AROUND = 4;

function joinAround(left: string): string {
  let end = left.length;
  while (end > 0 && ' \t-–—|,'.includes(left.charAt(end - 1))) end -= 1;
  return end === 0 ? '' : `${left.slice(0, end)} `;
}

function titleOf(untagged: string): string {
  const level = untagged.replace(spaces, ' ').trim();
  const { bare } = stripSubjectPrefixes(level);
  return bare.replace(spaces, ' ').trim();
}

function readTag(raw: string, words: CaseTagWords): CaseTag | null {
  const inner = raw.slice(1, -1);
  const { exact, byShape } = vocabulariesOf(words);
  const written = readParts(inner.normalize('NFKC'), exact);
  const plain = written !== null && isPlain(written, inner) ? written : null;
  const settled = plain !== null && (plain.status !== null || plain.statusText === null);
  if (settled) return { raw, ...plain, lookAlike: false };
  // NFKC turns the lunate sigma, which has the shape of a C, into a sigma, which has not
  const shown = inner.replaceAll('Ϲ', 'C').replaceAll('ϲ', 'c').normalize('NFKC');
  const seen = readParts(shown.replace(new RegExp(unseen, 'gu'), ''), byShape);
  if (plain && (seen === null || seen.status === null)) return { raw, ...plain, lookAlike: false };
  return seen && { raw, ...seen, lookAlike: true };
}

/** Nothing unseen in what the tag says, and no "АВ-12" in Cyrillic letters behind a word in Latin ones. */
function isPlain(parts: TagParts, inner: string): boolean {
  const said = `${parts.ref ?? ''}${parts.status === null ? (parts.statusText ?? '') : ''}`;
  if (unseen.test(said)) return false;
  const foreign = Array.from(parts.ref ?? '').some(
    (character) => /\p{L}/u.test(character) && looksLike(character) !== null,
  );
  return !foreign || !/\p{Script=Latin}/u.test(inner);
}
