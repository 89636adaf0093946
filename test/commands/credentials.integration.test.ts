/** No command prints what is before the "@" of a URL, whatever is wrong with it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rawMessage } from '../support/messages.ts';
import { newSite, runProgram, startProgram } from '../support/program.ts';
import { newFolder } from '../support/servers.ts';
import type { Environment } from '../support/servers.ts';

const secret = 'hunter2secret';
const nobody = '127.0.0.1:1';

/** Every setting that is a URL, well formed, of missing servers. */
const unreachable: Environment = {
  MONGODB_URI: `mongodb://ann:${secret}@${nobody}/crm?serverSelectionTimeoutMS=300`,
  REDIS_URL: `redis://ann:${secret}@${nobody}`,
  S3_BUCKET: 'letters',
  S3_ENDPOINT: `http://ann:${secret}@${nobody}`,
  S3_ACCESS_KEY_ID: 'key',
  S3_SECRET_ACCESS_KEY: secret,
  PUBLIC_URL: `https://ann:${secret}@docketmail.firm.test`,
  IMAP_HOST: '127.0.0.1',
  IMAP_PORT: '1',
  IMAP_USER: 'office@firm.test',
  IMAP_PASS: secret,
};

/** The same, each broken in its own way. */
const broken: readonly Environment[] = [
  { MONGODB_URI: `mongodb://ann:p@${secret}@db.test` },
  { MONGODB_URI: `mongo://ann:${secret}@db.test` },
  { MONGODB_URI: `mongodb://ann:${secret}@db.test/?nonsense=1&tls=maybe` },
  { MONGODB_URI: `mongodb://ann:${secret}@db.test:port/` },
  { REDIS_URL: `ann:${secret}@redis.test` },
  { REDIS_URL: `rediz://ann:${secret}@redis.test` },
  { REDIS_URL: `redis://ann:${secret}@redis.test:port` },
  { S3_ENDPOINT: `ann:${secret}@s3.test:9000` },
  { S3_ENDPOINT: `ftp://ann:${secret}@s3.test` },
  { S3_ENDPOINT: `http://ann:${secret} with blanks@` },
  { PUBLIC_URL: `ann:${secret}@docketmail.firm.test` },
  { PUBLIC_URL: `htp://ann:${secret}@docketmail.firm.test` },
  { IMAP_HOST: `imaps://ann:${secret}@imap.test` },
  { IMAP_HOST: `ann:${secret}@imap.test` },
  { DASHBOARD_HOST: `http://ann:${secret}@0.0.0.0` },
];

const commandLines = [
  ['start'],
  ['start', '--roles', 'dashboard'],
  ['doctor'],
  ['poll', 'office@firm.test'],
  ['audit', 'office@firm.test'],
  ['triage', 'list'],
  ['replay', '--since', '2026-01-01'],
  ['quarantine', 'list'],
  ['address-book', 'rebuild'],
];

async function surroundings(): Promise<Environment> {
  const folder = await newFolder();
  return { PATH: process.env['PATH'] ?? '', SPOOL_DIR: join(folder, 'spool') };
}

describe('credentials of URLs', () => {
  it.each(commandLines.map((args) => [args.join(' '), args] as const))(
    'are not printed by %s where no server answers',
    async (_name, args) => {
      const { code, stdout, stderr } = await runProgram(args, { ...(await surroundings()), ...unreachable });
      expect(code).not.toBe(0);
      expect(stdout + stderr).not.toBe('');
      expect(stdout + stderr).not.toContain(secret);
    },
    60_000,
  );

  it.each([['ingest'], ['clients', 'import']])('are not printed by %s', async (...command) => {
    const folder = await newFolder();
    await mkdir(join(folder, 'in'));
    await writeFile(join(folder, 'in/a.eml'), rawMessage());
    await writeFile(join(folder, 'clients.json'), '[]');
    const path = command[0] === 'ingest' ? join(folder, 'in') : join(folder, 'clients.json');
    const { code, stdout, stderr } = await runProgram([...command, path], {
      ...(await surroundings()),
      ...unreachable,
    });
    expect(code).not.toBe(0);
    expect(stdout + stderr).not.toContain(secret);
  });

  it.each(broken.map((env) => [Object.entries(env)[0]?.join('=') ?? '', env] as const))(
    'are not printed where they are wrong: %s',
    async (_what, env) => {
      const settings = { ...(await surroundings()), ...unreachable, ...env };
      const { code, stdout, stderr } = await runProgram(['doctor'], settings);
      expect(code).not.toBe(0);
      expect(stdout + stderr).not.toBe('');
      expect(stdout + stderr).not.toContain(secret);
    },
    60_000,
  );

  it('are not in the log of a worker that runs', async () => {
    const { env } = await newSite([], {
      PUBLIC_URL: `https://ann:${secret}@docketmail.firm.test/`,
      IMAP_HOST: '127.0.0.1',
      IMAP_PORT: '1',
      IMAP_SECURITY: 'none',
      IMAP_USER: 'office@firm.test',
      IMAP_PASS: secret,
      LOG_LEVEL: 'trace',
    });
    const program = await startProgram(env);
    const started = program.log.find(({ msg }) => msg === 'docketmail started');
    expect(started?.dashboard).toBe('https://docketmail.firm.test/');
    expect(program.log.map((line) => line['warning'])).toContain(
      'PUBLIC_URL: the user name and password in it are not used. Leave them out.',
    );
    await program.stop();
    expect(JSON.stringify([program.log, program.noise])).not.toContain(secret);
  });
});
