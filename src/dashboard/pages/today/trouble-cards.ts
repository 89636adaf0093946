/** Troubles as cards, each with the buttons that help. */
import { html } from 'hono/html';
import type { Trouble, Words } from '../../today/troubles.ts';
import type { Html } from '../layout.ts';
import { mailboxButtons } from '../mailboxes/mailbox-card.ts';
import { timeOf } from '../words.ts';

export const wordsOf = (words: Words): readonly (Html | string)[] =>
  words.map((part) => (typeof part === 'string' ? part : timeOf(part)));

export const troubleCards = (troubles: readonly Trouble[]): readonly Html[] => troubles.map(card);

function card({ title, says, fix, mailbox, see }: Trouble): Html {
  return html`<article class="bad">
    <header><h2>${title}</h2></header>
    <p>${says.map((words, at) => html`${at === 0 ? '' : html`<br />`}${wordsOf(words)}`)}</p>
    ${fix === null ? '' : html`<p><strong>Fix:</strong> ${fix}</p>`}
    ${
      mailbox === null && see === null
        ? ''
        : html`<div class="actions">
            ${mailbox === null ? '' : mailboxButtons(mailbox)}
            ${see === null ? '' : html`<a role="button" class="small" href="/queues">Queues</a>`}
          </div>`
    }
  </article>`;
}
