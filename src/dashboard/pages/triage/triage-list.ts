import type { Context, Hono } from 'hono';
import { html } from 'hono/html';
import { placeIn } from '../../../triage/keyset.ts';
import { countByReason, groupBySender, waitingPage } from '../../../triage/queue.ts';
import type { SenderGroup, WaitingMessage } from '../../../triage/queue.ts';
import { pathWithout } from '../forms.ts';
import type { Html } from '../layout.ts';
import type { PageTools } from '../page-deps.ts';
import { empty, personOf, plural, subjectOf, timeOf } from '../words.ts';
import { reasonOf } from './reasons.ts';

const PAGE = 100;

/** /triage: what waits for a person, by reason and sender. */
export function mountTriageList(app: Hono, tools: PageTools): void {
  app.get('/triage', async (context) => {
    const { database } = tools;
    const reason = context.req.query('reason') ?? null;
    const [counts, page] = await Promise.all([
      countByReason(database),
      waitingPage(database, { reason, after: placeIn(context.req.query('after') ?? ''), limit: PAGE }),
    ]);
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    return await tools.show(context, {
      title: 'Triage',
      current: 'triage',
      content: html`<h1>Triage</h1>
        <p class="muted">
          ${total === 0 ? 'Messages that no rule could place wait here.' : `${plural(total, 'message')} to decide.`}
        </p>
        ${total === 0 ? nothingLeft : waiting(context, { counts, total, reason, ...page })}`,
    });
  });
}

const nothingLeft = empty(
  'Nothing waits for you.',
  html`Every message found its client. <a href="/cases">Look at held case updates</a> or at
    <a href="/messages">all messages</a>.`,
);

function waiting(
  context: Context,
  {
    counts,
    total,
    reason,
    messages,
    next,
  }: {
    readonly counts: ReadonlyMap<string, number>;
    readonly total: number;
    readonly reason: string | null;
    readonly messages: readonly WaitingMessage[];
    readonly next: string | null;
  },
): Html {
  const groups = groupBySender(messages);
  const query = reason === null ? '' : `?reason=${encodeURIComponent(reason)}`;
  return html`<nav class="tabs" aria-label="Reasons">
      ${tab('/triage', { name: `All ${total}`, isCurrent: reason === null })}
      ${[...counts].map(([code, count]) =>
        tab(`/triage?reason=${encodeURIComponent(code)}`, {
          name: `${reasonOf(code).short} ${count}`,
          isCurrent: code === reason,
        }),
      )}
    </nav>
    ${
      messages.length === 0
        ? empty('None with this reason.', html`<a href="/triage">Show all</a>`)
        : html`<form method="post" action="/triage/bulk">
            <input type="hidden" name="back" value="${pathWithout(context, ['done', 'did', 'after'])}" />
            ${bulk}
            ${groups.map((group, at) =>
              group.reason === groups[at - 1]?.reason
                ? senderGroup(group, { at, query })
                : html`<h2>${reasonOf(group.reason).short}</h2>
                    <p class="muted">${reasonOf(group.reason).sentence}</p>
                    ${senderGroup(group, { at, query })}`,
            )}
            ${
              next === null
                ? ''
                : html`<p>
                    <a rel="next" href="/triage${query === '' ? '?' : `${query}&`}after=${next}"
                      >Later messages</a
                    >
                  </p>`
            }
          </form>`
    }`;
}

const tab = (
  path: string,
  { name, isCurrent }: { readonly name: string; readonly isCurrent: boolean },
): Html =>
  isCurrent ? html`<a href="${path}" aria-current="page">${name}</a>` : html`<a href="${path}">${name}</a>`;

function senderGroup(
  { from, messages }: SenderGroup,
  { at, query }: { readonly at: number; readonly query: string },
): Html {
  return html`<article class="flush">
    <header>
      <strong>${personOf(from)}</strong>
      ${messages.length > 1 ? html`<span class="badge">${messages.length}</span>` : ''}
      ${
        messages.length > 1
          ? html`<label class="inline" hidden
              ><input type="checkbox" data-ticks="group-${at}" aria-label="Tick all of ${personOf(from)}" />
              all</label
            >`
          : ''
      }
    </header>
    <ul class="rows">
      ${messages.map((message) => row(message, { at, query }))}
    </ul>
  </article>`;
}

const row = (
  { id, subject, preview, receivedAt, files, tags }: WaitingMessage,
  { at, query }: { readonly at: number; readonly query: string },
): Html =>
  html`<li data-row>
    <input
      type="checkbox"
      name="id"
      value="${id}"
      data-group="group-${at}"
      aria-label="${subjectOf(subject)}"
    />
    <span class="grow">
      <a href="/messages/${id}${query}">${subjectOf(subject)}</a>
      <span class="preview">${preview}</span>
    </span>
    ${tags > 0 ? html`<span class="badge note">case tag</span>` : ''}
    ${files > 0 ? html`<span class="badge">${plural(files, 'file')}</span>` : ''}
    <span class="end">${timeOf(receivedAt)}</span>
  </li>`;

const bulk = html`<article class="row">
  <div class="actions">
    <span>With the ticked ones:</span>
    <input
      name="client"
      autocomplete="off"
      aria-label="Client: id or address"
      placeholder="Client: id or address"
    />
    <button class="small" name="act" value="assign">Assign to this client</button>
    <button class="quiet small" name="act" value="ignore">Ignore</button>
  </div>
</article>`;
