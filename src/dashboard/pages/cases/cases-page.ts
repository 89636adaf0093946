import type { Context, Hono } from 'hono';
import { html } from 'hono/html';
import { heldPage } from '../../../triage/held-updates-page.ts';
import { placeIn } from '../../../triage/keyset.ts';
import { listCases } from '../../../triage/cases.ts';
import { namesOfClients } from '../client-names.ts';
import type { PageTools } from '../page-deps.ts';
import { pathWithout } from '../forms.ts';
import { empty, plural, timeOf } from '../words.ts';
import { heldCard } from './held-card.ts';

const PAGE = 25;
const CASES = 50;

/** /cases: what is held. /cases/all: every case with a number. */
export function mountCases(app: Hono, tools: PageTools): void {
  app.get('/cases', async (context) => await showHeld(context, tools));
  app.get('/cases/all', async (context) => await showCases(context, tools));
}

async function showHeld(context: Context, tools: PageTools): Promise<Response> {
  const { database, triage } = tools;
  const { updates, next } = await heldPage(database, {
    after: placeIn(context.req.query('after') ?? ''),
    limit: PAGE,
  });
  const names = await namesOfClients(
    database,
    updates.map(({ clientId }) => clientId),
  );
  const back = pathWithout(context, ['done', 'did']);
  const statuses = triage.rules.caseStatuses.map(({ status }) => status);
  return await tools.show(context, {
    title: 'Case updates',
    current: 'cases',
    content: html`<h1>Case updates</h1>
      ${tabs('held')}
      ${
        updates.length === 0
          ? empty(
              'No case update is held.',
              html`Tags in subjects take effect by themselves; doubtful ones wait here.`,
            )
          : html`<p class="muted">
                ${plural(updates.length, 'case update')}${next === null ? '' : ' and more'} wait for you.
                Nothing changes in the CRM until you confirm.
              </p>
              ${updates.map((update) =>
                heldCard({
                  update,
                  clientName: names.get(update.clientId) ?? '',
                  statuses,
                  back,
                  isOnMessage: false,
                }),
              )}`
      }
      ${next === null ? '' : html`<a rel="next" href="/cases?after=${next}">Later updates</a>`}`,
  });
}

export const tabs = (current: 'held' | 'all' | null) =>
  html`<nav class="tabs" aria-label="Cases">
    ${(
      [
        ['held', '/cases', 'Held'],
        ['all', '/cases/all', 'All cases'],
      ] as const
    ).map(([name, path, words]) =>
      name === current
        ? html`<a href="${path}" aria-current="page">${words}</a>`
        : html`<a href="${path}">${words}</a>`,
    )}
  </nav>`;

async function showCases(context: Context, tools: PageTools): Promise<Response> {
  const { database } = tools;
  const { rows, next } = await listCases(database, {
    limit: CASES,
    after: context.req.query('after') ?? null,
  });
  const names = await namesOfClients(
    database,
    rows.flatMap(({ clients }) => clients),
  );
  return await tools.show(context, {
    title: 'All cases',
    current: 'cases',
    content: html`<h1>All cases</h1>
      ${tabs('all')}
      ${
        rows.length === 0
          ? empty(
              'No case has a number yet.',
              'A subject such as “[Case #4711: Closed]” makes the first one.',
            )
          : html`<div class="table">
              <table>
                <thead>
                  <tr>
                    <th>Case</th>
                    <th>Status</th>
                    <th>Client</th>
                    <th>Updates</th>
                    <th>Latest</th>
                  </tr>
                </thead>
                <tbody>
                  ${rows.map(
                    ({ ref, status, clients, updates, held, latest, mergedInto }) =>
                      html`<tr data-row>
                        <td><a href="/cases/${encodeURIComponent(ref)}">${ref}</a></td>
                        <td>
                          ${status ?? '–'}
                          ${mergedInto === null ? '' : html`<small>merged into ${mergedInto}</small>`}
                        </td>
                        <td>${clients.map((id) => names.get(id) ?? '').join(', ') || '–'}</td>
                        <td>
                          ${updates} ${held > 0 ? html`<span class="badge warn">${held} held</span>` : ''}
                        </td>
                        <td>${timeOf(latest)}</td>
                      </tr>`,
                  )}
                </tbody>
              </table>
            </div>`
      }
      ${next === null ? '' : html`<p><a rel="next" href="/cases/all?after=${encodeURIComponent(next)}">Older cases</a></p>`}`,
  });
}
