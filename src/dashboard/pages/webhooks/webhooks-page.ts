import type { Context, Hono } from 'hono';
import { html } from 'hono/html';
import { ObjectId } from 'mongodb';
import { z } from 'zod';
import { addEndpoint, changeEndpoint, testEndpoint, WebhookError } from '../../../events/endpoints.ts';
import { listDeliveries, listEndpoints } from '../../../events/rows.ts';
import type { DeliveryRow, EndpointRow } from '../../../events/rows.ts';
import { decider } from '../acts.ts';
import { formOf } from '../forms.ts';
import type { Html } from '../layout.ts';
import type { PageTools } from '../page-deps.ts';
import { empty, timeOf } from '../words.ts';

const MAX_SHOWN = 10;
const addForm = z.object({ url: z.string().trim().min(1).max(2_000) });

/** /webhooks: the programs that are called when something changes, how it goes, and what can be done. */
export function mountWebhooks(app: Hono, tools: PageTools): void {
  const { webhooks } = tools;
  app.get('/webhooks', async (context) => await showWebhooks(context, tools));
  app.post('/webhooks', async (context) => {
    const { url } = await formOf(context, addForm);
    const spec = { url, types: null, mailboxes: null, include: [], isEnabled: true } as const;
    const { endpoint, secret } = await addEndpoint(webhooks, { ...spec, by: decider(context) });
    return await tools.show(context, {
      title: 'Webhook added',
      current: 'webhooks',
      content: html`<h1>Webhook added</h1>
        <p>${endpoint.url} is called from now on. Give it this secret, which is not shown again:</p>
        <p><code>${secret}</code></p>
        <p><a href="/webhooks">← Webhooks</a></p>`,
    });
  });
  app.post('/webhooks/:id/test', async (context) => {
    await testEndpoint(webhooks, idOf(context));
    return context.redirect('/webhooks?did=tested', 303);
  });
  for (const [act, isEnabled, did] of [
    ['enable', true, 'enabled'],
    ['disable', false, 'disabled'],
  ] as const)
    app.post(`/webhooks/:id/${act}`, async (context) => {
      await changeEndpoint(webhooks, idOf(context), { isEnabled });
      return context.redirect(`/webhooks?did=${did}`, 303);
    });
}

function idOf(context: Context): ObjectId {
  const id = context.req.param('id') ?? '';
  if (/^[0-9a-f]{24}$/u.test(id)) return ObjectId.createFromHexString(id);
  throw new WebhookError('no-such-webhook', 'there is no such webhook');
}

async function showWebhooks(context: Context, tools: PageTools): Promise<Response> {
  const { database } = tools;
  const endpoints = await listEndpoints(database);
  const deliveries = await Promise.all(
    endpoints.map(
      async ({ id }) =>
        await listDeliveries(database, {
          endpoint: ObjectId.createFromHexString(id),
          state: null,
          limit: MAX_SHOWN,
        }),
    ),
  );
  return await tools.show(context, {
    title: 'Webhooks',
    current: 'webhooks',
    content: html`<h1>Webhooks</h1>
      <p class="muted">
        Programs that are called when something changes: mail on a record, case updates, triage.
      </p>
      ${
        endpoints.length === 0
          ? empty('Nobody is called yet.', 'Add the address of a program below.')
          : html`<div class="cards">
              ${endpoints.map((endpoint, at) => card(endpoint, deliveries[at] ?? []))}
            </div>`
      }
      <h2>Add one</h2>
      <form method="post" action="/webhooks">
        <label>
          Its address
          <input type="url" name="url" required placeholder="https://crm.example.com/hooks/docketmail" />
        </label>
        <button>Add</button>
      </form>
      <p class="muted">
        <code>docketmail webhooks</code> also chooses types and mailboxes, changes the secret, replays and
        removes.
      </p>`,
  });
}

function card(endpoint: EndpointRow, deliveries: readonly DeliveryRow[]): Html {
  const { id, url, enabled, disabledFor, failingSince, types, mailboxes } = endpoint;
  const isWell = enabled && failingSince === null;
  const act = (does: string, words: string): Html =>
    html`<form method="post" action="/webhooks/${id}/${does}">
      <button class="quiet small" aria-label="${words}: ${url}">${words}</button>
    </form>`;
  return html`<article class="${isWell ? '' : 'bad'}" data-row>
    <header>
      <h2>
        ${url}
        <span class="badge ${isWell ? 'good' : 'bad'}"
          >${enabled ? (isWell ? 'up' : 'failing') : 'disabled'}</span
        >
      </h2>
    </header>
    ${isWell ? '' : html`<p>${troubleOf({ disabledFor, failingSince, enabled })}</p>`}
    <dl class="facts">
      <dt>Called for</dt>
      <dd>${types === null ? 'everything' : types.join(', ')}</dd>
      <dt>Mailboxes</dt>
      <dd>${mailboxes === null ? 'all' : mailboxes.join(', ')}</dd>
    </dl>
    ${deliveriesOf(deliveries)}
    <div class="actions">
      ${act('test', 'Test')} ${enabled ? act('disable', 'Disable') : act('enable', 'Enable')}
    </div>
  </article>`;
}

function troubleOf({
  disabledFor,
  failingSince,
  enabled,
}: Pick<EndpointRow, 'disabledFor' | 'failingSince' | 'enabled'>): Html | string {
  if (disabledFor === 'gone') return 'It answered that it is gone (410). Enable it once it is there again.';
  if (disabledFor === 'failing')
    return 'No call succeeded for days. Enable it once it works again: what waits is sent then.';
  return enabled
    ? html`No call has succeeded since ${timeOf(failingSince)}. It is retried.`
    : 'A person disabled it.';
}

const tones: Readonly<Record<DeliveryRow['state'], string>> = {
  delivered: 'good',
  pending: 'note',
  failed: 'bad',
};

function deliveriesOf(deliveries: readonly DeliveryRow[]): Html | string {
  if (deliveries.length === 0) return '';
  return html`<details class="folded">
    <summary>Latest calls</summary>
    <ul>
      ${deliveries.map(
        ({ state, attempts, createdAt, nextAt, last }) =>
          html`<li>
            <span class="badge ${tones[state]}">${state}</span> ${timeOf(createdAt)}
            <small>
              ${attempts === 1 ? '1 try' : `${attempts} tries`}${last === null ? '' : `, answer ${last.code ?? 'none'} after ${last.durationMs} ms`}${
                nextAt === null ? '' : html`, next ${timeOf(nextAt)}`
              }
            </small>
          </li>`,
      )}
    </ul>
  </details>`;
}
