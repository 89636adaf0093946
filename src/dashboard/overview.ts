import { html } from 'hono/html';
import type { Hono } from 'hono';
import { page } from './page.ts';
import type { HealthSources } from './health.ts';
import type { CursorDocument } from '../store/cursors.ts';
import { findUndelivered } from '../store/fetches.ts';
import type { Undelivered } from '../store/fetches.ts';
import type { MailboxReport } from '../connect/report.ts';
import { notImported } from '../store/imports.ts';

const parkedNote = ({ parkedUntil }: CursorDocument): string =>
  parkedUntil ? `parked until ${parkedUntil.toISOString()}:` : '';

/** More of them have one common cause, which the first show as well. */
const MAX_UNDELIVERED = 25;

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

const time = (date: Date | null): string => date?.toISOString().slice(0, 16) ?? '–';

/** Every configured one, from the first second. */
const mailboxTable = (reports: readonly MailboxReport[]) =>
  reports.length === 0
    ? html`<p>No mailbox is configured: docketmail mailbox add, or MAILBOXES_FILE.</p>`
    : html`<table>
        <tr>
          <th>Mailbox</th>
          <th>State</th>
          <th>Read</th>
          <th>Last mail</th>
          <th>Pending</th>
        </tr>
        ${reports.map(
          ({ name, says, since, error, fix, nextTryAt, lastSuccessAt, lastMessageAt, pending }) =>
            html`<tr>
              <td>${name}</td>
              <td>
                ${says}${since === null ? '' : ` since ${time(since)}`} ${error ?? ''}
                ${fix === null ? '' : `Fix: ${fix}`}
                ${nextTryAt === null ? '' : `Next try ${time(nextTryAt)}.`}
              </td>
              <td>${time(lastSuccessAt)}</td>
              <td>${time(lastMessageAt)}</td>
              <td>${pending}</td>
            </tr>`,
        )}
      </table>`;

/** /: is anything stuck? One line a folder, what waits for a person, and the latest messages. */
export function mountOverview(app: Hono, { database, mailboxService }: HealthSources): void {
  app.get('/', async (context) => {
    const cursors = await database.cursors
      .find(notImported)
      .sort({ mailbox: 1, folder: 1 })
      .limit(1_000)
      .toArray();
    const undelivered = await findUndelivered(database.sightings, MAX_UNDELIVERED);
    const reports = await mailboxService.reports();
    const names = new Set(reports.map(({ name }) => name));
    const [triage, quarantined] = [
      await database.messages.countDocuments({ state: 'triage' }),
      await database.messages.countDocuments({ state: 'quarantined' }),
    ];
    const latest = await database.messages.find().sort({ receivedAt: -1 }).limit(25).toArray();
    return context.html(
      page(
        'docketmail',
        html`${mailboxTable(reports)}
          <h2>Folders</h2>
          <table>
            <tr>
              <th>Mailbox</th>
              <th>Folder</th>
              <th>Polled</th>
              <th></th>
            </tr>
            ${cursors
              .filter(({ mailbox }) => names.has(mailbox))
              .map(
                (cursor) =>
                  html`<tr>
                    <td>${cursor.mailbox}</td>
                    <td>${cursor.folder}</td>
                    <td>${cursor.lastPolledAt?.toISOString() ?? '–'}</td>
                    <td>${parkedNote(cursor)} ${unfoundNote(cursor)} ${cursor.lastError ?? ''}</td>
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
