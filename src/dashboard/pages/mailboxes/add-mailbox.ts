/** /add-mailbox: from an address to a mailbox. What is found is shown before it is used, and nothing is read before a person says so. */
import type { Context, Hono } from 'hono';
import { html } from 'hono/html';
import { discover } from '../../../connect/discovery/discover.ts';
import type { Proposal } from '../../../connect/discovery/discover.ts';
import { addMailbox } from '../../../connect/mailbox-admin.ts';
import { MailboxRequestError } from '../../../connect/mailbox-input.ts';
import { formOf, pathWith } from '../forms.ts';
import type { Html } from '../layout.ts';
import type { PageTools } from '../page-deps.ts';
import { empty } from '../words.ts';
import { connectionFields, emptyForm, fieldsOf, mailboxForm, readingFields } from './mailbox-form.ts';
import type { FilledForm } from './mailbox-form.ts';

export function mountAddMailbox(app: Hono, tools: PageTools): void {
  app.get('/add-mailbox', async (context) => {
    const query = context.req.query();
    if (query['host'] !== undefined)
      return await showForm(context, tools, {
        filled: { ...emptyForm, ...mailboxForm.parse({ folders: emptyForm.folders, ...query }), pass: '' },
        problem: null,
      });
    return await showFirst(context, tools, (query['address'] ?? '').trim());
  });
  app.post('/mailboxes', async (context) => {
    const filled = await formOf(context, mailboxForm);
    try {
      // Paused: somebody looks at what the test says, and chooses folders, before anything is read.
      const { settings } = await addMailbox(tools.mailboxService.admin, fieldsOf(filled), {
        isPaused: true,
      });
      return context.redirect(`/mailboxes/${encodeURIComponent(settings.name)}?did=added`, 303);
    } catch (error) {
      if (!(error instanceof MailboxRequestError)) throw error;
      context.status(error.code === 'already-there' ? 409 : 422);
      return await showForm(context, tools, { filled: { ...filled, pass: '' }, problem: error.message });
    }
  });
}

async function showFirst(context: Context, tools: PageTools, address: string): Promise<Response> {
  let found: Html | string = '';
  if (address !== '')
    try {
      found = proposals(address, await discover(address));
    } catch (error) {
      if (!(error instanceof MailboxRequestError)) throw error;
      found = problemOf(error.message);
    }
  return await tools.show(context, {
    title: 'Add a mailbox',
    current: 'mailboxes',
    content: html`<p><a href="/mailboxes">← Mailboxes</a></p>
      <h1>Add a mailbox</h1>
      <form method="get" action="/add-mailbox" class="search">
        <input
          type="email"
          name="address"
          required
          maxlength="320"
          value="${address}"
          aria-label="Its address"
          placeholder="office@firm.example"
          autocomplete="off"
        />
        <button>Find its server</button>
      </form>
      ${found}
      <p class="muted">
        <a href="${pathWith('/add-mailbox', { host: '', user: address })}">Enter the server yourself</a>
      </p>`,
  });
}

const problemOf = (says: string): Html => html`<article class="bad" role="alert"><p>${says}</p></article>`;

function proposals(address: string, found: readonly Proposal[]): Html {
  if (found.length === 0)
    return empty(
      `Nobody says where ${address} is read.`,
      'Ask the provider for its IMAP server, and enter it yourself.',
    );
  return html`<div class="cards">${found.map(card)}</div>`;
}

const SIGN_IN: Readonly<Record<Proposal['signIn'], string>> = {
  oauth: 'OAuth: a person signs in with the provider',
  'app password': 'an app password, made in the settings of the account',
  password: 'the password of the account',
  none: 'this provider has no IMAP that a program could use',
};

function card({ source, provider, host, port, security, user, signIn, note }: Proposal): Html {
  const use = pathWith('/add-mailbox', { host, port: String(port), security, user });
  return html`<article data-row>
    <header>
      <h2>${provider ?? host} <span class="badge note">${source}</span></h2>
    </header>
    <dl class="facts">
      <dt>Server</dt>
      <dd>${host === '' ? '–' : `${host}:${port}, ${security === 'tls' ? 'TLS' : 'STARTTLS'}`}</dd>
      <dt>User</dt>
      <dd>${user}</dd>
      <dt>Signs in by</dt>
      <dd>${SIGN_IN[signIn]}</dd>
    </dl>
    ${note === null ? '' : html`<p><small>${note}</small></p>`}
    ${
      signIn === 'none'
        ? ''
        : html`<div class="actions">
            <a role="button" class="small" href="${use}" aria-label="Use this: ${host}">Use this</a>
          </div>`
    }
  </article>`;
}

async function showForm(
  context: Context,
  tools: PageTools,
  { filled, problem }: { readonly filled: FilledForm; readonly problem: string | null },
): Promise<Response> {
  return await tools.show(context, {
    title: 'Add a mailbox',
    current: 'mailboxes',
    content: html`<p><a href="/add-mailbox">← Another address</a></p>
      <h1>Add a mailbox</h1>
      ${problem === null ? '' : problemOf(problem)}
      <form method="post" action="/mailboxes" class="narrow">
        ${connectionFields(filled, { apps: tools.mailboxService.apps, isNew: true })} ${readingFields(filled)}
        <label>
          Name
          <input name="name" value="${filled.name}" maxlength="200" autocomplete="off" />
          <small>Empty: the user. It is part of every record, and never changes.</small>
        </label>
        <button>Add it, and test it next</button>
      </form>
      <p class="muted">It is added paused: nothing is read before you say so.</p>`,
  });
}
