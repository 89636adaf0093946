/** What a person can decide about one message, beside it. */
import { html } from 'hono/html';
import type { MessageDocument } from '../../../store/message-document.ts';
import type { ClientSuggestion } from '../../../triage/waiting.ts';
import type { Html } from '../layout.ts';
import { reasonOf } from '../triage/reasons.ts';
import { plural } from '../words.ts';
import { choiceButtons } from './client-choices.ts';
import type { Choice } from './client-choices.ts';

export interface PaneInput {
  readonly message: MessageDocument;
  /** Clients on whose record it is. */
  readonly linked: readonly Choice[];
  readonly candidates: readonly Choice[];
  readonly found: { readonly query: string; readonly choices: readonly Choice[]; readonly isCut: boolean };
  readonly othersInThread: number;
  readonly suggestion: ClientSuggestion | null;
  readonly newClientUrl: string | null;
  /** Of the queue that the message was opened from. */
  readonly reason: string | null;
}

export function decisionPane(input: PaneInput): Html {
  const { message, linked, candidates, othersInThread, reason } = input;
  const id = message._id.toHexString();
  const verb = linked.length > 0 ? 'Move to' : 'Assign to';
  return html`<article aria-label="Decision">
    <header><h2>${headline(input)}</h2></header>
    <p>${sentence(input)}</p>
    ${linked.map((choice) => onRecord(choice, id))}
    <form id="decide" method="post" action="/messages/${id}/assign">
      <input type="hidden" name="reason" value="${reason ?? ''}" />
      ${linked.length > 0 ? html`<input type="hidden" name="instead" value="on" />` : ''}
      ${
        othersInThread === 0
          ? ''
          : html`<label
              ><input type="checkbox" name="thread" /> The whole thread:
              ${plural(othersInThread, 'other message')} and all answers</label
            >`
      }
    </form>
    ${
      candidates.length === 0
        ? ''
        : html`<h3>${linked.length > 0 ? 'Others in question' : 'Whose is it?'}</h3>
            ${choiceButtons(candidates, { messageId: id, from: 1, verb })}`
    }
    ${clientSearch(input, { id, verb, from: candidates.length + 1 })}
    <div id="preview" aria-live="polite"></div>
    ${newClient(input)} ${message.links.length > 0 ? '' : ignoring(id, { reason, message })}
  </article>`;
}

function headline({ message, linked }: PaneInput): string {
  if (message.state === 'triage') return 'Waits for you';
  if (linked.length > 0) return 'On record';
  return message.state === 'ignored' ? 'Ignored' : 'Not on any record';
}

function sentence({ message: { state, verdict, forwarded }, linked }: PaneInput): string {
  if (linked.length > 0)
    return verdict?.reason === null || verdict === null || verdict === undefined
      ? 'It is on the record of:'
      : `${reasonOf(verdict.reason).sentence} It is on the record of:`;
  if (state === 'received' || state === 'judged')
    return 'It is being worked on: reload this page in a moment.';
  if (verdict?.kind === 'internal') return 'Everybody in it is one of us, so it belongs to no client.';
  const base = reasonOf(verdict?.reason ?? null).sentence;
  return forwarded !== null && state === 'triage'
    ? `${base} It forwards a message of ${forwarded.from.address ?? forwarded.from.name}.`
    : base;
}

const onRecord = ({ clientId, name, company, why }: Choice, id: string): Html =>
  html`<div class="actions">
    <span
      ><a href="/clients/${encodeURIComponent(clientId)}"><strong>${name}</strong></a>
      ${company === null ? '' : html`<small>${company}</small>`} <small>${why ?? ''}</small></span
    >
    <form method="post" action="/messages/${id}/unlink">
      <button class="quiet small" name="client" value="${clientId}">Take off the record</button>
    </form>
  </div>`;

function clientSearch(
  { found, reason, linked }: PaneInput,
  { id, verb, from }: { readonly id: string; readonly verb: string; readonly from: number },
): Html {
  return html`<form method="get" action="/messages/${id}" role="search">
      ${reason === null ? '' : html`<input type="hidden" name="reason" value="${reason}" />`}
      <label
        >${linked.length > 0 ? 'Move to another client' : 'Another client'}
        <input
          type="search"
          name="q"
          value="${found.query}"
          placeholder="Name, company or address"
          autocomplete="off"
          maxlength="200"
          hx-get="/messages/${id}/clients"
          hx-trigger="input changed delay:150ms"
          hx-include="closest form"
          hx-target="#found"
          hx-vals='{"from": "${from}"}'
        />
      </label>
    </form>
    <div id="found" aria-live="polite">${foundClients(found, { messageId: id, from, verb })}</div>`;
}

export function foundClients(
  { query, choices, isCut }: PaneInput['found'],
  { messageId, from, verb }: { readonly messageId: string; readonly from: number; readonly verb: string },
): Html {
  if (query.trim() === '') return html``;
  if (choices.length === 0)
    return html`<p class="muted">No client has “${query}” in its name or addresses.</p>`;
  return html`${choiceButtons(choices, { messageId, from, verb })}
  ${isCut ? html`<p class="muted">There are more: type some more letters.</p>` : ''}`;
}

/** The CRM makes clients; docketmail only says where. */
function newClient({ suggestion, newClientUrl }: PaneInput): Html | string {
  if (suggestion === null || newClientUrl === null) return '';
  const url = newClientUrl
    .replaceAll('{name}', encodeURIComponent(suggestion.name))
    .replaceAll('{email}', encodeURIComponent(suggestion.email))
    .replaceAll('{domain}', encodeURIComponent(suggestion.domain ?? ''));
  return html`<p>
    <a href="${url}" target="_blank" rel="noopener noreferrer">Create a client for ${suggestion.email}</a>
    <small>in the CRM</small>
  </p>`;
}

function ignoring(
  id: string,
  { reason, message }: { readonly reason: string | null; readonly message: MessageDocument },
): Html | string {
  if (message.state === 'ignored') return '';
  return html`<div class="actions">
    <form method="post" action="/messages/${id}/ignore">
      <input type="hidden" name="reason" value="${reason ?? ''}" />
      <button class="quiet" data-key="i">Ignore it <kbd>i</kbd></button>
    </form>
    <a
      href="/messages/${id}/ignore"
      hx-get="/messages/${id}/ignore"
      hx-select="#preview"
      hx-target="#preview"
      hx-swap="outerHTML"
      >Always ignore…</a
    >
  </div>`;
}
