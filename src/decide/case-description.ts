import type { Forward, Mail } from '../mail/mail.ts';
import { splitReply } from '../mail/reply/reply.ts';

/** MongoDB refuses a document over 16 MB; the raw message keeps the whole text. */
const MAX_DESCRIPTION_CHARS = 500_000;

/** What the sender of a forwarded message wrote in it, without quotes and signature; "" if it only carries another one. */
export function ownWordsOf(hop: Forward, mail: Mail, maxChars: number = hop.text.length): string {
  const { reply } = splitReply({
    text: hop.text.slice(0, maxChars),
    rawHtml: null,
    textSource: 'plain',
    isForward: mail.forwards.some(({ depth }) => depth > hop.depth),
    sender: hop.from.name,
  });
  return reply;
}

/**
 * The text of a case update: its sender's words or, if a forward has no comment, those of the message it carries; in a chain of
 * such forwards, of the first that has any.
 */
export function descriptionOf(mail: Mail, carried: Forward | null): string {
  return wordsOf(mail, carried).slice(0, MAX_DESCRIPTION_CHARS);
}

function wordsOf(mail: Mail, carried: Forward | null): string {
  if (mail.reply !== '' || carried === null) return mail.reply;
  const inside = mail.forwards.filter(({ depth }) => depth > carried.depth);
  for (const hop of [carried, ...inside]) {
    const words = ownWordsOf(hop, mail);
    if (words !== '') return words;
  }
  return carried.text.trim();
}
