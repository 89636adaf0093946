import { readCodes } from './smtp-codes.ts';

/** One per-recipient group of RFC 3464 §2.3, as reported. */
export interface RecipientGroup {
  /** Final-Recipient, or Original-Recipient if the final one is not an address (a pipe, a local user). */
  readonly address: string | null;
  /** Keyword of §2.3.3; null if absent or unknown. */
  readonly action: string | null;
  readonly status: string | null;
  /** Without its type, unfolded; null if absent or empty. */
  readonly diagnostic: string | null;
}

export interface DeliveryStatus {
  readonly groups: readonly RecipientGroup[];
  /** Id of the returned message, if the server writes it into the report (an extension field). */
  readonly originalMessageId: string | null;
}

/** A report on one message has at most this many recipients; more is an attack. */
const MAX_GROUPS = 1_000;
/** RFC 5322 §2.1.1 allows 998 characters per line; folded diagnostics are somewhat longer. */
const MAX_FIELD = 4_000;
const MAX_REPORT = 1_000_000;

type Fields = ReadonlyMap<string, string>;

/**
 * Reads a message/delivery-status part (RFC 3464), even if it breaks the rules: no blank line between groups, blank lines inside a
 * group, no address type, codes with comments.
 */
export function readDeliveryStatus(text: string): DeliveryStatus {
  const blocks = splitBlocks(text.slice(0, MAX_REPORT));
  const groups: RecipientGroup[] = [];
  let originalMessageId: string | null = null;
  for (const fields of joinBlocks(blocks)) {
    originalMessageId ??= messageIdIn(
      fields.get('x-original-message-id') ?? fields.get('original-message-id'),
    );
    if (isRecipientBlock(fields) && groups.length < MAX_GROUPS) groups.push(readGroup(fields));
  }
  return { groups, originalMessageId };
}

function splitBlocks(text: string): Fields[] {
  const blocks: Map<string, string>[] = [];
  let block = new Map<string, string>();
  let last: string | null = null;
  let first: string | null = null;
  const close = (): void => {
    if (block.size > 0) blocks.push(block);
    block = new Map();
    last = null;
    first = null;
  };
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '') {
      close();
      continue;
    }
    const field = /^([A-Za-z][\w-]{1,60})[ \t]?:(.*)$/.exec(line);
    if (/^[ \t]/.test(line) || !field) {
      if (last !== null) block.set(last, `${block.get(last) ?? ''} ${line.trim()}`.slice(0, MAX_FIELD));
      continue;
    }
    const name = (field[1] ?? '').toLowerCase();
    // A second recipient without a blank line before it starts its own group, whichever group field this server writes first.
    if (block.has(name) && (RECIPIENT_FIELDS.has(name) || name === first)) close();
    if (GROUP_FIELDS.has(name)) first ??= name;
    if (!block.has(name)) block.set(name, (field[2] ?? '').trim().slice(0, MAX_FIELD));
    last = name;
  }
  close();
  return blocks;
}

/** A block without a recipient that completes the previous group belongs to it. */
function joinBlocks(blocks: readonly Fields[]): readonly Fields[] {
  const joined: Fields[] = [];
  for (const block of blocks) {
    // Headers of the returned message, in a report flattened into text: an mbox "Status: RO" is not a status.
    if (block.has('received') || block.has('return-path')) break;
    const before = joined.at(-1);
    const isTail = isRecipientBlock(block) && ![...RECIPIENT_FIELDS].some((name) => block.has(name));
    const completes =
      before !== undefined &&
      isRecipientBlock(before) &&
      [...block.keys()].every((name) => !before.has(name));
    if (isTail && completes) joined[joined.length - 1] = new Map([...before, ...block]);
    else joined.push(block);
  }
  return joined;
}

/** Some servers write X-Actual-Recipient in their place. */
const RECIPIENT_FIELDS: ReadonlySet<string> = new Set([
  'final-recipient',
  'original-recipient',
  'x-actual-recipient',
]);
const GROUP_FIELDS: ReadonlySet<string> = new Set([
  ...RECIPIENT_FIELDS,
  'action',
  'status',
  'diagnostic-code',
]);

function isRecipientBlock(fields: Fields): boolean {
  return [...GROUP_FIELDS].some((name) => fields.has(name));
}

/** What servers write instead of the keywords of §2.3.3: "failure", "bounced", "deferred". */
const ACTION_WORDS: readonly (readonly [string, RegExp])[] = [
  ['failed', /^(?:fail|hard|perm|bounce|expire|reject|undeliver|error)/],
  ['delayed', /^(?:delay|defer|warn|transient|retry|temp)/],
  ['delivered', /^(?:deliver|success)/],
  ['relayed', /^relay/],
  ['expanded', /^expand/],
];

/** Null for a word that says nothing: then the status decides. */
function actionIn(field: string | undefined): string | null {
  const word = /[a-z]+/i.exec(field ?? '')?.[0].toLowerCase() ?? '';
  return ACTION_WORDS.find(([, pattern]) => pattern.test(word))?.[0] ?? null;
}

function readGroup(fields: Fields): RecipientGroup {
  const diagnostic = withoutType(fields.get('diagnostic-code') ?? '');
  return {
    address:
      addressIn(fields.get('final-recipient')) ??
      addressIn(fields.get('original-recipient')) ??
      addressIn(fields.get('x-actual-recipient')),
    action: actionIn(fields.get('action')),
    status: statusIn(fields.get('status')),
    diagnostic: diagnostic === '' ? null : diagnostic,
  };
}

/** `rfc822; <a@b.test>` to `a@b.test`; null if it is not an address. */
function addressIn(field: string | undefined): string | null {
  const value = decodeEscapes(field ?? '')
    .replaceAll(/[<>"']/g, '')
    .trim();
  const address = /^[^\s@]{1,256}@[^\s@]{1,255}/.exec(value)?.[0] ?? null;
  return address === null ? null : address.replace(/[.,;:]+$/, '').toLowerCase();
}

/** `utf-8; jos\x{E9}@b.test`: RFC 6533 §3 escapes non-ASCII this way if the report must be ASCII. */
function decodeEscapes(field: string): string {
  const value = withoutType(field);
  if (!/^[ \t]{0,9}utf-8[ \t]?;/i.test(field)) return value;
  return value.replaceAll(/\\x\{([0-9a-f]{2,6})\}/gi, (whole, hex: string) => {
    const point = Number.parseInt(hex, 16);
    return point > 0x20 && point <= 0x10_ff_ff ? String.fromCodePoint(point) : whole;
  });
}

/** `smtp; 550 no` to `550 no`: the type of RFC 3464 §2.1.2 says nothing to a reader. */
function withoutType(value: string): string {
  return value.replace(/^[\w-]{1,20}[ \t]?;/, '').trim();
}

function statusIn(field: string | undefined): string | null {
  if (field === undefined) return null;
  const plain = /^[ \t]{0,9}([245])[.](\d{1,3})[.](\d{1,3})/.exec(field);
  if (plain) return `${plain[1]}.${Number(plain[2])}.${Number(plain[3])}`;
  return readCodes(field).status;
}

export function messageIdIn(value: string | undefined | null): string | null {
  const bracketed = /<([^<>\s]{1,998})>/.exec(value ?? '')?.[1];
  const bare = /^\s{0,9}([^<>\s]{1,998})/.exec(value ?? '')?.[1];
  return bracketed ?? bare ?? null;
}
