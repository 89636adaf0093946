import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readKeyRing } from '../../src/secrets/key-ring.ts';
import { keyIdOf, seal, unseal } from '../../src/secrets/sealed.ts';
import { checkSecrets, keysInUse, rotateSecrets } from '../../src/store/sealed-fields.ts';
import { newDatabase, newFolder } from '../support/servers.ts';

const newKey = (): string => randomBytes(32).toString('base64');
const placeOf = (name: string) => ({ kind: 'mailbox', name, field: 'pass' }) as const;

async function sealedMailboxes(count: number) {
  const database = await newDatabase();
  const keyFile = join(await newFolder(), 'keys');
  await writeFile(keyFile, newKey());
  const ring = await readKeyRing(keyFile);
  const mailboxes = database.db.collection<{ _id: string; pass: string; used?: number }>('mailboxes');
  const names = Array.from({ length: count }, (_, at) => `m${at}@firm.test`);
  await mailboxes.insertMany(
    names.map((_id) => ({ _id, pass: seal(ring, placeOf(_id), `secret of ${_id}`) })),
  );
  return { database, keyFile, mailboxes, names, old: ring[0] };
}

it('changes the key of every stored secret while other processes write', async () => {
  const { database, keyFile, mailboxes, names, old } = await sealedMailboxes(300);
  await writeFile(keyFile, `${newKey()}\n${old.bytes.toString('base64')}`);
  const rotating = new AbortController();
  const written = new Map<string, string>();
  // Like a process that keeps changing passwords: with the first key in the file.
  const writer = (async () => {
    for (let turn = 0; !rotating.signal.aborted; turn++) {
      const name = names[(turn * 7) % names.length] ?? '';
      const secret = `changed ${turn}`;
      await mailboxes.updateOne(
        { _id: name },
        { $set: { pass: seal(await readKeyRing(keyFile), placeOf(name), secret) } },
      );
      written.set(name, secret);
    }
  })();
  const [report] = await rotateSecrets(database, keyFile);
  rotating.abort();
  await writer;
  expect(report).toEqual({ store: 'mailboxes.pass', total: 300, good: 300, problems: [] });
  const young = (await readKeyRing(keyFile))[0];
  expect([...(await keysInUse(database))]).toEqual([[young.id, 300]]);
  await writeFile(keyFile, young.bytes.toString('base64'));
  expect((await checkSecrets(database, keyFile))[0]).toMatchObject({ total: 300, good: 300 });
  const ring = await readKeyRing(keyFile);
  for (const { _id, pass } of await mailboxes.find().toArray())
    expect(unseal(ring, placeOf(_id), pass)).toBe(written.get(_id) ?? `secret of ${_id}`);
  expect(written.size).toBeGreaterThan(0);
});

it('continues after an interruption, and skips what is already sealed', async () => {
  const { database, keyFile, mailboxes, names, old } = await sealedMailboxes(10);
  await writeFile(keyFile, `${newKey()}\n${old.bytes.toString('base64')}`);
  const ring = await readKeyRing(keyFile);
  const [first = ''] = names;
  await mailboxes.updateOne({ _id: first }, { $set: { pass: seal(ring, placeOf(first), 'done before') } });
  const before = await mailboxes.findOne({ _id: first });
  await rotateSecrets(database, keyFile);
  expect(await mailboxes.findOne({ _id: first })).toEqual(before);
  const again = await rotateSecrets(database, keyFile);
  expect(again[0]).toMatchObject({ total: 10, good: 10 });
});

it('counts and names secrets that do not open, and leaves them unchanged', async () => {
  const { database, keyFile, mailboxes, names } = await sealedMailboxes(3);
  const [one = '', two = ''] = names;
  const moved = (await mailboxes.findOne({ _id: one }))?.pass ?? '';
  await mailboxes.updateOne({ _id: two }, { $set: { pass: moved } });
  const [checked] = await checkSecrets(database, keyFile);
  expect(checked).toMatchObject({ total: 3, good: 2 });
  expect(checked?.problems).toEqual([expect.stringContaining(`pass of mailbox ${two}`)]);
  await writeFile(keyFile, newKey());
  const [rotated] = await rotateSecrets(database, keyFile);
  expect(rotated).toMatchObject({ total: 3, good: 0 });
  expect(rotated?.problems[0]).toContain(keyIdOf(moved));
  expect((await mailboxes.findOne({ _id: two }))?.pass).toBe(moved);
});
