/** Whether the ledger has every message that a mailbox lists. */
import type { Context, Hono } from 'hono';
import { html } from 'hono/html';
import { z } from 'zod';
import type { AuditedFolder } from '../../../connect/mailbox-service.ts';
import { formOf } from '../forms.ts';
import type { Html } from '../layout.ts';
import type { PageTools } from '../page-deps.ts';
import { empty, plural } from '../words.ts';

const auditForm = z.object({ fix: z.literal('yes').optional() });

/** `known`: the mailbox that a request names. */
export function mountAudit(
  app: Hono,
  tools: PageTools,
  known: (context: Context, tools: PageTools) => string,
): void {
  app.post('/mailboxes/:name/audit', async (context) => {
    const name = known(context, tools);
    const { fix } = await formOf(context, auditForm);
    const folders = await tools.mailboxService.audit(name, { fix: fix === 'yes' });
    const missing = folders.reduce((sum, folder) => sum + folder.missing, 0);
    return await tools.show(context, {
      title: `Audit of ${name}`,
      current: 'mailboxes',
      content: html`<h1>Audit of ${name}</h1>
        <p>${summaryOf(folders, missing)}</p>
        ${
          missing === 0
            ? ''
            : fix === 'yes'
              ? html`<p>They are fetched now. Audit again when that is done.</p>`
              : html`<form method="post" action="/mailboxes/${encodeURIComponent(name)}/audit">
                  <input type="hidden" name="fix" value="yes" />
                  <button>Fetch what is missing</button>
                </form>`
        }
        ${folders.length === 0 ? empty('The mailbox has no folder to compare.') : tableOf(folders)}
        <p><a href="/mailboxes">← Mailboxes</a></p>`,
    });
  });
}

function summaryOf(folders: readonly AuditedFolder[], missing: number): string {
  const unread = folders.filter(({ problem }) => problem !== null).length;
  const listed = folders.reduce((sum, folder) => sum + folder.listed, 0);
  return [
    missing === 0
      ? `All of the ${plural(listed, 'message')} that it lists are in the ledger.`
      : `${plural(missing, 'message')} of ${listed.toLocaleString('en')} not in the ledger.`,
    ...(unread === 0 ? [] : [`${plural(unread, 'folder')} could not be compared.`]),
  ].join(' ');
}

const tableOf = (folders: readonly AuditedFolder[]): Html =>
  html`<div class="table">
    <table>
      <thead>
        <tr>
          ${['Folder', 'Listed', 'Done', 'In work', 'Failed', 'Missing', 'Not delivered'].map(
            (name) => html`<th scope="col">${name}</th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${folders.map(
          ({ folder, listed, done, pending, failed, missing, undelivered, problem }) =>
            html`<tr>
              <th scope="row">${folder}${problem === null ? '' : html`<br /><small>${problem}</small>`}</th>
              ${[listed, done, pending, failed, missing, undelivered].map(
                (count) => html`<td>${count.toLocaleString('en')}</td>`,
              )}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
