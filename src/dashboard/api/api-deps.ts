import type { MailboxService } from '../../connect/mailbox-service.ts';
import type { ShownSetting } from '../../config/shown-settings.ts';
import type { WebhookDeps } from '../../events/endpoints.ts';
import type { Queues } from '../../queue/queues.ts';
import type { FindClients } from '../../triage/find-clients.ts';
import type { TriageDeps } from '../../triage/triage-deps.ts';
import type { Html } from '../pages/layout.ts';
import type { Figures } from '../today/figures.ts';

/** What the composition root gives. */
export interface ApiSources {
  readonly triage: TriageDeps;
  readonly mailboxService: MailboxService;
  readonly webhooks: WebhookDeps;
  readonly queues: Queues;
  /** The settings as they take effect, without anything secret. */
  readonly shown: readonly ShownSetting[];
}

/** What operations work with. */
export interface ApiDeps extends ApiSources {
  readonly findClients: FindClients;
  readonly readFigures: () => Promise<Figures>;
  /** OpenAPI, as JSON and YAML, and as a page. */
  readonly described: {
    readonly json: Readonly<Record<string, unknown>>;
    readonly yaml: string;
    readonly page: Html;
  };
}
