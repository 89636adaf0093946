import { readFile } from 'node:fs/promises';
import type { Hono } from 'hono';
import type { MailboxService } from '../../connect/mailbox-service.ts';
import type { TriageDeps } from '../../triage/triage-deps.ts';
import { limitBody } from '../limit-body.ts';
import { mountClientRoutes } from './client-routes.ts';
import { mountDecisionRoutes } from './decision-routes.ts';
import { mountMailboxRoutes } from './mailbox-routes.ts';
import { mountMessageRoutes } from './message-routes.ts';

/** /api: triage and mailboxes as JSON, behind the dashboard's guard; docs/openapi.yaml is its contract. */
export function mountApi(app: Hono, deps: TriageDeps, mailboxService: MailboxService): void {
  app.use('/api/*', limitBody);
  app.get('/api/openapi.yaml', async (context) => {
    const contract = await readFile(new URL('../../../docs/openapi.yaml', import.meta.url), 'utf8');
    return context.body(contract, 200, { 'Content-Type': 'application/yaml; charset=utf-8' });
  });
  mountMessageRoutes(app, deps);
  mountDecisionRoutes(app, deps);
  mountClientRoutes(app, deps);
  mountMailboxRoutes(app, mailboxService);
  app.all('/api/*', (context) =>
    context.json({ error: { code: 'no-such-path', message: 'see /api/openapi.yaml' } }, 404),
  );
}
