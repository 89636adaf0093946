import { Hono } from 'hono';
import type { MailboxService } from '../../src/connect/mailbox-service.ts';
import { mountPages } from '../../src/dashboard/pages/pages.ts';
import { createLog } from '../../src/log.ts';
import { createMetrics } from '../../src/metrics.ts';
import { noWebhooks } from './no-webhooks.ts';
import { newQueues } from './servers.ts';
import type { Firm } from './servers.ts';

/** The pages without the guard and the server around them. */
export function openPages(firm: Firm & { readonly mailboxService: MailboxService }): Hono {
  const app = new Hono();
  mountPages(app, {
    ...firm,
    queues: newQueues(),
    metrics: createMetrics(),
    log: createLog('silent'),
    triage: { ...firm, enqueue: firm.rejudgeSoon },
    webhooks: noWebhooks(firm.database),
    pages: { newClientUrl: null, shown: [] },
  });
  return app;
}
