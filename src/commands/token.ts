/** `docketmail token`: what programs sign in with. */
import { Command } from 'commander';
import { addToken, listTokens, revokeToken } from '../dashboard/sign-in/accounts.ts';
import { userRoles } from '../store/users.ts';
import { whoDecides } from './triage-context.ts';
import { roleNamed, withDatabase } from './user.ts';

export function tokenCommand(): Command {
  const token = new Command('token').description('tokens with which programs use the API');
  token
    .command('add')
    .description('make a token and print it, once')
    .argument('<name>', 'of the program: what it does is recorded under it')
    .option('--role <role>', userRoles.join(', '), 'reader')
    .option('--by <name>', 'who makes it; default: the current user')
    .option('--json', 'JSON instead of text')
    .action(add);
  token
    .command('list')
    .description('list tokens, and when each was last used')
    .option('--json', 'JSON instead of text')
    .action(list);
  token
    .command('revoke')
    .description('let a token count no more')
    .argument('<name>')
    .action(async (name: string) => {
      await withDatabase(async (database) => {
        await revokeToken(database, name);
        console.log(`${name} is revoked`);
      });
    });
  return token;
}

async function add(name: string, options: { role: string; by?: string; json?: boolean }): Promise<void> {
  const role = roleNamed(options.role);
  await withDatabase(async (database) => {
    const token = await addToken(database, { name, role, by: whoDecides(options.by) });
    if (options.json === true) console.log(JSON.stringify({ name, role, token }));
    else console.log(`${token}\n${name} may act as ${role} with this token; it is not shown again`);
  });
}

async function list({ json }: { json?: boolean }): Promise<void> {
  await withDatabase(async (database) => {
    const found = await listTokens(database);
    for (const row of found) {
      const { name, role, createdAt, createdBy, lastUsedAt } = row;
      const used = lastUsedAt === null ? 'never used' : `last used ${lastUsedAt.slice(0, 16)}`;
      console.log(
        json === true
          ? JSON.stringify(row)
          : `${name}  ${role}  made by ${createdBy} ${createdAt.slice(0, 10)}  ${used}`,
      );
    }
    if (found.length === 0 && json !== true) console.error('none: docketmail token add NAME --role reader');
  });
}
