import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import { withResources } from '../app/open.ts';
import type { Resources } from '../app/open.ts';
import { mailboxService } from '../app/mailbox-service.ts';
import { loadConfig } from '../config/config.ts';
import { OAuthError } from '../connect/oauth/request.ts';
import { beginOnDevice, SignInError, startUrl } from '../connect/oauth/sign-in.ts';
import type { SignInDeps } from '../connect/oauth/sign-in.ts';
import { addPoll } from '../queue/queues.ts';
import { findToken } from '../store/tokens.ts';
import { addMailboxAdmin } from './mailbox-admin.ts';
import { UsageError } from './usage.ts';

/** How long a sign-in may take. */
const WAIT_MS = 10 * 60_000;
const LOOK_MS = 1_000;

export function mailboxCommand(): Command {
  const mailbox = new Command('mailbox').description('the mailboxes that docketmail reads');
  mailbox
    .command('authorise')
    .description('sign in to a mailbox that uses OAuth, in a browser or with a code')
    .argument('<mailbox>', 'its name')
    .option('--device', 'show a code to enter in any browser, if the provider supports it')
    .option('--no-wait', 'only print where to sign in')
    .action(authorise);
  addMailboxAdmin(mailbox);
  return mailbox;
}

async function authorise(name: string, { device, wait }: { device?: boolean; wait: boolean }): Promise<void> {
  const config = loadConfig(process.env, { mailboxes: 'optional' });
  await withResources(config, async (resources) => {
    const deps = mailboxService(resources).signIn;
    try {
      if (device === true) await onDevice(deps, name);
      else await inBrowser(deps, { resources, name, wait });
    } catch (error) {
      if (error instanceof SignInError) throw new UsageError(error.message, { cause: error });
      if (error instanceof OAuthError)
        throw new Error(`${error.message}. Fix: ${error.failure.fix}`, { cause: error });
      throw error;
    }
    await addPoll(await resources.queues(), name).catch(() => {});
  });
}

async function onDevice(deps: SignInDeps, name: string): Promise<void> {
  const device = await beginOnDevice(deps, name);
  console.log(`Open ${device.verificationUri} and enter the code ${device.userCode}`);
  const { warning } = await device.finish(AbortSignal.timeout(device.expiresInSeconds * 1000));
  console.log(`${name} is signed in`);
  if (warning !== null) console.error(`it does not open yet: ${warning}`);
}

/** The browser uses the dashboard; this only waits. */
async function inBrowser(
  deps: SignInDeps,
  { resources, name, wait }: { readonly resources: Resources; readonly name: string; readonly wait: boolean },
): Promise<void> {
  if ((await deps.find(name)) === null) throw new SignInError(`no mailbox ${name} signs in by OAuth`);
  const { tokens } = resources.database;
  const before = (await findToken(tokens, name))?.revision ?? 0;
  console.log(`Open ${startUrl(deps, name)}`);
  if (!wait) return;
  for (const since = Date.now(); Date.now() - since < WAIT_MS; await delay(LOOK_MS)) {
    const token = await findToken(tokens, name);
    if (token !== null && token.revision > before && token.state === 'ok') {
      console.log(`${name} is signed in`);
      return;
    }
  }
  throw new SignInError('nobody signed in within ten minutes. Fix: run it again');
}
