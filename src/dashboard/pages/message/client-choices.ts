/** Clients as buttons of the decision: by name, with company and last contact. */
import { html } from 'hono/html';
import type { Via } from '../../../decide/verdict.ts';
import { lastContacts } from '../../../triage/last-contact.ts';
import type { Database } from '../../../store/mongo.ts';
import { clientsById, nameOf } from '../client-names.ts';
import type { Html } from '../layout.ts';
import { timeOf } from '../words.ts';

export interface Choice {
  readonly clientId: string;
  readonly name: string;
  readonly company: string | null;
  readonly email: string | null;
  readonly lastContact: Date | null;
  /** Why it is proposed; null for one that was searched. */
  readonly why: string | null;
}

const whys: Readonly<Record<Via, string>> = {
  from: 'the sender',
  'list-original': 'the sender behind the list',
  'reply-to': 'named in Reply-To',
  to: 'a recipient',
  cc: 'a recipient in copy',
  forwarded: 'in the forwarded message',
  thread: 'in this thread',
  'sub-address': 'the same address without its tag',
  domain: 'of the same company',
  alias: 'remembered',
  decision: 'decided by a person',
};

export const whyOf = (via: Via, address: string | null): string =>
  address === null ? whys[via] : `${whys[via]}: ${address}`;

export async function choicesOf(
  database: Pick<Database, 'clients' | 'communications'>,
  given: readonly { readonly clientId: string; readonly why: string | null }[],
): Promise<Choice[]> {
  const distinct = [...new Map(given.map((one) => [one.clientId, one])).values()];
  const clients = await clientsById(
    database,
    distinct.map(({ clientId }) => clientId),
  );
  const contacts = await lastContacts(
    database,
    [...clients.values()].map(({ _id }) => _id),
  );
  return distinct.map(({ clientId, why }) => {
    const client = clients.get(clientId);
    const name = nameOf(client);
    const text = (value: unknown): string | null =>
      typeof value === 'string' && value !== '' && value !== name ? value : null;
    return {
      clientId,
      name,
      company: text(client?.company),
      email: text(client?.email),
      lastContact: contacts.get(clientId) ?? null,
      why,
    };
  });
}

/** `from`: the key of the first, or null for none. */
export function choiceButtons(
  choices: readonly Choice[],
  {
    messageId,
    from,
    verb,
  }: { readonly messageId: string; readonly from: number | null; readonly verb: string },
): Html {
  return html`<ul class="choices">
    ${choices.map((choice, at) => {
      const key = from === null || from + at > 9 ? null : from + at;
      return html`<li>${button(choice, { key, verb })} ${remember(choice, messageId)}</li>`;
    })}
  </ul>`;
}

function button(
  { clientId, name, company, email, lastContact, why }: Choice,
  { key, verb }: { readonly key: number | null; readonly verb: string },
): Html {
  const told = [company, email].filter((part) => part !== null).join(' · ');
  const label = html`<span
    ><strong>${name}</strong
    >${told === '' ? '' : html`<small>${told}</small>`}${why === null ? '' : html`<small>${why}</small>`}<small
      >${lastContact === null ? 'no mail on record' : html`last contact ${timeOf(lastContact)}`}</small
    ></span
  >`;
  return key === null
    ? html`<button class="quiet" form="decide" name="client" value="${clientId}" title="${verb} ${name}">
        ${label}
      </button>`
    : html`<button form="decide" name="client" value="${clientId}" title="${verb} ${name}" data-key="${key}">
        <kbd>${key}</kbd> ${label}
      </button>`;
}

const remember = ({ clientId, name }: Choice, messageId: string): Html =>
  html`<small
    ><a
      href="/messages/${messageId}/remember?client=${encodeURIComponent(clientId)}"
      hx-get="/messages/${messageId}/remember?client=${encodeURIComponent(clientId)}"
      hx-select="#preview"
      hx-target="#preview"
      hx-swap="outerHTML"
      >Always ${name}…</a
    ></small
  >`;
