/** One table of exit statuses for every command: 0 done, 1 failed or found problems, 2 asked for what cannot be. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { newAccount } from '../support/imap-server.ts';
import { rawMessage } from '../support/messages.ts';
import { newSite, runProgram } from '../support/program.ts';
import type { Environment } from '../support/program.ts';

const ID = '65f000000000000000000001';
const DEAD = { MONGODB_URI: 'mongodb://127.0.0.1:1/x?serverSelectionTimeoutMS=300' };
const words = (line: string): string[] => line.split(' ');

describe('exit status 2, without any server or setting', () => {
  const wrong: readonly [string, RegExp][] = [
    ['', /Usage: docketmail/u],
    ['nonsense', /unknown command/u],
    ['start --roles cook', /choose of poll, ingest, dashboard/u],
    ['poll', /missing required argument/u],
    ['ingest', /missing required argument/u],
    ['ingest /no/such/path', /no such file or folder/u],
    ['ingest --role boss .', /choose capture or dropbox/u],
    ['explain /no/such/path', /no such file or folder/u],
    ['explain --config /no/such/file -', /--config \/no\/such\/file/u],
    ['clients import /no/such/file', /cannot be read/u],
    ['clients nonsense', /unknown command|too many arguments/u],
    ['triage list --after zzz', /--after zzz: is not a cursor/u],
    ['triage list --after 1-2', /--after 1-2: is not a cursor/u],
    ['triage list --limit 0', /--limit 0: expected a number from 1/u],
    ['triage list --limit 1e3', /--limit 1e3/u],
    ['triage decisions --limit zzz', /--limit zzz/u],
    ['triage undo zzz', /zzz: no id of a decision/u],
    [`triage ignore ${ID} --always cat`, /choose sender or domain/u],
    ['replay', /give messages, or --since/u],
    ['replay --since zzz', /--since zzz: expected an ISO 8601 date/u],
    ['replay --since 2026-02-30', /--since 2026-02-30/u],
    ['replay --since', /argument missing/u],
    ['replay --dry-run x', /need --since/u],
    ['audit', /missing required argument/u],
    ['quarantine replay', /name messages, or give --all/u],
    ['quarantine show', /missing required argument/u],
    ['address-book hint', /missing required argument/u],
    ['doctor --colour', /unknown option/u],
  ];
  it.each(wrong)('docketmail %s', async (line, message) => {
    const { code, stderr } = await runProgram(line === '' ? [] : words(line));
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(stderr).not.toMatch(/^\s+at /mu);
  });
});

it('exit status 2 for what is named and is not there', async () => {
  const account = newAccount();
  const { env } = await newSite([{ account }]);
  for (const line of [
    'poll nobody',
    'audit nobody',
    `triage show ${ID}`,
    `triage assign ${ID} otto`,
    `triage ignore ${ID}`,
    `triage undo ${ID}`,
    'triage learn x@away.test nobody@away.test',
    `replay ${ID}`,
    `quarantine show ${ID}`,
    `quarantine replay ${ID}`,
    `quarantine export ${ID}`,
  ]) {
    const { code, stderr, stdout } = await runProgram(words(line), env);
    expect([line, code, stdout]).toEqual([line, 2, '']);
    expect(stderr).toMatch(/^docketmail: .*no (?:such|mailbox|client)/u);
  }
});

it('exit status 1 if a server does not answer or settings are missing, with the reason and no stack trace', async () => {
  const account = newAccount({ name: 'office' });
  const { env, folder } = await newSite([{ account }]);
  const mail = join(folder, 'a.eml');
  const list = join(folder, 'clients.csv');
  await writeFile(mail, rawMessage());
  await writeFile(list, 'email\na@x.test\n');
  const commands = [
    'start',
    'poll office',
    `ingest ${mail}`,
    `clients import ${list}`,
    'triage list',
    'triage decisions',
    `replay ${ID}`,
    'audit office',
    'quarantine list',
    'address-book rebuild',
    'doctor',
  ];
  for (const line of commands) {
    const settings: Environment[] = [{ ...env, ...DEAD }, { PATH: env['PATH'] ?? '' }];
    const ended = await Promise.all(settings.map(async (one) => await runProgram(words(line), one)));
    for (const { code, stderr, stdout } of ended) {
      expect([line, code]).toEqual([line, 1]);
      expect(stderr + stdout).toMatch(/MONGODB_URI|mongodb/u);
      expect(stderr).not.toMatch(/^\s+at /mu);
    }
  }
}, 120_000);

it('exit status 0 if there is nothing to do', async () => {
  const { env } = await newSite();
  for (const line of [
    'triage list',
    'triage list --held',
    'triage decisions',
    'quarantine list',
    'quarantine replay --all',
    'replay --since 2026-01-01 --dry-run',
    'address-book rebuild',
  ])
    expect([line, (await runProgram(words(line), env)).code]).toEqual([line, 0]);
});

describe('a reader that has enough, as head has', () => {
  const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
  it.each(['stdout', 'stderr'] as const)('of %s ends the program quietly', async (unread) => {
    const { folder } = await newSite();
    for (let n = 0; n < 200; n += 1)
      await writeFile(join(folder, `${n}.eml`), rawMessage({ body: 'word '.repeat(2_000) }));
    const child = spawn(process.execPath, [program, 'explain', '--json', '--compare', folder], {
      stdio: 'pipe',
    });
    child[unread].destroy();
    const read = readText(child[unread === 'stdout' ? 'stderr' : 'stdout']);
    const [said] = await Promise.all([read, once(child, 'exit')]);
    expect([child.exitCode, child.signalCode]).toEqual([0, null]);
    expect(said).not.toMatch(/EPIPE|^\s+at /mu);
  });
});
