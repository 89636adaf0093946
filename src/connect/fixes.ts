/** PURE. What helps against each failure of a mailbox. Fields are named as in MAILBOXES_FILE, with their names in the environment. */
import type { MailboxConfig } from '../config/mailbox-config.ts';

type Connection = Pick<MailboxConfig, 'name' | 'host' | 'port' | 'security' | 'auth'>;

export function fixFor(code: string, { name, host, port, security, auth }: Connection, error = ''): string {
  switch (code) {
    case 'authentication-failed':
      return auth.kind === 'oauth'
        ? `sign in again: docketmail mailbox authorise ${name}`
        : 'correct its user (IMAP_USER) or pass (IMAP_PASS); many providers want an app password, and Microsoft 365 and Google Workspace want OAuth (docs/connecting.md)';
    case 'needs-consent':
      return `docketmail mailbox authorise ${name}`;
    case 'needs-permission':
      return 'let the account or app open this mailbox: at Microsoft Add-MailboxPermission in Exchange PowerShell with the object id of the enterprise application (docs/connecting.md)';
    case 'mailbox-not-open':
      return 'switch IMAP on for this mailbox and let the account or app open it; both take up to an hour at Microsoft (docs/connecting.md)';
    case 'app-broken':
      return 'correct the OAuth app: docketmail doctor says how';
    case 'provider-down':
    case 'throttled':
      return 'nothing: it is tried again';
    case 'folder-missing':
      return 'correct its folders (IMAP_FOLDERS)';
    case 'not-polled':
      return 'start a process with the role poll, and see that Redis answers';
    case 'silent':
      return 'see whether mail still reaches the mailbox: a changed MX, a rule that moves mail, a full mailbox';
    case 'internal':
      return 'read the log of the process that polls it';
    case 'configuration':
      return /certificate|altnames/iu.test(error)
        ? `name the authority of its certificate in caFile (IMAP_CA_FILE), or correct its host ${host} (IMAP_HOST)`
        : `correct its security ${security} (IMAP_SECURITY) or port ${port} (IMAP_PORT), or what the error names`;
    default:
      return `check its host ${host} (IMAP_HOST), port ${port} (IMAP_PORT) and security ${security} (IMAP_SECURITY)`;
  }
}
