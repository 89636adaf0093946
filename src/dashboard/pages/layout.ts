import { html } from 'hono/html';
import { assetPath } from '../assets/assets.ts';
import { mayDo, neededFor } from '../route-roles.ts';
import type { Caller } from '../who.ts';

export type Html = ReturnType<typeof html>;

/** What waits for people, shown beside the links. */
export interface WaitingCounts {
  readonly triage: number;
  readonly held: number;
  readonly quarantined: number;
}

/** Counts stop here: beyond it only that there are many matters. */
export const COUNT_LIMIT = 1_000;

interface Section {
  readonly path: string;
  readonly name: string;
  readonly counts?: keyof WaitingCounts;
}

const sections = {
  today: { path: '/', name: 'Today' },
  triage: { path: '/triage', name: 'Triage', counts: 'triage' },
  cases: { path: '/cases', name: 'Case updates', counts: 'held' },
  messages: { path: '/messages', name: 'Messages' },
  clients: { path: '/clients', name: 'Clients' },
  mailboxes: { path: '/mailboxes', name: 'Mailboxes' },
  quarantine: { path: '/quarantine', name: 'Quarantine', counts: 'quarantined' },
  decisions: { path: '/decisions', name: 'Decisions' },
  queues: { path: '/queues', name: 'Queues' },
  webhooks: { path: '/webhooks', name: 'Webhooks' },
  users: { path: '/users', name: 'Users' },
  settings: { path: '/settings', name: 'Settings' },
} as const satisfies Readonly<Record<string, Section>>;

export type SectionName = keyof typeof sections;

export interface Layout {
  readonly title: string;
  readonly current: SectionName | null;
  /** Null where they cannot be known, as on an error page. */
  readonly counts: WaitingCounts | null;
  /** Who is signed in, in words. */
  readonly person: Html | string;
  /** Links lead only where they may go; null for what everybody may see. */
  readonly caller: Caller | null;
  readonly toast: Html | null;
  readonly content: Html;
}

/** htmx sets no styles and evaluates no text, which the content security policy forbids anyway. */
const htmxConfig = JSON.stringify({
  includeIndicatorStyles: false,
  allowEval: false,
  selfRequestsOnly: true,
  historyCacheSize: 0,
});

/** The frame of our pages. The `html` tag escapes every value; nothing is inline but text and structure. */
export function layout({ title, current, counts, caller, person, toast, content }: Layout): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="htmx-config" content="${htmxConfig}" />
        <title>${title} – docketmail</title>
        <link rel="icon" href="${assetPath('icon.svg')}" />
        <link rel="stylesheet" href="${assetPath('pico.css')}" />
        <link rel="stylesheet" href="${assetPath('docketmail.css')}" />
        <script src="${assetPath('htmx.js')}" defer></script>
        <script src="${assetPath('times.js')}" defer></script>
        <script src="${assetPath('keyboard.js')}" defer></script>
      </head>
      <body>
        <header>
          <a class="skip" href="#content">To the content</a>
          <a class="brand" href="/">${mark} docketmail</a>
          <nav aria-label="Sections">
            <ul>
              ${sectionsFor(caller).map(([name, section]: [string, Section]) =>
                link(section, { isCurrent: name === current, counts }),
              )}
            </ul>
          </nav>
          <div class="aside">
            ${person}<br />
            <button class="quiet small" data-opens="keys" hidden>Keys <kbd>?</kbd></button>
          </div>
        </header>
        <main id="content" tabindex="-1">${content}</main>
        ${toast} ${keys}
      </body>
    </html>`;
}

const sectionsFor = (caller: Caller | null) =>
  Object.entries(sections).filter(
    ([, { path }]) => caller === null || mayDo(caller.role, neededFor({ method: 'GET', path })),
  );

const mark = html`<svg viewBox="0 0 24 24" aria-hidden="true">
  <rect x="1" y="4" width="22" height="16" rx="3" fill="#2a56bf" />
  <path d="M4 8l8 6 8-6" fill="none" stroke="#ffffff" stroke-width="2" stroke-linejoin="round" />
</svg>`;

function link(
  { path, name, counts: counted }: Section,
  { isCurrent, counts }: { readonly isCurrent: boolean; readonly counts: WaitingCounts | null },
): Html {
  const count = counted === undefined || counts === null ? 0 : counts[counted];
  const tone = counted === 'quarantined' ? 'badge bad' : 'badge note';
  const badge = count === 0 ? '' : html`<span class="${tone}">${countText(count)}</span>`;
  return isCurrent
    ? html`<li><a href="${path}" aria-current="page">${name} ${badge}</a></li>`
    : html`<li><a href="${path}">${name} ${badge}</a></li>`;
}

export const countText = (count: number): string =>
  count >= COUNT_LIMIT ? `${COUNT_LIMIT - 1}+` : String(count);

const shortcuts = [
  ['j  k', 'next and previous message or row'],
  ['1 – 9', 'assign to the candidate with that number'],
  ['i', 'ignore this message'],
  ['c', 'confirm the held case update'],
  ['r', 'reject it: say why'],
  ['u', 'undo the last decision'],
  ['x', 'tick the row'],
  ['/', 'search'],
  ['?', 'this list'],
] as const;

const keys = html`<dialog id="keys" aria-labelledby="keys-title">
  <article>
    <h2 id="keys-title">Keys</h2>
    <dl>
      ${shortcuts.map(
        ([key, does]) =>
          html`<dt><kbd>${key}</kbd></dt>
            <dd>${does}</dd>`,
      )}
    </dl>
    <form method="dialog"><button>Close</button></form>
  </article>
</dialog>`;
