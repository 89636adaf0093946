// Services from docker-compose.yml, if a docker engine answers.
import { writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './command.ts';
import { checkEnv } from './given.ts';
import { freePorts, loopback } from './ports.ts';
import { makeBucket } from './s3-check.ts';
import type { ServiceName, StateFile } from './state.ts';

const composeFile = fileURLToPath(new URL('../docker-compose.yml', import.meta.url));
const bucket = 'docketmail';
const region = 'us-east-1';

const composeServices: Readonly<Partial<Record<ServiceName, readonly string[]>>> = {
  mongodb: ['mongodb'],
  redis: ['redis'],
  s3: ['s3'],
  imap: ['mail'],
};

/** One project per data folder, so that two runs never share containers. */
const project = (file: StateFile): string =>
  `docketmail-${createHash('sha256').update(file.folder).digest('hex').slice(0, 8)}`;

const compose = (file: StateFile, args: readonly string[]): readonly string[] => [
  'docker',
  'compose',
  '--project-name',
  project(file),
  '--env-file',
  join(file.folder, 'compose.env'),
  '--file',
  composeFile,
  ...args,
];

export type ComposeUp = {
  readonly names: readonly ServiceName[];
  readonly file: StateFile;
  readonly signal?: AbortSignal;
  readonly log: (line: string) => void;
};

export async function composeUp({ names, file, signal, log }: ComposeUp): Promise<void> {
  const secrets = file.read()?.secrets;
  if (!secrets) throw new Error(`no state in ${file.folder}`);
  const ports = await freePorts([
    'MONGODB_PORT',
    'REDIS_PORT',
    'S3_PORT',
    'MAIL_IMAP_PORT',
    'MAIL_IMAPS_PORT',
    'MAIL_LMTP_PORT',
  ]);
  const settings = {
    ...ports,
    S3_ACCESS_KEY_ID: secrets.s3AccessKeyId,
    S3_SECRET_ACCESS_KEY: secrets.s3SecretAccessKey,
    S3_BUCKET: bucket,
    IMAP_TEST_PASSWORD: secrets.imapPassword,
  };
  writeFileSync(
    join(file.folder, 'compose.env'),
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
    { mode: 0o600 },
  );
  const ca = join(file.folder, 'compose-ca.pem');
  const env: Readonly<Record<ServiceName, Readonly<Record<string, string>>>> = {
    mongodb: { MONGODB_URI: `mongodb://${loopback}:${ports['MONGODB_PORT']}/docketmail` },
    redis: { REDIS_URL: `redis://${loopback}:${ports['REDIS_PORT']}` },
    s3: {
      S3_ENDPOINT: `http://${loopback}:${ports['S3_PORT']}`,
      S3_REGION: region,
      S3_BUCKET: bucket,
      S3_ACCESS_KEY_ID: secrets.s3AccessKeyId,
      S3_SECRET_ACCESS_KEY: secrets.s3SecretAccessKey,
      S3_FORCE_PATH_STYLE: 'true',
    },
    imap: {
      IMAP_HOST: loopback,
      IMAP_PORT: String(ports['MAIL_IMAP_PORT']),
      IMAPS_PORT: String(ports['MAIL_IMAPS_PORT']),
      IMAP_TLS_CA: ca,
      IMAP_TEST_PASSWORD: secrets.imapPassword,
      LMTP_HOST: loopback,
      LMTP_PORT: String(ports['MAIL_LMTP_PORT']),
    },
    cyrus: {},
  };
  // Recorded before the first container exists.
  for (const name of names)
    file.update(name, {
      source: 'compose',
      recipe: 'compose',
      ports: {},
      env: env[name],
      version: '',
      processes: [],
    });
  log(`docker compose up: ${names.join(', ')}`);
  await run(
    compose(file, ['up', '--detach', '--wait', ...names.flatMap((name) => composeServices[name] ?? [])]),
    signal ? { signal } : {},
  );
  if (names.includes('s3')) await makeBucket(env.s3);
  if (names.includes('imap')) await run(compose(file, ['cp', 'mail:/certificates/server.pem', ca]));
  for (const name of names) {
    const version = `${await checkEnv(name, env[name])} (docker compose)`;
    file.update(name, {
      source: 'compose',
      recipe: 'compose',
      ports: {},
      env: env[name],
      version,
      processes: [],
    });
  }
}

export async function composeDown(file: StateFile): Promise<void> {
  await run(compose(file, ['down', '--volumes', '--remove-orphans']));
}
