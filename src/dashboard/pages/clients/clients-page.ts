import type { Context, Hono } from 'hono';
import { html } from 'hono/html';
import { lastContacts } from '../../../triage/last-contact.ts';
import type { PageTools } from '../page-deps.ts';
import { empty, timeOf } from '../words.ts';

const PAGE = 25;

/** /clients: found by name, company or address. */
export function mountClients(app: Hono, tools: PageTools): void {
  app.get('/clients', async (context) => await showClients(context, tools));
}

async function showClients(context: Context, tools: PageTools): Promise<Response> {
  const query = (context.req.query('q') ?? '').slice(0, 200);
  const { clients, isCut, isPartial } = await tools.findClients(query, PAGE);
  const contacts = await lastContacts(
    tools.database,
    clients.map(({ _id }) => _id),
  );
  return await tools.show(context, {
    title: 'Clients',
    current: 'clients',
    content: html`<h1>Clients</h1>
      <form class="search" role="search" method="get" action="/clients">
        <input
          type="search"
          name="q"
          value="${query}"
          maxlength="200"
          aria-label="Name, company or address"
          placeholder="Name, company or address"
          autocomplete="off"
          hx-get="/clients"
          hx-trigger="input changed delay:150ms"
          hx-select="#clients"
          hx-target="#clients"
          hx-swap="outerHTML"
        />
        <button>Find</button>
      </form>
      <div id="clients" aria-live="polite">
        ${
          clients.length === 0
            ? query.trim() === ''
              ? empty(
                  'The CRM has no clients yet.',
                  html`<code>docketmail clients import FILE</code> imports some, to try docketmail out.`,
                )
              : empty(`No client has “${query}” in its name, company or addresses.`)
            : html`<article class="flush">
                <ul class="rows">
                  ${clients.map(
                    ({ clientId, name, company, email }) =>
                      html`<li data-row>
                        <span class="grow">
                          <a href="/clients/${encodeURIComponent(clientId)}">${name}</a>
                          <small
                            >${[company, email].filter((part) => part !== null && part !== name).join(' · ')}</small
                          >
                        </span>
                        <span class="end"
                          >${contacts.has(clientId) ? timeOf(contacts.get(clientId) ?? null) : 'no mail yet'}</span
                        >
                      </li>`,
                  )}
                </ul>
              </article>`
        }
        ${isCut ? html`<p class="muted">There are more: type a part of the name.</p>` : ''}
        ${isPartial ? html`<p class="muted">There are very many clients; some are found by their address only.</p>` : ''}
      </div>`,
  });
}
