import { hostName, isoDate, list, oneOf, secretText, text, wholeNumber } from './setting-kinds.ts';
import { setting } from './setting.ts';
import { mailboxRole } from './rule-kinds.ts';

export const mailboxGroup = 'Mailboxes: one here, or many in MAILBOXES_FILE';

/** The fields of one mailbox: the key is the name in MAILBOXES_FILE, `name` the one in the environment. */
export const mailboxSettings = {
  host: setting({
    name: 'IMAP_HOST',
    group: mailboxGroup,
    doc: 'The IMAP server.',
    kind: hostName,
    example: 'imap.example.com',
  }),
  port: setting({
    name: 'IMAP_PORT',
    group: mailboxGroup,
    doc: 'Without it 993, or 143 where IMAP_SECURITY is starttls or none.',
    kind: wholeNumber({ min: 1, max: 65_535 }),
  }),
  security: setting({
    name: 'IMAP_SECURITY',
    group: mailboxGroup,
    doc: 'tls from the first byte, starttls (and nothing without it), or none, which sends the password in clear text. Without it tls on port 993, else starttls.',
    kind: oneOf(['tls', 'starttls', 'none']),
  }),
  user: setting({
    name: 'IMAP_USER',
    group: mailboxGroup,
    doc: 'The login, most often the address of the mailbox.',
    kind: text,
    example: 'office@firm.example',
  }),
  pass: setting({
    name: 'IMAP_PASS',
    group: mailboxGroup,
    doc: 'The password, or an app password where the provider asks for one.',
    kind: secretText,
    secret: true,
  }),
  accessToken: setting({
    name: 'IMAP_ACCESS_TOKEN',
    group: mailboxGroup,
    doc: 'An OAuth 2 access token instead of a password. From a file it is read again before each login, so another program can renew it.',
    kind: secretText,
    secret: true,
  }),
  caFile: setting({
    name: 'IMAP_CA_FILE',
    group: mailboxGroup,
    doc: 'A PEM file with the certificate authority of a server whose certificate is not publicly signed.',
    kind: text,
  }),
  folders: setting({
    name: 'IMAP_FOLDERS',
    group: mailboxGroup,
    doc: 'Folders to watch, by path or by special use (\\Inbox, \\Sent, \\All, \\Archive). Drafts in \\All wait until they are sent; name \\Sent beside it, which proves own letters.',
    kind: list,
    fallback: '\\Inbox,\\Sent',
  }),
  name: setting({
    name: 'MAILBOX_NAME',
    group: mailboxGroup,
    doc: 'The name in logs and records. Keep it when the password or the server changes. Without it IMAP_USER.',
    kind: text,
  }),
  role: setting({
    name: 'MAILBOX_ROLE',
    group: mailboxGroup,
    doc: 'capture: the inbox and Sent of a person or team. dropbox: an inbox that staff forward to or Bcc.',
    kind: mailboxRole,
    fallback: 'capture',
  }),
  since: setting({
    name: 'MAILBOX_SINCE',
    group: mailboxGroup,
    doc: 'Older mail is stored as back-fill: it moves no case. Without it all mail counts as new.',
    kind: isoDate,
    example: '2026-01-31',
  }),
} as const;
