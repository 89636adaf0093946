/** /mailboxes/<name>: what it is set to, and how that is changed; and its removal, which is confirmed. */
import type { Context, Hono } from 'hono';
import { html } from 'hono/html';
import { z } from 'zod';
import type { ConfiguredMailbox } from '../../../connect/directory.ts';
import { deleteMailbox, editMailbox } from '../../../connect/mailbox-admin.ts';
import { MailboxRequestError } from '../../../connect/mailbox-input.ts';
import { formOf } from '../forms.ts';
import type { Html } from '../layout.ts';
import type { PageTools } from '../page-deps.ts';
import { connectionFields, emptyForm, fieldsOf, mailboxForm, readingFields } from './mailbox-form.ts';
import type { FilledForm } from './mailbox-form.ts';

const seen = z.object({ revision: z.coerce.number().int().min(0) });

export function mountChangeMailbox(app: Hono, tools: PageTools): void {
  const { admin } = tools.mailboxService;
  app.get('/mailboxes/:name', async (context) => await showOne(context, tools));
  app.post('/mailboxes/:name/change', async (context) => {
    const { name } = (await named(context, tools)).settings;
    const { name: _name, ...fields } = fieldsOf(await formOf(context, mailboxForm));
    const { revision } = await formOf(context, seen);
    await editMailbox(admin, name, { revision, fields });
    return context.redirect(`/mailboxes/${encodeURIComponent(name)}?did=changed`, 303);
  });
  app.get('/mailboxes/:name/remove', async (context) => await showRemoval(context, tools));
  app.post('/mailboxes/:name/remove', async (context) => {
    const { name } = (await named(context, tools)).settings;
    const { revision } = await formOf(context, seen);
    await deleteMailbox(admin, name, revision);
    return context.redirect('/mailboxes?did=removed', 303);
  });
}

/** As the database has it now. @throws MailboxRequestError. */
async function named(context: Context, { mailboxService }: PageTools): Promise<ConfiguredMailbox> {
  const name = context.req.param('name') ?? '';
  const { directory } = mailboxService.admin;
  await directory.refresh();
  const found = directory.named(name);
  if (found === null) throw new MailboxRequestError('no-such-mailbox', `there is no mailbox ${name}`);
  return found;
}

/** Without its password. */
function filledWith({ settings, revision }: ConfiguredMailbox): FilledForm {
  const { name, host, port, security, user, auth, folders, since, role, silenceHours } = settings;
  return {
    ...emptyForm,
    name,
    host,
    port: String(port),
    security,
    user,
    folders: folders.join(', '),
    since: since?.toISOString().slice(0, 10) ?? '',
    role,
    silenceHours: silenceHours === null ? '' : String(silenceHours),
    revision,
    ...(auth.kind === 'oauth' && { app: auth.app, grant: auth.grant, signInAs: auth.signInAs ?? '' }),
  };
}

const button = (action: string, words: string): Html =>
  html`<form method="post" action="${action}"><button class="small">${words}</button></form>`;

async function showOne(context: Context, tools: PageTools): Promise<Response> {
  const found = await named(context, tools);
  const { settings, source, isPaused } = found;
  const { name } = settings;
  const path = `/mailboxes/${encodeURIComponent(name)}`;
  const isByPerson = settings.auth.kind === 'oauth' && settings.auth.grant === 'code';
  return await tools.show(context, {
    title: name,
    current: 'mailboxes',
    content: html`<p><a href="/mailboxes">← Mailboxes</a></p>
      <h1>${name} ${isPaused ? html`<span class="badge">paused</span>` : ''}</h1>
      <div class="actions">
        ${
          isByPerson
            ? html`<a role="button" class="small" href="/oauth/start?mailbox=${encodeURIComponent(name)}"
                >Sign in with the provider</a
              >`
            : ''
        }
        ${button(`${path}/test`, 'Test')}
        ${source === 'file' ? '' : isPaused ? button(`${path}/resume`, 'Begin to read') : button(`${path}/pause`, 'Pause')}
      </div>
      ${
        source === 'file'
          ? html`<p>It stands in the settings: change it there and restart. Nothing here changes it.</p>`
          : changeForm(found, tools)
      }`,
  });
}

/** What is chosen after a test has counted the folders, and at any time. */
export function changeForm(found: ConfiguredMailbox, { mailboxService }: PageTools): Html {
  const filled = filledWith(found);
  const path = `/mailboxes/${encodeURIComponent(found.settings.name)}`;
  return html`<form method="post" action="${path}/change" class="narrow">
      <input type="hidden" name="revision" value="${String(found.revision)}" />
      ${readingFields(filled)} ${connectionFields(filled, { apps: mailboxService.apps, isNew: false })}
      <button>Save</button>
    </form>
    <p><a href="${path}/remove">Remove this mailbox…</a></p>`;
}

async function showRemoval(context: Context, tools: PageTools): Promise<Response> {
  const { settings, source, revision } = await named(context, tools);
  const path = `/mailboxes/${encodeURIComponent(settings.name)}`;
  return await tools.show(context, {
    title: `Remove ${settings.name}`,
    current: 'mailboxes',
    content: html`<p><a href="${path}">← ${settings.name}</a></p>
      <h1>Remove ${settings.name}?</h1>
      ${
        source === 'file'
          ? html`<p>It stands in the settings: take it out there and restart.</p>`
          : html`<p>
                Its password and tokens are deleted at once, and it is read no more. Stored messages stay, and
                so does the list of what was read: added again under this name, it reads nothing twice. The
                mail server is not touched.
              </p>
              <form method="post" action="${path}/remove">
                <input type="hidden" name="revision" value="${String(revision)}" />
                <button class="danger">Remove it</button>
              </form>`
      }`,
  });
}
