/**
 * SMTP reply codes (RFC 5321 §4.2) and enhanced status codes (RFC 3463) in the text of a bounce.
 *
 * Every pattern is anchored by a digit and bounded, so reading takes linear time.
 */

export interface Codes {
  /** RFC 5321, such as "550". */
  readonly replyCode: string | null;
  /** RFC 3463, such as "5.1.1". */
  readonly status: string | null;
}

// Second digit of a reply code: 0 syntax, 1 information, 2 connection, 3 and 4 of AUTH and STARTTLS, 5 mail system, 7 seen in
// policy answers. Subjects of RFC 3463 run from 0 to 7, which excludes addresses and version numbers.
const PAIR =
  /(?<![\w.])([245][0-57]\d)[ \t:;_\]/-]{0,3}(?:[45]\d\d[ -])?['"([]{0,2}#?([245]\.[0-7]\.\d{1,3})(?!\d|\.\d)/g;
const LONE_STATUS = /(?<![\w./-]|[^\s]:)#?([45]\.[0-7]\.\d{1,3})(?!\d|\.\d|\/)/g;
const LONE_REPLY =
  /(?:^|[;'"(<>#\]]|(?<!\d):|\b(?:(?:response|reply|status|error|smtp|return|result|server)[-_ ]?)?(?:said|error|code|returned|reply|response|status|reason|smtp|problem|with|out|by|erreur|fehler|errore|c[oó]digo)\b[:=#]?)[ \t]{0,3}([45][0-57]\d)(?=$|[ -](?!\d{2}[:/-])|[;,:.'")](?!\d))/gi;

/** Codes that only give the class, such as 5.0.0. */
export function isClassOnly(status: string | null): boolean {
  return status === null || /^[245]\.0\.0$/.test(status);
}

/**
 * The codes of one recipient's diagnostic.
 *
 * A pair from the refusing server ("550 5.1.1") beats a lone code, which relays add themselves; among equals, the first that says
 * more than its class wins, else the first.
 */
export function readCodes(text: string): Codes {
  const pairs: Codes[] = [];
  for (const [, replyCode = null, status = null] of text.matchAll(PAIR)) pairs.push({ replyCode, status });
  // A transcript also has the commands that were accepted.
  const refusals = pairs.filter(({ status }) => classOf(status) !== '2');
  const pair = refusals.find(({ status }) => !isClassOnly(status)) ?? refusals[0] ?? pairs[0];
  const statuses = [...text.matchAll(LONE_STATUS)].map(([, status = '']) => status);
  const status = statuses.find((found) => !isClassOnly(found)) ?? statuses[0] ?? null;
  if (!pair) return { replyCode: loneReply(text), status };
  const refined = isClassOnly(pair.status) && status !== null && classOf(status) === classOf(pair.status);
  return { replyCode: pair.replyCode, status: refined ? status : pair.status };
}

function loneReply(text: string): string | null {
  for (const [, reply] of text.matchAll(LONE_REPLY)) if (reply) return reply;
  return null;
}

/** The class digit of a status or reply code: "2", "4" or "5"; null if there is none. */
export function classOf(code: string | null): string | null {
  const digit = code?.charAt(0) ?? '';
  return digit === '2' || digit === '4' || digit === '5' ? digit : null;
}

/**
 * The one status to keep.
 *
 * 1. What the refusing server said, if its class is that of the reporting server or the latter only gives a class.
 * 2. What the reporting server said (the Status field, RFC 3464 §2.3.4).
 * 3. The class of the reply code: 550 is "5.0.0". RFC 3463 §2 gives both the same classes; more would be a guess.
 */
export function chooseStatus(codes: {
  readonly reported: string | null;
  readonly said: string | null;
  readonly replyCode: string | null;
}): string | null {
  const { reported, said, replyCode } = codes;
  if (said !== null && !isClassOnly(said) && (isClassOnly(reported) || classOf(said) === classOf(reported)))
    return said;
  if (reported !== null) return reported;
  if (said !== null) return said;
  const digit = classOf(replyCode);
  return digit === null ? null : `${digit}.0.0`;
}
