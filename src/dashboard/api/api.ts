import { readFile } from 'node:fs/promises';
import type { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { TriageDeps } from '../../triage/triage-deps.ts';
import { mountClientRoutes } from './client-routes.ts';
import { mountDecisionRoutes } from './decision-routes.ts';
import { mountMessageRoutes } from './message-routes.ts';

/** Far more than any request here needs. */
const MAX_BODY_BYTES = 64 * 1024;

/** /api: triage as JSON, behind the dashboard's guard; docs/openapi.yaml is its contract. */
export function mountApi(app: Hono, deps: TriageDeps): void {
  app.use(
    '/api/*',
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: (context) =>
        context.json(
          { error: { code: 'too-large', message: `the body is over ${MAX_BODY_BYTES} bytes` } },
          413,
        ),
    }),
  );
  app.get('/api/openapi.yaml', async (context) => {
    const contract = await readFile(new URL('../../../docs/openapi.yaml', import.meta.url), 'utf8');
    return context.body(contract, 200, { 'Content-Type': 'application/yaml; charset=utf-8' });
  });
  mountMessageRoutes(app, deps);
  mountDecisionRoutes(app, deps);
  mountClientRoutes(app, deps);
  app.all('/api/*', (context) =>
    context.json({ error: { code: 'no-such-path', message: 'see /api/openapi.yaml' } }, 404),
  );
}
