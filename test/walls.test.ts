/** Breaks each wall between the rooms of src/ once, in a separate folder, to check that the lint rules hold. */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const repository = fileURLToPath(new URL('..', import.meta.url));
const sources = readdirSync(join(repository, 'src'), { withFileTypes: true });
const rooms = sources.filter((entry) => entry.isDirectory()).map(({ name }) => name);

/** What each room may import: only what is below it in docs/architecture.md. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  commands: rooms,
  app: rooms.filter((room) => room !== 'commands'),
  config: ['decide', 'mail', 'mime', 'store', 'secrets'],
  dashboard: [
    'queue',
    'events',
    'search',
    'triage',
    'rejudge',
    'store',
    'mailbox',
    'decide',
    'config',
    'ingest',
    'connect',
  ],
  queue: ['events', 'poll', 'ingest', 'rejudge', 'store', 'mailbox', 'read'],
  events: ['store', 'secrets'],
  poll: ['mailbox', 'store', 'decide', 'mail'],
  ingest: ['read', 'decide', 'mail', 'mime', 'store'],
  search: ['triage', 'ingest', 'store', 'mime'],
  rejudge: ['ingest', 'read', 'decide', 'store', 'mail'],
  triage: ['rejudge', 'ingest', 'read', 'decide', 'mail', 'mime', 'store'],
  explain: ['read', 'decide', 'mail', 'mime', 'mailbox', 'config'],
  connect: ['config', 'store', 'secrets', 'mailbox'],
  read: ['decide', 'mail', 'mime', 'fingerprint', 'store'],
  store: ['decide', 'mail', 'mime', 'mailbox', 'secrets'],
  mailbox: ['mime'],
  secrets: [],
  decide: ['mail', 'mime'],
  mail: ['mime', 'fingerprint'],
  mime: [],
  fingerprint: [],
};
const pairs = rooms.flatMap((room) =>
  rooms.filter((other) => other !== room).map((other) => [room, other] as const),
);
const isAllowed = (room: string, other: string): boolean => allowed[room]?.includes(other) === true;

const pureFiles = ['src/mime/pure', 'src/mail/pure', 'src/decide/pure', 'src/fingerprint/pure'];
const impure = {
  files: "import 'node:fs/promises';",
  network: "import 'node:net';",
  database: "import 'mongodb';",
  logger: "import '../log.ts';",
  figures: "import '../metrics.ts';",
  errors: "import '../errors.ts';",
  settings: "import '../config/config.ts';",
  clock: 'export const now = Date.now();',
  timer: 'export const timer = setTimeout(() => {}, 1);',
  dice: 'export const dice = Math.random();',
  environment: 'export const path = process.env;',
};

let folder = '';
let reported: ReadonlySet<string> = new Set();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'docketmail-walls-'));
  copyFileSync(join(repository, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `${text}\n`);
  };
  for (const [room, other] of pairs) {
    write(`src/${room}/type-of-${other}.ts`, `export type { X } from '../${other}/x.ts';`);
    write(`src/${room}/inner/value-of-${other}.ts`, `import '../../${other}/inner/x.ts';`);
  }
  for (const file of pureFiles)
    for (const [name, text] of Object.entries(impure)) write(`${file}-${name}.ts`, text);
  write('src/mailbox/sync-plan.ts', "import 'node:fs';");
  write('src/config/value.ts', "import { x } from '../store/x.ts';\nexport const value = x;");
  write('src/config/type.ts', "import type { X } from '../store/x.ts';\nexport type Y = X;");
  write('src/fingerprint/package.ts', "import 'iconv-lite';");
  write(
    'src/fingerprint/digest.ts',
    "import { createHash } from 'node:crypto';\nexport const hash = createHash;",
  );
  write('src/store/one.ts', "import type { Two } from './two.ts';\nexport type One = Two | null;");
  write(
    'src/store/two.ts',
    "import type { One } from './one.ts';\nexport interface Two { readonly one: One }",
  );
  const lines = (count: number): string =>
    `export function long(): number {\n${'  long();\n'.repeat(count - 3)}  return 1;\n}`;
  write('src/store/80-lines.ts', lines(80));
  write('src/store/81-lines.ts', lines(81));
  const oxlint = join(repository, 'node_modules/.bin/oxlint');
  const { stdout, stderr } = spawnSync(oxlint, ['--format=unix', 'src'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (!stdout.includes('no-restricted-imports'))
    throw new Error(`oxlint says nothing of imports: ${stderr}${stdout}`);
  const rules = [
    'no-restricted-imports',
    'no-restricted-globals',
    'no-restricted-properties',
    'no-cycle',
    'max-lines-per-function',
  ];
  reported = new Set(
    stdout
      .split('\n')
      .filter((line) => rules.some((rule) => line.includes(`(${rule})`)))
      .map((line) => line.slice(0, line.indexOf(':'))),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a room', () => {
  it('is known to the table', () => {
    expect(rooms.toSorted()).toEqual(Object.keys(allowed).toSorted());
    const loose = sources.filter((entry) => entry.isFile()).map(({ name }) => name);
    expect(loose.toSorted()).toEqual(['cli.ts', 'errors.ts', 'log.ts', 'metrics.ts', 'public-address.ts']);
  });

  it('may import only what stands below it in docs/architecture.md', () => {
    const page = readFileSync(join(repository, 'docs/architecture.md'), 'utf8');
    const order = [...page.matchAll(/^ {2}([a-z]+)\/ /gmu)].map(([, room = '']) => room);
    expect(order.toSorted()).toEqual(rooms.toSorted());
    const upwards = pairs.filter(
      ([room, other]) => isAllowed(room, other) && order.indexOf(other) < order.indexOf(room),
    );
    expect(upwards).toEqual([]);
  });

  it('imports types of the rooms below it only', () => {
    const broken = pairs.filter(([room, other]) => reported.has(`src/${room}/type-of-${other}.ts`));
    expect(broken).toEqual(pairs.filter(([room, other]) => !isAllowed(room, other)));
  });

  it('imports values of the rooms below it only, from any depth', () => {
    const broken = pairs.filter(([room, other]) => reported.has(`src/${room}/inner/value-of-${other}.ts`));
    const isTypesOnly = (room: string, other: string): boolean => room === 'config' && other === 'store';
    expect(broken).toEqual(
      pairs.filter(([room, other]) => !isAllowed(room, other) || isTypesOnly(room, other)),
    );
  });

  it('loads nothing later that it may not import at once', () => {
    const paths = readdirSync(join(repository, 'src'), { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.ts'),
    );
    const late = paths.flatMap((path) =>
      [...readFileSync(join(repository, 'src', path), 'utf8').matchAll(/import\('(\.[^']+)'\)/gu)].map(
        ([, target = '']) =>
          [path.split('/')[0] ?? '', join(dirname(path), target).split('/')[0] ?? ''] as const,
      ),
    );
    expect(late.filter(([from, to]) => from !== 'cli.ts' && from !== to && !isAllowed(from, to))).toEqual([]);
  });

  it('takes only types of settings from the store if it is config', () => {
    expect([reported.has('src/config/value.ts'), reported.has('src/config/type.ts')]).toEqual([true, false]);
  });
});

describe('what is pure', () => {
  it.each(pureFiles.flatMap((file) => Object.keys(impure).map((name) => [file, name] as const)))(
    '%s has no %s',
    (file, name) => {
      expect(reported).toContain(`${file}-${name}.ts`);
    },
  );

  it('is the plan of a synchronisation, too', () => {
    expect(reported).toContain('src/mailbox/sync-plan.ts');
  });

  it('asks no clock for the time of now', () => {
    const paths = ['mime', 'mail', 'decide', 'fingerprint'].flatMap((room) =>
      readdirSync(join(repository, 'src', room), { recursive: true, encoding: 'utf8' }).map((path) =>
        join('src', room, path),
      ),
    );
    const asking = paths.filter(
      (path) => path.endsWith('.ts') && /new Date\(\)/u.test(readFileSync(join(repository, path), 'utf8')),
    );
    expect(asking).toEqual([]);
  });
});

it('the fingerprint imports node:crypto and no package', () => {
  expect([reported.has('src/fingerprint/package.ts'), reported.has('src/fingerprint/digest.ts')]).toEqual([
    true,
    false,
  ]);
});

it('no circle is closed, of types neither', () => {
  expect(reported).toContain('src/store/one.ts');
  expect(reported).toContain('src/store/two.ts');
});

it('a function has 80 lines at most', () => {
  expect([reported.has('src/store/80-lines.ts'), reported.has('src/store/81-lines.ts')]).toEqual([
    false,
    true,
  ]);
});
