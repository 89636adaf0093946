import { fieldOf } from '../../mime/header-fields.ts';
import type { Automatic } from '../mail.ts';
import type { ParsedMessage } from '../../mime/parsed-message.ts';
import { programPrefix, tellsReaction } from './program-prefix.ts';
import type { ProgramNotice } from './program-prefix.ts';
import { RECALL_TEXTS } from './program-prefix-words.ts';

/** Such a notice is one sentence; longer text is a person's. */
const MAX_RECALL_TEXT = 1_000;
const MAX_REACTION_LINES = 8;
const MAX_LINES_TO_SENTENCE = 3;

const RECALL_TEXT = new RegExp(RECALL_TEXTS.map((text) => `(?:${text})`).join('|'), 'iu');
/** Gmail links its name in every language. */
const GMAIL_REACTION = /google\.com\/gmail\/about\/\?utm_source=gmail-in-product/u;
const REACTION_PART = 'text/vnd.google.email-reaction+json';

const kinds: Readonly<Record<ProgramNotice, Automatic['kind']>> = {
  calendar: 'calendar',
  recall: 'auto-reply',
  receipt: 'delivery-report',
  undelivered: 'auto-reply',
  absence: 'out-of-office',
  reaction: 'auto-reply',
};

/**
 * A message that a program sent when someone clicked: a reaction, a recall, an answer to an invitation. Null for what a person
 * wrote.
 */
export function programNotice(message: ParsedMessage): Automatic | null {
  const contentClass = /^urn:content-classes:(recallmessage|calendarmessage)\b/i.exec(
    fieldOf(message, 'content-class') ?? '',
  )?.[1];
  if (contentClass !== undefined)
    return {
      kind: contentClass.toLowerCase() === 'recallmessage' ? 'auto-reply' : 'calendar',
      sign: 'content-class',
    };
  if (hasReactionPart(message)) return { kind: 'auto-reply', sign: REACTION_PART };
  if (isGmailReaction(message.text)) return { kind: 'auto-reply', sign: 'text' };
  const prefix = programPrefix(message.subject);
  return prefix !== null && confirms(message, prefix.notice)
    ? { kind: kinds[prefix.notice], sign: 'subject' }
    : null;
}

const hasReactionPart = ({ attachments, reports }: ParsedMessage): boolean =>
  [...attachments, ...reports].some(({ contentType }) => contentType === REACTION_PART);

/** An emoji alone, and below it who reacted, as Gmail sends it. */
function isGmailReaction(text: string): boolean {
  const lines = text.trimStart().slice(0, MAX_RECALL_TEXT).split('\n', MAX_REACTION_LINES);
  const first = lines[0] ?? '';
  return (
    first.length <= 40 &&
    /\p{Extended_Pictographic}/u.test(first) &&
    !/\p{L}/u.test(first) &&
    lines.some((line) => GMAIL_REACTION.test(line))
  );
}

/** People begin subjects this way too: the text must be the program's sentence, or nothing may be written or attached. */
function confirms(message: ParsedMessage, notice: ProgramNotice): boolean {
  const text = message.text.trim();
  if (text === '') return message.attachments.every(({ inline }) => inline) && message.nested.length === 0;
  if (notice === 'recall') return text.length <= MAX_RECALL_TEXT && RECALL_TEXT.test(text);
  // The emoji may be above the sentence.
  return notice === 'reaction' && text.split('\n', MAX_LINES_TO_SENTENCE).some(tellsReaction);
}
