import type { Context, Hono } from 'hono';
import { html } from 'hono/html';
import { pauseMailbox } from '../../../connect/mailbox-admin.ts';
import { MailboxRequestError } from '../../../connect/mailbox-input.ts';
import type { TestStep } from '../../../connect/mailbox-test.ts';
import { notImported } from '../../../store/imports.ts';
import type { Html } from '../layout.ts';
import { mayAsk } from '../may-ask.ts';
import type { PageTools } from '../page-deps.ts';
import { empty } from '../words.ts';
import { changeForm } from './change-mailbox.ts';
import { mountAudit } from './audit-page.ts';
import { mailboxCard } from './mailbox-card.ts';

const MAX_FOLDERS = 1_000;

/** /mailboxes: a card for each with its state, what helps, and what can be done. */
export function mountMailboxes(app: Hono, tools: PageTools): void {
  const { mailboxService } = tools;
  app.get('/mailboxes', async (context) => await showMailboxes(context, tools));
  app.post('/mailboxes/:name/poll', async (context) => {
    await mailboxService.pollNow(known(context, tools));
    return context.redirect('/mailboxes?did=polled', 303);
  });
  for (const [act, isPaused, did] of [
    ['pause', true, 'paused'],
    ['resume', false, 'resumed'],
  ] as const)
    app.post(`/mailboxes/:name/${act}`, async (context) => {
      await pauseMailbox(mailboxService.admin, known(context, tools), { revision: null, isPaused });
      return context.redirect(`/mailboxes?did=${did}`, 303);
    });
  mountAudit(app, tools, known);
  app.post('/mailboxes/:name/test', async (context) => {
    const name = known(context, tools);
    const steps = await mailboxService.test({ name, fields: {} });
    return await tools.show(context, {
      title: `Test of ${name}`,
      current: 'mailboxes',
      content: html`<h1>Test of ${name}</h1>
        <p class="muted">It was read only: nothing is stored or changed.</p>
        ${testSteps(steps)} ${afterTest(name, tools)}
        <p><a href="/mailboxes">← Mailboxes</a></p>`,
    });
  });
}

/** Folders are chosen where they have just been counted. */
function afterTest(name: string, tools: PageTools): Html | string {
  const found = tools.mailboxService.admin.directory.named(name);
  return found?.source === 'database' ? changeForm(found, tools) : '';
}

/** @throws MailboxRequestError. */
function known(context: Context, { mailboxService }: PageTools): string {
  const name = context.req.param('name') ?? '';
  if (mailboxService.admin.directory.named(name) === null)
    throw new MailboxRequestError('no-such-mailbox', `there is no mailbox ${name}`);
  return name;
}

async function showMailboxes(context: Context, tools: PageTools): Promise<Response> {
  const [reports, cursors] = await Promise.all([
    tools.mailboxService.reports(),
    tools.database.cursors.find(notImported).sort({ mailbox: 1, folder: 1 }).limit(MAX_FOLDERS).toArray(),
  ]);
  const folders = Map.groupBy(cursors, ({ mailbox }) => mailbox);
  // What needs a person first.
  const ordered = reports.toSorted(
    (a, b) => Number(a.isWell) - Number(b.isWell) || (a.name < b.name ? -1 : 1),
  );
  return await tools.show(context, {
    title: 'Mailboxes',
    current: 'mailboxes',
    content: html`<h1>Mailboxes</h1>
      ${
        mayAsk(context, { method: 'GET', path: '/add-mailbox' })
          ? html`<p class="actions"><a role="button" class="small" href="/add-mailbox">Add a mailbox</a></p>`
          : ''
      }
      ${
        reports.length === 0
          ? empty(
              'No mailbox is connected yet.',
              html`Add one by its address, here or with <code>docketmail mailbox add</code>;
                <code>MAILBOXES_FILE</code> lists them in the settings.`,
            )
          : html`<div class="cards">
              ${ordered.map((report) =>
                mailboxCard(report, {
                  folders: folders.get(report.name) ?? [],
                  mayAct: mayAsk(context, { method: 'POST', path: '/mailboxes/:name/poll' }),
                }),
              )}
            </div>`
      }`,
  });
}

const tones: Readonly<Record<TestStep['status'], string>> = { ok: 'good', failed: 'bad', skipped: '' };

function testSteps(steps: readonly TestStep[]): Html {
  if (steps.length === 0) return empty('The test says nothing.');
  return html`<div class="table">
    <table>
      <tbody>
        ${steps.map(
          ({ step, status, detail, fix }) =>
            html`<tr>
              <th scope="row">${step}</th>
              <td><span class="badge ${tones[status]}">${status}</span></td>
              <td>${detail}${fix === null ? '' : html`<br /><strong>Fix:</strong> ${fix}`}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
