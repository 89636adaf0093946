/** What is wrong at present, each with what helps and where. */
import { html } from 'hono/html';
import type { MailboxReport } from '../../../connect/report.ts';
import type { Undelivered } from '../../../store/fetches.ts';
import type { Html } from '../layout.ts';
import { mailboxButtons } from '../mailboxes/mailbox-card.ts';
import { plural, timeOf } from '../words.ts';
import type { Figures } from './figures.ts';

export interface Situation {
  readonly reports: readonly MailboxReport[];
  readonly figures: Figures;
  readonly undelivered: readonly Undelivered[];
  readonly unfound: readonly { readonly mailbox: string; readonly folder: string; readonly count: number }[];
}

/** Mail is worked on within seconds; older than this something holds it up. */
const LATE_MS = 15 * 60_000;

export function headline({ reports, figures, undelivered, unfound }: Situation): Html {
  const down = reports.filter(({ isWell }) => !isWell);
  const newest = reports
    .flatMap(({ lastMessageAt }) => lastMessageAt ?? [])
    .toSorted((a, b) => b.getTime() - a.getTime())[0];
  if (reports.length === 0)
    return html`No mailbox is connected yet: add one with <code>docketmail mailbox add</code> or in
      <code>MAILBOXES_FILE</code>.`;
  if (down.length > 0)
    return html`${down.length} of ${plural(reports.length, 'mailbox', 'mailboxes')}
    ${down.length === 1 ? 'needs' : 'need'} you.`;
  const others = troublesBeside({ reports, figures, undelivered, unfound }).length;
  const all =
    reports.length === 1 ? `Mailbox ${reports[0]?.name ?? ''} is up` : `All ${reports.length} mailboxes up`;
  return html`${all}${newest === undefined ? ', no mail yet' : html`, newest mail ${timeOf(newest)}`}${
    others === 0 ? '.' : html`, but ${plural(others, 'matter needs', 'matters need')} you.`
  }`;
}

export function troubles(situation: Situation): readonly Html[] {
  const down = situation.reports.filter(({ isWell }) => !isWell);
  return [...down.map(mailboxTrouble), ...troublesBeside(situation)];
}

const mailboxTrouble = (report: MailboxReport): Html => {
  const { name, says, since, error, fix, nextTryAt } = report;
  return trouble({
    title: html`${name}: ${says}`,
    says: html`${since === null ? '' : html`Since ${timeOf(since)}.`}
    ${error === null || error === '' ? '' : html`${error}.`}
    ${nextTryAt === null ? '' : html`Next try ${timeOf(nextTryAt)}.`}`,
    fix,
    act: mailboxButtons(report),
  });
};

function troublesBeside({ reports, figures, undelivered, unfound }: Situation): Html[] {
  const parked = reports.flatMap(({ name, parkedFolders }) =>
    parkedFolders.map((folder) => ({ name, folder })),
  );
  const isLate = figures.oldestPending !== null && Date.now() - figures.oldestPending.getTime() > LATE_MS;
  const [first] = undelivered;
  return [
    ...(figures.jobs === null
      ? [
          trouble({
            title: 'The queue does not answer',
            says: 'Redis holds the jobs. Nothing is lost: they are made again once it answers.',
            fix: 'see that Redis runs and REDIS_URL is right: docketmail doctor',
          }),
        ]
      : []),
    ...(isLate
      ? [
          trouble({
            title: 'Mail waits to be worked on',
            says: html`${plural(figures.backlog, 'message')}; the oldest came
            ${timeOf(figures.oldestPending)}.`,
            fix: 'see that a process with the role ingest runs, and what the queue says',
            act: html`<a role="button" class="small" href="/queues">Queues</a>`,
          }),
        ]
      : []),
    ...(first === undefined
      ? []
      : [
          trouble({
            title: `${plural(undelivered.length, 'message is', 'messages are')} listed and cannot be fetched`,
            says: undelivered.map(
              ({ mailbox, folder, uid, attempts, error, since }) =>
                html`<br />${mailbox}, ${folder} UID ${uid}: ${error ?? 'the folder lists it no longer'},
                  asked ${plural(attempts, 'time')} since ${timeOf(since)}`,
            ),
            fix: `docketmail audit ${first.mailbox} --fix`,
          }),
        ]),
    ...unfound.map(({ mailbox, folder, count }) =>
      trouble({
        title: `${mailbox}: ${folder} counts ${plural(count, 'message')} that it does not list`,
        says: '',
        fix: `docketmail audit ${mailbox}`,
      }),
    ),
    ...parked.map(({ name, folder }) =>
      trouble({
        title: `${name}: the folder ${folder} cannot be opened`,
        says: 'It is tried again from time to time.',
        fix: 'open it in a mail program, or take it out of the mailbox’s folders',
      }),
    ),
  ];
}

function trouble({
  title,
  says,
  fix,
  act,
}: {
  readonly title: Html | string;
  readonly says: Html | string | readonly Html[];
  readonly fix: string | null;
  readonly act?: Html;
}): Html {
  return html`<article class="bad">
    <header><h2>${title}</h2></header>
    <p>${says}</p>
    ${fix === null ? '' : html`<p><strong>Fix:</strong> ${fix}</p>`}
    ${act === undefined ? '' : html`<div class="actions">${act}</div>`}
  </article>`;
}
