import { fieldOf } from '../../mime/header-fields.ts';
import type { ParsedMessage } from '../../mime/parsed-message.ts';
import { stripSubjectPrefixes } from '../subject/subject-prefix.ts';
import { DECLARED_ANSWERS, OTHERS_WORDS } from './declared-answer-phrases.ts';
import { ACKNOWLEDGEMENTS } from './out-of-office-phrases.ts';

/** A program says it first, or below a few lines of thanks; further down may be a quote. */
const SCANNED_TEXT = 1_500;
const MAX_LINES = 20;
const MAX_SUBJECT = 300;

const DECLARED = new RegExp(
  `(?:^[\\s*[(#=-]{0,9}|[.!?。]\\s{0,2})(?:${DECLARED_ANSWERS.map((phrase) => `(?:${phrase})`).join('|')})`,
  'iu',
);

/**
 * The message has no automatic header, but its own first lines say that it is an automatic answer, and it answers a message or
 * confirms receipt. False for a forwarded message: its lines are someone else's.
 */
export function declaresAnswer(message: ParsedMessage): boolean {
  const own: string[] = [];
  for (const line of message.text.trimStart().slice(0, SCANNED_TEXT).split('\n', MAX_LINES)) {
    if (OTHERS_WORDS.test(line)) break;
    own.push(line.trim());
  }
  const paragraphs = own.join('\n').split('\n\n');
  if (!paragraphs.some((paragraph) => DECLARED.test(paragraph.replaceAll('\n', ' ')))) return false;
  const subject = message.subject.slice(0, MAX_SUBJECT);
  if (stripSubjectPrefixes(subject).kinds.includes('forward')) return false;
  return (
    fieldOf(message, 'in-reply-to') !== null ||
    message.references.length > 0 ||
    ACKNOWLEDGEMENTS.test(subject) ||
    ACKNOWLEDGEMENTS.test(own.join(' '))
  );
}
