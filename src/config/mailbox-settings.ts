import { hostName, isoDate, list, oneOf, secretText, text, wholeNumber } from './setting-kinds.ts';
import { setting } from './setting.ts';
import { mailboxAuthority, mailboxRole } from './rule-kinds.ts';

export const mailboxGroup = 'Mailboxes: one here, or many in MAILBOXES_FILE';

/** The fields of one mailbox: the key is the name in MAILBOXES_FILE, `name` the one in the environment. */
export const mailboxSettings = {
  host: setting({
    name: 'IMAP_HOST',
    group: mailboxGroup,
    doc: 'IMAP server.',
    kind: hostName,
    example: 'imap.example.com',
  }),
  port: setting({
    name: 'IMAP_PORT',
    group: mailboxGroup,
    doc: 'IMAP port. Defaults to 993, or 143 if IMAP_SECURITY is starttls or none.',
    kind: wholeNumber({ min: 1, max: 65_535 }),
  }),
  security: setting({
    name: 'IMAP_SECURITY',
    group: mailboxGroup,
    doc: 'tls (from the first byte), starttls (required, never skipped), or none (sends the password in clear text). Defaults to tls on port 993, else starttls.',
    kind: oneOf(['tls', 'starttls', 'none']),
  }),
  user: setting({
    name: 'IMAP_USER',
    group: mailboxGroup,
    doc: "Login, usually the mailbox's address.",
    kind: text,
    example: 'office@firm.example',
  }),
  pass: setting({
    name: 'IMAP_PASS',
    group: mailboxGroup,
    doc: 'Password, or an app password if the provider requires one.',
    kind: secretText,
    secret: true,
  }),
  accessToken: setting({
    name: 'IMAP_ACCESS_TOKEN',
    group: mailboxGroup,
    doc: 'OAuth 2 access token instead of a password. If given as a file, it is read again before each login, so another program can renew it.',
    kind: secretText,
    secret: true,
  }),
  caFile: setting({
    name: 'IMAP_CA_FILE',
    group: mailboxGroup,
    doc: "PEM file with the certificate authority, if the server's certificate is not publicly signed.",
    kind: text,
  }),
  folders: setting({
    name: 'IMAP_FOLDERS',
    group: mailboxGroup,
    doc: 'Folders to watch, by path or by special use (\\Inbox, \\Sent, \\All, \\Archive). Drafts in \\All wait until they are sent. With \\All, also list \\Sent: it proves which messages are your own.',
    kind: list,
    fallback: '\\Inbox,\\Sent',
  }),
  name: setting({
    name: 'MAILBOX_NAME',
    group: mailboxGroup,
    doc: 'Name used in logs and records. Keep it when the password or server changes. Defaults to IMAP_USER.',
    kind: text,
  }),
  role: setting({
    name: 'MAILBOX_ROLE',
    group: mailboxGroup,
    doc: 'capture: the inbox and Sent of a person or team. dropbox: an inbox that staff forward to or Bcc.',
    kind: mailboxRole,
    fallback: 'capture',
  }),
  authority: setting({
    name: 'MAILBOX_AUTHORITY',
    group: mailboxGroup,
    doc: 'Whose case tags in this mailbox take effect by themselves: both, staff, or clients. Those of the others are held for a person.',
    kind: mailboxAuthority,
    fallback: 'both',
  }),
  since: setting({
    name: 'MAILBOX_SINCE',
    group: mailboxGroup,
    doc: 'Mail older than this date that arrived before it, or with the first listing of its folder, is back-fill: it is stored but moves no case. Without it, all mail counts as new.',
    kind: isoDate,
    example: '2026-01-31',
  }),
  silenceHours: setting({
    name: 'MAILBOX_SILENCE_HOURS',
    group: mailboxGroup,
    doc: 'No new mail for this many hours counts as a fault of the mailbox. Without it, silence does not.',
    kind: wholeNumber({ min: 1, max: 8_760 }),
  }),
} as const;
