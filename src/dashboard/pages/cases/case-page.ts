import type { Hono } from 'hono';
import { html } from 'hono/html';
import { caseHistory, MAX_REF_LENGTH } from '../../../triage/cases.ts';
import type { CaseStep } from '../../../triage/cases.ts';
import { TriageError } from '../../../triage/triage-error.ts';
import { namesOfClients } from '../client-names.ts';
import { decisionLine } from '../decisions/decision-line.ts';
import { noSuch } from '../errors.ts';
import { pathWithout } from '../forms.ts';
import type { Html } from '../layout.ts';
import type { PageTools } from '../page-deps.ts';
import { subjectOf, timeOf } from '../words.ts';
import { tabs } from './cases-page.ts';

/** /cases/<number>: each step of a case with its message, sender and decider. */
export function mountCase(app: Hono, tools: PageTools): void {
  app.get('/cases/:ref', async (context) => {
    const { database } = tools;
    const ref = context.req.param('ref').trim().slice(0, MAX_REF_LENGTH);
    const history = await caseHistory(database, ref).catch((error: unknown) => {
      if (error instanceof TriageError) return null;
      throw error;
    });
    if (history === null) return await noSuch(context, 'case');
    const { steps, clients, status, mergedInto, mergedFrom, isCut } = history;
    const names = await namesOfClients(database, [
      ...clients,
      ...steps.flatMap(({ clientId, decisions }) => [clientId, ...decisions.flatMap((one) => one.clients)]),
    ]);
    const back = pathWithout(context, ['done', 'did']);
    return await tools.show(context, {
      title: `Case ${ref}`,
      current: 'cases',
      content: html`<h1>Case ${ref}</h1>
        ${tabs(null)}
        <p class="lead">
          ${status === null ? 'No update counts yet.' : html`It is <span class="badge note">${status}</span>.`}
          ${clients.map(
            (id) => html`<a href="/clients/${encodeURIComponent(id)}">${names.get(id) ?? ''}</a> `,
          )}
        </p>
        ${
          mergedInto === null
            ? ''
            : html`<p>
                It lives on in <a href="/cases/${encodeURIComponent(mergedInto)}">case ${mergedInto}</a>.
              </p>`
        }
        ${mergedFrom.length === 0 ? '' : html`<p class="muted">Merged into it: ${mergedFrom.join(', ')}.</p>`}
        <h2>History</h2>
        ${steps.map((step) => stepOf(step, { names, back }))}
        ${isCut ? html`<p class="muted">There are more steps than are shown.</p>` : ''}`,
    });
  });
}

function stepOf(
  { date, title, status, statusText, review, message, decisions, clientId }: CaseStep,
  { names, back }: { readonly names: ReadonlyMap<string, string>; readonly back: string },
): Html {
  return html`<div class="step" data-row>
    <p>
      ${outcome(review, status)} ${timeOf(date)} · ${names.get(clientId) ?? ''}
      ${statusText !== null && statusText !== status ? html`<small>the tag says “${statusText}”</small>` : ''}
    </p>
    <p>
      <strong>${title}</strong><br />
      ${
        message === null
          ? html`<span class="muted">Written in the CRM.</span>`
          : html`<a href="/messages/${message.id}">${subjectOf(message.subject)}</a>
              <small>by ${message.sender ?? 'nobody named'}, in ${message.mailboxes.join(', ')}</small>`
      }
    </p>
    ${decisions.map((decision) => decisionLine(decision, { names, back, about: null }))}
  </div>`;
}

function outcome(review: string | null, status: string): Html {
  if (review === null) return html`<span class="badge note">${status}</span>`;
  if (review === 'rejected') return html`<span class="badge bad">${status}: rejected</span>`;
  return html`<a href="/cases"><span class="badge warn">${status}: held</span></a>`;
}
