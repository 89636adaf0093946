import { canonicalAddress } from '../../mime/addresses/address-syntax.ts';
import { withoutInvisible } from '../../mime/character-folding.ts';
import type { Address } from '../../mime/parsed-message.ts';

/** Longer printed recipient lists are not read; the raw message keeps them. */
const MAX_VALUE_CHARS = 20_000;
const MAX_MAILBOXES = 500;
const MAX_NAME_CHARS = 300;
/** A quote or bracket not closed within this length is an ordinary character. */
const MAX_BRACKET_CHARS = 400;

/** A sender chooses the name, and may write any address into it: only the place tells them apart, as in RFC 5322 §3.4. */
interface Draft {
  /** Text before the first address in brackets. */
  name: string;
  /** The part of it that is not quoted: what is quoted is a name, whatever it looks like. */
  unquoted: string;
  /** Text after it, and round brackets: "john@example.com (John Doe)". */
  rest: string;
  /** In angle or square brackets. */
  readonly bracketed: string[];
  /** Link targets: "John Doe<mailto:john@example.com>". */
  readonly linked: string[];
  /** In round brackets: a comment where there is any other address. */
  readonly comments: string[];
}

const entities: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['amp', '&'],
  ['apos', "'"],
  ['#39', "'"],
  ['nbsp', ' '],
]);

/**
 * A printed address is an Internet address: with a dot, and a letter in its last label, which "image001.png@01D7CB5F.5A" does not
 * have.
 */
function readAddress(text: string): string | null {
  const address = canonicalAddress(
    text
      .trim()
      .replace(/^(?:mailto|smtp):/iu, '')
      .replace(/\?.{0,400}$/u, ''),
  );
  if (address === null) return null;
  return /@[^@]{1,250}\.(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/u.test(address) ? address : null;
}

const isArtefact = (text: string): boolean =>
  /^\s?(?:cid|https?|ftp|file|data|tel|sip|im|x-[a-z]{1,20}):/iu.test(text);

/** The content of a bracket from `start` and the position after it; null if it is not closed. It may contain a link. */
function readBracket(
  text: string,
  start: number,
): { readonly inner: string; readonly link: string; readonly end: number } | null {
  const close = text[start] === '<' ? '>' : text[start] === '[' ? ']' : ')';
  const stop = Math.min(text.length, start + MAX_BRACKET_CHARS);
  let inner = '';
  let link = '';
  let depth = 0;
  for (let index = start + 1; index < stop; index += 1) {
    const character = text[index] ?? '';
    if (character === '<') depth += 1;
    else if (character === '>' && depth > 0) depth -= 1;
    else if (character === close && depth === 0) return { inner, link, end: index + 1 };
    else if (depth > 0) link += character;
    else inner += character;
  }
  return null;
}

const hasAddress = ({ bracketed, linked, comments }: Draft): boolean =>
  bracketed.length + linked.length + comments.length > 0;

function add(draft: Draft, text: string, { isQuoted = false } = {}): void {
  if (hasAddress(draft)) {
    draft.rest += text;
    if (!isQuoted) draft.unquoted += text;
    return;
  }
  if (draft.name.length >= MAX_NAME_CHARS) return;
  draft.name += text;
  draft.unquoted += isQuoted ? ' ' : text;
}

function addBracket(
  draft: Draft,
  bracket: { readonly inner: string; readonly link: string },
  open: string,
): void {
  const inner = bracket.inner.trim();
  const address = isArtefact(inner) ? null : readAddress(inner);
  const link = readAddress(bracket.link);
  if (address !== null && /^mailto:/iu.test(inner) && open === '<') draft.linked.push(address);
  else if (address !== null) (open === '(' ? draft.comments : draft.bracketed).push(address);
  else if (link !== null) (open === '(' ? draft.comments : draft.bracketed).push(link);
  else if (open === '(' && !isArtefact(inner)) add(draft, `(${inner})`);
  else if (open !== '(' && !isArtefact(inner) && !inner.includes('@')) add(draft, ` ${inner} `);
}

function cleanName(name: string): string {
  return name
    .replace(/[*_«»"“”„]+/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim()
    .replace(/^'(.{0,300})'$/u, '$1')
    .replace(/^\((.{0,300})\)$/u, '$1')
    .replace(/[\s,:;]{1,20}$/u, '')
    .trim();
}

const isAddressWord = (word: string): boolean => word.includes('@') && !isArtefact(word);

function wordsOf(text: string): string[] {
  return text.split(/\s/u).filter((word) => word !== '');
}

/** The addresses that count, of the surest place that has any. More than one: nobody can tell which is meant. */
function addressesOf({ bracketed, linked, comments, unquoted }: Draft): ReadonlySet<string> {
  if (bracketed.length > 0) return new Set(bracketed);
  const bare = wordsOf(unquoted)
    .filter(isAddressWord)
    .flatMap((word) => readAddress(word.replace(/^[<("'[]{1,3}|[>)"'\],;:]{1,3}$/gu, '')) ?? []);
  return bare.length + linked.length > 0 ? new Set([...bare, ...linked]) : new Set(comments);
}

function finish(draft: Draft): Address | null {
  const found = addressesOf(draft);
  const [address = null] = found.size === 1 ? found : [];
  const words = wordsOf(draft.name).filter((word) =>
    draft.bracketed.length === 0 && found.size > 0 ? !word.includes('@') : !isArtefact(word),
  );
  const before = cleanName(words.join(' '));
  const comment = /\(([^()]{1,200})\)/u.exec(draft.rest)?.[1] ?? '';
  const name = before === '' ? cleanName(comment) : before;
  // The name alone waits for a person.
  if (found.size > 1) return { address: null, name: name === '' ? [...found].join(' ') : name };
  if (address !== null) return { address, name: readAddress(name) === address ? '' : name };
  const alone = cleanName(
    wordsOf(name)
      .filter((word) => !word.includes('@'))
      .join(' '),
  );
  if (!/\p{L}/u.test(alone) || /^undisclosed.recipients$/iu.test(alone)) return null;
  return { address: null, name: alone };
}

const newDraft = (): Draft => ({
  name: '',
  unquoted: '',
  rest: '',
  bracketed: [],
  linked: [],
  comments: [],
});

/** Splits at the separators outside quotes and brackets. */
function readDrafts(text: string, separators: string): Draft[] {
  const drafts: Draft[] = [];
  let draft = newDraft();
  let index = 0;
  while (index < text.length && drafts.length < MAX_MAILBOXES) {
    const character = text[index] ?? '';
    if (separators.includes(character)) {
      drafts.push(draft);
      draft = newDraft();
      index += 1;
      continue;
    }
    if (character === '"') {
      const end = text.indexOf('"', index + 1);
      if (end > 0 && end - index <= MAX_BRACKET_CHARS) {
        add(draft, text.slice(index + 1, end), { isQuoted: true });
        index = end + 1;
        continue;
      }
    }
    const bracket =
      character === '<' || character === '[' || character === '(' ? readBracket(text, index) : null;
    if (bracket === null) add(draft, character === '<' || character === '>' ? ' ' : character);
    else addBracket(draft, bracket, character);
    index = bracket?.end ?? index + 1;
  }
  return [...drafts, draft];
}

/** "Doe, John <john@example.com>": a lone word before a comma belongs to the mailbox after it. */
function joinSurnames(drafts: readonly Draft[]): readonly Draft[] {
  const joined: Draft[] = [];
  let surname = '';
  for (const draft of drafts) {
    const name = draft.name.trim();
    const addressed = hasAddress(draft);
    if (surname !== '' && addressed && name !== '' && !name.includes('@')) {
      joined.push({ ...draft, name: `${surname}, ${name}` });
      surname = '';
      continue;
    }
    if (surname !== '') joined.push({ ...newDraft(), name: surname });
    surname = !addressed && /^[\p{Script=Latin}\p{M}'-]{1,60}$/u.test(name) ? name : '';
    if (surname === '') joined.push(draft);
  }
  return surname === '' ? joined : [...joined, { ...newDraft(), name: surname }];
}

/** "[ada@example.com](mailto:ada@example.com)", as HTML converters print it. */
const markdownLink = /\[([^[\]()<>\s]{1,254}@[^[\]()<>\s]{1,254})\]\(mailto:([^()<>\s]{1,300})\)/giu;

function prepare(value: string): string {
  return withoutInvisible(value.slice(0, MAX_VALUE_CHARS))
    .replace(/\s/gu, ' ')
    .replace(markdownLink, (_, shown: string, link: string) =>
      shown.toLowerCase() === link.toLowerCase() ? shown : `${shown} ${link}`,
    )
    .replace(
      /&(lt|gt|quot|amp|apos|nbsp|#39);/giu,
      (entity, name: string) => entities.get(name.toLowerCase()) ?? entity,
    );
}

/**
 * Mailboxes as mail clients print them in a forwarded header block: "John Doe [mailto:john@example.com]",
 * "john@example.com<mailto:john@example.com>", "Doe, John <john@example.com>; …", names without an address. `address` is canonical.
 * Remains of pictures, links and entities are never taken for an address. Linear time.
 */
export function readPrintedAddresses(value: string): Address[] {
  const text = prepare(value);
  const separators = /[;；]/u.test(text.replace(/[;；]\s{0,20}$/u, '')) ? ';；' : ',;；，、';
  return joinSurnames(readDrafts(text, separators)).flatMap((draft) => finish(draft) ?? []);
}

/**
 * One mailbox, whose name may contain commas and semicolons; null if neither address nor name is readable. `address` is null if more
 * than one is printed, as in "A <a@example.com> on behalf of B <b@example.com>": a name can look like that, too.
 */
export function readPrintedAddress(value: string): Address | null {
  const [draft] = readDrafts(prepare(value), '');
  return draft === undefined ? null : finish(draft);
}
