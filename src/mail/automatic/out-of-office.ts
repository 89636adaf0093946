import { autoSubmitted, fieldOf, hasNullReturnPath } from '../../mime/header-fields.ts';
import type { ParsedMessage } from '../../mime/parsed-message.ts';
import {
  ABSENCE_BODIES,
  ABSENCE_NOUNS,
  ABSENCE_WORDS,
  ACKNOWLEDGEMENTS,
  ABSENCE_SUBJECTS,
  ABSENT_PERSON,
  ANNOUNCED_TIME,
  AUTOMATIC_REPLY_SUBJECTS,
  VACATION_WORDS,
  WHOSE_ANSWER,
} from './out-of-office-phrases.ts';
import { stripSubjectPrefixes } from '../subject/subject-prefix.ts';

/** An absent person says so at once; further down may be a quote. */
const SCANNED_TEXT = 1_500;
const MAX_SUBJECT = 300;

const union = (sources: readonly string[]): string => sources.map((source) => `(?:${source})`).join('|');
/** Markers that a gateway puts in front: "[EXT] Automatic reply: …". */
const MARKER = String.raw`^(?:[[(*【（]{1,5}[^\])*】）]{1,30}[\])*】）]{1,5}\s?){0,3}`;
/** What every subject below has in it: one search tells that a subject is none of them, and the others need not be compiled. */
const ANY_PHRASE = new RegExp(
  union([...AUTOMATIC_REPLY_SUBJECTS, ...ABSENCE_SUBJECTS, ...ABSENCE_NOUNS, ...ABSENT_PERSON]),
  'iu',
);
const AUTOMATIC = new RegExp(
  `${MARKER}[[(*【（]{0,3}(?:${union(AUTOMATIC_REPLY_SUBJECTS)})\\s?(?:$|[:：（(\\])】）!.*-])`,
  'iu',
);
const ABSENCE_BEFORE_COLON = new RegExp(`${MARKER}(?:${union(ABSENCE_SUBJECTS)})\\s?[:：]\\s?(.*)`, 'iu');
const BEFORE_ANSWERED = new RegExp(
  `${MARKER}[[(*【（]{0,3}(?:${union([...ABSENCE_SUBJECTS, ...ABSENCE_NOUNS])})[.!\\])*】）]{0,3}\\s?(?:[:：–-]\\s?|\\s)(.*)`,
  'iu',
);
/** Weaker than a program's form, so only together with words of absence: whose answer it is, or the words after the subject. */
const LOOSE = new RegExp(
  `${MARKER}(?:${union(AUTOMATIC_REPLY_SUBJECTS)}) (?:${WHOSE_ANSWER})\\s|[-–([]\\s?(?:${union(AUTOMATIC_REPLY_SUBJECTS)})\\s?[\\])]?$`,
  'iu',
);
/** "Re: Offer (Out of office)": after the answered subject, where nobody writes it. */
const BEHIND = new RegExp(`[-–([]\\s?(?:${union(ABSENCE_SUBJECTS)})\\s?[\\])]?$`, 'iu');
const PERSON = new RegExp(
  `^(auto: ?)?\\S.{1,80} (?:${union(ABSENT_PERSON)})(\\.| ?\\([^()]{3,80}\\)\\.?)?$`,
  'iu',
);
const ABSENCE = new RegExp(union(ABSENCE_SUBJECTS), 'iu');
const WORD = new RegExp(union(ABSENCE_WORDS), 'iu');
const ABSENT = new RegExp(union(ABSENCE_BODIES), 'iu');

/** A subject that only programs write: "Automatic reply: …", "自动回复：…". */
export function automaticSubject(message: ParsedMessage): boolean {
  const subject = message.subject.trim().slice(0, MAX_SUBJECT);
  if (!ANY_PHRASE.test(subject)) return false;
  return (
    AUTOMATIC.test(subject) ||
    isVacationSubject(message, subject) ||
    namesAnswered(subject) ||
    isNotesSubject(message, subject) ||
    ((LOOSE.test(subject) || (BEHIND.test(subject) && answersSomething(message))) && saysAbsent(message))
  );
}

function saysAbsent(message: ParsedMessage): boolean {
  return ABSENT.test(message.text.trimStart().slice(0, SCANNED_TEXT));
}

/**
 * "Out of Office: Re: your offer" names the subject it answers; a person's "Out of office: 3 to 7 May" announces something and
 * answers nothing.
 */
function isVacationSubject(message: ParsedMessage, subject: string): boolean {
  const rest = ABSENCE_BEFORE_COLON.exec(subject)?.at(-1);
  return (
    rest !== undefined &&
    (answersSomething(message) || stripSubjectPrefixes(rest).kinds.length > 0 || !ANNOUNCED_TIME.test(rest))
  );
}

/** "Abwesenheit: Re: your offer", "I am out of the office Re: your offer": the prefix inside belongs to the answered message. */
function namesAnswered(subject: string): boolean {
  const rest = BEFORE_ANSWERED.exec(subject)?.at(-1);
  return rest !== undefined && stripSubjectPrefixes(rest).kinds.some((kind) => kind !== 'marker');
}

/** "AUTO: Kim Dest is out of the office (returning 9 March)" or "Kim Dest is out of the office.", above a text that says the same. */
function isNotesSubject(message: ParsedMessage, subject: string): boolean {
  const found = PERSON.exec(subject);
  if (!found) return false;
  const punctuated = found[1] !== undefined || found[2] !== undefined;
  return punctuated && saysAbsent(message);
}

/**
 * The sign of an absence. If `reply` already shows an automatic message: its subject, its words or what the program calls itself.
 * If there is only a weak sign: its subject, or its words in an answer. Never words alone: people write them too.
 */
export function absenceSign(message: ParsedMessage, reply: string | null): string | null {
  const isSuppressed = fieldOf(message, 'x-auto-response-suppress') !== null;
  // Most mail has no sign: its words are not searched.
  if (reply === null && !isSuppressed && !hasNullReturnPath(message) && !isJunkClass(message)) return null;
  const text = message.text.trimStart().slice(0, SCANNED_TEXT);
  const bySubject = subjectOfAbsence(message);
  const byWords = ABSENT.test(text);
  if (reply !== null) {
    // Programs that announce things ("auto-generated") mention holidays without being on one.
    const mayBeAbsent =
      autoSubmitted(message) !== 'auto-generated' || answersSomething(message) || automaticSubject(message);
    // "Automatic reply: …" is how mail clients title absence replies; desks use it with a receipt.
    const assumed = automaticSubject(message) && !ACKNOWLEDGEMENTS.test(text);
    const shown = (bySubject || byWords || assumed) && mayBeAbsent;
    return shown || callsItselfVacation(message, reply) ? reply : null;
  }
  if (hasNullReturnPath(message) && (bySubject || byWords)) return 'return-path';
  if (isSuppressed && bySubject && byWords) return 'x-auto-response-suppress';
  if (!isJunkClass(message)) return null;
  const answers = answersSomething(message);
  return (bySubject && (byWords || answers)) || (byWords && answers && !isPost(message))
    ? 'precedence'
    : null;
}

/** The subject of the message itself: an answered subject ("Re: …") may be about anyone's holidays. */
function subjectOfAbsence(message: ParsedMessage): boolean {
  const subject = message.subject.trim().slice(0, MAX_SUBJECT);
  return ABSENCE.test(subject) || (stripSubjectPrefixes(subject).kinds.length === 0 && WORD.test(subject));
}

/** Old vacation programs send `Precedence: bulk` or `junk` and nothing else; so do lists. */
function isJunkClass(message: ParsedMessage): boolean {
  const isList = fieldOf(message, 'list-id') !== null || fieldOf(message, 'list-unsubscribe') !== null;
  return !isList && /^(?:bulk|junk)\b/i.test(fieldOf(message, 'precedence') ?? '');
}

/** Old lists also set Precedence: bulk, and people post there that they are away. */
function isPost(message: ParsedMessage): boolean {
  return ['sender', 'errors-to', 'mailing-list', 'x-mailing-list', 'x-beenthere', 'list-post'].some(
    (name) => fieldOf(message, name) !== null,
  );
}

function answersSomething(message: ParsedMessage): boolean {
  return message.inReplyTo.length > 0 || message.references.length > 0;
}

function callsItselfVacation(message: ParsedMessage, sign: string): boolean {
  return (
    VACATION_WORDS.test(sign) || (sign !== 'subject' && VACATION_WORDS.test(fieldOf(message, sign) ?? ''))
  );
}
