import { Command } from 'commander';
import { mailboxService } from '../app/mailbox-service.ts';
import { withResources } from '../app/open.ts';
import { loadConfig } from '../config/config.ts';
import { MailboxRequestError } from '../connect/mailbox-input.ts';
import { showSteps } from './step-lines.ts';
import { UsageError } from './usage.ts';

export function oauthCommand(): Command {
  const oauth = new Command('oauth').description(
    'the OAuth apps of MAILBOXES_FILE, in whose name mailboxes sign in',
  );
  oauth
    .command('verify')
    .description(
      'try apps step by step: credentials, token, what it allows, login; exits 1 if any step fails',
    )
    .argument('[app]', 'all without it')
    .option('--mailbox <name>', 'log in to this one; the first that signs in by the app otherwise')
    .action(verify);
  return oauth;
}

async function verify(named: string | undefined, { mailbox }: { mailbox?: string }): Promise<void> {
  const config = loadConfig(process.env, { mailboxes: 'optional' });
  const names = named === undefined ? config.oauthApps.map(({ name }) => name) : [named];
  if (mailbox !== undefined && named === undefined)
    throw new UsageError('--mailbox needs the name of its app');
  if (names.length === 0) console.log('there is no OAuth app: oauthApps in MAILBOXES_FILE has none');
  await withResources(config, async (resources) => {
    for (const app of names)
      try {
        const steps = await mailboxService(resources).verifyApp({ app, mailbox: mailbox ?? null });
        console.log(`OAuth app ${app}`);
        showSteps(steps);
      } catch (error) {
        if (error instanceof MailboxRequestError) throw new UsageError(error.message, { cause: error });
        throw error;
      }
  });
}
