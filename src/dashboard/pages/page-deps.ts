import type { Context } from 'hono';
import type { ShownSetting } from '../../config/shown-settings.ts';
import type { WebhookDeps } from '../../events/endpoints.ts';
import type { Log } from '../../log.ts';
import type { FindClients } from '../../triage/find-clients.ts';
import type { ReadContent } from '../../triage/message-content.ts';
import type { TriageDeps } from '../../triage/triage-deps.ts';
import type { HealthSources } from '../health.ts';
import type { Html, SectionName } from './layout.ts';

export interface PageSettings {
  /** Where the CRM makes a new client, with {name}, {email} and {domain} in it. */
  readonly newClientUrl: string | null;
  readonly shown: readonly ShownSetting[];
}

export interface Page {
  readonly title: string;
  readonly current: SectionName | null;
  readonly content: Html;
}

export interface PageDeps extends HealthSources {
  readonly triage: TriageDeps;
  readonly webhooks: WebhookDeps;
  readonly pages: PageSettings;
  readonly log: Log;
}

export type ShowPage = (context: Context, page: Page) => Promise<Response>;

/** What the pages share. */
export interface PageTools extends PageDeps {
  readonly show: ShowPage;
  readonly readContent: ReadContent;
  readonly findClients: FindClients;
}
