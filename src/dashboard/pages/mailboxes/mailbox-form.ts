/** The fields of a mailbox as a form. A password goes in and never out. */
import { html } from 'hono/html';
import { z } from 'zod';
import { oauthGrants } from '../../../config/oauth-use.ts';
import type { OAuthApp } from '../../../config/oauth-apps.ts';
import type { MailboxFields } from '../../../connect/mailbox-input.ts';
import type { Html } from '../layout.ts';

const MAX_CHARS = 2_000;
const line = z.string().trim().max(MAX_CHARS).default('');

export const mailboxForm = z.object({
  name: line,
  host: line,
  port: line,
  security: line,
  user: line,
  /** Of an app; empty: by password. */
  app: line,
  grant: z.enum(oauthGrants).catch('code'),
  signInAs: line,
  pass: z.string().max(4_000).default(''),
  folders: line,
  since: line,
  role: line,
  silenceHours: line,
  revision: z.coerce.number().int().min(0).optional(),
});
export type FilledForm = z.infer<typeof mailboxForm>;

export const emptyForm: FilledForm = mailboxForm.parse({ folders: '\\Inbox, \\Sent' });

/** As API and command line have them. */
export function fieldsOf({ app, grant, signInAs, pass, name, since, silenceHours, ...rest }: FilledForm) {
  const { host, port, security, user, folders, role } = rest;
  const fields: MailboxFields = {
    host,
    port,
    security,
    user,
    folders: folders.split(',').map((folder) => folder.trim()),
    role,
    since: since === '' ? null : since,
    silenceHours: silenceHours === '' ? null : silenceHours,
    oauth: app === '' ? null : { app, grant, signInAs: signInAs === '' ? null : signInAs },
    ...(name !== '' && { name }),
    ...(pass !== '' && { pass }),
  };
  return fields;
}

const option = (value: string, chosen: string, words = value): Html =>
  value === chosen
    ? html`<option value="${value}" selected>${words}</option>`
    : html`<option value="${value}">${words}</option>`;

const input = (
  name: keyof FilledForm,
  label: string,
  { filled, help = '', type = 'text' }: { filled: FilledForm; help?: string; type?: string },
): Html =>
  html`<label>
    ${label}
    <input type="${type}" name="${name}" value="${String(filled[name] ?? '')}" autocomplete="off" />
    ${help === '' ? '' : html`<small>${help}</small>`}
  </label>`;

export function connectionFields(
  filled: FilledForm,
  { apps, isNew }: { readonly apps: readonly OAuthApp[]; readonly isNew: boolean },
): Html {
  return html`<fieldset>
    <legend>The server</legend>
    ${input('host', 'IMAP server', { filled })}
    ${input('port', 'Port', { filled, help: '993 with TLS, 143 with STARTTLS' })}
    <label
      >Security
      <select name="security">
        ${option('tls', filled.security, 'TLS')} ${option('starttls', filled.security, 'STARTTLS')}
        ${filled.security === 'none' ? option('none', 'none', 'none, on this machine') : ''}
      </select></label
    >
    ${input('user', 'User', { filled, help: 'usually the address' })}
    <label
      >Signs in by
      <select name="app">
        ${option('', filled.app, 'password or app password')}
        ${apps.map(({ name, provider }) => option(name, filled.app, `${name} (${provider}, OAuth)`))}
      </select></label
    >
    <label
      >Password
      <input type="password" name="pass" value="" autocomplete="new-password" />
      <small>${isNew ? 'Empty with OAuth.' : 'Empty: as it is.'} It is stored sealed and never shown.</small>
    </label>
    ${
      apps.length === 0
        ? html`<p class="muted">
            Microsoft 365 and Google Workspace need OAuth: list an app under <code>oauthApps</code> in
            <code>MAILBOXES_FILE</code>.
          </p>`
        : html`<label
              >With OAuth, who signs in
              <select name="grant">
                ${oauthGrants.map((grant) => option(grant, filled.grant, GRANTS[grant]))}
              </select></label
            >
            ${input('signInAs', 'Account that signs in, of a shared mailbox', { filled, help: 'else empty' })}`
    }
  </fieldset>`;
}

const GRANTS: Readonly<Record<(typeof oauthGrants)[number], string>> = {
  code: 'a person, in the browser',
  device: 'a person, with a code',
  'client-credentials': 'the app itself',
  'service-account': 'a Google service account',
};

export function readingFields(filled: FilledForm): Html {
  return html`<fieldset>
    <legend>What is read</legend>
    ${input('folders', 'Folders', {
      filled,
      help: 'with commas between; \\Inbox, \\Sent, \\Archive and \\All are found whatever they are called',
    })}
    ${input('since', 'New mail begins', { filled, type: 'date', help: 'older mail is stored and moves no case; empty: all counts as new' })}
    <label
      >It is
      <select name="role">
        ${option('capture', filled.role, 'a mailbox of a person or team')}
        ${option('dropbox', filled.role, 'a dropbox that mail is forwarded to')}
      </select></label
    >
    ${input('silenceHours', 'Warn after hours without mail', { filled, type: 'number', help: 'empty: never' })}
  </fieldset>`;
}
