import type { Context, Hono } from 'hono';
import { html } from 'hono/html';
import { placeIn } from '../../../triage/keyset.ts';
import { listMessages, messageIdsNamed, STATES } from '../../../triage/list-messages.ts';
import { noSuch } from '../errors.ts';
import type { Html } from '../layout.ts';
import { idIn } from '../message/message-at.ts';
import type { PageTools } from '../page-deps.ts';
import { searchField, searchResults } from '../search/results.ts';
import { empty } from '../words.ts';
import { messageRows, rowFields } from './message-rows.ts';
import type { MessageRow } from './message-rows.ts';

const PAGE = 50;

const stateNames: Readonly<Record<(typeof STATES)[number], string>> = {
  stored: 'Done',
  triage: 'Waiting',
  ignored: 'Ignored',
  quarantined: 'Quarantined',
  received: 'Coming in',
  judged: 'Being written',
};

/** /messages: any messages, newest first. /jobs/<kind>/<id>: from a job to its message. */
export function mountMessages(app: Hono, tools: PageTools): void {
  app.get('/messages', async (context) => await showMessages(context, tools));
  app.get('/jobs/:kind/:id', async (context) => await showJob(context, tools));
}

async function showMessages(context: Context, tools: PageTools): Promise<Response> {
  const { database } = tools;
  const query = (context.req.query('q') ?? '').trim().slice(0, 1_000);
  const named = query === '' ? [] : await messageIdsNamed(database, query);
  if (named.length === 1) return context.redirect(`/messages/${named[0] ?? ''}`);
  const after = context.req.query('after') ?? null;
  return await tools.show(context, {
    title: 'Messages',
    current: 'messages',
    content: html`<h1>Messages</h1>
      ${searchField('/messages', query, 'Words, names, addresses, case numbers')}
      ${
        query === '' || isAddress(query)
          ? await listed(context, tools, query === '' ? null : query)
          : await searchResults(database, { path: '/messages', query, after })
      }`,
  });
}

/** In any state, at once, and complete: all that somebody wrote or got. */
const isAddress = (query: string): boolean => /^[^\s:"@]+@[^\s@]+$/u.test(query);

async function listed(context: Context, { database }: PageTools, address: string | null): Promise<Html> {
  const state = STATES.find((one) => one === context.req.query('state')) ?? null;
  const { rows, next } = await listMessages<MessageRow>(
    database,
    { state, address, after: placeIn(context.req.query('after') ?? ''), limit: PAGE },
    rowFields,
  );
  const kept = new URLSearchParams({
    ...(state === null ? {} : { state }),
    ...(address === null ? {} : { q: address }),
    ...(next === null ? {} : { after: next }),
  });
  return html`${address === null ? stateTabs(state) : ''}
  ${
    rows.length === 0 && address !== null
      ? empty(`No message has the address “${address}”.`, html`<a href="/messages">Show all messages</a>`)
      : await messageRows(database, rows)
  }
  ${next === null ? '' : html`<a rel="next" href="/messages?${kept.toString()}">Earlier messages</a>`}`;
}

function stateTabs(current: (typeof STATES)[number] | null): Html {
  const tabs: readonly (readonly [string, string, boolean])[] = [
    ['/messages', 'All', current === null],
    ...STATES.map((state) => [`/messages?state=${state}`, stateNames[state], state === current] as const),
  ];
  return html`<nav class="tabs" aria-label="States">
    ${tabs.map(([path, name, isCurrent]) =>
      isCurrent
        ? html`<a href="${path}" aria-current="page">${name}</a>`
        : html`<a href="${path}">${name}</a>`,
    )}
  </nav>`;
}

async function showJob(context: Context, tools: PageTools): Promise<Response> {
  const id = idIn(context);
  if (id === null) return await noSuch(context, 'job');
  if (context.req.param('kind') === 'message') return context.redirect(`/messages/${id.toHexString()}`);
  const sighting = await tools.database.sightings.findOne({ _id: id });
  if (sighting === null) return await noSuch(context, 'job');
  if (sighting.messageRef !== null) return context.redirect(`/messages/${sighting.messageRef.toHexString()}`);
  const { mailbox, folder, uid, state, attempts, error } = sighting;
  return await tools.show(context, {
    title: 'A message that is not read yet',
    current: 'queues',
    content: html`<h1>A message that is not read yet</h1>
      <dl class="facts">
        <dt>Where</dt>
        <dd>${mailbox}, ${folder}, UID ${uid}</dd>
        <dt>State</dt>
        <dd>${state}, tried ${attempts} times</dd>
        <dt>Error</dt>
        <dd>${error ?? '–'}</dd>
      </dl>
      <p><a href="/queues">← Queues</a></p>`,
  });
}
