import type { Header, ParsedMessage } from '../mime/parsed-message.ts';
import { draftLabels } from './draft-labels.ts';

/** A message in a file that nobody sent: still being written, or thrown away. */
export interface Unsent {
  readonly kind: 'draft' | 'deleted';
  /** The field, or the file's mark, that shows it. */
  readonly sign: string;
}

type SignOf = (value: string) => Unsent['kind'] | null;

const draftIf =
  (pattern: RegExp): SignOf =>
  (value) =>
    pattern.test(value) ? 'draft' : null;

const bits =
  (of: { readonly pattern: RegExp; readonly draft: number; readonly deleted: number }): SignOf =>
  (value) => {
    const flags = Number.parseInt(of.pattern.exec(value)?.[1] ?? '0', 16);
    return (flags & of.draft) !== 0 ? 'draft' : (flags & of.deleted) !== 0 ? 'deleted' : null;
  };

/** `\Draft` among others, as in IMAP (RFC 9051 §2.3.2, and Gmail's X-GM-LABELS), or JMAP's `$draft`. */
const FLAG = /(?:^|[\s,;"(])(?:\\{1,2}|\$)drafts?(?:$|[\s,;")])/iu;

/** Comma-separated labels. */
const labels: SignOf = (value) =>
  FLAG.test(value) ||
  value
    .split(/[,;]/u)
    .map((label) =>
      label
        .trim()
        .replaceAll(/^["\\]+|"$/gu, '')
        .normalize('NFC')
        .toLowerCase(),
    )
    .some((label) => draftLabels.has(label))
    ? 'draft'
    : null;

/** What mail programs write into a message that they keep, and remove when they send it. */
const signs: ReadonlyMap<string, SignOf> = new Map<string, SignOf>([
  // Outlook, Windows Mail, and programs that write .eml files for them
  ['x-unsent', draftIf(/^\s*(?:1|true|yes)\b/iu)],
  // Thunderbird and its relatives
  ['x-mozilla-draft-info', draftIf(/\S/u)],
  ['x-mozilla-status', bits({ pattern: /^\s*([\da-f]{1,8})/iu, draft: 0, deleted: 0x0008 })],
  // Apple Mail
  ['x-uniform-type-identifier', draftIf(/com\.apple\.mail-draft/iu)],
  ['x-apple-auto-saved', draftIf(/^\s*1/u)],
  // Gmail: Takeout, and programs that save IMAP's labels
  ['x-gmail-labels', labels],
  ['x-gm-labels', labels],
  ['x-keywords', draftIf(FLAG)],
  // Roundcube, Horde, Gnus, KMail
  ['x-draft-info', draftIf(/\S/u)],
  ['x-imp-draft', draftIf(/^\s*(?:1|yes|true)/iu)],
  ['x-draft-from', draftIf(/\S/u)],
  ['x-kmail-signatureactionenabled', draftIf(/\S/u)],
  ['x-kmail-encryptactionenabled', draftIf(/\S/u)],
  // Claws Mail, Sylpheed, mutt
  ['x-claws-end-special-headers', draftIf(/\S/u)],
  ['x-sylpheed-end-special-headers', draftIf(/\S/u)],
  ['x-mutt-fcc', draftIf(/\S/u)],
  // mbox of Dovecot, UW and mutt: T for a draft, D for deleted. X-Evolution: a number and Camel's flags.
  ['x-status', (value) => (/T/u.test(value) ? 'draft' : /D/u.test(value) ? 'deleted' : null)],
  ['x-evolution', bits({ pattern: /^\s*[\da-f]{8}-([\da-f]{4})/iu, draft: 0x0004, deleted: 0x0002 })],
]);

const RECEIVED: ReadonlySet<string> = new Set(['received', 'x-received']);

/**
 * Whether a message was never sent: by its own fields, or by `mark`, from its file name. False if a server received it: senders may
 * write such fields, and programs leave them in what they send.
 */
export function unsentSign(
  { headers }: Pick<ParsedMessage, 'headers'>,
  mark: Unsent['kind'] | null,
): Unsent | null {
  if (headers.some(({ name }) => RECEIVED.has(name))) return null;
  const found = headers.flatMap((header) => signIn(header) ?? []);
  if (mark !== null) found.unshift({ kind: mark, sign: 'the flags in the name of its file' });
  return found.find(({ kind }) => kind === 'draft') ?? found[0] ?? null;
}

function signIn({ name, value }: Header): Unsent | null {
  const kind = signs.get(name)?.(value) ?? null;
  return kind === null ? null : { kind, sign: name };
}
