/**
 * Two processes, mailboxes whose tokens live for seconds: one refresh per expiry, no refresh token used twice, no message lost.
 * Needs `npm run build` and the servers of script/services. `node script/bench-oauth-refresh.ts [mailboxes] [seconds]`
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openResources } from '../src/app/open.ts';
import { loadConfig } from '../src/config/config.ts';
import { append, imapServer } from '../test/support/imap-server.ts';
import { rawMessage } from '../test/support/messages.ts';
import { openTokenServer, tokenFor } from '../test/support/token-server.ts';

const LIFETIME_SECONDS = 3;
const [count = 20, seconds = 180] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'docketmail-bench-'));
const { host, tlsPort, caFile } = imapServer();
const tokens = await openTokenServer();
tokens.ways.lifetimeSeconds = LIFETIME_SECONDS;
const users = Array.from({ length: count }, () => `u${randomBytes(6).toString('hex')}@firm.test`);
writeFileSync(join(folder, 'keys'), randomBytes(32).toString('base64'));
writeFileSync(
  join(folder, 'mailboxes.json'),
  JSON.stringify({
    oauthApps: [
      {
        name: 'firm',
        provider: 'custom',
        clientId: 'x',
        clientSecret: 'y',
        scopes: ['mail.read'],
        tokenEndpoint: `${tokens.url}/token`,
      },
    ],
    mailboxes: users.map((user) => ({
      host,
      port: tlsPort,
      security: 'tls',
      user,
      caFile,
      folders: ['INBOX'],
      pollIntervalSeconds: 1,
      oauth: { app: 'firm' },
    })),
  }),
);
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:IMAP|LMTP|S3)/u.test(name))),
  MONGODB_DB: `docketmail_bench_${randomBytes(4).toString('hex')}`,
  QUEUE_PREFIX: `bench-${randomBytes(4).toString('hex')}`,
  BLOB_DIR: join(folder, 'blobs'),
  SPOOL_DIR: join(folder, 'spool'),
  MAILBOXES_FILE: join(folder, 'mailboxes.json'),
  SECRETS_KEY_FILE: join(folder, 'keys'),
  AUTHENTICATION: 'off',
  DASHBOARD_PORT: '0',
  LOG_LEVEL: 'warn',
  STAFF_DOMAINS: 'firm.test',
  POLL_CONCURRENCY: '16',
};
const resources = await openResources(loadConfig(env));
for (const user of users)
  await resources.tokens.store(
    { app: 'firm', grant: 'code', signInAs: null, mailbox: user, user },
    {
      accessToken: tokenFor(user, LIFETIME_SECONDS),
      refreshToken: tokens.refreshTokenFor(user),
      lifetimeMs: LIFETIME_SECONDS * 1000,
      scope: null,
      address: user,
    },
  );
const log: string[] = [];
const programs = [1, 2].map(() => {
  const child = spawn(process.execPath, ['dist/cli.js', 'start'], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr.on('data', (bytes: Buffer) => log.push(bytes.toString()));
  return child;
});
try {
  let sent = 0;
  for (const until = Date.now() + seconds * 1000; Date.now() < until; sent++) {
    await append(users[sent % users.length] ?? '', [rawMessage({ body: `Message ${sent}` })]);
    await delay(1_000);
  }
  for (let waited = 0; waited < 60; waited++) {
    if ((await resources.database.sightings.countDocuments({ state: 'done' })) >= sent) break;
    await delay(1_000);
  }
  // Counted when nothing is under way.
  for (const program of programs) program.kill('SIGTERM');
  await Promise.all(programs.map(async (program) => program.exitCode ?? (await once(program, 'exit'))));
  const { database } = resources;
  const revisions = await database.tokens.find().toArray();
  const replaced = revisions.reduce((sum, { revision }) => sum + revision - 1, 0);
  const paused = await database.tokens.countDocuments({ state: 'needs-consent' });
  console.log(
    `${count} mailboxes, ${LIFETIME_SECONDS} s tokens, two processes, ${seconds} s: ${tokens.requests.length} refreshes, ${replaced} tokens replaced at their end, ${tokens.reused.count} refresh tokens used twice, ${paused} mailboxes paused; ${sent} messages sent, ${await database.sightings.countDocuments()} listed, ${await database.sightings.countDocuments({ state: 'done' })} done`,
  );
  const warnings = [...new Set(log.join('').match(/"msg":"[^"]+"/gu))];
  console.log(`warnings: ${warnings.join(', ') || 'none'}`);
  const leaked = [...tokens.secrets].filter((secret) => log.join('').includes(secret));
  console.log(`secrets in the log: ${leaked.length} of ${tokens.secrets.size}`);
} finally {
  for (const program of programs) program.kill('SIGKILL');
  await resources.database.db.dropDatabase();
  await resources.close();
  await tokens.close();
  rmSync(folder, { recursive: true, force: true });
}
