import type { Hono } from 'hono';
import { clientFinder } from '../../triage/find-clients.ts';
import { contentReader } from '../../triage/message-content.ts';
import { mountAssets } from '../assets/assets.ts';
import { limitBody } from '../limit-body.ts';
import { mountCase } from './cases/case-page.ts';
import { mountCases } from './cases/cases-page.ts';
import { mountClient } from './clients/client-page.ts';
import { mountClients } from './clients/clients-page.ts';
import { mountDecisions } from './decisions/decisions-page.ts';
import { mountAddMailbox } from './mailboxes/add-mailbox.ts';
import { mountChangeMailbox } from './mailboxes/change-mailbox.ts';
import { mountMailboxes } from './mailboxes/mailboxes-page.ts';
import { mountAlways } from './message/always.ts';
import { mountMessageActs } from './message/message-acts.ts';
import { mountMessageFiles } from './message/message-files.ts';
import { mountMessagePage } from './message/message-page.ts';
import { mountMessages } from './messages/messages-page.ts';
import type { PageDeps, PageTools } from './page-deps.ts';
import { mountQuarantine } from './quarantine/quarantine-page.ts';
import { mountSettings } from './settings/settings-page.ts';
import { pageShower } from './show-page.ts';
import { mountToday } from './today/today-page.ts';
import { mountBulk } from './triage/bulk.ts';
import { mountTriageList } from './triage/triage-list.ts';
import { mountUsers } from './users/users-page.ts';
import { mountWebhooks } from './webhooks/webhooks-page.ts';

/** The pages for people. Reading and deciding work without JavaScript: links and forms, and an address for everything. */
export function mountPages(app: Hono, deps: PageDeps): void {
  const tools: PageTools = {
    ...deps,
    show: pageShower(deps),
    readContent: contentReader(deps.triage.reader),
    findClients: clientFinder(deps.database),
  };
  mountAssets(app);
  for (const path of ['/messages/*', '/triage/*', '/decisions/*', '/mailboxes/*', '/webhooks/*', '/users/*'])
    app.use(path, limitBody);
  mountToday(app, tools);
  mountTriageList(app, tools);
  mountBulk(app, tools);
  mountMessages(app, tools);
  mountAlways(app, tools);
  mountMessagePage(app, tools);
  mountMessageFiles(app, tools);
  mountMessageActs(app, tools);
  mountCases(app, tools);
  mountCase(app, tools);
  mountClients(app, tools);
  mountClient(app, tools);
  mountMailboxes(app, tools);
  mountAddMailbox(app, tools);
  mountChangeMailbox(app, tools);
  mountQuarantine(app, tools);
  mountDecisions(app, tools);
  mountWebhooks(app, tools);
  mountUsers(app, tools);
  mountSettings(app, tools);
}
