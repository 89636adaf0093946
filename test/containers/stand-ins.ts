/** Images under the names that Dockerfile and docker-compose.yml ask for, made of Debian packages: no registry is asked. */
import { cp, mkdir, mkdtemp, rename, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './command.ts';

/** Kept between runs: the two roots take a minute to make. */
const CACHE = join(homedir(), '.cache', 'docketmail', 'containers');
const TRUSTED = process.env['NODE_EXTRA_CA_CERTS'] ?? '/etc/ssl/certs/ca-certificates.crt';
const ROOTS = {
  base: ['ca-certificates'],
  servers: ['redis-server', 'redis-tools', 'dovecot-imapd', 'dovecot-lmtpd', 'openssl', 'ca-certificates'],
} as const;

export interface StandIns {
  /** Everything that was tagged, for the removal. */
  readonly tags: readonly string[];
}

export interface ImageNames {
  readonly node: string;
  readonly mongo: string;
  readonly redis: string;
  readonly s3: string;
  readonly mail: string;
}

const shell = (command: string): string => `#!/bin/sh\nexec ${command}\n`;
const ask = (code: string): string => shell(`node -e '${code}'`);

/** What stands in for the programs of the images. */
const PROGRAMS: Readonly<Record<string, string>> = {
  mongod: shell('node /relay.js 27017 mongodb'),
  versitygw: shell('node /relay.js 7070 s3'),
  mongosh: ask(
    'require("net").connect("/sockets/mongodb.sock").on("connect", () => process.exit(0)).on("error", () => process.exit(1))',
  ),
  wget: ask(
    'require("net").connect(7070, "127.0.0.1").on("connect", () => process.exit(0)).on("error", () => process.exit(1))',
  ),
};

export async function makeStandIns(names: ImageNames, folder: string): Promise<StandIns> {
  const tags: string[] = [];
  const tag = async (image: string, name: string): Promise<void> => {
    const full = [`localhost/${name}`, `docker.io/${name.includes('/') ? name : `library/${name}`}`];
    for (const one of full) await run('podman', ['tag', image, one]);
    tags.push(...full);
  };
  for (const root of ['base', 'servers'] as const) {
    await run('podman', ['import', '--quiet', await rootOf(root), `localhost/stand-in-${root}:1`]);
    tags.push(`localhost/stand-in-${root}:1`);
  }
  const build = async (name: string, lines: readonly string[], files: string): Promise<string> => {
    const image = `localhost/stand-in-${name}:1`;
    await writeFile(join(files, 'Containerfile'), `${lines.join('\n')}\n`);
    await run('buildah', [
      'bud',
      '--isolation',
      'chroot',
      '--quiet',
      '--tag',
      image,
      '--file',
      join(files, 'Containerfile'),
      files,
    ]);
    tags.push(image);
    return image;
  };

  const files = join(folder, 'stand-ins');
  await mkdir(join(files, 'bin'), { recursive: true });
  await cp(process.execPath, join(files, 'node'), { dereference: true });
  await cp(await npmFolder(), join(files, 'npm'), { recursive: true, dereference: true });
  await cp(fileURLToPath(new URL('relay.js', import.meta.url)), join(files, 'relay.js'));
  await cp(TRUSTED, join(files, 'ca-certificates.crt'), { dereference: true });
  await writeFile(join(files, 'package.json'), '{"type":"module"}');
  for (const [name, script] of Object.entries(PROGRAMS))
    await writeFile(join(files, 'bin', name), script, { mode: 0o755 });
  const node = await build(
    'node',
    [
      'FROM localhost/stand-in-base:1',
      'COPY node /usr/local/bin/node',
      'COPY npm /usr/local/lib/node_modules/npm',
      // npm trusts whom this machine trusts: its registry may be a mirror.
      'COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt',
      'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt',
      'RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && useradd --create-home --uid 1000 node',
    ],
    files,
  );
  await tag(node, names.node);
  const relay = await build(
    'relay',
    [`FROM ${node}`, 'COPY relay.js package.json /', 'COPY bin /usr/local/bin'],
    files,
  );
  await tag(relay, names.mongo);
  await tag(await build('s3', [`FROM ${relay}`, 'ENTRYPOINT ["/usr/local/bin/versitygw"]'], files), names.s3);
  const servers = await build(
    'mail',
    [
      'FROM localhost/stand-in-servers:1',
      'RUN mkdir -p /srv/mail /data && chown 1000:1000 /srv/mail',
      'WORKDIR /data',
    ],
    files,
  );
  await tag(servers, names.redis);
  await tag(servers, names.mail);
  return { tags };
}

async function rootOf(name: keyof typeof ROOTS): Promise<string> {
  const path = join(CACHE, `${name}.tar`);
  if ((await stat(path).catch(() => null)) !== null) return path;
  await mkdir(CACHE, { recursive: true });
  const draft = join(await mkdtemp(join(CACHE, 'new-')), 'root.tar');
  await run('mmdebstrap', ['--variant=minbase', `--include=${ROOTS[name].join(',')}`, 'bookworm', draft]);
  await rename(draft, path);
  return path;
}

async function npmFolder(): Promise<string> {
  const program = await run('sh', ['-c', 'readlink -f "$(command -v npm)"']);
  return dirname(dirname(program.trim()));
}
