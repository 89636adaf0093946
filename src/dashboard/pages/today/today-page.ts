import type { Hono } from 'hono';
import { html } from 'hono/html';
import { countText } from '../layout.ts';
import type { Html } from '../layout.ts';
import { latestMessages } from '../messages/message-rows.ts';
import type { PageTools } from '../page-deps.ts';
import { timeOf } from '../words.ts';
import { figuresReader } from '../../today/figures.ts';
import type { Figures } from '../../today/figures.ts';
import { readSituation } from '../../today/situation.ts';
import { headline, troublesOf } from '../../today/troubles.ts';
import { sparkline } from './sparkline.ts';
import { troubleCards, wordsOf } from './trouble-cards.ts';

const LATEST = 10;

/** /: is everything all right? One sentence, what is wrong with what helps, and the day in figures. */
export function mountToday(app: Hono, tools: PageTools): void {
  const { database, mailboxService } = tools;
  const readFigures = figuresReader(tools);
  app.get('/', async (context) => {
    const [situation, latest] = await Promise.all([
      readSituation({ database, mailboxService, readFigures }),
      latestMessages(database, LATEST),
    ]);
    return await tools.show(context, {
      title: 'Today',
      current: 'today',
      content: html`<h1>Today</h1>
        <div id="live" hx-get="/" hx-select="#live" hx-trigger="every 30s" hx-swap="outerHTML">
          <p class="lead">${wordsOf(headline(situation))}</p>
          ${troubleCards(troublesOf(situation))} ${tiles(situation.figures)}
          <h2>Latest messages</h2>
          ${latest}
        </div>`,
    });
  });
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
