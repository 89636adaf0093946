/** A notice is a sentence or two; longer text is a text. */
const maxNoticeLength = 400;
/** The words of a short message are near its start; looking further only costs time. */
const maxLookedThrough = 50_000;
/** Shorter words occur in others by chance. */
const minWord = 3;
const scripts = /[\p{L}\p{N}\p{M}]+/gu;

function lettersOf(text: string): string {
  return (text.toLowerCase().match(scripts) ?? []).join('');
}

export function couldBeNotice(plain: string): boolean {
  return plain !== '' && plain.trim().length <= maxNoticeLength;
}

/**
 * Whether a plain part only talks about the message in the HTML part ("this message is in HTML", in any words and language), or has
 * just a line instead. A rendering of the same message has the same words, a notice has words of its own.
 */
export function isNoticeBeside(plain: string, html: string): boolean {
  if (!couldBeNotice(plain)) return false;
  const looked = lettersOf(html.slice(0, maxLookedThrough));
  const words =
    plain
      .toLowerCase()
      .replaceAll(/https?:\/\/\S+/gu, ' ')
      .match(scripts) ?? [];
  if (words.length === 0) return looked !== '';
  const telling = words.filter((word) => word.length >= minWord);
  const lengthOf = (some: readonly string[]): number => some.reduce((sum, word) => sum + word.length, 0);
  const all = lengthOf(telling);
  // An image with its name, or a line, is not a message that a notice could be about.
  if (looked.length * 2 <= all) return false;
  return lengthOf(telling.filter((word) => looked.includes(word))) * 3 < all;
}
