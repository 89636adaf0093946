import { parseAddressList, maxAddresses } from '../addresses/addresses.ts';
import { parseDate } from '../header/dates.ts';
import { decodeEncodedWords } from '../charset/encoded-words.ts';
import { fieldText, toHeaders } from '../header/headers.ts';
import type { Field } from '../header/headers.ts';
import { htmlToText, referencedContentIds, sanitiseHtml } from '../html/html.ts';
import type { ParseLimits } from '../limits.ts';
import type { Address, Attachment, ParsedMessage } from '../parsed-message.ts';
import type { ParseBudget } from '../budget.ts';
import type { BodyText, MessageDraft } from './message-draft.ts';
import { parseMessageIds, maxIds } from '../header/message-ids.ts';
import { couldBeNotice, isNoticeBeside } from '../content/plain-notice.ts';
import { isPlainStub } from '../content/plain-stubs.ts';

/** RFC 5322 §3.6, RFC 2045 §3: fields that occur at most once. With two of them, two programs may read two different messages. */
const singleFields = [
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'bcc',
  'message-id',
  'in-reply-to',
  'references',
  'subject',
  'date',
  'content-type',
  'content-transfer-encoding',
];
/** This many addresses of a field are read whatever other messages used: without them nobody sent or got this one. */
const freeAddresses = 10;
/** RFC 5322 has no limit; a longer subject is an attack on list views. */
const maxSubjectLength = 4_000;

interface HeaderFacts extends Pick<
  ParsedMessage,
  | 'headers'
  | 'messageId'
  | 'inReplyTo'
  | 'references'
  | 'date'
  | 'from'
  | 'fromAll'
  | 'sender'
  | 'replyTo'
  | 'to'
  | 'cc'
  | 'bcc'
  | 'subject'
> {}

type FieldsByName = ReadonlyMap<string, readonly Field[]>;

function groupByName(fields: readonly Field[]): FieldsByName {
  const groups = new Map<string, Field[]>();
  for (const field of fields) {
    const group = groups.get(field.name);
    if (group === undefined) groups.set(field.name, [field]);
    else group.push(field);
  }
  return groups;
}

/**
 * The authors, each once: programs write the same From twice, in one field or in two. An entry without an address is not an author
 * beside one that has one: it comes from a comma in a company name, and its words join the next name.
 */
function authorsOf(entries: readonly Address[]): readonly Address[] {
  if (entries.every(({ address }) => address === null)) return entries;
  const authors = new Map<string, Address>();
  let before: string[] = [];
  for (const { address, name } of entries) {
    if (address === null) {
      before.push(name);
      continue;
    }
    const known = authors.get(address);
    const whole = [...before, name].filter((part) => part !== '').join(', ');
    before = [];
    if (known === undefined || known.name === '') authors.set(address, { address, name: whole });
  }
  return [...authors.values()];
}

function readSubject(text: string): string {
  return decodeEncodedWords(text)
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim()
    .slice(0, maxSubjectLength);
}

function warnOfHeader(
  draft: MessageDraft,
  input: {
    readonly fields: readonly Field[];
    readonly byName: FieldsByName;
    readonly facts: HeaderFacts;
    readonly rawDate: string | null;
  },
): void {
  const { fields, byName, facts, rawDate } = input;
  for (const name of singleFields) {
    const count = byName.get(name)?.length ?? 0;
    if (count > 1) draft.warn('duplicate-header', `${name} ${count} times`);
  }
  if (facts.fromAll.length > 1) draft.warn('from-many', `${facts.fromAll.length} addresses`);
  if (facts.fromAll.every((entry) => entry.address === null))
    draft.warn('from-missing', facts.fromAll.length === 0 ? 'no From' : 'no address in From');
  if (rawDate === null) draft.warn('date-missing', 'no Date');
  else if (facts.date === null) draft.warn('date-invalid', rawDate);
  if (facts.messageId === null) draft.warn('message-id-missing', 'no Message-ID');
  if (fields.some((field) => field.value.includes(0))) draft.warn('null-bytes', 'in the header');
}

function readHeaderFacts(draft: MessageDraft, budget: ParseBudget): HeaderFacts {
  const fields = draft.root?.fields ?? [];
  const byName = groupByName(fields);
  let guessed = false;
  const textsOf = (name: string): readonly string[] =>
    (byName.get(name) ?? []).map((field) => {
      const read = fieldText(field.value, draft.charsetHint);
      guessed ||= read.guessed;
      return read.text;
    });
  const addressesOf = (name: string): readonly Address[] => {
    const found: Address[] = [];
    const most = Math.min(maxAddresses, Math.max(freeAddresses, budget.left('addresses')));
    for (const text of textsOf(name)) {
      if (found.length >= most) break;
      for (const address of parseAddressList(text, most - found.length)) found.push(address);
    }
    budget.take('addresses', found.length);
    return found;
  };
  const idsOf = (name: string): readonly string[] => {
    const found = new Set<string>();
    for (const text of textsOf(name)) {
      if (found.size >= maxIds) break;
      for (const id of parseMessageIds(text)) if (found.size < maxIds) found.add(id);
    }
    return [...found];
  };
  const fromEntries = addressesOf('from');
  const fromAll = authorsOf(fromEntries);
  const rawDate = textsOf('date')[0] ?? null;
  const facts: HeaderFacts = {
    headers: toHeaders(fields, draft.charsetHint),
    messageId: idsOf('message-id')[0] ?? null,
    inReplyTo: idsOf('in-reply-to'),
    references: idsOf('references'),
    date: rawDate === null ? null : parseDate(rawDate),
    from: fromAll[0] ?? null,
    fromAll,
    sender: addressesOf('sender')[0] ?? null,
    replyTo: addressesOf('reply-to'),
    to: addressesOf('to'),
    cc: addressesOf('cc'),
    bcc: addressesOf('bcc'),
    subject: readSubject(textsOf('subject')[0] ?? ''),
  };
  if (guessed) draft.warn('charset-guessed', 'in the header');
  if (fromAll.length < fromEntries.length) draft.warn('from-repeated', `${fromEntries.length} entries`);
  warnOfHeader(draft, { fields, byName, facts, rawDate });
  return facts;
}

function joinTexts(texts: readonly string[]): string {
  const filled = texts.filter((text) => text !== '');
  return filled
    .map((text, index) => (index + 1 < filled.length && !text.endsWith('\n') ? `${text}\n` : text))
    .join('');
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Several HTML parts, and plain ones between them, in the order in which a client shows them. */
function joinHtml(bodies: readonly BodyText[]): string {
  return bodies
    .map((body) =>
      body.kind === 'html' ? body.text : `<div style="white-space: pre-wrap">${escapeText(body.text)}</div>`,
    )
    .join('\n');
}

interface BodyFacts extends Pick<ParsedMessage, 'text' | 'textSource' | 'rawHtml' | 'html'> {}

function readBodies(draft: MessageDraft, limits: ParseLimits): BodyFacts {
  const htmlBodies = draft.bodies.html();
  const hasHtml = htmlBodies.some((body) => body.kind === 'html');
  // Each part was cut when it was read; several together may still be too long.
  const cut = (html: string): string => {
    if (html.length <= limits.maxHtmlChars) return html;
    draft.warn('html-too-long', `over ${limits.maxHtmlChars} characters`);
    return html.slice(0, limits.maxHtmlChars);
  };
  const attempt = <Result>(read: () => Result, otherwise: Result): Result => {
    try {
      return read();
    } catch (error) {
      draft.warn('html-unreadable', error instanceof Error ? error.name : 'unknown');
      return otherwise;
    }
  };
  const toText = (body: BodyText): string =>
    body.kind === 'plain' ? body.text : attempt(() => htmlToText(cut(body.text)), '');
  const rawHtml = hasHtml
    ? cut(htmlBodies.flatMap((body) => (body.kind === 'html' ? [body.text] : [])).join('\n'))
    : null;
  const html = hasHtml ? attempt(() => sanitiseHtml(cut(joinHtml(htmlBodies))), '') : null;
  const plainBodies = draft.bodies.plain();
  const plain = plainBodies.filter((body) => body.kind === 'plain');
  // Plain parts beside HTML are shown with it; only those in place of it can be notices.
  const inPlace = joinTexts(
    plain.filter((body) => !htmlBodies.includes(body)).map(({ text: words }) => words),
  );
  const isStub = plain.every((body) => isPlainStub(body.text));
  if (hasHtml && (isStub || couldBeNotice(inPlace))) {
    const text = joinTexts(
      htmlBodies.filter((body) => body.kind === 'html' || !isPlainStub(body.text)).map(toText),
    );
    if (text.trim() !== '' && (isStub || isNoticeBeside(inPlace, text)))
      return { text, textSource: 'html', rawHtml, html };
  }
  const text = joinTexts(plainBodies.map(toText));
  return {
    text,
    textSource: text.trim() === '' ? 'none' : plain.length > 0 ? 'plain' : 'html',
    rawHtml,
    html,
  };
}

/** If there is only an invitation, its words are the text. */
function withInvitation(bodies: BodyFacts, { calendar }: MessageDraft): BodyFacts {
  if (bodies.text.trim() !== '' || calendar === null || calendar.text === '') return bodies;
  return { ...bodies, text: calendar.text, textSource: 'plain' };
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function settleAttachments(draft: MessageDraft, rawHtml: string | null): readonly Attachment[] {
  const needed = rawHtml !== null && draft.attachments.some((attachment) => attachment.contentId !== null);
  const referenced = needed ? referencedContentIds(rawHtml) : new Set<string>();
  return draft.attachments.map((attachment) => ({
    ...attachment,
    inline:
      attachment.contentId !== null &&
      (referenced.has(attachment.contentId) || referenced.has(decodePercent(attachment.contentId))),
  }));
}

/** The facts of a message and those nested in it, once all its bytes are read. */
export function finishDraft(
  draft: MessageDraft,
  bounds: { readonly limits: ParseLimits; readonly budget: ParseBudget },
): ParsedMessage {
  const { limits, budget } = bounds;
  const facts = readHeaderFacts(draft, budget);
  const bodies = withInvitation(readBodies(draft, limits), draft);
  const attachments = settleAttachments(draft, bodies.rawHtml);
  const { root, protection } = draft;
  if (protection === 'smime-encrypted' || protection === 'pgp-encrypted')
    draft.warn('encrypted', protection === 'pgp-encrypted' ? 'OpenPGP' : 'S/MIME');
  const reportType =
    root?.contentType === 'multipart/report'
      ? (root.parameters.get('report-type')?.toLowerCase() ?? null)
      : null;
  return {
    ...facts,
    ...bodies,
    attachments,
    reportType,
    reports: draft.reports,
    nested: draft.nested.map((nested) => finishDraft(nested, bounds)),
    calendar: draft.calendar?.facts ?? null,
    protection,
    warnings: draft.warnings(),
  };
}
