import type { Context, Hono } from 'hono';
import { html } from 'hono/html';
import type { BookDocument } from '../../../store/address-book.ts';
import { clientTimeline, everyEntry } from '../../../triage/client-timeline.ts';
import type {
  Timeline,
  TimelineCaseUpdate,
  TimelineEntry,
  TimelineFilter,
} from '../../../triage/client-timeline.ts';
import { idsMeant } from '../../../triage/named.ts';
import { pathWith } from '../forms.ts';
import type { Html } from '../layout.ts';
import { whyOf } from '../message/client-choices.ts';
import { MAX_QUERY_CHARS } from '../../../search/query.ts';
import { searchField, searchResults } from '../search/results.ts';
import type { PageTools } from '../page-deps.ts';
import { empty, peopleOf, personOf, plural, sizeOf, subjectOf, timeOf } from '../words.ts';

const PAGE = 40;
const MAX_ADDRESSES = 200;

/** /clients/<id>: a stable address for the CRM to link to. The same as JSON at /api/clients/<id>/timeline. */
export function mountClient(app: Hono, tools: PageTools): void {
  app.get('/clients/:id', async (context) => await showClient(context, tools));
}

async function showClient(context: Context, tools: PageTools): Promise<Response> {
  const { database } = tools;
  const name = context.req.param('id') ?? '';
  const query = (context.req.query('q') ?? '').trim().slice(0, MAX_QUERY_CHARS);
  const after = context.req.query('after') ?? null;
  const show = shows.find(([key]) => key === context.req.query('show')) ?? shows[0];
  const caseRef = context.req.query('case')?.slice(0, 200) ?? null;
  const [timeline, addresses] = await Promise.all([
    clientTimeline(database, {
      name,
      after: query === '' ? after : null,
      limit: PAGE,
      only: { ...show[2], caseRef },
    }),
    database.addressBook
      .find({ clientId: { $in: idsMeant(name) } })
      .limit(MAX_ADDRESSES)
      .toArray(),
  ]);
  const { client, rows, next } = timeline;
  const called = client.name ?? client.company ?? client.email ?? 'A client without a name';
  const path = `/clients/${encodeURIComponent(client.id)}`;
  return await tools.show(context, {
    title: called,
    current: 'clients',
    content: html`<h1>${called}</h1>
      <p class="muted">
        ${[client.company, client.email].filter((part) => part !== null && part !== called).join(' · ')}
      </p>
      <div class="pair">
        <div>
          ${searchField(path, query, 'Words in the mail of this client')}
          ${
            query === ''
              ? html`${filters(path, show[0], caseRef)}
                ${rows.length === 0 ? (show[0] === '' && caseRef === null ? nothing : empty('No mail of this kind.')) : threads(timeline)}
                ${next === null ? '' : html`<a rel="next" href="${pathOf(path, { show: show[0], case: caseRef ?? '', after: next })}">Earlier mail</a>`}`
              : await searchResults(database, { path, query, after, clientId: timeline.clientId })
          }
        </div>
        <aside aria-label="About the client">${book(addresses)}</aside>
      </div>`,
  });
}

/** By their name in the address of the page. */
const shows: readonly [Show, ...Show[]] = [
  ['', 'All', everyEntry],
  ['in', 'Received', { ...everyEntry, direction: 'inbound' }],
  ['out', 'Sent', { ...everyEntry, direction: 'outbound' }],
  ['files', 'With files', { ...everyEntry, hasFiles: true }],
];

type Show = readonly [key: string, name: string, only: TimelineFilter];

/** Of the page with these filters. */
const pathOf = (path: string, fields: Readonly<Record<string, string>>): string =>
  pathWith(path, Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== '')));

function filters(path: string, current: string, caseRef: string | null): Html {
  return html`<nav class="tabs" aria-label="Kinds of mail">
      ${shows.map(([key, name]) =>
        key === current
          ? html`<a href="${pathOf(path, { show: key, case: caseRef ?? '' })}" aria-current="page"
              >${name}</a
            >`
          : html`<a href="${pathOf(path, { show: key, case: caseRef ?? '' })}">${name}</a>`,
      )}
    </nav>
    ${
      caseRef === null
        ? ''
        : html`<p>Only case ${caseRef}. <a href="${pathOf(path, { show: current })}">Show all cases</a></p>`
    }`;
}

const nothing = empty(
  'No mail is on record.',
  html`Mail with one of the client's addresses shows up here. <a href="/triage">See what waits</a>.`,
);

/** The page's messages by thread; a thread stands where its newest message does. */
function threads({ rows, otherCaseUpdates }: Timeline): Html {
  const byThread = Map.groupBy(rows, ({ threadId, id }) => threadId ?? id);
  return html`${[...byThread.values()].map(
    (entries) =>
      html`<article class="flush">
        ${
          entries.length === 1
            ? ''
            : html`<header>
                <strong>${subjectOf(entries.at(-1)?.subject ?? '')}</strong>
                <span class="badge">${plural(entries.length, 'message')}</span>
              </header>`
        }
        <ul class="rows">
          ${entries.map(entry)}
        </ul>
      </article>`,
  )}
  ${
    otherCaseUpdates.length === 0
      ? ''
      : html`<h2>Other case updates of this time</h2>
          ${otherCaseUpdates.map((update) => html`<p>${caseUpdate(update)} ${update.title} ${timeOf(update.date)}</p>`)}`
  }`;
}

const directions: Readonly<Record<string, string>> = { inbound: 'in', outbound: 'out', internal: 'internal' };

function entry(row: TimelineEntry): Html {
  const {
    subject,
    preview,
    direction,
    date,
    from,
    to,
    files,
    messageId,
    via,
    address,
    forwardedBy,
    caseUpdates,
  } = row;
  const isOut = direction === 'outbound';
  return html`<li data-row>
    <span class="badge ${isOut ? '' : 'note'}">${directions[direction ?? ''] ?? row.type}</span>
    <span class="grow">
      ${
        messageId === null
          ? html`<strong>${subjectOf(subject)}</strong>`
          : html`<a href="/messages/${messageId}">${subjectOf(subject)}</a>`
      }
      <small>${isOut ? html`to ${peopleOf(to)}` : personOf(from)}</small>
      <span class="preview">${preview}</span>
      ${via === null ? '' : html`<small>Here by ${whyOf(via, address)}${forwardedBy === null ? '' : `, forwarded by ${forwardedBy}`}</small>`}
      ${files.map(
        ({ filename, size, key }) =>
          html`<br /><a href="/files/${key}?name=${encodeURIComponent(filename ?? 'file')}"
              >${filename ?? 'a file without a name'}</a
            >
            <small>${sizeOf(size)}</small>`,
      )}
    </span>
    ${caseUpdates.map(caseUpdate)}
    <span class="end">${timeOf(date)}</span>
  </li>`;
}

function caseUpdate({ ref, status, review }: TimelineCaseUpdate): Html {
  const words = `${ref === null ? 'Case' : `Case ${ref}`}: ${status}`;
  if (review !== null)
    return html`<span class="badge ${review === 'rejected' ? 'bad' : 'warn'}"
      >${words}, ${review === 'rejected' ? 'rejected' : 'held'}</span
    >`;
  return ref === null
    ? html`<span class="badge note">${words}</span>`
    : html`<a href="/cases/${encodeURIComponent(ref)}"><span class="badge note">${words}</span></a>`;
}

function book(addresses: readonly BookDocument[]): Html {
  return html`<article>
    <header><h2>Addresses</h2></header>
    ${
      addresses.length === 0
        ? html`<p>The CRM has no address of this client, so no mail finds it.</p>`
        : html`<ul>
            ${addresses
              .toSorted((a, b) => (a.address < b.address ? -1 : 1))
              .map(
                ({ address, kind, source }) =>
                  html`<li>${address} <small>${originOf(kind, source)}</small></li>`,
              )}
          </ul>`
    }
  </article>`;
}

function originOf(kind: BookDocument['kind'], source: BookDocument['source']): string {
  if (source === 'learned') return 'remembered by a person';
  return kind === 'domain' ? 'domain of an address in the CRM' : 'in the CRM';
}
