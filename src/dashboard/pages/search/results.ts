/** What a search found, as rows of a list. */
import { html } from 'hono/html';
import { search } from '../../../search/find.ts';
import type { Found, SearchAsked, SearchResult } from '../../../search/find.ts';
import { countMissing } from '../../../search/index-messages.ts';
import { MAX_QUERY_CHARS, QueryError } from '../../../search/query.ts';
import type { Database } from '../../../store/mongo.ts';
import { namesOfClients } from '../client-names.ts';
import type { Html } from '../layout.ts';
import { empty, personOf, plural, subjectOf, timeOf } from '../words.ts';

const PAGE = 50;

export const searchField = (path: string, query: string, says: string): Html =>
  html`<form class="search" role="search" method="get" action="${path}">
    <input
      type="search"
      name="q"
      value="${query}"
      maxlength="${MAX_QUERY_CHARS}"
      aria-label="${says}"
      placeholder="${says}"
    />
    <button>Find</button>
  </form>`;

/** The query stays in the address, so a search can be kept and sent. */
export async function searchResults(
  database: Database,
  {
    path,
    query,
    ...asked
  }: Pick<SearchAsked, 'clientId' | 'after'> & { readonly path: string; readonly query: string },
): Promise<Html> {
  const found = await search(database, { ...asked, text: query, limit: PAGE }).catch((error: unknown) => {
    if (error instanceof QueryError) return error;
    throw error;
  });
  if (found instanceof QueryError) return empty(found.message, help);
  const missing = await countMissing(database);
  const { rows, next, isCut } = found;
  const names = await namesOfClients(
    database,
    rows.flatMap(({ clientId }) => clientId ?? []),
  );
  return html`${rows.length === 0 ? empty(`Nothing has “${query}”.`, help) : listOf(rows, names)}
  ${further({ path, query, next, isCut })}
  ${
    missing === 0
      ? ''
      : html`<p class="muted">
          ${plural(missing, 'message')} cannot be found yet; workers go through them by themselves.
        </p>`
  }`;
}

const help = html`<br />Words must all be found: <code>invoice roof</code>. Also
  <code>"one behind the other"</code>, <code>-without</code>, <code>begin*</code>, <code>from:rosa</code>,
  <code>to:</code>, <code>subject:</code>, <code>file:</code>, <code>in:mailbox</code>,
  <code>case:4711</code>, <code>has:attachment</code>, <code>is:triage</code>, <code>is:held</code>,
  <code>after:2026-03-01</code>, <code>before:2026-04-01</code>.`;

function further({
  path,
  query,
  next,
  isCut,
}: Pick<SearchResult, 'next' | 'isCut'> & { readonly path: string; readonly query: string }): Html {
  const link =
    next === null
      ? ''
      : html`<a rel="next" href="${path}?${new URLSearchParams({ q: query, after: next }).toString()}"
          >Earlier ones</a
        >`;
  return html`${isCut ? html`<p>There may be more. Add a word or a date, such as <code>after:2026-01-01</code>.</p>` : ''}
  ${link}`;
}

function listOf(rows: readonly Found[], names: ReadonlyMap<string, string>): Html {
  return html`<article class="flush">
    <ul class="rows">
      ${rows.map((row) => oneRow(row, names))}
    </ul>
  </article>`;
}

function oneRow(
  { messageId, clientId, subject, from, snippet, files, date, state }: Found,
  names: ReadonlyMap<string, string>,
): Html {
  return html`<li data-row>
    <span class="grow">
      <a href="/messages/${messageId}">${subjectOf(subject)}</a>
      <small>${personOf(from)}</small>
      <span class="preview"
        >${snippet.map(({ text, isMatch }) => (isMatch ? html`<mark>${text}</mark>` : html`${text}`))}</span
      >
    </span>
    ${
      clientId !== null
        ? html`<span class="badge good">${names.get(clientId) ?? 'a client who is gone'}</span>`
        : html`<span class="badge ${state === 'triage' ? 'warn' : ''}"
            >${state === 'triage' ? 'waits' : 'on no record'}</span
          >`
    }
    ${files > 0 ? html`<span class="badge">${plural(files, 'file')}</span>` : ''}
    <span class="end">${timeOf(date)}</span>
  </li>`;
}
