import { readFile } from 'node:fs/promises';
import type { Hono } from 'hono';
import type { MailboxService } from '../../connect/mailbox-service.ts';
import type { WebhookDeps } from '../../events/endpoints.ts';
import type { TriageDeps } from '../../triage/triage-deps.ts';
import { limitBody } from '../limit-body.ts';
import { mountCaseRoutes } from './case-routes.ts';
import { mountClientRoutes } from './client-routes.ts';
import { mountDecisionRoutes } from './decision-routes.ts';
import { mountMailboxRoutes, mountOAuthAppRoutes } from './mailbox-routes.ts';
import { mountMessageRoutes } from './message-routes.ts';
import { mountTimelineRoute } from './timeline-route.ts';
import { mountWebhookRoutes } from './webhook-routes.ts';

/** /api: triage, cases, mailboxes and webhooks as JSON, behind the dashboard's guard; docs/openapi.yaml is its contract. */
export function mountApi(
  app: Hono,
  {
    triage,
    mailboxService,
    webhooks,
  }: { readonly triage: TriageDeps; readonly mailboxService: MailboxService; readonly webhooks: WebhookDeps },
): void {
  app.use('/api/*', limitBody);
  app.get('/api/openapi.yaml', async (context) => {
    const contract = await readFile(new URL('../../../docs/openapi.yaml', import.meta.url), 'utf8');
    return context.body(contract, 200, { 'Content-Type': 'application/yaml; charset=utf-8' });
  });
  mountMessageRoutes(app, triage);
  mountDecisionRoutes(app, triage);
  mountClientRoutes(app, triage);
  mountTimelineRoute(app, triage);
  mountCaseRoutes(app, triage);
  mountMailboxRoutes(app, mailboxService);
  mountOAuthAppRoutes(app, mailboxService);
  mountWebhookRoutes(app, webhooks);
  app.all('/api/*', (context) =>
    context.json({ error: { code: 'no-such-path', message: 'see /api/openapi.yaml' } }, 404),
  );
}
