/** `docketmail token`: what programs sign in with. */
import { Command } from 'commander';
import { addApiToken, revokeApiToken } from '../store/api-tokens.ts';
import { findUser, isUserName, userRoles } from '../store/users.ts';
import { whoDecides } from './triage-context.ts';
import { UsageError } from './usage.ts';
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
      await withDatabase(async ({ apiTokens }) => {
        if (!(await revokeApiToken(apiTokens, name)))
          throw new UsageError(`there is no token of the name ${name}: docketmail token list`);
        console.log(`${name} is revoked`);
      });
    });
  return token;
}

async function add(name: string, options: { role: string; by?: string; json?: boolean }): Promise<void> {
  const role = roleNamed(options.role);
  if (!isUserName(name))
    throw new UsageError(`${JSON.stringify(name)}: a name has up to 100 letters, digits and . _ @ + -`);
  await withDatabase(async ({ apiTokens, users }) => {
    if ((await findUser(users, name)) !== null)
      throw new UsageError(`${name} is a person: give the program a name of its own`);
    const token = await addApiToken(apiTokens, { name, role, by: whoDecides(options.by) });
    if (token === null)
      throw new UsageError(`there is a token of the name ${name}: docketmail token revoke ${name} first`);
    if (options.json === true) console.log(JSON.stringify({ name, role, token }));
    else console.log(`${token}\n${name} may act as ${role} with this token; it is not shown again`);
  });
}

async function list({ json }: { json?: boolean }): Promise<void> {
  await withDatabase(async ({ apiTokens }) => {
    const found = await apiTokens.find().sort({ _id: 1 }).toArray();
    for (const { _id: name, role, createdAt, createdBy, lastUsedAt } of found) {
      const used = lastUsedAt === null ? 'never used' : `last used ${lastUsedAt.toISOString().slice(0, 16)}`;
      const line = `${name}  ${role}  made by ${createdBy} ${createdAt.toISOString().slice(0, 10)}  ${used}`;
      console.log(json === true ? JSON.stringify({ name, role, createdAt, createdBy, lastUsedAt }) : line);
    }
    if (found.length === 0 && json !== true) console.error('none: docketmail token add NAME --role reader');
  });
}
