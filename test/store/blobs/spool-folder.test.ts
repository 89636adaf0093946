import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { spool } from '../../../src/store/blobs/spool.ts';
import { openSpoolFolder } from '../../../src/store/blobs/spool-folder.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'docketmail-test-'));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

it('is open to its owner only, whatever the umask says, and so is what is put into it', async () => {
  const umask = process.umask(0);
  try {
    const { dir, close } = await openSpoolFolder(join(root, 'made', 'here'));
    const { content } = await spool(Readable.from([Buffer.alloc(100)]), {
      dir: join(dir, 'message'),
      maxMemoryBytes: 10,
    });
    const path = Buffer.isBuffer(content) ? '' : content.path;
    expect(await modeOf(join(root, 'made', 'here'))).toBe(0o700);
    expect(await modeOf(dir)).toBe(0o700);
    expect(await modeOf(join(dir, 'message'))).toBe(0o700);
    expect(await modeOf(path)).toBe(0o600);
    await close();
    expect(await readdir(join(root, 'made', 'here'))).toEqual([]);
  } finally {
    process.umask(umask);
  }
});

/** Opens a folder in `root`, puts a file into it, and only ends when killed. */
async function owner(): Promise<{ readonly dir: string; kill(): Promise<void> }> {
  const module = fileURLToPath(new URL('../../../src/store/blobs/spool-folder.ts', import.meta.url));
  const program = `import(${JSON.stringify(module)}).then(async ({ openSpoolFolder }) => {
    const { dir } = await openSpoolFolder(process.argv[1]);
    require('node:fs').writeFileSync(dir + '/message.eml', 'mail');
    console.log(dir);
    setInterval(() => {}, 60_000);
  })`;
  const child = spawn(process.execPath, ['-e', program, root], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [dir] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return {
    dir,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

it('removes what a killed process left, and nothing of a running one', async () => {
  const [killed, living] = [await owner(), await owner()];
  try {
    expect(await readdir(killed.dir)).toEqual(['message.eml']);
    await killed.kill();
    const own = await openSpoolFolder(root);
    expect((await readdir(root)).map((name) => join(root, name)).sort()).toEqual(
      [living.dir, own.dir].sort(),
    );
    expect(await readdir(living.dir)).toEqual(['message.eml']);
    await own.close();
  } finally {
    await killed.kill();
    await living.kill();
  }
}, 60_000);

it('detects a process with a reused id', async () => {
  const { dir, close } = await openSpoolFolder(root);
  const [name = ''] = await readdir(root);
  const [before, start = ''] = /^(?<before>.*-\d+)-(?<start>\d+)-[^-]+$/u.exec(name)?.slice(1) ?? [];
  const earlier = `${before}-${Number(start) - 1}-abcdef`;
  await mkdir(join(root, earlier));
  const second = await openSpoolFolder(root);
  expect(await readdir(root)).not.toContain(earlier);
  expect(await readdir(dir)).toEqual([]);
  await second.close();
  await close();
});

it('leaves to others what is theirs until a day has passed without a change', async () => {
  const elsewhere = 'docketmail-spool-another-machine-1-1-abcdef';
  const unnamed = 'docketmail-0b7c1f3e-4f86-4f2e-9d5c-3a9e55f0c001';
  const foreign = ['docketmail-notes', 'mail', `docketmail-spool-${hostname()}-x-1-abcdef`];
  for (const name of [elsewhere, unnamed, ...foreign]) await mkdir(join(root, name));
  await writeFile(join(root, elsewhere, 'message.eml'), 'mail');
  await (await openSpoolFolder(root)).close();
  expect((await readdir(root)).sort()).toEqual([elsewhere, unnamed, ...foreign].sort());
  const old = new Date(Date.now() - 25 * 60 * 60_000);
  for (const name of [elsewhere, unnamed, ...foreign]) await utimes(join(root, name), old, old);
  await (await openSpoolFolder(root)).close();
  expect((await readdir(root)).sort()).toEqual(foreign.toSorted());
});

it('removes a link that looks like a folder of ours, not what it points at', async () => {
  const aim = join(root, 'aim');
  await mkdir(aim);
  await writeFile(join(aim, 'kept'), 'kept');
  await symlink(aim, join(root, `docketmail-spool-${hostname()}-999999999-1-abcdef`));
  await (await openSpoolFolder(root)).close();
  expect(await readdir(aim)).toEqual(['kept']);
});

it('says if it cannot be created', async () => {
  await expect(openSpoolFolder('/dev/null/spool')).rejects.toThrow('/dev/null/spool');
});

it.each(['/proc/docketmail/spool', '/sys/docketmail', '/proc/self/fd/x'])(
  'is refused at once on a file system where no folder can be made: %s',
  async (unusable) => {
    await expect(openSpoolFolder(unusable)).rejects.toThrow(/ENOENT|EACCES|EPERM|EROFS/u);
  },
);
