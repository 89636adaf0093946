import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openPages } from '../support/pages.ts';
import { importClients } from '../../src/store/clients.ts';
import type { Database } from '../../src/store/mongo.ts';
import { client, rawMessage } from '../support/messages.ts';
import { outlookFile, sentFromOutlook } from '../support/outlook-file.ts';
import { newSite, runProgram } from '../support/program.ts';
import type { Site } from '../support/program.ts';
import { mailboxServiceOf } from '../support/mailbox-service.ts';
import { openFirm } from '../support/servers.ts';
import { zipOf } from '../support/zip-file.ts';

async function office(): Promise<
  Site & { readonly mail: string; run: (...args: string[]) => ReturnType<typeof runProgram> }
> {
  const site = await newSite();
  await importClients(site.database.clients, [{ _id: 'paula', email: client }]);
  const mail = join(site.folder, 'mail');
  await mkdir(mail);
  return { ...site, mail, run: async (...args) => await runProgram(['ingest', ...args], site.env) };
}

const counts = async ({ messages, communications, caseUpdates, sightings, cursors }: Database) =>
  await Promise.all(
    [messages, communications, caseUpdates, sightings, cursors].map(
      async (one) => await one.countDocuments({}),
    ),
  );

describe('ingest of what is no message', () => {
  it('names it, takes the messages beside it, of archives and Outlook too, and ends with exit status 1', async () => {
    const { mail, run, database, env } = await office();
    await writeFile(join(mail, 'a.eml'), rawMessage({ id: 'a@kline.test' }));
    await writeFile(join(mail, 'photo.eml'), Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'));
    await writeFile(join(mail, 'empty.eml'), '');
    await writeFile(
      join(mail, 'old.zip'),
      zipOf([{ name: 'b.eml', content: rawMessage({ id: 'b@kline.test' }) }]),
    );
    await writeFile(join(mail, 'sent.msg'), outlookFile(sentFromOutlook));
    const first = await run(mail);
    expect(first.code).toBe(1);
    expect(first.stdout).toMatch(
      /^3 messages: 3 on a client's record.* 3 communications.* Refused: 2 files\.\n$/u,
    );
    expect(first.stderr).toMatch(/photo\.eml: a file of type png .*no message\. Fix: /u);
    expect(first.stderr).toMatch(/empty\.eml: an empty file, no message\. Fix: leave it out/u);
    const before = await counts(database);
    const second = await run(mail);
    expect([second.code, await counts(database)]).toEqual([1, before]);
    expect(second.stdout).toMatch(/^0 messages: .*Written: 0 communications, 0 case updates, 0 blobs/u);
    const spools = await readdir(env['SPOOL_DIR'] ?? '');
    expect(spools.filter((name) => !name.includes(`-${process.pid}-`))).toEqual([]);
  });
});

describe('ingest --dry-run', () => {
  it('says what would happen, and writes nothing', async () => {
    const { mail, run, database, env } = await office();
    await writeFile(join(mail, 'a.eml'), rawMessage({ id: 'a@kline.test' }));
    await run(mail);
    await writeFile(join(mail, 'b.eml'), rawMessage({ id: 'b@kline.test', body: 'another' }));
    await writeFile(join(mail, 'c.eml'), rawMessage({ id: 'c@away.test', from: 'x@away.test' }));
    await writeFile(join(mail, 'd.eml'), 'no mail');
    const everything = async (): Promise<unknown> => {
      const collections = await database.db.listCollections().toArray();
      const names = collections.map(({ name }) => name).toSorted();
      const blobs = await readdir(env['BLOB_DIR'] ?? '', { recursive: true });
      return [
        blobs.length,
        await Promise.all(
          names.map(async (name) => [name, await database.db.collection(name).find().toArray()]),
        ),
      ];
    };
    const before = await everything();
    const { code, stdout, stderr } = await run('--dry-run', mail);
    expect(await everything()).toEqual(before);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /a\.eml: is there already\n.*b\.eml: matched paula\n.*c\.eml: unmatched \(no-client\)\n3 messages, of which 1 are there already\. Of the others 1 would go on a client's record, 1 to triage, and 0 be ignored\. Refused: 1 files\. Nothing was written/u,
    );
    expect(stderr).toMatch(/d\.eml: text without any field/u);
  });
});

describe('an import with a name', () => {
  it('is taken back: what it alone brought, and nothing that was seen elsewhere, decided or edited', async () => {
    const { mail, run, database, folder, env } = await office();
    const elsewhere = join(folder, 'elsewhere');
    await mkdir(elsewhere);
    const shared = rawMessage({ id: 'shared@kline.test', body: 'shared' });
    await writeFile(join(elsewhere, 'x.eml'), shared);
    await run(elsewhere);
    const before = await counts(database);
    await writeFile(join(mail, 'shared.eml'), shared);
    await writeFile(
      join(mail, 'alone.eml'),
      rawMessage({ id: 'alone@kline.test', body: 'alone', subject: '[Case #7: Open] Lease' }),
    );
    await writeFile(
      join(mail, 'waits.eml'),
      rawMessage({ id: 'waits@away.test', from: 'x@away.test', body: 'waits' }),
    );
    await writeFile(
      join(mail, 'decided.eml'),
      rawMessage({ id: 'decided@away.test', from: 'y@away.test', body: 'decided' }),
    );
    await writeFile(join(mail, 'edited.eml'), rawMessage({ id: 'edited@kline.test', body: 'edited' }));
    const imported = await run('--batch', 'spring-2026', mail);
    expect([imported.code, imported.stderr]).toEqual([0, '']);
    const assigned = await runProgram(['triage', 'assign', 'decided@away.test', 'paula'], env);
    expect(assigned.code).toBe(0);
    const edited = await database.messages.findOne({ messageId: 'edited@kline.test' });
    await database.communications.updateOne(
      { messageRef: edited?._id ?? before },
      { $set: { subject: 'My own words' } },
    );
    const full = await counts(database);
    expect(full.slice(0, 3)).toEqual([5, 4, 1]);

    const planned = await run('undo', 'spring-2026', '--dry-run');
    expect(planned.stdout).toMatch(
      /^Would take back: 2 messages, 1 communications, 1 case updates \(5 files.*1 edited in the CRM/u,
    );
    expect(await counts(database)).toEqual(full);

    const undone = await run('undo', 'spring-2026');
    expect([undone.code, undone.stderr]).toEqual([0, '']);
    expect(undone.stdout).toBe(
      'Taken back: 2 messages, 1 communications, 1 case updates (5 files of the ledger). These messages stay: 1 seen elsewhere, 1 decided by a person, 1 edited in the CRM.\n',
    );
    const left = await database.messages.find().sort({ messageId: 1 }).toArray();
    expect(left.map(({ messageId }) => messageId)).toEqual([
      'decided@away.test',
      'edited@kline.test',
      'shared@kline.test',
    ]);
    expect(left.at(-1)?.mailboxes).toEqual([`files:${elsewhere}`]);
    expect((await database.communications.distinct('subject')).includes('My own words')).toBe(true);
    expect((await counts(database)).slice(1)).toEqual([3, 0, before[3], before[4]]);

    const again = await run('undo', 'spring-2026');
    expect([again.code, again.stdout]).toEqual([
      0,
      'nothing of an import named spring-2026 is there (imports that are: none)\n',
    ]);
    expect((await run('--batch', 'spring-2026', mail)).code).toBe(0);
    expect((await counts(database)).slice(0, 3)).toEqual(full.slice(0, 3));
  }, 300_000);

  it('needs a name that can be one', async () => {
    for (const args of [
      ['--batch', 'a/b', '.'],
      ['undo', 'a b'],
      ['undo', ''],
    ])
      expect([args, (await runProgram(['ingest', ...args])).code]).toEqual([args, 2]);
  });
});

it('files are no mailboxes of the overview', async () => {
  const firm = await openFirm();
  const { cursors } = firm.database;
  const cursor = {
    folder: 'INBOX',
    epoch: 1,
    seenUid: 0,
    uidValidity: '1',
    highestModseq: null,
    uidNext: null,
    mailboxId: null,
    lastPolledAt: null,
    resets: [],
    lastError: null,
  };
  await cursors.insertMany(
    ['files:/old/mail', 'files[spring]:/old/mail', 'files', 'office'].map((mailbox) => ({
      ...cursor,
      mailbox,
    })) as never,
  );
  const mailboxService = await mailboxServiceOf(firm.database, { names: ['files', 'office'] });
  const app = openPages({ ...firm, mailboxService });
  const pages = await Promise.all(
    ['/', '/mailboxes'].map(async (path) => await (await app.request(path)).text()),
  );
  const page = pages.join('\n').replaceAll(/\s+/gu, ' ');
  expect(page).not.toContain('/old/mail');
  // As mailboxes, and with their folders.
  expect(
    [...page.matchAll(/<h2>\s*(files|office) .*?(\d+) folder/gu)].map(([, name, count]) => [name, count]),
  ).toEqual([
    ['files', '1'],
    ['office', '1'],
  ]);
});
