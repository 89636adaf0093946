/** A held case update with everything that decides about it, and the buttons that do. */
import { html } from 'hono/html';
import type { Review } from '../../../decide/case-updates.ts';
import type { HeldCaseUpdate } from '../../../triage/held-updates-page.ts';
import type { Html } from '../layout.ts';
import { senderProof } from '../message/sender-proof.ts';
import { peopleOf, subjectOf, timeOf } from '../words.ts';
import { markedText } from './marked-text.ts';

const whys: Readonly<Record<Review, string>> = {
  'unknown-status': 'Its status is none of yours: choose the one that is meant.',
  'foreign-case': 'Another client was first on record with this case.',
  unauthenticated: 'It is not certain that this person may change the case.',
  'parent-unknown':
    'It answers a message that is not known, whose subject may have had the tag already: then this is only an echo.',
  'look-alike': 'The tag has characters that look like others; they are marked.',
};

export interface HeldCardInput {
  readonly update: HeldCaseUpdate;
  readonly clientName: string;
  readonly statuses: readonly string[];
  /** Where to go once it is decided. */
  readonly back: string;
  /** Whether the message stands beside it already. */
  readonly isOnMessage: boolean;
}

export function heldCard({ update, clientName, statuses, back, isOnMessage }: HeldCardInput): Html {
  const { clientId, ref, title, date, review, message } = update;
  return html`<article class="warn" data-row>
    <header>
      <h3>
        ${ref === null ? 'A new case' : html`Case <a href="/cases/${encodeURIComponent(ref)}">${markedText(ref)}</a>`}:
        ${transition(update)}
      </h3>
    </header>
    <p>
      <strong>${whys[review]}</strong>
      ${message.why === null || review !== 'unauthenticated' ? '' : html`<small>${message.why}</small>`}
    </p>
    <dl class="facts">
      <dt>Client</dt>
      <dd><a href="/clients/${encodeURIComponent(clientId)}">${clientName}</a></dd>
      ${
        isOnMessage
          ? ''
          : html`<dt>Message</dt>
              <dd>
                <a href="/messages/${message.id}"
                  >${review === 'look-alike' ? markedText(message.subject) : subjectOf(message.subject)}</a
                >
                <span class="preview">${message.preview}</span>
              </dd>`
      }
      ${
        isOnMessage && review === 'look-alike'
          ? html`<dt>Subject</dt>
              <dd>${markedText(message.subject)}</dd>`
          : ''
      }
      <dt>Title</dt>
      <dd>${title}</dd>
      <dt>From</dt>
      <dd>${peopleOf(message.from)}</dd>
      ${
        message.replyTo.length === 0
          ? ''
          : html`<dt>Reply-To</dt>
              <dd>${replyTo(message)}</dd>`
      }
      <dt>Proof</dt>
      <dd>${senderProof(message.authentication)}</dd>
      <dt>Came</dt>
      <dd>${timeOf(date)} to ${message.mailboxes.join(', ')}</dd>
    </dl>
    ${buttons({ update, statuses, back })}
  </article>`;
}

function transition({ from, to, statusText }: HeldCaseUpdate): Html {
  const wanted =
    to === null
      ? html`<span class="badge warn">“${markedText(statusText ?? '')}”?</span>`
      : html`<span class="badge note">${to}</span>`;
  return html`${from === null ? '' : html`<span class="badge">${from}</span>`} → ${wanted}`;
}

function replyTo({ from, replyTo: others }: HeldCaseUpdate['message']): Html {
  const senders = new Set(from.map(({ address }) => address));
  const isOther = others.some(({ address }) => !senders.has(address));
  return html`${peopleOf(others)}
  ${isOther ? html`<span class="badge warn">another address than From</span>` : ''}`;
}

function buttons({ update, statuses, back }: Pick<HeldCardInput, 'update' | 'statuses' | 'back'>): Html {
  const { clientId, ref, to, message } = update;
  const hidden = html`<input type="hidden" name="client" value="${clientId}" />
    <input type="hidden" name="case" value="${ref ?? ''}" />
    <input type="hidden" name="back" value="${back}" />`;
  return html`<div class="actions">
    <form method="post" action="/messages/${message.id}/confirm" class="actions">
      ${hidden}
      <select name="status" aria-label="Status" ${to === null ? 'required' : ''}>
        ${to === null ? html`<option value="">Which status?</option>` : html`<option value="">${to}, as tagged</option>`}
        ${statuses
          .filter((status) => status !== to)
          .map((status) => html`<option value="${status}">${status} instead</option>`)}
      </select>
      <button data-key="c">Confirm <kbd>c</kbd></button>
    </form>
    <form method="post" action="/messages/${message.id}/reject" class="actions">
      ${hidden}
      <input
        name="reason"
        data-key="r"
        required
        maxlength="1000"
        aria-label="Why it is rejected"
        placeholder="Why not?"
      />
      <button class="danger">Reject <kbd>r</kbd></button>
    </form>
  </div>`;
}
