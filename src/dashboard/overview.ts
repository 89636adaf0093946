import { html } from 'hono/html';
import type { Hono } from 'hono';
import { page } from './page.ts';
import type { HealthSources } from './health.ts';
import type { CursorDocument } from '../store/cursors.ts';
import { findUndelivered } from '../store/fetches.ts';
import type { Undelivered } from '../store/fetches.ts';
import { notImported } from '../store/imports.ts';
import { pendingByMailbox } from '../store/sightings.ts';

type Health = ReturnType<HealthSources['health']>[number];

const parkedNote = ({ parkedUntil }: CursorDocument): string =>
  parkedUntil ? `parked until ${parkedUntil.toISOString()}:` : '';

/** More of them have one common cause, which the first show as well. */
const MAX_UNDELIVERED = 25;

/** What this process knows: others may poll the mailbox. */
function connectionNote(state: Health | undefined): string {
  if (state === undefined) return 'not polled by this process;';
  if (state.state === 'ok' && state.hasLoggedIn === false) return 'not reached yet;';
  return state.state;
}

const unfoundNote = ({ ledger }: CursorDocument): string =>
  ledger && ledger.unfound > 0 ? `counts ${ledger.unfound} messages that it does not list;` : '';

const undeliveredList = (rows: readonly Undelivered[]) =>
  rows.length === 0
    ? ''
    : html`<h2>Listed and not fetched</h2>
        <table>
          ${rows.map(
            ({ mailbox, folder, uid, attempts, error, since }) =>
              html`<tr>
                <td>${mailbox}</td>
                <td>${folder} UID ${uid}</td>
                <td>since ${since.toISOString().slice(0, 16)}, asked for ${attempts} times</td>
                <td>${error ?? 'the folder lists it no longer'}</td>
              </tr>`,
          )}
        </table>`;

/** /: is anything stuck? One line per folder, the review queue, and the latest messages. */
export function mountOverview(app: Hono, { database, health, mailboxes }: HealthSources): void {
  app.get('/', async (context) => {
    const cursors = await database.cursors
      .find(notImported)
      .sort({ mailbox: 1, folder: 1 })
      .limit(1_000)
      .toArray();
    const opened = new Set(cursors.map(({ mailbox }) => mailbox));
    const unlisted = mailboxes.filter(({ name }) => !opened.has(name));
    const pending = await pendingByMailbox(database.sightings);
    const undelivered = await findUndelivered(database.sightings, MAX_UNDELIVERED);
    const states = new Map(health().map((row) => [row.mailbox, row]));
    const [triage, quarantined] = [
      await database.messages.countDocuments({ state: 'triage' }),
      await database.messages.countDocuments({ state: 'quarantined' }),
    ];
    const latest = await database.messages.find().sort({ receivedAt: -1 }).limit(25).toArray();
    return context.html(
      page(
        'docketmail',
        html`<table>
            <tr>
              <th>Mailbox</th>
              <th>Folder</th>
              <th>Polled</th>
              <th>Pending</th>
              <th>Connection</th>
            </tr>
            ${unlisted.map(
              ({ name }) =>
                html`<tr>
                  <td>${name}</td>
                  <td>–</td>
                  <td>never</td>
                  <td>?</td>
                  <td>${connectionNote(states.get(name))} ${states.get(name)?.lastError ?? ''}</td>
                </tr>`,
            )}
            ${cursors.map(
              (cursor) =>
                html`<tr>
                  <td>${cursor.mailbox}</td>
                  <td>${cursor.folder}</td>
                  <td>${cursor.lastPolledAt?.toISOString() ?? '–'}</td>
                  <td>${pending.find(({ mailbox }) => mailbox === cursor.mailbox)?.count ?? 0}</td>
                  <td>
                    ${connectionNote(states.get(cursor.mailbox))} ${parkedNote(cursor)} ${unfoundNote(cursor)}
                    ${cursor.lastError ?? ''}
                  </td>
                </tr>`,
            )}
          </table>
          ${undeliveredList(undelivered)}
          <p>${triage} in triage, ${quarantined} quarantined.</p>
          <h2>Latest messages</h2>
          <table>
            ${latest.map(
              (message) =>
                html`<tr>
                  <td>${message.date.toISOString().slice(0, 16)}</td>
                  <td>${message.state}</td>
                  <td>${message.verdict?.kind ?? ''} ${message.verdict?.reason ?? ''}</td>
                  <td>
                    <a href="/messages/${message._id.toHexString()}">${message.subject || '(no subject)'}</a>
                  </td>
                </tr>`,
            )}
          </table>`,
      ),
    );
  });
}
