import { DELAY_PHRASES, FAILURE_PHRASES } from './bounce-phrases.ts';
import { namesReason, wordedReason } from './bounce-reasons.ts';
import { readCodes, type Codes } from './smtp-codes.ts';

/** What the server's text says about one recipient. */
export interface NoticedRecipient extends Codes {
  readonly address: string;
  readonly diagnostic: string | null;
}

export interface Notice {
  readonly recipients: readonly NoticedRecipient[];
  /** Codes and diagnostic of the whole notice, for a recipient it does not name. */
  readonly whole: Codes & { readonly diagnostic: string | null };
  readonly action: 'failed' | 'delayed';
}

/** A notice names the recipients of one message; more is an attack. */
const MAX_RECIPIENTS = 200;
/** Text that belongs to one recipient: a diagnostic and its explanation. */
const MAX_SEGMENT = 8_000;
const MAX_DIAGNOSTIC = 1_000;

const ADDRESS = /[^\s<>()[\]{}:;,"'|=\\]{1,64}@[a-z0-9](?:[a-z0-9._-]{0,253}[a-z0-9])?/gi;
/**
 * A line that begins with an address, as every server lists failed recipients: alone, before a colon, before an explanation.
 * Sentences that begin with one are rare. It may contain an apostrophe (o'neil@), and an equals sign only in angle brackets:
 * `to=a@b` is a log.
 */
const LEADING_ADDRESS =
  /^[ \t]{0,40}(?:(?:[-*•·–]|\d{1,3}[.)])[ \t]{1,9})?(?:mailto:|smtp:|rfc822;)?[ \t]?[<"'(]{0,2}((?:(?<=<)[^\s<>()[\]{}:;,"'|=\\][^\s<>()[\]{}:;,"|\\]{0,63}|[^\s<>()[\]{}:;,"'|=\\][^\s<>()[\]{}:;,"|=\\]{0,63})@[a-z0-9][a-z0-9._-]{0,254})/i;
/** `To: a@b`, in any script: some servers label the recipient. */
const LABELLED_ADDRESS =
  /^[ \t]{0,40}([^\s:@][^:@]{0,40})[:：][ \t]{0,40}[<"']{0,2}([^\s<>()[\]{}:;,"'|=\\]{1,64}@[a-z0-9][a-z0-9._-]{0,254})/i;
const SENDER_LABEL =
  /from|sender|reply|return|von|absender|de$|exp[ée]diteur|remitente|remetente|mittente|van|afzender|avsändare|отправител|от$|送信者|差出人|发件人|寄件|보낸|contact|host|server|message[- ]?id|\bid$|http|help|support|admin|by$/i;
/** What SMTP itself says about a recipient, anywhere. */
const RCPT_TO =
  /rcpt to:? ?<?((?:(?<=<)[^\s<>()[\]{}:;,"'|=\\][^\s<>()[\]{}:;,"|\\]{0,63}|[^\s<>()[\]{}:;,"'|=\\][^\s<>()[\]{}:;,"|=\\]{0,63})@[a-z0-9][a-z0-9._-]{0,254})/gi;

/** "Message <id@a.test>", "from <a@b.test>" inside a sentence. */
const NOT_A_RECIPIENT =
  /\b(?:message(?:[- ]id)?|from|sender|mail from)\b[:\s]{0,3}[<"'][^\s<>]{1,128}@[^\s<>]{1,255}/gi;

/** Chinese and Japanese put no space before an address: "收件人：a@b". A local part wholly in these scripts is kept. */
const GLUED_WORDS =
  /^[^@]{0,64}[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff00-\uffef](?=[\w.!#$%&*+/=?^`{|}~-]{1,64}@)/u;

const HELP_LINE = /\bcontact|assistance|question|\bhelp|\bcopy|お問い?合わせ|連絡/i;

/** Mailboxes that a notice mentions for help, never the failed one. */
const HELP_LOCAL_PART = /^(?:post-?master|mailer-daemon|abuse|help-?desk|hostmaster|no-?reply)@/;

/**
 * Reads who failed and why from the text of a server that sends no delivery-status.
 *
 * Recipients are at the start of a line; what follows up to the next one belongs to them. If no line begins with an address, the
 * best of RCPT TO, a labelled address or any address counts.
 */
export function readNotice(
  lines: readonly string[],
  notTheRecipient: ReadonlySet<string>,
  subject: string,
): Notice {
  const text = lines.join('\n');
  const segments = leadingSegments(lines, notTheRecipient);
  if (segments.size === 0) {
    for (const [address, answer] of transcribed(lines, notTheRecipient)) segments.set(address, answer);
  }
  if (segments.size === 0) {
    for (const address of mentioned(lines, notTheRecipient)) segments.set(address, text);
  }
  const whole = explain(text);
  const above = explain(
    lines
      .slice(
        0,
        lines.findIndex((line) => LEADING_ADDRESS.test(line)),
      )
      .join('\n'),
  );
  const recipients = [...segments].map(([address, segment]) => {
    // An address without a reason of its own shares the common one; one with another reason does not get that code.
    const sameReason =
      !namesReason(segment) || wordedReason(segment) === wordedReason(whole.diagnostic ?? '');
    const shared = segments.size === 1 || sameReason ? whole : above;
    const candidates = [explain(segment), explain(linesNaming(address, lines)), shared];
    const answered = candidates.find(({ replyCode, status }) => replyCode !== null || status !== null);
    // "Could not be delivered for 4 hours" above "Connection timed out": the cause matters more than the duration.
    const isUnreachable =
      wordedReason(candidates[0]?.diagnostic ?? '') === 'network' &&
      wordedReason(whole.diagnostic ?? '') === 'expired';
    const explained = isUnreachable
      ? candidates[0]
      : candidates.find(({ diagnostic }) => namesReason(diagnostic ?? ''));
    return { address, ...(answered ?? explained ?? candidates[0] ?? whole) };
  });
  const says = (phrases: readonly RegExp[]): boolean =>
    phrases.some((phrase) => phrase.test(text) || phrase.test(subject));
  const delayed = says(DELAY_PHRASES) && !says(FAILURE_PHRASES);
  return { recipients, whole, action: delayed ? 'delayed' : 'failed' };
}

function leadingSegments(lines: readonly string[], excluded: ReadonlySet<string>): Map<string, string> {
  const leading = lines.map((line) => {
    const found = LEADING_ADDRESS.exec(line)?.[1];
    const address = found === undefined ? null : cleanAddress(found);
    return address !== null && isCandidate(address, excluded) ? address : null;
  });
  const known = new Set(leading.filter((address) => address !== null).slice(0, MAX_RECIPIENTS));
  const segments = new Map<string, string>();
  let current: string | null = null;
  for (const [index, line] of lines.entries()) {
    const address = leading[index] ?? null;
    if (address !== null && known.has(address)) current = address;
    // A transcript line below the list may be about another recipient: this one's paragraph ends there.
    else if (
      current !== null &&
      known.size > 1 &&
      addressesIn(line).some((other) => other !== current && known.has(other))
    )
      current = null;
    if (current === null) continue;
    const segment = segments.get(current) ?? '';
    if (segment.length < MAX_SEGMENT) segments.set(current, segment === '' ? line : `${segment}\n${line}`);
  }
  return segments;
}

/** "550 <client@b.test>... User unknown": how sendmail and its relatives transcribe their answer about a recipient. */
const TRANSCRIBED =
  /^[ \t]{0,9}[45]\d\d(?:[ -][45]\.\d{1,3}\.\d{1,3})?[ -]{1,3}<?([^\s<>()[\]{}:;,"'|=\\]{1,64}@[a-z0-9][a-z0-9._-]{0,254}?)>?\.{3}[ \t]/i;
const REFUSED = /^[ \t]{0,9}(?:<<<[ \t]?)?[45]\d\d(?:[ -]|$)/;

/** The recipients refused in a session transcript, each with the answer: by name, or below its RCPT TO if there are several. */
function transcribed(lines: readonly string[], excluded: ReadonlySet<string>): ReadonlyMap<string, string> {
  const answers = new Map<string, string>();
  const asked = new Map<string, string>();
  let current: string | null = null;
  for (const line of lines) {
    const named = TRANSCRIBED.exec(line);
    if (named !== null) {
      const address = cleanAddress(named[1] ?? '');
      // "554 <client@b.test>... 550 Host unknown": the refusing server's code follows the reporting one's.
      const behind = line.slice(named[0].length);
      if (isCandidate(address, excluded) && !answers.has(address) && answers.size < MAX_RECIPIENTS)
        answers.set(address, REFUSED.test(behind) ? behind : line);
      continue;
    }
    const command = [...line.matchAll(RCPT_TO)][0]?.[1];
    if (command !== undefined) current = cleanAddress(command);
    else if (/^[ \t]{0,9}>>>/.test(line)) current = null;
    else if (current !== null && REFUSED.test(line)) {
      if (isCandidate(current, excluded) && asked.size < MAX_RECIPIENTS) asked.set(current, line);
      current = null;
    } else if (/^[ \t]{0,9}(?:<<<[ \t]?)?2\d\d[ -]/.test(line)) current = null;
  }
  if (answers.size > 0) return answers;
  return asked.size > 1 ? asked : new Map();
}

function addressesIn(line: string): readonly string[] {
  return [...line.matchAll(ADDRESS)].map(([address]) => cleanAddress(address));
}

/** The recipient of a notice that lists none: by SMTP command, by label, or the first one named. */
function mentioned(lines: readonly string[], excluded: ReadonlySet<string>): readonly string[] {
  let labelled: readonly string[] = [];
  let any: readonly string[] = [];
  for (const line of lines) {
    for (const [, found = ''] of line.matchAll(RCPT_TO)) {
      const address = cleanAddress(found);
      if (isCandidate(address, excluded)) return [address];
    }
    const [, label = '', found] = LABELLED_ADDRESS.exec(line) ?? [];
    if (found !== undefined && SENDER_LABEL.test(label.trim())) continue;
    const isLabelled = found !== undefined && isCandidate(cleanAddress(found), excluded);
    if ((labelled.length > 0 || !isLabelled) && (any.length > 0 || HELP_LINE.test(line))) continue;
    const listed = listedIn(line).filter((address) => isCandidate(address, excluded));
    if (isLabelled && labelled.length === 0) labelled = listed;
    if (any.length === 0) any = listed;
  }
  return labelled.length > 0 ? labelled : any;
}

/** The first address of a line that is not a sender or a message id, with those joined to it by commas. */
function listedIn(line: string): readonly string[] {
  const found: string[] = [];
  let end = 0;
  const read = line.replaceAll(NOT_A_RECIPIENT, ' ');
  for (const match of read.matchAll(ADDRESS)) {
    if (
      found.length > 0 &&
      !/^[>"'\s]{0,9}(?:[,;、，]|and|und|et|y|e|en)[<"'\s]{0,9}$/.test(read.slice(end, match.index))
    )
      break;
    if (found.length >= MAX_RECIPIENTS) break;
    found.push(cleanAddress(match[0]));
    end = match.index + match[0].length;
  }
  return found;
}

function isCandidate(address: string, excluded: ReadonlySet<string>): boolean {
  return !excluded.has(address) && !HELP_LOCAL_PART.test(address);
}

function cleanAddress(found: string): string {
  return found
    .toLowerCase()
    .replace(GLUED_WORDS, '')
    .replace(/^[.*_-]{1,9}(?=\w)/, '')
    .replace(/[.]{1,9}$/, '');
}

/** The transcript lines that name the address, each with the next line if it names no other: an answer follows its command. */
function linesNaming(address: string, lines: readonly string[]): string {
  return lines
    .filter(
      (line, index) =>
        line.toLowerCase().includes(address) ||
        ((lines[index - 1] ?? '').toLowerCase().includes(address) && addressesIn(line).length === 0),
    )
    .slice(0, 2 * MAX_RECIPIENTS)
    .join('\n');
}

function explain(segment: string): Codes & { diagnostic: string | null } {
  // A code at the start of a line is an answer even without a word before it: keep that start visible.
  const marked = segment
    .slice(0, MAX_SEGMENT)
    .replaceAll(/\n(?=[ \t]{0,40}(?:<<<[ \t])?[45]\d\d(?:[ -]|\n|$))/g, '\n; ');
  return { ...readCodes(flat(marked)), diagnostic: diagnosticIn(segment) };
}

const ANSWER_CODE = /(?<![\w.#/-])#?[45][0-57]\d[ -]#?(?:[45]\.\d\.\d|\D)/;
const ANSWER_WORD = /\b(?:said|returned|was|reason|error|answer|talk to me): ?['"]?(?=\S)/i;

/** "** Address not found **": the same title for every reason. */
const TITLE = /^\s{0,9}\*\*[^*\n]{1,80}\*\*\s{0,9}$/;

/** The paragraph with the answer, from its code on; else the first that says more than the address. */
function diagnosticIn(segment: string): string | null {
  const paragraphs = segment
    .slice(0, MAX_SEGMENT)
    .split(/\n[ \t]{0,80}\n/)
    .filter((paragraph) => !TITLE.test(paragraph))
    .map((paragraph) => flat(paragraph.replace(LEADING_ADDRESS, '')).replace(/^[>:)\]'". ]{1,9}/, ''));
  const answer = paragraphs.find((paragraph) => ANSWER_CODE.test(paragraph));
  // "The user's name is not found. 550 unknown": words before the code count if those after it name no reason.
  const coded = answer === undefined ? 0 : (ANSWER_CODE.exec(answer)?.index ?? 0);
  const behind = wordedReason(answer?.slice(coded) ?? '');
  const from = behind === null && wordedReason(answer ?? '') !== null ? 0 : coded;
  const words =
    answer ??
    paragraphs.find((paragraph) => wordedReason(paragraph) !== null) ??
    paragraphs.find((paragraph) => ANSWER_WORD.test(paragraph)) ??
    paragraphs.find((paragraph) => /\p{L}{3}/u.test(paragraph));
  return words?.slice(from, from + MAX_DIAGNOSTIC).trim() || null;
}

/** One line, single spaces: servers wrap their answers anywhere. */
function flat(text: string): string {
  return text.split(/\s+/).join(' ').trim();
}
