import type { Context, Hono } from 'hono';
import { html } from 'hono/html';
import type { MessageDocument } from '../../../store/message-document.ts';
import { heldOfMessage } from '../../../triage/held-updates-page.ts';
import { neighboursOf } from '../../../triage/queue.ts';
import type { Neighbours } from '../../../triage/queue.ts';
import { detailOf } from '../../../triage/waiting.ts';
import { heldCard } from '../cases/held-card.ts';
import { namesOfClients } from '../client-names.ts';
import { decisionLine } from '../decisions/decision-line.ts';
import { noSuch } from '../errors.ts';
import { pathWithout } from '../forms.ts';
import type { Html } from '../layout.ts';
import { mayAsk } from '../may-ask.ts';
import type { PageTools } from '../page-deps.ts';
import { subjectOf } from '../words.ts';
import { caseUpdateId } from '../../../ingest/record.ts';
import { choicesOf, whyOf } from './client-choices.ts';
import { decisionPane, foundClients } from './decision-pane.ts';
import { mailBody } from './mail-body.ts';
import type { View } from './mail-body.ts';
import { mailHead } from './mail-head.ts';
import { messageAt } from './message-at.ts';
import { technical } from './technical.ts';

/** Clients that a search shows. */
const FOUND = 8;

/** /messages/<id>: the mail first, and beside it what was decided about it or is to be. */
export function mountMessagePage(app: Hono, tools: PageTools): void {
  app.get('/messages/:id', async (context) => await showMessage(context, tools));
  app.get('/messages/:id/clients', async (context) => {
    const message = await messageAt(context, tools.database);
    if (message === null) return await noSuch(context, 'message');
    // A list of buttons, for those who may press them.
    if (!mayAsk(context, { method: 'POST', path: '/messages/:id/assign' })) return context.html('');
    const found = await search(context, tools);
    const from = Number(/^[1-9]$/u.exec(context.req.query('from') ?? '')?.[0] ?? 1);
    const verb = message.links.length > 0 ? 'Move to' : 'Assign to';
    return context.html(foundClients(found, { messageId: message._id.toHexString(), from, verb }));
  });
}

async function search(context: Context, { database, findClients }: PageTools) {
  const query = (context.req.query('q') ?? '').slice(0, 200);
  if (query.trim() === '') return { query, choices: [], isCut: false };
  const { clients, isCut } = await findClients(query, FOUND);
  const choices = await choicesOf(
    database,
    clients.map(({ clientId }) => ({ clientId, why: null })),
  );
  return { query, choices, isCut };
}

async function showMessage(context: Context, tools: PageTools): Promise<Response> {
  const { database, readContent, triage, pages } = tools;
  const message = await messageAt(context, database);
  if (message === null) return await noSuch(context, 'message');
  const id = message._id.toHexString();
  const { searchParams: query } = new URL(context.req.url);
  for (const name of ['done', 'did']) query.delete(name);
  const reason = query.get('reason');
  const links = message.links.filter(({ retract }) => retract === undefined);
  const [content, detail, linked, candidates, found, neighbours, othersInThread, held] = await Promise.all([
    readContent(message),
    detailOf(database, message),
    choicesOf(
      database,
      links.map(({ clientId, via, address }) => ({ clientId: String(clientId), why: whyOf(via, address) })),
    ),
    choicesOf(database, candidatesOf(message)),
    search(context, tools),
    message.state === 'triage' ? neighboursOf(database, message, reason) : { next: null, previous: null },
    database.messages.countDocuments(
      { threadId: message.threadId, _id: { $ne: message._id } },
      { limit: 1_000 },
    ),
    heldOfMessage(
      database,
      message.caseUpdates.map((update) => caseUpdateId(message, update)),
    ),
  ]);
  const names = await namesOfClients(database, [
    ...held.map(({ clientId }) => clientId),
    ...detail.decisions.flatMap(({ clients }) => clients),
  ]);
  const back = pathWithout(context, ['done', 'did']);
  return await tools.show(context, {
    title: subjectOf(message.subject),
    current:
      message.state === 'triage' ? 'triage' : message.state === 'quarantined' ? 'quarantine' : 'messages',
    content: html`<p class="actions">${paths(neighbours, { reason, state: message.state })}</p>
      <h1>${subjectOf(message.subject)}</h1>
      <div class="pair">
        <div>
          <article>
            ${mailHead(message, content)} ${mailBody({ id, content, view: viewIn(query), query })}
          </article>
          ${technical(message, detail)}
        </div>
        <aside aria-label="What is decided">
          ${held.map((update) =>
            heldCard({
              update,
              clientName: names.get(update.clientId) ?? '',
              statuses: triage.rules.caseStatuses.map(({ status }) => status),
              back,
              isOnMessage: true,
            }),
          )}
          ${
            message.state === 'quarantined'
              ? unreadable(id)
              : decisionPane({
                  message,
                  linked,
                  candidates,
                  found,
                  othersInThread,
                  suggestion: detail.suggestion,
                  newClientUrl: pages.newClientUrl,
                  reason,
                })
          }
          ${decided(detail.decisions.map((decision) => decisionLine(decision, { names, back, about: null })))}
        </aside>
      </div>`,
  });
}

const viewIn = (query: URLSearchParams): View => {
  const view = query.get('view');
  return view === 'html' || view === 'remote' ? view : 'text';
};

/** Without those on whose record it is. */
function candidatesOf({ verdict, links }: MessageDocument) {
  const onRecord = new Set(links.map(({ clientId }) => String(clientId)));
  return (verdict?.candidates ?? [])
    .filter(({ clientId }) => !onRecord.has(clientId))
    .slice(0, 9)
    .map(({ clientId, via, address }) => ({ clientId, why: whyOf(via, address) }));
}

function paths(
  { next, previous }: Neighbours,
  { reason, state }: { readonly reason: string | null; readonly state: MessageDocument['state'] },
): Html {
  const query = reason === null || reason === '' ? '' : `?reason=${encodeURIComponent(reason)}`;
  const list = state === 'triage' ? `/triage${query}` : state === 'quarantined' ? '/quarantine' : '/messages';
  const words = state === 'triage' ? 'Triage' : state === 'quarantined' ? 'Quarantine' : 'Messages';
  return html`<a href="${list}">← ${words}</a>
    ${previous === null ? '' : html`<a rel="prev" href="/messages/${previous}${query}">Previous <kbd>k</kbd></a>`}
    ${next === null ? '' : html`<a rel="next" href="/messages/${next}${query}">Next <kbd>j</kbd></a>`}`;
}

const unreadable = (id: string): Html =>
  html`<article class="bad">
    <header><h2>It could not be read</h2></header>
    <p>Nothing was decided about it. Its raw bytes are kept: read it again, for example after an update.</p>
    <form method="post" action="/messages/${id}/replay">
      <button>Read it again</button>
    </form>
  </article>`;

const decided = (lines: readonly Html[]): Html | string =>
  lines.length === 0
    ? ''
    : html`<article>
        <header><h2>Decisions</h2></header>
        ${lines}
      </article>`;
