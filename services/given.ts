// Services named in the settings: used as they are, checked, never started or stopped.
import { checkImap, greeting } from './imap-check.ts';
import { mongoVersion } from './mongod.ts';
import { redisVersion } from './redis.ts';
import { checkBucket } from './s3-check.ts';
import type { ServiceName, ServiceRecord } from './state.ts';

type Settings = Readonly<Record<string, string | undefined>>;

const namesOf: Readonly<Record<ServiceName, readonly string[]>> = {
  mongodb: ['MONGODB_URI'],
  redis: ['REDIS_URL'],
  s3: [
    'S3_ENDPOINT',
    'S3_REGION',
    'S3_BUCKET',
    'S3_ACCESS_KEY_ID',
    'S3_SECRET_ACCESS_KEY',
    'S3_FORCE_PATH_STYLE',
  ],
  imap: [
    'IMAP_HOST',
    'IMAP_PORT',
    'IMAPS_PORT',
    'IMAP_TLS_CA',
    'IMAP_TEST_PASSWORD',
    'LMTP_HOST',
    'LMTP_PORT',
  ],
  cyrus: ['CYRUS_HOST', 'CYRUS_PORT', 'CYRUS_LMTP_PORT', 'CYRUS_TEST_PASSWORD'],
};

export async function recordGiven(name: ServiceName, settings: Settings): Promise<ServiceRecord> {
  const env = Object.fromEntries(
    namesOf[name].flatMap((key) => (settings[key] ? [[key, settings[key]]] : [])),
  );
  return {
    source: 'settings',
    recipe: 'settings',
    ports: {},
    env,
    processes: [],
    version: `${await checkEnv(name, env)} (from the settings)`,
  };
}

type Env = Readonly<Record<string, string>>;

const checks: Readonly<Record<ServiceName, (env: Env) => Promise<string>>> = {
  mongodb: (env) => mongoVersion(env['MONGODB_URI'] ?? ''),
  redis: (env) => redisVersion(env['REDIS_URL'] ?? ''),
  s3: checkBucket,
  imap: (env) =>
    mailServer({
      host: env['IMAP_HOST'] ?? '',
      port: Number(env['IMAP_PORT']),
      lmtpPort: Number(env['LMTP_PORT']),
      password: env['IMAP_TEST_PASSWORD'],
    }),
  cyrus: (env) =>
    mailServer({
      host: env['CYRUS_HOST'] ?? '',
      port: Number(env['CYRUS_PORT']),
      lmtpPort: Number(env['CYRUS_LMTP_PORT']),
      password: env['CYRUS_TEST_PASSWORD'],
    }),
};

/** Asks the service one question in its own protocol and returns its name and version. */
export const checkEnv = (name: ServiceName, env: Env): Promise<string> => checks[name](env);

async function mailServer(server: {
  readonly host: string;
  readonly port: number;
  readonly lmtpPort: number;
  readonly password: string | undefined;
}): Promise<string> {
  const { host, port, lmtpPort, password } = server;
  if (password) await checkImap({ host, port, lmtpPort, user: 'warm-up@docketmail.test', password });
  const banner = await greeting(host, port, '* OK');
  return /(Dovecot|Cyrus IMAP \S+)/.exec(banner)?.[1] ?? 'IMAP server';
}
