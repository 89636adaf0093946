import { DELAY_PHRASES, SUBJECT_PHRASES } from '../bounce/bounce-phrases.ts';
import { fold } from '../../mime/character-folding.ts';
import { stripSubjectPrefixes } from '../subject/subject-prefix.ts';
import { ABSENCE_NOUNS, ABSENCE_SUBJECTS, AUTOMATIC_REPLY_SUBJECTS } from './out-of-office-phrases.ts';
import {
  CALENDAR_PREFIXES,
  CONFIRMATION_PREFIXES,
  DELIVERED_PREFIXES,
  REACTIONS,
  RECALL_PREFIXES,
  UNREAD_PREFIXES,
  WARNING_PREFIXES,
} from './program-prefix-words.ts';
import { RECEIPT_SUBJECTS } from './read-receipt-phrases.ts';

/** What a program reports about a message, by the words before that message's subject. */
export type ProgramNotice = 'calendar' | 'recall' | 'receipt' | 'undelivered' | 'absence' | 'reaction';

export interface ProgramPrefix {
  readonly notice: ProgramNotice;
  /** The subject of the reported message. */
  readonly rest: string;
}

const MAX_SUBJECT = 500;
/** "Delivery Status Notification (Failure)", a name with "reacted to your message". */
const MAX_PREFIX = 120;

const union = (sources: readonly string[]): string => sources.map((source) => `(?:${source})`).join('|');
const whole = (sources: readonly string[]): RegExp => new RegExp(`^(?:${union(sources)})$`, 'iu');

const RECEIPT = whole(RECEIPT_SUBJECTS);
const ABSENCE = whole([...AUTOMATIC_REPLY_SUBJECTS, ...ABSENCE_SUBJECTS, ...ABSENCE_NOUNS]);
const REACTION = new RegExp(union(REACTIONS), 'iu');
const CALENDAR = new Set(CALENDAR_PREFIXES.map(fold));
const RECALL = new Set(RECALL_PREFIXES.map(fold));
const RECEIVED = new Set([...DELIVERED_PREFIXES, ...UNREAD_PREFIXES, ...CONFIRMATION_PREFIXES].map(fold));
const WARNINGS = new Set(WARNING_PREFIXES.map(fold));
/** Of warnings one behind the other. */
const MAX_WARNINGS = 4;

/** The subject without "Re:", "[EXTERNAL]" and "ATTENTION:" before it, in any order. */
function withoutWarnings(subject: string): string {
  let { bare } = stripSubjectPrefixes(subject);
  for (let warnings = 0; warnings < MAX_WARNINGS; warnings += 1) {
    const [all = '', word = ''] = /^([^:：]{1,40})[:：]/u.exec(bare) ?? [];
    if (!WARNINGS.has(fold(word.replace(/[\s!]{1,4}$/u, '')))) break;
    ({ bare } = stripSubjectPrefixes(bare.slice(all.length).trim()));
  }
  return bare;
}

function noticeOf(prefix: string): ProgramNotice | null {
  const word = fold(prefix);
  if (CALENDAR.has(word)) return 'calendar';
  if (RECALL.has(word)) return 'recall';
  if (RECEIPT.test(prefix) || RECEIVED.has(word)) return 'receipt';
  if (ABSENCE.test(prefix)) return 'absence';
  if ([...SUBJECT_PHRASES, ...DELAY_PHRASES].some((phrase) => phrase.test(`${prefix}:`)))
    return 'undelivered';
  return REACTION.test(prefix) ? 'reaction' : null;
}

/** "Liked “the subject”": phones report without a colon. */
function reactionToQuoted(subject: string): ProgramPrefix | null {
  const open = subject.search(/[“"«„‘']/u);
  return open > 0 && open <= MAX_PREFIX && REACTION.test(subject.slice(0, open + 1))
    ? { notice: 'reaction', rest: subject.slice(open + 1) }
    : null;
}

/**
 * The program's words at the start of a subject, after any "Re:" and "Fwd:", and what follows them. People write "Read: chapter
 * three" as well, so this proves nothing by itself.
 */
export function programPrefix(subject: string): ProgramPrefix | null {
  const bare = withoutWarnings(subject.slice(0, MAX_SUBJECT).trim());
  const colon = bare.slice(0, MAX_PREFIX).search(/[:：]/u);
  const notice = colon <= 0 ? null : noticeOf(bare.slice(0, colon).trim());
  return notice === null ? reactionToQuoted(bare) : { notice, rest: bare.slice(colon + 1).trim() };
}

/** Whether these words before something in a subject are a program's, with or without a closing colon or dash. */
export function isProgramWording(words: string): boolean {
  const bare = withoutWarnings(words.slice(0, MAX_PREFIX));
  const text = bare.replace(/[\s:：–—-]{1,9}$/u, '').replace(/^[[(](.{0,120})[\])]$/u, '$1');
  return text !== '' && noticeOf(text) !== null;
}

/** Whether a line says that someone reacted to a message. */
export const tellsReaction = (line: string): boolean => REACTION.test(line.slice(0, MAX_SUBJECT).trim());
