import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { HonoAdapter } from '@bull-board/hono';
import { serveStatic } from '@hono/node-server/serve-static';
import type { Hono } from 'hono';
import { createMiddleware } from 'hono/factory';
import { limitBody } from './limit-body.ts';
import { ingestJob } from '../queue/queues.ts';
import type { Queues } from '../queue/queues.ts';

/** What a job's return value may show: counts and codes, nothing from the mail. */
const SHOWN = [
  'outcome',
  'messages',
  'counts',
  'failed',
  'verdict',
  'communications',
  'caseUpdates',
  'messageRef',
  'listed',
  'fetched',
  'vanished',
  'problems',
  'resets',
];

/** Bull Board under /queues, with a link from each ingest job to its message. */
export function mountQueues(app: Hono, { tick, poll, ingest, deliver }: Queues): void {
  const server = new HonoAdapter(serveStatic);
  server.setBasePath('/queues');
  const ingestAdapter = new BullMQAdapter(ingest, {
    description: 'Groups of new messages, and messages that failed or are judged again',
    externalJobUrl: ({ data }) => {
      const job = ingestJob.safeParse(data);
      const one = job.success && job.data.kind !== 'group' ? job.data : null;
      return { displayText: 'Message', href: one !== null ? `/jobs/${one.kind}/${one.id}` : '/' };
    },
  });
  const adapters = [
    ingestAdapter,
    new BullMQAdapter(poll, { description: 'One job a mailbox' }),
    new BullMQAdapter(deliver, { description: 'One job per event and endpoint' }),
    new BullMQAdapter(tick, { description: 'Timers' }),
  ];
  for (const adapter of adapters) {
    adapter.setFormatter('returnValue', redacted);
    adapter.setFormatter('data', redacted);
  }
  createBullBoard({
    queues: adapters,
    serverAdapter: server,
    options: {
      uiConfig: { boardTitle: 'docketmail', hideDocsLink: true },
      uiBasePath: uiFolder(),
    },
  });
  app.use('/queues/*', limitBody, withoutRemoteFonts);
  app.route('/queues', server.registerPlugin());
}

/** Beside Bull Board, which has no place for a link that stays in this window. */
const wayBack =
  '<a href="/" style="position:fixed;z-index:99;right:1rem;bottom:1rem;padding:.4rem .9rem;border-radius:1rem;background:#2a56bf;color:#fff;text-decoration:none;font:15px system-ui,sans-serif">← Today</a>';

/** Its page names another host's fonts, which would learn who looks at it and when. System fonts work as well. */
const withoutRemoteFonts = createMiddleware(async (context, next) => {
  await next();
  if (context.res.headers.get('content-type')?.startsWith('text/html') !== true) return;
  const page = await context.res.text();
  context.res = new Response(
    page
      .replaceAll(/<link\b[^>]*\bhref="(?:https?:)?\/\/[^>]*>/giu, '')
      .replace('</body>', `${wayBack}</body>`),
    context.res,
  );
});

function uiFolder(): string {
  return dirname(createRequire(import.meta.url).resolve(join('@bull-board/ui', 'package.json')));
}

function redacted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const shown = [...SHOWN, 'mailbox', 'kind', 'id', 'ids'];
  return Object.fromEntries(Object.entries(value).filter(([key]) => shown.includes(key)));
}
