import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ObjectId } from 'mongodb';
import { describe, expect, it, onTestFinished } from 'vitest';
import { file, multipart, text } from '../../demo/mime.ts';
import { importClients } from '../../src/store/clients.ts';
import { explainProblems } from '../explain/schema.ts';
import { append, newAccount } from '../support/imap-server.ts';
import { client, rawMessage } from '../support/messages.ts';
import { newSite, runProgram } from '../support/program.ts';
import type { Finished } from '../support/program.ts';
import { newFolder } from '../support/servers.ts';

const commands = [
  '',
  'start',
  'poll',
  'ingest',
  'explain',
  'clients',
  'clients import',
  'replay',
  'doctor',
  'triage',
  'audit',
  'address-book',
  'quarantine',
  'cases',
  'webhooks',
  'webhooks replay',
];
const words = (line: string): string[] => line.split(' ').filter((word) => word !== '');

describe('every command', () => {
  it.each(commands)('has --help, which needs no setting: %s', async (command) => {
    const help = await runProgram([...words(command), '--help']);
    expect([help.code, help.stderr]).toEqual([0, '']);
    expect(help.stdout).toContain(`Usage: docketmail ${command}`.trimEnd());
    expect(help.stdout).toContain('--version');
  });

  it.each(['', 'start', 'clients import'])('has --version, which needs no setting: %s', async (command) => {
    const version = await runProgram([...words(command), '--version']);
    expect([version.code, version.stderr]).toEqual([0, '']);
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/u);
  });
});

describe('bad usage ends with exit status 2 and says what is wrong', () => {
  const wrong: readonly [string, RegExp][] = [
    ['nonsense', /unknown command 'nonsense'/u],
    ['start --colour', /unknown option '--colour'/u],
    ['start --roles poll,cook', /--roles: cook; choose of poll, ingest, dashboard/u],
    ['poll', /missing required argument 'mailbox'/u],
    ['ingest', /missing required argument 'path'/u],
    ['ingest /no/such/folder', /\/no\/such\/folder: no such file or folder/u],
    ['explain', /missing required argument 'path'/u],
    ['explain /no/such/file', /\/no\/such\/file/u],
    ['explain --clients /no/such/clients.json -', /\/no\/such\/clients\.json: cannot be read/u],
    ['clients import', /missing required argument 'file'/u],
    ['clients import /no/such/clients.csv', /\/no\/such\/clients\.csv: cannot be read/u],
  ];
  for (const [line, message] of wrong)
    it(`docketmail ${line}`, async () => {
      const { code, stderr, stdout } = await runProgram(words(line));
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(message);
      expect(stderr).not.toMatch(/^\s+at /mu);
    });

  it('a mailbox that the settings do not name', async () => {
    const account = newAccount();
    const site = await newSite([{ account }]);
    const { code, stderr } = await runProgram(['poll', 'nobody'], site.env);
    expect([code, stderr]).toEqual([2, `docketmail: no mailbox nobody; known: ${account.name}\n`]);
  });
});

it('start ends with the reason if the port of the dashboard is taken', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const site = await newSite([{ account: newAccount() }], { DASHBOARD_PORT: String(port) });
  const { code, stderr } = await runProgram(['start'], site.env);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^docketmail: DASHBOARD_PORT: cannot listen on .* Fix: choose a free port/mu);
});

const explained = (result: Finished): Record<string, unknown>[] =>
  result.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('explain --json', () => {
  const corpus =
    process.env['MAIL_CORPUS'] ?? fileURLToPath(new URL('../../../shared/mail', import.meta.url));
  const fixtures = fileURLToPath(new URL('../fixtures/mail', import.meta.url));
  const folders = [
    fixtures,
    ...['mime-enmime', 'mime-cpython', 'mime-mikel-mail']
      .map((name) => join(corpus, name))
      .filter((path) => existsSync(path)),
  ];

  it('gives a line for every file, valid by the contract, and exit status 0', async () => {
    for (const folder of folders) {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      const files = entries.filter(
        (entry) => entry.isFile() && !join(entry.parentPath, entry.name).slice(folder.length).includes('/.'),
      );
      const result = await runProgram(['explain', '--json', folder]);
      const lines = explained(result);
      expect([result.code, result.stderr]).toEqual([0, '']);
      const named = new Set(lines.map((line) => String(line['file']).replace(/#\d+$/u, '')));
      expect(named.size).toBe(files.length);
      expect(
        lines.flatMap((line) =>
          explainProblems(line).map((problem) => `${String(line['file'])}: ${problem}`),
        ),
      ).toEqual([]);
      console.log(
        `explain ${folder.split('/').at(-1)}: ${files.length} files, ${lines.length} lines, all valid`,
      );
    }
  });

  it('reads standard input, an mbox, and a file that cannot be read', async () => {
    const folder = await newFolder();
    const mail = rawMessage({ id: 'in@kline.test' });
    await writeFile(
      join(folder, 'two.mbox'),
      `From a@b Mon Mar  2 10:00:00 2026\n${mail.toString()}\nFrom a@b Mon Mar  2 10:00:00 2026\n${rawMessage({ id: 'second@kline.test' }).toString()}\n`,
    );
    await symlink('/no/such/target', join(folder, 'broken.eml'));
    const stdin = await runProgram(['explain', '--json', '-'], undefined, mail);
    expect(explained(stdin)).toMatchObject([{ file: '-', messageId: 'in@kline.test' }]);
    const mbox = await runProgram(['explain', '--json', join(folder, 'two.mbox')]);
    expect(explained(mbox).map((line) => line['messageId'])).toEqual(['in@kline.test', 'second@kline.test']);
    const broken = await runProgram(['explain', '--json', folder]);
    expect(broken.code).toBe(0);
    for (const line of explained(broken)) expect(explainProblems(line)).toEqual([]);
  });

  it('judges by the clients and rules that are given, and needs no server', async () => {
    const folder = await newFolder();
    await writeFile(
      join(folder, 'clients.json'),
      JSON.stringify([{ _id: { $oid: '65f000000000000000000001' }, email: client }]),
    );
    await writeFile(join(folder, 'rules.json'), JSON.stringify({ ownAddresses: ['office@firm.test'] }));
    const result = await runProgram(
      [
        'explain',
        '--json',
        '--clients',
        join(folder, 'clients.json'),
        '--config',
        join(folder, 'rules.json'),
        '-',
      ],
      undefined,
      rawMessage(),
    );
    expect(explained(result)).toMatchObject([
      {
        direction: 'inbound',
        verdict: { kind: 'matched', clients: [{ clientId: '65f000000000000000000001', via: 'from' }] },
      },
    ]);
  });
});

describe('explain with settings', () => {
  const mail = rawMessage({ from: 'colleague@sister.test', subject: '[Handakte 7: Open] Lease' });

  it('uses the rules of a file of settings, --config before them, and none without a file', async () => {
    const folder = await newFolder();
    const [envFile, rules] = [join(folder, 'my.env'), join(folder, 'rules.json')];
    await writeFile(
      envFile,
      'MONGODB_URI=mongodb://nowhere.test/crm\nSTAFF_DOMAINS=sister.test\nCASE_WORDS=Handakte\nIMAP_USER=office@firm.test\nIMAP_PASS_FILE=/no/such/file\n',
    );
    await writeFile(rules, JSON.stringify({ caseWords: ['Case'], authentication: 'off' }));
    const judged = async (...args: string[]): Promise<unknown[]> => {
      const result = await runProgram(['explain', '--json', ...args, '-'], undefined, mail);
      expect([result.code, result.stderr]).toEqual([0, '']);
      const [line] = explained(result);
      const { rule: _, ...sender } = (
        line?.['evidence'] as { rule: string; detail: string }[] | undefined
      )?.find(({ rule }) => rule === 'authentication') ?? { rule: '', detail: '' };
      return [line?.['direction'], (line?.['caseTags'] as unknown[] | undefined)?.length, sender.detail];
    };
    const plain = await judged();
    expect(plain.slice(0, 2)).toEqual(['inbound', 0]);
    expect((await judged('--env-file', envFile)).slice(0, 2)).toEqual(['internal', 1]);
    expect((await judged('--env-file', envFile, '--config', rules)).slice(0, 2)).toEqual(['internal', 0]);
  });

  it('takes .env of the folder where it is started, and says what is wrong in it', async () => {
    const folder = await newFolder();
    const before = await runProgram(['explain', '--json', '-'], undefined, mail, folder);
    await writeFile(join(folder, '.env'), 'STAFF_DOMAINS=sister.test\nOWN_ADDRESSES=office@firm.test\n');
    const after = await runProgram(['explain', '--json', '-'], undefined, mail, folder);
    expect([explained(before)[0]?.['direction'], explained(after)[0]?.['direction']]).toEqual([
      'inbound',
      'internal',
    ]);
    await writeFile(join(folder, '.env'), 'AMBIGUITY=perhaps\n');
    const wrong = await runProgram(['explain', '--json', '-'], undefined, mail, folder);
    expect([wrong.code, wrong.stderr]).toEqual([
      1,
      expect.stringMatching(/AMBIGUITY: got "perhaps".*expected one of/u),
    ]);
    // Node.js reads the option as well, and is faster.
    const missing = await runProgram(['explain', '--env-file', '/no/such/file', '-'], undefined, mail);
    expect(missing.code).not.toBe(0);
    expect(missing.stderr).toContain('/no/such/file');
  });

  it('matches against the clients of MongoDB if asked to', async () => {
    const site = await newSite();
    await importClients(site.database.clients, [{ _id: 'paula', email: client }]);
    const asked = ['explain', '--json', '--clients-from-mongodb', '-'];
    const found = await runProgram(asked, site.env, rawMessage());
    expect(explained(found)).toMatchObject([
      { verdict: { kind: 'matched', clients: [{ clientId: 'paula', via: 'from' }] } },
    ]);
    const both = await runProgram([...asked, '--clients', 'x.json'], site.env, rawMessage());
    expect([both.code, both.stderr]).toEqual([2, expect.stringMatching(/choose one/u)]);
  });
});

describe('clients import', () => {
  const csv =
    '_id,name,email,company\n,Ada North,ada@north.test;ada@home.test,North Ltd\n17,Bo North,BO@north.test,\n';

  it('adds and replaces clients of a CSV or JSON file, and tells them apart', async () => {
    const site = await newSite();
    const [table, list] = [join(site.folder, 'clients.csv'), join(site.folder, 'clients.json')];
    await writeFile(table, csv);
    await writeFile(
      list,
      JSON.stringify([
        { _id: { $oid: '65f000000000000000000001' }, name: 'Cy', email: 'cy@south.test' },
        { _id: '17', name: 'Bo N.', email: 'bo@north.test' },
      ]),
    );
    expect((await runProgram(['clients', 'import', table], site.env)).stdout).toBe(
      '2 clients: 2 added, 0 replaced, 0 unchanged\n',
    );
    expect((await runProgram(['clients', 'import', table], site.env)).stdout).toBe(
      '2 clients: 0 added, 0 replaced, 2 unchanged\n',
    );
    expect((await runProgram(['clients', 'import', list], site.env)).stdout).toBe(
      '2 clients: 1 added, 1 replaced, 0 unchanged\n',
    );
    const found = await site.database.clients.find().sort({ name: 1 }).toArray();
    expect(found).toMatchObject([
      { _id: 'ada@north.test', emails: ['ada@north.test', 'ada@home.test'], company: 'North Ltd' },
      { _id: '17', name: 'Bo N.' },
      { _id: new ObjectId('65f000000000000000000001') },
    ]);
    await writeFile(join(site.folder, 'a.eml'), rawMessage({ from: 'ada@home.test' }));
    expect((await runProgram(['ingest', join(site.folder, 'a.eml')], site.env)).stdout).toContain(
      '1 on a client',
    );
  });

  it('names the rows that are wrong and imports the others', async () => {
    const site = await newSite();
    const path = join(site.folder, 'clients.json');
    await writeFile(
      path,
      JSON.stringify([{ _id: 'ok', email: 'a@b.test' }, { email: 'no-id@b.test' }, { _id: 'x', email: 12 }]),
    );
    const { code, stderr, stdout } = await runProgram(['clients', 'import', path], site.env);
    expect(code).toBe(1);
    expect(stderr).toMatch(/client 2: _id/u);
    expect(stderr).toMatch(/client 3: email/u);
    expect(stdout).toBe('1 clients: 1 added, 0 replaced, 0 unchanged, 2 problems\n');
    expect(await site.database.clients.distinct('_id')).toEqual(['ok']);
  });
});

describe('ingest', () => {
  /** 200 invented messages: plain, with files, tagged, replies, from strangers, automatic. */
  function messages(): Buffer[] {
    return Array.from({ length: 200 }, (_, index) => {
      const id = `m${index}@kline.test`;
      if (index % 10 === 1) return rawMessage({ id, subject: `[Case #${index}: Open] Matter` });
      if (index % 10 === 2) return rawMessage({ id, from: `stranger${index}@else.test` });
      if (index % 10 === 3)
        return rawMessage({ id, subject: 'Re: Matter', answers: [`m${index - 2}@kline.test`] });
      if (index % 10 === 4)
        return rawMessage({
          id,
          body: multipart('multipart/mixed', 'b', [
            text(`Message ${index}`),
            file({ name: 'a.pdf', type: 'application/pdf', content: Buffer.from(`file ${index}`) }),
          ]),
        });
      if (index % 10 === 5) return rawMessage({ id, headers: ['Auto-Submitted: auto-replied'] });
      return rawMessage({ id, body: `Message ${index}` });
    });
  }

  it('twice over the same folder of 200 messages: the second run stores nothing', async () => {
    const site = await newSite();
    await importClients(site.database.clients, [{ _id: 'paula', email: client }]);
    const folder = join(site.folder, 'mail');
    await mkdir(folder);
    for (const [index, mail] of messages().entries()) await writeFile(join(folder, `${index}.eml`), mail);
    const first = await runProgram(['ingest', folder], site.env);
    expect([first.code, first.stderr]).toEqual([0, '']);
    expect(first.stdout).toBe(
      "200 messages: 180 on a client's record, 20 in triage, 0 ignored, 0 quarantined. Written: 180 communications, 20 case updates, 220 blobs.\n",
    );
    const before = await Promise.all([
      site.database.communications.find().toArray(),
      site.database.caseUpdates.find().toArray(),
      site.database.messages.countDocuments(),
    ]);
    const second = await runProgram(['ingest', folder], site.env);
    expect(second.code).toBe(0);
    expect(second.stdout).toMatch(/Written: 0 communications, 0 case updates, 0 blobs\.\n$/u);
    console.log(
      `ingest of 200, first run:  ${first.stdout.trim()}\ningest of 200, second run: ${second.stdout.trim()}`,
    );
    const after = await Promise.all([
      site.database.communications.find().toArray(),
      site.database.caseUpdates.find().toArray(),
      site.database.messages.countDocuments(),
    ]);
    expect(after).toEqual(before);
  });

  it('of the same messages from a folder elsewhere and from an mbox stores no second communication', async () => {
    const site = await newSite();
    await importClients(site.database.clients, [{ _id: 'paula', email: client }]);
    const mail = rawMessage({ id: 'once@kline.test' });
    await mkdir(join(site.folder, 'one'));
    await writeFile(join(site.folder, 'one', 'a.eml'), mail);
    await writeFile(join(site.folder, 'all.mbox'), `From x@y Mon Mar  2 10:00:00 2026\n${mail.toString()}\n`);
    await runProgram(['ingest', join(site.folder, 'one')], site.env);
    const second = await runProgram(['ingest', join(site.folder, 'all.mbox')], site.env);
    expect(second.stdout).toContain('Written: 0 communications');
    expect(await site.database.communications.countDocuments()).toBe(1);
  });
});

describe('poll and replay', () => {
  it('poll fetches a mailbox whole and queues it; a second one finds nothing new', async () => {
    const account = newAccount();
    await append(
      account.user,
      Array.from({ length: 7 }, () => rawMessage()),
    );
    const site = await newSite([{ account }], { POLL_BATCH: '2' });
    const first = await runProgram(['poll', account.name], site.env);
    expect([first.code, first.stdout, first.stderr]).toEqual([
      0,
      `${account.name}: 7 listed, 7 fetched and queued, 0 vanished\n`,
      '',
    ]);
    const second = await runProgram(['poll', account.name], site.env);
    expect(second.stdout).toBe(`${account.name}: 0 listed, 0 fetched and queued, 0 vanished\n`);
    expect(await site.database.sightings.countDocuments({ state: 'pending', rawKey: { $ne: null } })).toBe(7);
  });

  it('poll says which folder is missing, polls the others, and ends with exit status 1', async () => {
    const account = newAccount();
    await append(account.user, [rawMessage()]);
    const site = await newSite([{ account, folders: ['Klienten', '\\Inbox'] }]);
    const { code, stderr, stdout } = await runProgram(['poll', account.name], site.env);
    expect([code, stdout]).toEqual([1, `${account.name}: 1 listed, 1 fetched and queued, 0 vanished\n`]);
    expect(stderr).toContain('no folder Klienten');
  });

  it('replay judges a message again by its id, its fingerprint or its Message-ID', async () => {
    const site = await newSite();
    const path = join(site.folder, 'a.eml');
    await writeFile(path, rawMessage({ id: 'again@kline.test' }));
    await runProgram(['ingest', path], site.env);
    const message = await site.database.messages.findOne({});
    expect(message?.state).toBe('triage');
    await importClients(site.database.clients, [{ _id: 'paula', email: client }]);
    const replayed = await runProgram(['replay', '<again@kline.test>'], site.env);
    expect([replayed.code, replayed.stderr]).toEqual([0, '']);
    expect(replayed.stdout).toContain(message?._id.toHexString());
    expect(await site.database.communications.countDocuments({ clientId: 'paula' })).toBe(1);
    for (const name of [message?._id.toHexString() ?? '', message?.fingerprint ?? ''])
      expect((await runProgram(['replay', name], site.env)).code).toBe(0);
    expect(await site.database.communications.countDocuments()).toBe(1);
    const missing = await runProgram(['replay', 'nothing@kline.test'], site.env);
    expect(missing.code).not.toBe(0);
    expect(missing.stderr).toContain('nothing@kline.test');
  });
});
