import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readClients, refuseRepeatedIds } from '../../src/commands/client-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'docketmail-clients-'));
});
afterAll(async () => await rm(folder, { recursive: true }));

async function fileOf(content: string, name = 'clients.csv'): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

describe('the columns of a CSV', () => {
  it('are known in whatever case and with hyphens, so that no address is left out', async () => {
    const path = await fileOf('_ID,Name,E-Mail,Phone\n7,Ada North,ada@north.test,1\n');
    expect(await readClients(path)).toEqual([
      { _id: '7', name: 'Ada North', email: 'ada@north.test', phone: '1' },
    ]);
  });

  const wrong: readonly [string, string, RegExp][] = [
    [
      'semicolons between',
      'name;email\nAda;ada@north.test\n',
      /no column email or _id, only name;email\. Fix: .*commas/u,
    ],
    ['other names', 'who,address\nAda,ada@north.test\n', /no column email or _id, only who, address/u],
    ['a name twice', 'email,E-Mail\nada@north.test,ada@home.test\n', /the column email is there twice/u],
    ['neither email nor _id in a row', 'name,email\nAda,\n', /client 1: _id: expected .* email instead/u],
  ];
  for (const [what, content, message] of wrong)
    it(`with ${what} are refused, saying what to do`, async () => {
      await expect(readClients(await fileOf(content))).rejects.toThrow(message);
    });
});

describe('two clients of one id', () => {
  it('are refused, since only the last one would be left', async () => {
    const couple = await readClients(
      await fileOf('name,email\nAda,home@north.test\nBo,bo@north.test\nCy,home@north.test\n'),
    );
    expect(() => refuseRepeatedIds(couple, 'clients.csv')).toThrow(
      /client 3 has the id of client 1, home@north\.test/u,
    );
    expect(() => refuseRepeatedIds(couple.slice(0, 2), 'clients.csv')).not.toThrow();
  });

  it('are two where one id is a number and the other a text', async () => {
    const path = await fileOf('[{"_id":7,"name":"Ada"},{"_id":"7","name":"Bo"}]', 'clients.json');
    const clients = await readClients(path);
    expect(() => refuseRepeatedIds(clients, path)).not.toThrow();
  });
});
