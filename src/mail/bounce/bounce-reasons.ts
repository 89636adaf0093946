import { REPLY_REASONS, STATUS_REASONS, STATUS_SUBJECT_REASONS } from './bounce-reason-codes.ts';
import { REASON_WORDS, type BounceReason } from './bounce-reason-words.ts';
import { classOf } from './smtp-codes.ts';

/**
 * Reasons about this message, this moment or the route, not the address: it may well accept the next message, so they are never a
 * hard bounce, whatever class the server chose.
 */
const NOT_THE_ADDRESS: ReadonlySet<BounceReason> = new Set<BounceReason>([
  'mailbox-full',
  'message-too-big',
  'expired',
  'network',
  'rate-limited',
  'greylisted',
  'blocked',
  'spam',
  'virus',
  'authentication',
  'policy',
  'relay-denied',
  'sender-rejected',
  'loop',
  'content',
  'protocol',
  'system-full',
  'system',
]);

/** Maximum text per pattern: more than any real diagnostic, so that hostile ones are cheap. */
const MAX_DIAGNOSTIC = 1_000;

/**
 * Why it failed. The server's words come before its codes, because servers reuse a few codes for everything (5.7.1, 5.1.1, 5.4.1);
 * but words that only say "rejected" come last.
 */
export function reasonOf(facts: {
  readonly diagnostic: string | null;
  readonly status: string | null;
  readonly replyCode: string | null;
}): BounceReason | null {
  const words = facts.diagnostic ?? '';
  const detail = facts.status?.slice(2) ?? '';
  // A relay may put its own words before the answer it got: "Unknown address error 550-'5.7.1 Access denied'".
  const answer = words.slice(Math.max(0, words.search(/\d{3}[ -]['"]?#?[245]\.\d\.\d/)));
  const worded = wordedReason(answer) ?? (answer === words ? null : wordedReason(words));
  const coded = STATUS_REASONS[detail] ?? null;
  const vague = worded === null || VAGUE.has(worded);
  if (!vague) return worded;
  const replied = REPLY_REASONS[facts.replyCode ?? ''] ?? null;
  // 421 only says that the service is closing; "no answer from host" says why.
  const byReply = worded === 'network' && replied === 'system' ? worded : replied;
  return coded ?? STATUS_SUBJECT_REASONS[detail.charAt(0)] ?? byReply ?? worded;
}

/** What the words alone say, up to `MAX_DIAGNOSTIC` characters. */
export function wordedReason(words: string): BounceReason | null {
  const read = words
    .slice(0, MAX_DIAGNOSTIC)
    .replaceAll(/https?:\/\/\S{1,300}|[^\s<>@]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,12}/g, ' ')
    // Most patterns stop at the end of a sentence; the dots of a host name are not one.
    .replaceAll(/(?<=\w)\.(?=\w)/g, '_');
  return REASON_WORDS.find(([, pattern]) => pattern.test(read))?.[0] ?? null;
}

/** The words give a reason, more than "it failed". */
export function namesReason(words: string): boolean {
  const reason = wordedReason(words);
  return reason !== null && !VAGUE.has(reason);
}

const VAGUE: ReadonlySet<BounceReason> = new Set<BounceReason>([
  'rejected',
  'content',
  'protocol',
  'system',
  'network',
]);

/**
 * Hard: a permanent failure that every further message to this address will meet.
 *
 * Class 4 is never hard, not even "4.4.7 delivery time expired": RFC 3463 §2 calls it a persistent transient failure, caused by a
 * temporary condition, and sending later may succeed. Class 5 is hard unless the reason is the message, the sender or the moment,
 * or the refusing server itself answered 4yz (RFC 5321 §4.2.1): its relay gave up, it did not.
 */
export function isHard(facts: {
  readonly action: string | null;
  readonly status: string | null;
  readonly replyCode: string | null;
  readonly reason: BounceReason | null;
}): boolean {
  if (facts.action !== null && facts.action !== 'failed') return false;
  if (classOf(facts.status) !== '5' || classOf(facts.replyCode) === '4') return false;
  return facts.reason === null || !NOT_THE_ADDRESS.has(facts.reason);
}
