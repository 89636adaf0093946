/** How tokens for programs are made and revoked, on the command line. */
import { expect, it } from 'vitest';
import { useApiToken } from '../../src/store/api-tokens.ts';
import { addUser } from '../../src/store/users.ts';
import { newSite, runProgram } from '../support/program.ts';

it('a token is shown once, listed without itself, and revoked', async () => {
  const { env, database } = await newSite();
  await addUser(database.users, { name: 'ann', role: 'admin', password: null });
  const run = async (line: string) => await runProgram(['token', ...line.split(' ')], env);
  const added = await run('add crm --role decider --by ann');
  expect([added.code, added.stderr]).toEqual([0, '']);
  const [token = '', says] = added.stdout.split('\n');
  expect(token).toMatch(/^dmt_[\w-]{43}$/u);
  expect(says).toContain('not shown again');
  expect(JSON.stringify(await database.apiTokens.find().toArray())).not.toContain(token);
  expect(await useApiToken(database.apiTokens, token)).toMatchObject({
    _id: 'crm',
    role: 'decider',
    createdBy: 'ann',
  });
  for (const [line, why] of [
    ['add crm', /a token of the name crm/u],
    ['add Ann', /Ann is a person/u],
    ['add other --role all', /choose of reader, decider, operator, admin/u],
    ['revoke other', /no token of the name other/u],
  ] as const) {
    const refused = await run(line);
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toMatch(why);
  }
  const listed = await run('list');
  expect(listed.stdout).toMatch(/^crm {2}decider {2}made by ann \d{4}-\d\d-\d\d {2}last used \S+\n$/u);
  expect((await run('revoke crm')).stdout).toBe('crm is revoked\n');
  expect(await useApiToken(database.apiTokens, token)).toBeNull();
});
