/** Messages as rows of a list: who, what, where it is, when. */
import { html } from 'hono/html';
import type { MessageDocument } from '../../../store/message-document.ts';
import type { Database } from '../../../store/mongo.ts';
import { listMessages } from '../../../triage/list-messages.ts';
import { senderOf } from '../../../triage/queue.ts';
import { namesOfClients } from '../client-names.ts';
import type { Html } from '../layout.ts';
import { reasonOf } from '../triage/reasons.ts';
import { empty, personOf, plural, subjectOf, timeOf } from '../words.ts';

export const rowFields = {
  participants: 1,
  subject: 1,
  preview: 1,
  receivedAt: 1,
  date: 1,
  state: 1,
  'verdict.kind': 1,
  'verdict.reason': 1,
  'verdict.direction': 1,
  'links.clientId': 1,
  'links.retract': 1,
  attachments: 1,
} as const;

export type MessageRow = Pick<
  MessageDocument,
  | '_id'
  | 'participants'
  | 'subject'
  | 'preview'
  | 'receivedAt'
  | 'date'
  | 'state'
  | 'verdict'
  | 'links'
  | 'attachments'
>;

export async function latestMessages(database: Database, limit: number): Promise<Html> {
  const { rows } = await listMessages<MessageRow>(
    database,
    { state: null, address: null, after: null, limit },
    rowFields,
  );
  return await messageRows(database, rows);
}

export async function messageRows(
  database: Pick<Database, 'clients'>,
  rows: readonly MessageRow[],
): Promise<Html> {
  if (rows.length === 0)
    return empty('No messages.', html`Mail shows up here within a minute of its arrival in a mailbox.`);
  const names = await namesOfClients(
    database,
    rows.flatMap(({ links }) => links.map(({ clientId }) => String(clientId))),
  );
  return html`<article class="flush">
    <ul class="rows">
      ${rows.map((row) => oneRow(row, names))}
    </ul>
  </article>`;
}

function oneRow(row: MessageRow, names: ReadonlyMap<string, string>): Html {
  const { _id, subject, preview, receivedAt, attachments } = row;
  return html`<li data-row>
    <span class="grow">
      <a href="/messages/${_id.toHexString()}">${subjectOf(subject)}</a>
      <small>${personOf(senderOf(row))}</small>
      <span class="preview">${preview}</span>
    </span>
    ${whereItIs(row, names)}
    ${attachments.length > 0 ? html`<span class="badge">${plural(attachments.length, 'file')}</span>` : ''}
    <span class="end">${timeOf(receivedAt)}</span>
  </li>`;
}

function whereItIs({ state, verdict, links }: MessageRow, names: ReadonlyMap<string, string>): Html {
  const clients = links
    .filter(({ retract }) => retract === undefined)
    .map(({ clientId }) => String(clientId));
  if (state === 'triage')
    return html`<span class="badge warn">waits: ${reasonOf(verdict?.reason ?? null).short}</span>`;
  if (state === 'quarantined') return html`<span class="badge bad">quarantined</span>`;
  if (state === 'received' || state === 'judged') return html`<span class="badge">being worked on</span>`;
  const reason = verdict?.reason ?? null;
  if (state === 'ignored')
    return html`<span class="badge">${reason === null ? 'ignored' : reasonOf(reason).short}</span>`;
  return clients.length === 0
    ? html`<span class="badge">${verdict?.kind === 'internal' ? 'internal' : 'on no record'}</span>`
    : html`<span class="badge good">${clients.map((id) => names.get(id) ?? '').join(', ')}</span>`;
}
