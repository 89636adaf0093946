// OpenStack Swift with its S3 API, from the forky root: one node, one replica. Slow, but as strict about signatures and checksums
// as S3 itself.
import { chownSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './command.ts';
import { dataInForky, forkyPackageVersion, forkyUser, inForky } from './forky.ts';
import { isRoot } from './machine.ts';
import { loopback } from './ports.ts';
import { startProcess } from './processes.ts';
import { portOf, type ServiceRecipe, type Setup } from './recipe.ts';
import { checkBucket, makeBucket } from './s3-check.ts';

const rings = ['account', 'container', 'object'] as const;
const oneWinner = 'swift_one_winner.py';
const bucket = 'docketmail';
const account = 'docketmail';
const etc = `${dataInForky}/etc`;

export const swift: ServiceRecipe = {
  portNames: ['proxy', 'account', 'container', 'object', 'memcached'],
  prepare: async (setup) => {
    for (const name of ['etc', 'devices', 'devices/disk', 'cache']) ownedFolder(join(setup.folder, name));
    for (const [name, text] of Object.entries(configurations(setup)))
      writeFileSync(join(setup.folder, 'etc', name), text);
    copyFileSync(fileURLToPath(new URL(oneWinner, import.meta.url)), join(setup.folder, 'etc', oneWinner));
    await Promise.all(rings.map((ring) => buildRing(setup, ring)));
  },
  start: async (setup, started) => {
    const start = (label: string, command: readonly string[]): void =>
      started(
        startProcess({
          label,
          command: inSwift(setup, command),
          log: join(setup.folder, `${label}.log`),
          // As the first process of its namespace it would ignore SIGTERM; and it survives being killed.
          stopSignal: 'SIGKILL',
        }),
      );
    start('memcached', [
      'memcached',
      '-l',
      loopback,
      '-p',
      String(portOf(setup, 'memcached')),
      '-U',
      '0',
      '-m',
      '16',
      '-t',
      '1',
    ]);
    for (const name of [...rings, 'proxy'] as const)
      start(`swift-${name}`, [`swift-${name}-server`, `${etc}/${name}.conf`, '-v']);
  },
  check: async (setup) => {
    await makeBucket(env(setup));
    await checkBucket(env(setup));
  },
  env,
  version: async () => `OpenStack Swift ${await forkyPackageVersion('swift-proxy')} (s3api)`,
};

function env(setup: Setup): Readonly<Record<string, string>> {
  return {
    S3_ENDPOINT: `http://${loopback}:${portOf(setup, 'proxy')}`,
    S3_REGION: 'us-east-1',
    S3_BUCKET: bucket,
    // Swift's key id is account and user.
    S3_ACCESS_KEY_ID: `${account}:${setup.secrets.s3AccessKeyId}`,
    S3_SECRET_ACCESS_KEY: setup.secrets.s3SecretAccessKey,
    S3_FORCE_PATH_STYLE: 'true',
  };
}

function ownedFolder(path: string): void {
  mkdirSync(path, { recursive: true });
  if (isRoot) chownSync(path, forkyUser('swift').uid, forkyUser('swift').gid);
}

/** Without fsync of every small file: a killed server loses nothing, only a power cut would. */
const inSwift = ({ folder }: Setup, command: readonly string[]): readonly string[] =>
  inForky({
    user: 'swift',
    data: folder,
    command: ['LD_PRELOAD=libeatmydata.so', `PYTHONPATH=${etc}`, ...command],
  });

async function buildRing(setup: Setup, ring: (typeof rings)[number]): Promise<void> {
  const builder = `${etc}/${ring}.builder`;
  const ringBuilder = (args: string): string => `swift-ring-builder ${builder} ${args}`;
  const device = `r1z1-${loopback}:${portOf(setup, ring)}/disk`;
  const commands = [ringBuilder('create 4 1 0'), ringBuilder(`add ${device} 1`), ringBuilder('rebalance')];
  await run(inSwift(setup, ['sh', '-c', commands.join(' && ')]));
}

function configurations(setup: Setup): Readonly<Record<string, string>> {
  const server = (name: string): string => `[DEFAULT]
bind_ip = ${loopback}
bind_port = ${portOf(setup, name)}
# One process: it serves many requests at a time by itself.
workers = 0
user = swift
swift_dir = ${etc}
devices = ${dataInForky}/devices
mount_check = false
disable_fallocate = true
log_level = WARNING
`;
  const storage = (name: string, filters = ''): string => `${server(name)}
[pipeline:main]
pipeline = ${filters}${name}-server

[filter:one_winner]
paste.filter_factory = swift_one_winner:filter_factory

[app:${name}-server]
use = egg:swift#${name}
`;
  return {
    'swift.conf': `[swift-hash]
swift_hash_path_suffix = docketmail
swift_hash_path_prefix = docketmail

[storage-policy:0]
name = one-replica
default = yes
`,
    'account.conf': storage('account'),
    'container.conf': storage('container'),
    'object.conf': storage('object', 'one_winner '),
    'proxy.conf': `${server('proxy')}
[pipeline:main]
pipeline = catch_errors gatekeeper cache listing_formats bulk s3api tempauth copy slo dlo versioned_writes symlink proxy-server

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true

[filter:tempauth]
use = egg:swift#tempauth
user_${account}_${setup.secrets.s3AccessKeyId} = ${setup.secrets.s3SecretAccessKey} .admin

[filter:s3api]
use = egg:swift#s3api
location = us-east-1

[filter:cache]
use = egg:swift#memcache
memcache_servers = ${loopback}:${portOf(setup, 'memcached')}

[filter:catch_errors]
use = egg:swift#catch_errors

[filter:gatekeeper]
use = egg:swift#gatekeeper

[filter:listing_formats]
use = egg:swift#listing_formats

[filter:bulk]
use = egg:swift#bulk

[filter:copy]
use = egg:swift#copy

[filter:slo]
use = egg:swift#slo

[filter:dlo]
use = egg:swift#dlo

[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_object_versioning = true

[filter:symlink]
use = egg:swift#symlink
`,
  };
}
