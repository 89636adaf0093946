/** How people are added, on the command line. */
import { expect, it } from 'vitest';
import { findUser, userWithPassword } from '../../src/store/users.ts';
import { newSite, runProgram } from '../support/program.ts';

it('a person is added, changed, listed and removed, with a password from standard input only', async () => {
  const { env, database } = await newSite();
  const run = async (line: string, input?: string) =>
    await runProgram(['user', ...line.split(' ')], env, input);
  const { users } = database;

  const added = await run('add Ann@firm.test --role decider', 'seven wet horses\n');
  expect(added).toEqual({ code: 0, stdout: 'Ann@firm.test was added as decider\n', stderr: '' });
  const ann = await userWithPassword(users, { name: 'ann@FIRM.test', password: 'seven wet horses' });
  expect(ann).toMatchObject({ _id: 'ann@firm.test', name: 'Ann@firm.test', role: 'decider' });
  expect(JSON.stringify(ann)).not.toContain('horses');

  for (const [line, input, says] of [
    ['add ann@firm.test', 'another good word', /there is somebody of the name/u],
    ['add bob', 'short', /fewer than 12 characters/u],
    ['add bob', '', /it is blank/u],
    ['add bob --role king', 'another good word', /role king: choose of reader, decider, operator, admin/u],
    ['add b:ob', 'another good word', /a name has up to 100 letters/u],
    ['password nobody', 'another good word', /nobody of the name nobody/u],
    ['role ann@firm.test king', '', /role king/u],
    ['role nobody admin', '', /nobody of the name/u],
    ['remove nobody', '', /nobody of the name/u],
    ['add bob', 'x'.repeat(5000), /more than 4096 bytes/u],
  ] as const) {
    const refused = await run(line, input);
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toMatch(says);
  }
  expect(await users.countDocuments()).toBe(1);

  expect((await run('password ann@firm.test', 'eight wet horses')).code).toBe(0);
  expect(await userWithPassword(users, { name: 'Ann@firm.test', password: 'seven wet horses' })).toBeNull();
  const again = await userWithPassword(users, { name: 'Ann@firm.test', password: 'eight wet horses' });
  expect(again?.stamp).not.toBe(ann?.stamp);
  expect((await run('role ANN@firm.test admin')).code).toBe(0);
  expect((await findUser(users, 'Ann@firm.test'))?.role).toBe('admin');
  expect((await findUser(users, 'Ann@firm.test'))?.stamp).not.toBe(again?.stamp);

  expect((await run('add bob --no-password')).code).toBe(0);
  expect(await userWithPassword(users, { name: 'bob', password: '' })).toBeNull();
  const rows = (await run('list --json')).stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(rows).toMatchObject([
    { name: 'Ann@firm.test', role: 'admin', hasPassword: true },
    { name: 'bob', role: 'reader', hasPassword: false },
  ]);
  expect(JSON.stringify(rows)).not.toContain('scrypt');
  expect((await run('remove ann@firm.test')).stdout).toBe('ann@firm.test was removed\n');
  expect((await run('list')).stdout).toMatch(/^bob {2}reader {2}no password {2}since \d{4}-\d\d-\d\d\n$/u);
});
