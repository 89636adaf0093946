import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readClientFile, readClients, refuseRepeatedIds } from '../../src/commands/client-file.ts';
import { sortRows } from '../../src/commands/client-rows.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'docketmail-clients-'));
});
afterAll(async () => await rm(folder, { recursive: true }));

async function fileOf(content: string | Buffer, name = 'clients.csv'): Promise<string> {
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
    ['neither email nor _id in a row', 'name,email\nAda,\n', /line 2: _id: expected .* email instead/u],
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

  it('are two if one id is a number and the other a text', async () => {
    const path = await fileOf('[{"_id":7,"name":"Ada"},{"_id":"7","name":"Bo"}]', 'clients.json');
    const clients = await readClients(path);
    expect(() => refuseRepeatedIds(clients, path)).not.toThrow();
  });
});

describe('a client that cannot be imported', () => {
  const sorted = async (content: string | Buffer, name?: string) => {
    const { rows, problems, leftOut } = await readClientFile(await fileOf(content, name));
    const { clients, problems: refused } = sortRows(rows);
    return { clients, problems: [...problems, ...refused], leftOut };
  };

  it('is named by its line and column with what to do, and the others are taken', async () => {
    const table = Buffer.from(
      'name,email,emails\n"Ada\nNorth",ada@north.test,\nBo,not-an-email,\nCy,,"cy@a.test, cy@@b"\nAndr\u00E9,andre@x.test,\nDi,di@x.test,\n',
      'latin1',
    );
    const { clients, problems } = await sorted(table);
    expect(clients.map(({ _id }) => _id)).toEqual(['ada@north.test', 'di@x.test']);
    expect(problems).toEqual([
      expect.stringMatching(/^line 4, column email: "not-an-email" is not an email address\. Fix: /u),
      expect.stringMatching(/^line 5, column emails: "cy@@b" is not an email address\. Fix: /u),
      expect.stringMatching(/^line 6, column name: "Andr.*UTF-8\. Fix: save the file as UTF-8/u),
    ]);
  });

  it('does not stop the others if its row has too few columns or a stray quotation mark', async () => {
    const { clients, problems } = await sorted(
      'name,email\nBo"x,bo@x.test\nAda\nCy,cy@x.test\nDi,di@x.test,7\n',
    );
    expect(clients.map(({ name }) => name)).toEqual(['Cy']);
    expect(problems).toHaveLength(3);
    for (const problem of problems) expect(problem).toMatch(/line \d/u);
  });

  it('of JSON is named by its number', async () => {
    const { clients, problems } = await sorted(
      JSON.stringify([
        { _id: 'a', email: 'nobody' },
        { email: 'x@y.test' },
        { _id: 'c', emails: ['c@y.test', '-'] },
        { _id: 'd' },
      ]),
      'clients.json',
    );
    expect(clients).toEqual([{ _id: 'd' }]);
    expect(problems).toEqual([
      expect.stringMatching(/^client 2: _id/u),
      expect.stringMatching(/^client 1, column email: "nobody"/u),
      expect.stringMatching(/^client 3, column emails: "-"/u),
    ]);
  });

  it.each([
    [
      'a column emails',
      'name,emails\nAda,a@x.test; b@x.test\n',
      { _id: 'a@x.test', email: 'a@x.test', emails: ['a@x.test', 'b@x.test'] },
    ],
    [
      'both columns',
      '_id,email,E-Mails\n7,a@x.test,"b@x.test,a@x.test"\n',
      { _id: '7', email: 'a@x.test', emails: ['a@x.test', 'b@x.test'] },
    ],
    [
      'one of several',
      'email\n"a@x.test, b@x.test"\n',
      { _id: 'a@x.test', email: 'a@x.test', emails: ['a@x.test', 'b@x.test'] },
    ],
  ])('is none with several addresses: %s', async (_, content, expected) => {
    const { clients, problems } = await sorted(content);
    expect([clients, problems]).toEqual([[expect.objectContaining(expected)], []]);
  });

  it('is none in UTF-16, as Excel saves it; columns without a meaning are named', async () => {
    const { clients, leftOut } = await sorted(
      Buffer.from('\uFEFFemail,name,city\na@x.test,Andr\u00E9,Lyon\n', 'utf16le'),
    );
    expect([clients, leftOut]).toEqual([
      [{ _id: 'a@x.test', name: 'Andr\u00E9', email: 'a@x.test' }],
      ['city'],
    ]);
  });
});
