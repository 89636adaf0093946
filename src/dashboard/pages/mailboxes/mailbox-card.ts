import { html } from 'hono/html';
import type { MailboxReport } from '../../../connect/report.ts';
import type { CursorDocument } from '../../../store/cursors.ts';
import type { Html } from '../layout.ts';
import { plural, timeOf } from '../words.ts';

export function mailboxCard(
  report: MailboxReport,
  { folders, mayAct }: { readonly folders: readonly CursorDocument[]; readonly mayAct: boolean },
): Html {
  const { name, says, isWell, state, since, error, fix, user, host, role, source } = report;
  const { lastSuccessAt, lastMessageAt, pending, oldestPendingAt, nextTryAt, parkedFolders } = report;
  const tone = state === 'paused' ? '' : isWell ? 'good' : 'bad';
  return html`<article class="${isWell ? '' : 'bad'}" data-row>
    <header>
      <h2>
        ${name} <span class="badge ${tone}">${isWell ? (state === 'ok' ? 'up' : state) : 'needs you'}</span>
      </h2>
    </header>
    <p>
      ${sentenceOf(says)}${since === null ? '' : html`, since ${timeOf(since)}`}.
      ${error === null || error === '' ? '' : html`<br /><small>${error}</small>`}
      ${fix === null ? '' : html`<br /><strong>Fix:</strong> ${fix}`}
    </p>
    <dl class="facts">
      <dt>Account</dt>
      <dd>${user} at ${host}${role === 'dropbox' ? ', a dropbox' : ''}</dd>
      <dt>Read</dt>
      <dd>${timeOf(lastSuccessAt)}</dd>
      <dt>Newest mail</dt>
      <dd>${timeOf(lastMessageAt)}</dd>
      ${
        nextTryAt === null
          ? ''
          : html`<dt>Next try</dt>
              <dd>${timeOf(nextTryAt)}</dd>`
      }
      <dt>In work</dt>
      <dd>
        ${pending === 0 ? 'nothing' : plural(pending, 'message')}${
          oldestPendingAt === null ? '' : html`, the oldest ${timeOf(oldestPendingAt)}`
        }
      </dd>
      ${
        parkedFolders.length === 0
          ? ''
          : html`<dt>Folders that do not open</dt>
              <dd>${parkedFolders.join(', ')}</dd>`
      }
    </dl>
    ${foldersOf(folders)} ${mayAct ? html`<div class="actions">${mailboxButtons(report)}</div>` : ''}
    ${source === 'file' ? html`<small>It stands in the settings: change it there and restart.</small>` : ''}
  </article>`;
}

/** The state in words begins with a verb or is a clause of its own. */
const sentenceOf = (says: string): string =>
  /^(?:is|was|waits|could)\b/u.test(says)
    ? `It ${says}`
    : `${says.slice(0, 1).toUpperCase()}${says.slice(1)}`;

function foldersOf(folders: readonly CursorDocument[]): Html | string {
  if (folders.length === 0) return '';
  return html`<details class="folded">
    <summary>${plural(folders.length, 'folder')}</summary>
    <ul>
      ${folders.map(
        ({ folder, lastPolledAt, parkedUntil, lastError }) =>
          html`<li>
            ${folder}
            <small>${lastPolledAt === null ? 'never listed' : html`listed ${timeOf(lastPolledAt)}`}</small>
            ${parkedUntil ? html`<small>parked until ${timeOf(parkedUntil)}</small>` : ''}
            ${lastError === null ? '' : html`<br /><small>${lastError}</small>`}
          </li>`,
      )}
    </ul>
  </details>`;
}

/** What can be done to a mailbox in its state. */
export function mailboxButtons({ name, state, source }: MailboxReport): Html {
  const path = `/mailboxes/${encodeURIComponent(name)}`;
  const act = (does: string, words: string): Html =>
    html`<form method="post" action="${path}/${does}">
      <button class="quiet small" aria-label="${words}: ${name}">${words}</button>
    </form>`;
  const isPaused = state === 'paused';
  return html`${
      state === 'needs-consent'
        ? html`<a role="button" class="small" href="/oauth/start?mailbox=${encodeURIComponent(name)}"
            >Sign in</a
          >`
        : ''
    }
    ${isPaused ? '' : act('poll', 'Poll now')} ${act('test', 'Test')} ${act('audit', 'Audit')}
    ${source === 'file' ? '' : isPaused ? act('resume', 'Resume') : act('pause', 'Pause')}
    <a href="${path}" aria-label="Settings of ${name}">Settings</a>`;
}
