/** Two parsers must agree on what decides: one that an attacker has fooled moves nothing alone. */
import { domainToASCII } from 'node:url';
import { readCaseTags } from '../mail/case-tag/case-tag.ts';
import type { CaseTagWords } from '../mail/case-tag/case-tag-words.ts';
import type { Mail } from '../mail/mail.ts';
import type { Disagreement, SecondHeader } from '../mail/second-reading.ts';
import type { CaseUpdateDraft } from './case-updates.ts';
import type { Decision } from './known-context.ts';
import type { Evidence, Link, Verdict } from './verdict.ts';
import type { Address } from '../mime/parsed-message.ts';

/**
 * Warnings about the header section or the structure of parts. Others are about the inside of a part (its encoding, charset,
 * length, container), which no header field depends on.
 */
const HEADER_WARNINGS: ReadonlySet<string> = new Set([
  'boundary-missing',
  'date-invalid',
  'date-missing',
  'duplicate-header',
  'from-many',
  'from-missing',
  'header-malformed',
  'header-too-long',
  'message-id-missing',
  'not-a-message',
  'null-bytes',
  'too-deep',
  'too-many-parts',
  'truncated-multipart',
]);

/** Whether a message needs a second reading: it mentions a case, or its form is broken in a way that readers handle differently. */
export function needsSecondReading(mail: Pick<Mail, 'subject' | 'warnings'>, words: CaseTagWords): boolean {
  return (
    mail.warnings.some((warning) => HEADER_WARNINGS.has(warning.slice(0, warning.indexOf(':')))) ||
    readCaseTags(mail.subject, words).tags.length > 0
  );
}

/** Fields that the two read differently. `second` is null if the second reader could not read the header. */
export function compareReaders(mail: Mail, second: SecondHeader | null): Disagreement[] {
  // Bytes that are not a message to the first reader decide nothing.
  if (mail.headers.length === 0) return [];
  if (second === null) return [{ field: 'header', first: 'read', second: 'cannot be read' }];
  const isCut = mail.warnings.some((warning) => warning.startsWith('header-too-long:'));
  const addresses = (
    [
      ['from', mail.fromAll, second.from],
      ['reply-to', mail.replyTo, second.replyTo],
      ['to', mail.to, second.to],
      ['cc', mail.cc, second.cc],
    ] as const
  ).flatMap(([field, ours, theirs]) => {
    const [first, other] = [addressSet(ours), addressSet(theirs)];
    const isLeftOut = isCut && (first.length === 0 || (RECIPIENTS.has(field) && isPartOf(first, other)));
    const isSame = isLeftOut || first.join() === other.join();
    return isSame ? [] : [differ(field, first.join(', '), other.join(', '))];
  });
  // A field beyond the header limits is missing, with a warning, not read differently.
  const subjects = isCut && mail.subject === '' ? [] : compareSubjects(mail, second);
  return [...addresses, ...subjects, ...compareDates(mail, second)];
}

interface Decided {
  readonly verdict: Verdict;
  readonly updates: readonly CaseUpdateDraft[];
}

/**
 * Holds anything the two readers disagree on: a link needs a person's decision about this very message, and a case update a
 * person's confirmation.
 */
export function holdWhereReadersDisagree(
  { verdict, updates }: Decided,
  {
    disagreements,
    decisions,
  }: { readonly disagreements: readonly Disagreement[]; readonly decisions: readonly Decision[] },
): Decided {
  if (disagreements.length === 0) return { verdict, updates };
  const evidence = [...verdict.evidence, evidenceOf(disagreements)];
  const decided = new Set(
    decisions
      .filter(({ subject, act }) => subject === 'message' && act === 'link')
      .flatMap(({ clientIds }) => clientIds),
  );
  const clients = verdict.clients.filter(({ clientId }) => decided.has(clientId));
  const held = updates
    .filter(({ clientId }) => decided.has(clientId))
    .map((update) => ({ ...update, review: update.review ?? ('unauthenticated' as const) }));
  if (verdict.kind !== 'matched' || clients.length > 0)
    return { verdict: { ...verdict, clients, evidence }, updates: held };
  const candidates = distinctLinks([...verdict.clients, ...verdict.candidates]);
  const isShared = new Set(candidates.map(({ clientId }) => clientId)).size > 1;
  return {
    verdict: {
      ...verdict,
      kind: isShared ? 'ambiguous' : 'unmatched',
      clients: [],
      candidates,
      reason: 'readers-disagree',
      evidence,
    },
    updates: held,
  };
}

function evidenceOf(disagreements: readonly Disagreement[]): Evidence {
  const detail = disagreements
    .map(({ field, first, second }) => `${field}: ${quoted(first)}, or ${quoted(second)} to a second reader`)
    .join('; ');
  return { rule: 'readers-disagree', outcome: 'rejected', detail };
}

const quoted = (text: string): string => `"${text.replaceAll(/\p{Cc}+/gu, ' ')}"`;

const distinctLinks = (links: readonly Link[]): Link[] => [
  ...new Map(links.map((link) => [`${link.clientId} ${link.via}`, link])).values(),
];

/** Lists of which the first reader may have only the start. */
const RECIPIENTS: ReadonlySet<string> = new Set(['to', 'cc']);

function isPartOf(part: readonly string[], whole: readonly string[]): boolean {
  const known = new Set(whole);
  return part.every((address) => known.has(address));
}

/** How much of a value a person needs to see the difference. */
const MAX_SHOWN = 300;

const differ = (field: Disagreement['field'], first: string, second: string): Disagreement => ({
  field,
  first: first.slice(0, MAX_SHOWN),
  second: second.slice(0, MAX_SHOWN),
});

/** Sorted, each once. An internationalised domain is the same in Unicode and in ASCII (RFC 5890). */
function addressSet(addresses: readonly Address[]): string[] {
  const found = addresses.flatMap(({ address }) => {
    if (address === null || !isAddress(address)) return [];
    const at = address.lastIndexOf('@') + 1;
    // A trailing dot makes a name absolute, not a different one.
    const domain = address.slice(at).replace(/\.$/u, '');
    return [address.slice(0, at).toLowerCase() + (domainToASCII(domain) || domain)];
  });
  return [...new Set(found)].toSorted();
}

/** A bare word (a local user, the rest of a group) is an address to one reader and a name to the other, and finds nobody. */
const isAddress = (text: string): boolean => /^(?:"[^"]*"|[^\s@:;,<>()"]+)@[^\s@:;,<>()]+$/u.test(text);

function compareSubjects(mail: Mail, { subject, repeated }: SecondHeader): Disagreement[] {
  if (repeated.subject.length > 0) return [differ('subject', mail.subject, repeated.subject.join(' | '))];
  const [first, second] = [levelled(mail.subject), levelled(subject)];
  const isSame = second.includes(UNDECODED) ? asciiOf(first) === asciiOf(second) : first === second;
  return isSame ? [] : [differ('subject', mail.subject, subject)];
}

/** What a reader substitutes for bytes it cannot decode. */
const UNDECODED = '\uFFFD';

const levelled = (text: string): string => text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();

/** Header bytes that are not UTF-8 (RFC 6532) are guessed by one reader and left undecoded by the other. */
const asciiOf = (text: string): string => levelled(text.replaceAll(/\P{ASCII}+/gu, ' '));

function compareDates(mail: Mail, { date, rawDate, repeated }: SecondHeader): Disagreement[] {
  if (repeated.date.length > 0) return [differ('date', mail.date ?? 'none', repeated.date.join(' | '))];
  // A date that one of them cannot read is no contradiction: many obsolete forms are known to one only.
  if (mail.date === null || date === null) return [];
  const apartMs = Math.abs(new Date(mail.date).getTime() - new Date(date).getTime());
  const isZone = !NUMERIC_ZONE.test(rawDate) && apartMs <= MAX_ZONE_MS && apartMs % ZONE_STEP_MS === 0;
  return apartMs === 0 || isZone ? [] : [differ('date', mail.date, `${date} (${rawDate})`)];
}

/** Without one, a date is in the reader's own zone, or in a zone whose letters are ambiguous (RFC 5322 §4.3). */
const NUMERIC_ZONE = /[+-]\d{4}/u;
const MAX_ZONE_MS = 14 * 60 * 60_000;
const ZONE_STEP_MS = 15 * 60_000;
