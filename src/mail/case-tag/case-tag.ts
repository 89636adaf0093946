import { readParts } from './case-tag-grammar.ts';
import type { TagParts } from './case-tag-forms.ts';
import { aliasKey, foldExactly, spaces, vocabulariesOf } from './case-tag-words.ts';
import type { CaseTagWords } from './case-tag-words.ts';
import { looksLike, invisible } from './look-alikes.ts';
import { stripSubjectPrefixes } from '../subject/subject-prefix.ts';

/**
 * A bracketed token of a subject that names a case.
 *
 * `raw` is the token as received, with its brackets. `ref` is the case number as written (NFKC), without "#" and the case word;
 * null if the tag has none. `statusText` is the status as written, null if the tag has none; `status` is the configured status it
 * stands for, null if none. `lookAlike`: the token only looks like a tag (or like this status): it has letters of another script or
 * invisible characters. It must not act without a person.
 */
export interface CaseTag {
  readonly raw: string;
  readonly ref: string | null;
  readonly status: string | null;
  readonly statusText: string | null;
  readonly lookAlike: boolean;
}

/** RFC 5322 sets no limit on a subject, but nobody reads past this many characters. */
const MAX_SUBJECT_LENGTH = 4_000;
/** A longer bracketed text is prose. Also limits the work on a thousand brackets in a row. */
const MAX_TAG_LENGTH = 160;
/** A subject with hundreds of tags is an attack on the case register, not a case update. */
const MAX_TAGS = 8;

const opening = '[［【〔';
const closing = ']］】〕';

/**
 * The case tags of a subject, in order, and the title: the subject without reply prefixes and tags. If nothing is left, the title
 * is the text of the first tag; without a tag, the subject itself.
 *
 * Tags are recognised anywhere. Letter case, full-width forms (NFKC) and missing accents do not matter.
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
    // remove the separator of a tag too ("[Case #4711] - Contract")
    while (from < subject.length && ' \t:-–—|,'.includes(subject.charAt(from))) from += 1;
  }
  const title = titleOf(rest + subject.slice(from, from + MAX_SUBJECT_LENGTH));
  return { tags, title: title === '' ? (tags[0]?.raw.slice(1, -1) ?? subject).trim() : title };
}

/** Whether two tags say the same about the same case, despite links, translation or letter case. */
export function sameTag(a: CaseTag, b: CaseTag): boolean {
  return tagKey(a) === tagKey(b);
}

/** Whether the subject of the parent message has the same tag, so that it is not new. */
export function isEcho(tag: CaseTag, parentSubjectTags: readonly CaseTag[]): boolean {
  return parentSubjectTags.some((parent) => sameTag(tag, parent));
}

function tagKey(tag: CaseTag): string {
  return JSON.stringify([
    tag.ref === null ? null : foldExactly(tag.ref),
    tag.status,
    tag.status === null && tag.statusText !== null ? aliasKey(foldExactly(tag.statusText)) : null,
  ]);
}

/** Whether a program put its "Re:" inside a bracket ("[Re: Case 4711: Closed]"), which makes the message a reply. */
export function repliesInBracket(subject: string): boolean {
  return [...bracketed(subject.slice(0, MAX_SUBJECT_LENGTH))].some(({ raw }) =>
    stripSubjectPrefixes(raw.slice(1, -1)).kinds.includes('reply'),
  );
}

/** Bracketed tokens in order; only the innermost of nested ones. */
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

/** Extends a token to brackets or quotes that people and ticket systems put around it; otherwise an empty pair would be left. */
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
  // NFKC turns the lunate sigma, which looks like a C, into a sigma, which does not
  const shown = inner.replaceAll('Ϲ', 'C').replaceAll('ϲ', 'c').normalize('NFKC');
  const seen = readParts(shown.replace(new RegExp(invisible, 'gu'), ''), byShape);
  if (plain && (seen === null || seen.status === null)) return { raw, ...plain, lookAlike: false };
  return seen && { raw, ...seen, lookAlike: true };
}

/** No invisible characters, and no "АВ-12" in Cyrillic letters after a word in Latin ones. */
function isPlain(parts: TagParts, inner: string): boolean {
  const content = `${parts.ref ?? ''}${parts.status === null ? (parts.statusText ?? '') : ''}`;
  if (invisible.test(content)) return false;
  const foreign = Array.from(parts.ref ?? '').some(
    (character) => /\p{L}/u.test(character) && looksLike(character) !== null,
  );
  return !foreign || !/\p{Script=Latin}/u.test(inner);
}
