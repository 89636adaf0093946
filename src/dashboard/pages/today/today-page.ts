import type { Hono } from 'hono';
import { html } from 'hono/html';
import { findUndelivered } from '../../../store/fetches.ts';
import { notImported } from '../../../store/imports.ts';
import type { Database } from '../../../store/mongo.ts';
import { countText } from '../layout.ts';
import type { Html } from '../layout.ts';
import { latestMessages } from '../messages/message-rows.ts';
import type { PageTools } from '../page-deps.ts';
import { timeOf } from '../words.ts';
import { figuresReader } from './figures.ts';
import type { Figures } from './figures.ts';
import { sparkline } from './sparkline.ts';
import { headline, troubles } from './troubles.ts';

/** More of them have one common cause, which the first show as well. */
const MAX_UNDELIVERED = 25;
const LATEST = 10;

/** /: is everything all right? One sentence, what is wrong with what helps, and the day in figures. */
export function mountToday(app: Hono, tools: PageTools): void {
  const { database, mailboxService } = tools;
  const readFigures = figuresReader(tools);
  app.get('/', async (context) => {
    const [reports, figures, undelivered, unfound, latest] = await Promise.all([
      mailboxService.reports(),
      readFigures(),
      findUndelivered(database.sightings, MAX_UNDELIVERED),
      foldersThatCountMore(database),
      latestMessages(database, LATEST),
    ]);
    const known = new Set(reports.map(({ name }) => name));
    const situation = {
      reports,
      figures,
      undelivered,
      unfound: unfound.filter(({ mailbox }) => known.has(mailbox)),
    };
    return await tools.show(context, {
      title: 'Today',
      current: 'today',
      content: html`<h1>Today</h1>
        <div id="live" hx-get="/" hx-select="#live" hx-trigger="every 30s" hx-swap="outerHTML">
          <p class="lead">${headline(situation)}</p>
          ${troubles(situation)} ${tiles(figures)}
          <h2>Latest messages</h2>
          ${latest}
        </div>`,
    });
  });
}

async function foldersThatCountMore({ cursors }: Pick<Database, 'cursors'>) {
  const rows = await cursors
    .find({ ...notImported, 'ledger.unfound': { $gt: 0 } })
    .sort({ mailbox: 1, folder: 1 })
    .limit(100)
    .toArray();
  return rows.map(({ mailbox, folder, ledger }) => ({ mailbox, folder, count: ledger?.unfound ?? 0 }));
}

function tiles({ hours, waiting, held, quarantined, backlog, oldestPending }: Figures): Html {
  const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
  return html`<div class="tiles">
    ${tile('/messages', { name: 'In, 24 hours', value: String(sum(hours.in)), hours: hours.in })}
    ${tile('/messages?state=stored', {
      name: 'On record, 24 hours',
      value: String(sum(hours.stored)),
      hours: hours.stored,
    })}
    ${tile('/triage', { name: 'Waiting for you', value: countText(waiting), hours: hours.waiting })}
    ${tile('/cases', { name: 'Case updates held', value: countText(held) })}
    ${tile('/quarantine', { name: 'Quarantined', value: countText(quarantined), hours: hours.quarantined })}
    ${tile('/queues', { name: 'Being worked on', value: String(backlog) })}
    ${tile('/queues', { name: 'Oldest of these', value: oldestPending === null ? '–' : timeOf(oldestPending) })}
  </div>`;
}

const tile = (
  path: string,
  {
    name,
    value,
    hours,
  }: { readonly name: string; readonly value: Html | string; readonly hours?: readonly number[] },
): Html =>
  html`<a href="${path}"
    >${name} <strong>${value}</strong> ${hours === undefined ? '' : sparkline(hours, name)}</a
  >`;
