import { isRule } from './forward-separator.ts';
import { fold } from '../letter-folding.ts';
import { joinUnquoted, type QuotedLine } from './quoted-lines.ts';

/** Lines that a phone or a mail program adds of itself, folded: nobody typed them. */
const deviceLines =
  /^(?:sent from (?:my |outlook|mail|yahoo|samsung|gmail|proton|the all new)|sent with |sent via |get outlook for|gesendet von |von meinem |gesendet mit |envoye de |envoye depuis |envoye a partir |enviado desde |enviado do |enviado de |inviato da|verzonden vanaf |verstuurd vanaf |sendt fra |skickat fran |lahetetty |wyslano z |wyslane z |odeslano z |odoslane z |отправлено с |отправлено из |надіслано з |изпратено от |στάλθηκε από |iphone|diteruskan dari |gonderen: |从我的|發自我的|发自我的|從我的|iphoneから送信|나의 iphone|내 iphone)/u;
const MAX_DEVICE_LINE_CHARS = 80;

function isSignatureMark(raw: string): boolean {
  return /^(?:>\s?){0,20}--\s?\r?$/u.test(raw);
}

function lastTyped(lines: readonly QuotedLine[]): number {
  let end = lines.length;
  while (end > 0) {
    const text = lines[end - 1]?.text ?? '';
    const isDevice =
      text.length <= MAX_DEVICE_LINE_CHARS &&
      deviceLines.test(fold(text)) &&
      (lines[end - 2]?.text ?? '') === '';
    if (text !== '' && !isRule(text) && !isDevice) break;
    end -= 1;
  }
  return end;
}

/**
 * What the forwarder typed above: without the signature behind its mark ("-- ", RFC 3676 §4.3), without the line of the phone and
 * the rule above the header block; null where nothing is left.
 */
export function readComment(lines: readonly QuotedLine[], depth: number): string | null {
  const mark = lines.findIndex(({ raw }) => isSignatureMark(raw));
  const typed = mark < 0 ? lines : lines.slice(0, mark);
  const comment = joinUnquoted(typed.slice(0, lastTyped(typed)), depth)
    .replace(/^\ufeff/u, '')
    .trim();
  return comment === '' ? null : comment;
}
