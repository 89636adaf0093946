import type { Context, Hono } from 'hono';
import { html } from 'hono/html';
import type { MessageDocument } from '../../../store/message-document.ts';
import { placeIn } from '../../../triage/keyset.ts';
import { listMessages } from '../../../triage/list-messages.ts';
import { senderOf } from '../../../triage/queue.ts';
import type { Html } from '../layout.ts';
import type { PageTools } from '../page-deps.ts';
import { empty, personOf, peopleOf, sizeOf, subjectOf, timeOf } from '../words.ts';

const PAGE = 25;
const MAX_SHOWN_CHARS = 2_000;

const fields = {
  subject: 1,
  participants: 1,
  receivedAt: 1,
  error: 1,
  size: 1,
  rawKey: 1,
  mailboxes: 1,
  secondReading: 1,
} as const;
type Row = Pick<MessageDocument, '_id' | keyof typeof fields>;

/** /quarantine: messages that could not be read, with what another parser makes of them. */
export function mountQuarantine(app: Hono, tools: PageTools): void {
  app.get('/quarantine', async (context) => await showQuarantine(context, tools));
}

async function showQuarantine(context: Context, tools: PageTools): Promise<Response> {
  const after = placeIn(context.req.query('after') ?? '');
  const { rows, next } = await listMessages<Row>(
    tools.database,
    { state: 'quarantined', address: null, after, limit: PAGE },
    fields,
  );
  return await tools.show(context, {
    title: 'Quarantine',
    current: 'quarantine',
    content: html`<h1>Quarantine</h1>
      <p class="muted">
        Messages that could not be read. Their raw bytes are kept, and nothing was decided about them.
      </p>
      ${
        rows.length === 0
          ? empty('Nothing is quarantined.', 'Every message could be read.')
          : rows.map(quarantined)
      }
      ${next === null ? '' : html`<a rel="next" href="/quarantine?after=${next}">Earlier ones</a>`}`,
  });
}

function quarantined(row: Row): Html {
  const { _id, subject, error, receivedAt, mailboxes, size, rawKey, secondReading = null } = row;
  const id = _id.toHexString();
  return html`<article class="bad" data-row>
    <header>
      <h2><a href="/messages/${id}">${subjectOf(secondReading?.subject ?? subject)}</a></h2>
    </header>
    <dl class="facts">
      <dt>Why</dt>
      <dd>${error ?? 'no reason is known'}</dd>
      <dt>From</dt>
      <dd>${secondReading === null ? personOf(senderOf(row)) : peopleOf(secondReading.from)}</dd>
      <dt>Came</dt>
      <dd>${timeOf(receivedAt)} to ${mailboxes.join(', ')}</dd>
    </dl>
    ${
      secondReading === null
        ? ''
        : html`<details class="folded">
            <summary>Its text, as a second parser reads it</summary>
            <pre class="mail">${secondReading.text.slice(0, MAX_SHOWN_CHARS)}</pre>
          </details>`
    }
    <div class="actions">
      <form method="post" action="/messages/${id}/replay">
        <button class="small" aria-label="Read again: ${subjectOf(subject)}">Read again</button>
      </form>
      <a href="/files/${rawKey}?name=message.eml">Download it raw</a> <small>${sizeOf(size)}</small>
    </div>
  </article>`;
}
