import type { SignInDeps } from '../../src/connect/oauth/sign-in.ts';
import { openTokens } from '../../src/connect/oauth/tokens.ts';
import type { Database } from '../../src/store/mongo.ts';

/** For a dashboard where no mailbox signs in by OAuth. */
export const noSignIn = (database: Database): SignInDeps => ({
  database,
  apps: [],
  tokens: openTokens({ database, apps: [], keyFile: null }),
  publicUrl: null,
  find: async () => null,
  tryLogin: async () => null,
});
