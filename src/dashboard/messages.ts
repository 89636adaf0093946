import { ObjectId } from 'mongodb';
import { html } from 'hono/html';
import type { Context, Hono } from 'hono';
import type { MessageDocument } from '../store/message-document.ts';
import type { Database } from '../store/mongo.ts';
import type { SightingDocument } from '../store/sightings.ts';
import { page } from './page.ts';

/** /jobs/<kind>/<id>: from a job to its message. /messages/<id>: what was decided about it, and why. */
export function mountMessages(app: Hono, { messages, sightings }: Database): void {
  app.get('/jobs/:kind/:id', async (context) => {
    const id = idOf(context);
    if (id === null) return context.text('No such job.\n', 404);
    if (context.req.param('kind') === 'message') return context.redirect(`/messages/${id.toHexString()}`);
    const sighting = await sightings.findOne({ _id: id });
    if (sighting === null) return context.text('No such sighting.\n', 404);
    return sighting.messageRef === null
      ? context.html(page('Message', sightingTable([sighting])))
      : context.redirect(`/messages/${sighting.messageRef.toHexString()}`);
  });
  app.get('/messages/:id', async (context) => {
    const id = idOf(context);
    const message = id === null ? null : await messages.findOne({ _id: id });
    if (message === null) return context.text('No such message.\n', 404);
    const seen = await sightings.find({ messageRef: message._id }).limit(50).toArray();
    return context.html(
      page(
        message.subject || '(no subject)',
        html`${summary(message)}${secondReading(message)}${evidence(message)}${sightingTable(seen)}`,
      ),
    );
  });
}

function idOf(context: Context): ObjectId | null {
  const id = context.req.param('id') ?? '';
  return /^[0-9a-f]{24}$/u.test(id) ? ObjectId.createFromHexString(id) : null;
}

function summary(message: MessageDocument) {
  const { verdict, links, state, date, participants, automatic, warnings, error, rawKey, caseUpdates } =
    message;
  const from = participants.find(({ role }) => role === 'from');
  const rows: [string, unknown][] = [
    ['State', state],
    ['Date', date.toISOString()],
    ['From', from === undefined ? '–' : `${from.name} <${from.address ?? '?'}>`],
    [
      'Verdict',
      verdict === null
        ? '–'
        : `${verdict.kind}, ${verdict.direction}${verdict.reason === null ? '' : ` (${verdict.reason})`}`,
    ],
    ['Clients', links.map((link) => `${String(link.clientId)} by ${link.via}`).join(', ') || '–'],
    ['Candidates', verdict?.candidates.map((link) => `${link.clientId} by ${link.via}`).join(', ') || '–'],
    [
      'Case updates',
      caseUpdates
        .map((update) => `${update.ref ?? ''} ${update.status ?? ''} ${update.review ?? ''}`.trim())
        .join(', ') || '–',
    ],
    ['Automatic', automatic === null ? '–' : `${automatic.kind} (${automatic.sign})`],
    ['Warnings', warnings.join('; ') || '–'],
    ['Error', error ?? '–'],
  ];
  return html`<table>
    ${rows.map(
      ([name, value]) =>
        html`<tr>
          <th>${name}</th>
          <td>${String(value)}</td>
        </tr>`,
    )}
    <tr>
      <th>Raw message</th>
      <td><a href="/files/${rawKey}">download</a></td>
    </tr>
  </table>`;
}

function secondReading({ secondReading: read }: MessageDocument) {
  if (read === undefined || read === null) return '';
  const people = (list: typeof read.from): string =>
    list.map(({ name, address }) => `${name} <${address ?? '?'}>`.trim()).join(', ') || '–';
  const rows: [string, string][] = [
    ['From', people(read.from)],
    ['To', people([...read.to, ...read.cc])],
    ['Subject', read.subject],
    ['Date', read.date ?? '–'],
    ['Files', read.files.join(', ') || '–'],
    ['Text', read.text],
  ];
  return html`<h2>As a second parser reads it</h2>
    <p>docketmail could not read this message; nothing was decided by what stands here.</p>
    <table>
      ${rows.map(
        ([name, value]) =>
          html`<tr>
            <th>${name}</th>
            <td>${value}</td>
          </tr>`,
      )}
    </table>`;
}

function evidence({ verdict }: MessageDocument) {
  return html`<h2>Why</h2>
    <table>
      ${(verdict?.evidence ?? []).map(
        ({ rule, outcome, detail }) =>
          html`<tr>
            <th>${rule}</th>
            <td>${outcome}</td>
            <td>${detail}</td>
          </tr>`,
      )}
    </table>`;
}

function sightingTable(rows: readonly SightingDocument[]) {
  return html`<h2>Seen in</h2>
    <table>
      ${rows.map(
        (row) =>
          html`<tr>
            <th>${row.mailbox}</th>
            <td>${row.folder}, UID ${row.uid}, epoch ${row.epoch}</td>
            <td>${row.state}</td>
            <td>${row.error ?? ''}</td>
          </tr>`,
      )}
    </table>`;
}
