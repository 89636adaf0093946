import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { WebhookDeps } from '../../src/events/endpoints.ts';
import { openSecretStore } from '../../src/events/secrets.ts';
import type { Database } from '../../src/store/mongo.ts';

/** A key file with one key, until the test ends. */
export function newKeyFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'docketmail-key-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'secrets.key');
  writeFileSync(path, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  return path;
}

/** Webhooks whose deliveries nobody makes jobs of. */
export const noWebhooks = (database: Database): WebhookDeps => ({
  database,
  secrets: openSecretStore(database.webhookSecrets, newKeyFile()),
  egress: { allowPrivate: false },
  enqueue: async () => {},
});
