/** A process that refreshes a token and is killed between the provider's answer and storing it. What it works on comes by IPC. */
import { once } from 'node:events';
import { openResources } from '../../../src/app/open.ts';
import { loadConfig } from '../../../src/config/config.ts';
import type { OAuthApp } from '../../../src/config/oauth-apps.ts';
import { openTokens } from '../../../src/connect/oauth/tokens.ts';
import type { TokenUser } from '../../../src/connect/oauth/tokens.ts';

export interface KilledRefresh {
  readonly env: Readonly<Record<string, string>>;
  readonly app: OAuthApp;
  readonly keyFile: string;
  readonly use: TokenUser;
}

const [given] = (await once(process, 'message')) as [KilledRefresh];
const { database } = await openResources(loadConfig(given.env, { mailboxes: 'optional' }));
const tokens = openTokens({
  database,
  apps: [given.app],
  keyFile: given.keyFile,
  step: () => process.kill(process.pid, 'SIGKILL'),
});
await tokens.accessToken(given.use);
// Only if it was not killed.
process.exit(1);
