/**
 * Builds the image and brings docker-compose.yml up with podman: both profiles, every health check, a message from the mail server to the
 * CRM, a restart of each container. Base images are stand-ins of Debian packages; MongoDB and S3 are the test servers of
 * script/services behind a relay. Everything is removed at the end; nothing listens beyond the loopback interface.
 */
import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { MongoClient } from 'mongodb';
import { createTransport } from 'nodemailer';
import { parse, stringify } from 'yaml';
import { freePorts } from '../../services/ports.ts';
import { run } from './command.ts';
import { makeStandIns } from './stand-ins.ts';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const TOOLS = ['podman', 'buildah', 'podman-compose', 'runc', 'mmdebstrap'] as const;
const HEALTHY_WITHIN_MS = 120_000;
const RUNTIME = ['--runtime', 'runc'] as const;
/** Leaves the images, and takes those that an earlier run left: for work on this test. */
const keep = process.argv.includes('--keep');
const project = `docketmail-test-${randomBytes(3).toString('hex')}`;

interface ComposeService {
  readonly image: string;
  readonly profiles: readonly string[];
  readonly restart: string;
  readonly healthcheck?: { readonly test: readonly string[] };
}

interface Site {
  readonly folder: string;
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly ports: Readonly<Record<string, number>>;
  readonly secrets: { readonly mail: string };
  readonly database: { readonly uri: string; readonly name: string };
}

async function main(): Promise<void> {
  const missing: string[] = [];
  for (const tool of TOOLS) await run('sh', ['-c', `command -v ${tool}`]).catch(() => missing.push(tool));
  if (missing.length > 0)
    throw new Error(
      `not found: ${missing.join(', ')}. Fix: apt-get install podman buildah runc containernetworking-plugins iptables podman-compose mmdebstrap catatonit, and run as root`,
    );
  const folder = await mkdtemp(join(tmpdir(), 'dmc.'));
  const undo: (() => Promise<unknown>)[] = [async () => await rm(folder, { recursive: true, force: true })];
  try {
    await test(folder, undo);
  } finally {
    for (const step of undo.toReversed())
      await step().catch((error: unknown) => console.error(`cleaning up: ${String(error)}`));
  }
}

async function test(folder: string, undo: (() => Promise<unknown>)[]): Promise<void> {
  const site = await prepare(folder, undo);
  const { services } = site;
  const image = `localhost/${services['app']?.image ?? ''}`;
  const isThere = await run('podman', ['image', 'exists', image]).then(
    () => true,
    () => false,
  );
  if (!(keep && isThere)) await buildImages(site, { image, undo });
  await describeImage(image);

  undo.push(async () => await compose(site, ['down', '--volumes']));
  for (const profile of ['dev', 'app']) {
    say(`compose up, profile ${profile}`);
    await compose(site, ['up', '--detach', '--no-build', ...inProfile(site, profile)]);
    await untilHealthy(site, profile);
  }
  await deliverAndAwait(site, 'First message');
  for (const name of [...running(site, 'dev'), ...running(site, 'app')]) {
    say(`restarting ${name}`);
    await run('podman', [...RUNTIME, 'restart', '--time', '30', `${project}_${name}_1`]);
    await untilHealthy(site, 'dev');
    await untilHealthy(site, 'app');
  }
  await deliverAndAwait(site, 'Second message');
  say('compose down');
  await compose(site, ['down', '--volumes']);
  say('all well');
}

async function buildImages(
  { folder, services }: Site,
  { image, undo }: { readonly image: string; readonly undo: (() => Promise<unknown>)[] },
): Promise<void> {
  say('making stand-in images');
  const imageOf = (name: string): string => services[name]?.image ?? '';
  const node = /^FROM (\S+)$/mu.exec(await readFile(join(REPOSITORY, 'Dockerfile'), 'utf8'))?.[1] ?? '';
  const names = {
    node,
    mongo: imageOf('mongodb'),
    redis: imageOf('redis'),
    s3: imageOf('s3'),
    mail: imageOf('mail'),
  };
  const { tags } = await makeStandIns(names, folder);
  const remove = async (): Promise<void> => {
    // Layers of the build stage bear no name.
    await removeUnnamedSince('localhost/stand-in-base:1');
    await run('podman', ['rmi', '--force', ...tags, image]);
  };
  if (!keep) undo.push(remove);
  say('building the image');
  await run('buildah', ['bud', '--isolation', 'chroot', '--layers', '--tag', image, '.'], {
    cwd: REPOSITORY,
  });
}

/** Servers, sockets, settings: what the compose file finds beside itself. */
async function prepare(folder: string, undo: (() => Promise<unknown>)[]): Promise<Site> {
  const text = await readFile(join(REPOSITORY, 'docker-compose.yml'), 'utf8');
  const { services } = parse(text) as Pick<Site, 'services'>;
  await writeFile(join(folder, 'docker-compose.yml'), text);
  for (const name of ['config', 'secrets', 'sockets', 'services']) await mkdir(join(folder, name));
  await cp(
    join(REPOSITORY, 'services', 'dovecot-compose.conf'),
    join(folder, 'services', 'dovecot-compose.conf'),
  );

  say('starting MongoDB and S3');
  const env = { ...process.env, DOCKETMAIL_SERVICES_DIR: join(folder, 's') };
  undo.push(async () => await run('script/services', ['down'], { cwd: REPOSITORY, env }));
  await run('script/services', ['up', '--only', 'mongodb,s3'], { cwd: REPOSITORY, env });
  const given = parseEnv(
    (await run('script/services', ['env'], { cwd: REPOSITORY, env })).replaceAll(/^export /gmu, ''),
  );
  const mongodb = new URL(given['MONGODB_URI'] ?? '');
  const s3 = new URL(given['S3_ENDPOINT'] ?? '');
  for (const [name, port] of [
    ['mongodb', mongodb.port],
    ['s3', s3.port],
  ] as const) {
    const relay = await openRelay(join(folder, 'sockets', `${name}.sock`), Number(port));
    undo.push(async () => relay.close());
  }
  const ports = await freePorts([
    'MONGODB_PORT',
    'REDIS_PORT',
    'S3_PORT',
    'MAIL_IMAP_PORT',
    'MAIL_IMAPS_PORT',
    'MAIL_LMTP_PORT',
    'DASHBOARD_PORT',
  ]);
  const database = { uri: mongodb.href, name: `containers_${randomBytes(4).toString('hex')}` };
  undo.push(async () => await withDatabase({ database }, async (db) => await db.dropDatabase()));
  const mail = randomBytes(12).toString('hex');
  mongodb.host = 'mongodb:27017';
  const settings = {
    ...ports,
    MONGODB_URI: mongodb.href,
    MONGODB_DB: database.name,
    REDIS_URL: 'redis://redis:6379',
    S3_ENDPOINT: 'http://s3:7070',
    ...Object.fromEntries(
      ['S3_REGION', 'S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY', 'S3_FORCE_PATH_STYLE'].map(
        (name) => [name, given[name] ?? ''],
      ),
    ),
    IMAP_HOST: 'mail',
    IMAP_PORT: '143',
    IMAP_SECURITY: 'starttls',
    IMAP_USER: 'office@docketmail.test',
    IMAP_PASS: mail,
    IMAP_TEST_PASSWORD: mail,
    IMAP_CA_FILE: '/certificates/server.pem',
    STAFF_DOMAINS: 'docketmail.test',
    AUTHENTICATION: 'off',
    POLL_INTERVAL_SECONDS: '5',
    DASHBOARD_PASSWORD_FILE: '/run/secrets/dashboard',
  };
  await writeFile(join(folder, 'secrets', 'dashboard'), `${randomBytes(12).toString('hex')}\n`);
  await writeFile(
    join(folder, '.env'),
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  await writeFile(
    join(folder, 'override.yml'),
    stringify({
      services: Object.fromEntries(Object.keys(services).map((name) => [name, overrideOf(name, folder)])),
    }),
  );
  return { folder, services, ports, secrets: { mail }, database };
}

/** What this engine needs where systemd is missing, and the way to the servers behind the stand-ins. */
function overrideOf(name: string, folder: string): object {
  return {
    ulimits: { nofile: 1024, nproc: 1000 },
    ...(name === 'mongodb' || name === 's3' ? { volumes: [`${join(folder, 'sockets')}:/sockets`] } : {}),
  };
}

async function openRelay(path: string, port: number): Promise<Server> {
  const server = createServer((incoming) => {
    const outgoing = connect(port, '127.0.0.1');
    incoming.pipe(outgoing).pipe(incoming);
    incoming.on('error', () => outgoing.destroy()).on('close', () => outgoing.destroy());
    outgoing.on('error', () => incoming.destroy()).on('close', () => incoming.destroy());
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return server.unref();
}

async function compose({ folder }: Site, args: readonly string[]): Promise<void> {
  const files = ['--file', 'docker-compose.yml', '--file', 'override.yml'];
  await run(
    'podman-compose',
    [`--podman-args=${RUNTIME.join(' ')}`, '--project-name', project, ...files, ...args],
    { cwd: folder },
  );
}

/** This podman-compose knows no profiles: the services of one are named. */
const inProfile = ({ services }: Site, profile: string): string[] =>
  Object.keys(services).filter((name) => services[name]?.profiles.includes(profile));

const running = (site: Site, profile: string): string[] =>
  inProfile(site, profile).filter((name) => site.services[name]?.restart !== 'no');

/** Without systemd nobody runs the checks, and this podman-compose quotes them wrongly: each is run as it stands in the file. */
async function untilHealthy(site: Site, profile: string): Promise<void> {
  for (const name of running(site, profile)) {
    const [kind, ...words] = site.services[name]?.healthcheck?.test ?? [];
    const check = kind === 'CMD' ? words : ['sh', '-c', words.join(' ').replaceAll('$$', '$')];
    const container = `${project}_${name}_1`;
    const deadline = Date.now() + HEALTHY_WITHIN_MS;
    for (let isHealthy = false; !isHealthy;) {
      try {
        await run('podman', [...RUNTIME, 'exec', container, ...check]);
        isHealthy = true;
      } catch (error) {
        if (Date.now() > deadline) {
          const log = await run('sh', ['-c', `podman logs --tail 20 ${container} 2>&1`]).catch(String);
          throw new Error(`${name} is not healthy:\n${log}`, { cause: error });
        }
        await delay(1_000);
      }
    }
    say(`${name} is healthy`);
  }
}

async function withDatabase<T>(
  { database }: Pick<Site, 'database'>,
  work: (db: ReturnType<MongoClient['db']>) => Promise<T>,
): Promise<T> {
  const client = await MongoClient.connect(database.uri);
  try {
    return await work(client.db(database.name));
  } finally {
    await client.close();
  }
}

async function deliverAndAwait(site: Site, subject: string): Promise<void> {
  await withDatabase(site, async (db) => {
    await db
      .collection<{ _id: string; email: string }>('clients')
      .updateOne({ _id: 'paula' }, { $set: { email: 'paula@kline.test' } }, { upsert: true });
    const lmtp = createTransport({
      host: '127.0.0.1',
      port: site.ports['MAIL_LMTP_PORT'] ?? 0,
      lmtp: true,
      ignoreTLS: true,
    });
    await lmtp.sendMail({
      from: 'paula@kline.test',
      to: 'office@docketmail.test',
      subject,
      text: 'Through all containers.',
    });
    lmtp.close();
    const deadline = Date.now() + HEALTHY_WITHIN_MS;
    while ((await db.collection('communications').countDocuments({ clientId: 'paula', subject })) === 0) {
      if (Date.now() > deadline) {
        const log = await run('sh', ['-c', `podman logs --tail 30 ${project}_app_1 2>&1`]).catch(String);
        throw new Error(`"${subject}" did not reach the CRM:\n${log}`);
      }
      await delay(500);
    }
  });
  say(`"${subject}" is in the CRM`);
}

async function removeUnnamedSince(image: string): Promise<void> {
  const filters = ['--filter', 'dangling=true', '--filter', `since=${image}`];
  const ids = (await run('podman', ['images', '--quiet', ...filters])).split('\n').filter((id) => id !== '');
  if (ids.length > 0) await run('podman', ['rmi', '--force', ...ids]);
}

async function describeImage(image: string): Promise<void> {
  const bytes = Number(await run('podman', ['image', 'inspect', image, '--format', '{{.Size}}']));
  say(`image: ${Math.round(bytes / 1e6)} MB, by layers:`);
  console.log(
    await run('podman', ['history', '--no-trunc=false', '--format', '{{.Size}}\t{{.CreatedBy}}', image]),
  );
}

const started = performance.now();
const say = (line: string): void =>
  console.log(`${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s  ${line}`);

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
