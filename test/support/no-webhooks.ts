import type { WebhookDeps } from '../../src/events/endpoints.ts';
import { openSecretStore } from '../../src/events/secrets.ts';
import type { Database } from '../../src/store/mongo.ts';

/** Webhooks whose deliveries nobody makes jobs of. */
export const noWebhooks = (database: Database): WebhookDeps => ({
  database,
  secrets: openSecretStore(database.webhookSecrets),
  egress: { allowPrivate: false },
  enqueue: async () => {},
});
