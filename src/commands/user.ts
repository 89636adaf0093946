/** `docketmail user`: who may sign in to the dashboard. */
import { Command } from 'commander';
import { withResources } from '../app/open.ts';
import { loadConfig } from '../config/config.ts';
import {
  AccountError,
  addPerson,
  changePassword,
  changeRole,
  listUsers,
  removePerson,
} from '../dashboard/sign-in/accounts.ts';
import type { Database } from '../store/mongo.ts';
import { userRoles } from '../store/users.ts';
import type { UserRole } from '../store/users.ts';
import { askPassword } from './password-prompt.ts';
import { UsageError } from './usage.ts';

const ROLES = userRoles.join(', ');
const PASSWORD = 'The password is asked for, or read from standard input.';

export function userCommand(): Command {
  const user = new Command('user').description('the people who may sign in to the dashboard');
  user
    .command('add')
    .description(`add a person. ${PASSWORD}`)
    .argument('<name>', 'what decisions are recorded under, such as a login or an address')
    .option('--role <role>', ROLES, 'reader')
    .option('--no-password', 'somebody who signs in at your proxy or OpenID provider')
    .action(add);
  user
    .command('list')
    .description('list people and what they may do')
    .option('--json', 'JSON instead of text')
    .action(list);
  user
    .command('password')
    .description(`give a person another password, which ends all sessions. ${PASSWORD}`)
    .argument('<name>')
    .action(async (name: string) => {
      const password = await askPassword();
      await change(
        name,
        async (database) => await changePassword(database, name, password),
        'has another password',
      );
    });
  user
    .command('role')
    .description(`change what a person may do, which ends all sessions: ${ROLES}`)
    .argument('<name>')
    .argument('<role>')
    .action(async (name: string, role: string) => {
      const known = roleNamed(role);
      await change(name, async (database) => await changeRole(database, name, known), `is ${known} now`);
    });
  user
    .command('remove')
    .description('let a person sign in no more, and end all sessions; what they decided stays')
    .argument('<name>')
    .action(async (name: string) => {
      await change(name, async (database) => await removePerson(database, name), 'was removed');
    });
  return user;
}

/** @throws UsageError that lists the roles. */
export function roleNamed(text: string): UserRole {
  const found = userRoles.find((role) => role === text);
  if (found === undefined) throw new UsageError(`role ${text}: choose of ${ROLES}`);
  return found;
}

/** What an account refuses is wrong usage. */
export async function withDatabase(work: (database: Database) => Promise<void>): Promise<void> {
  await withResources(loadConfig(process.env, { mailboxes: 'optional' }), async ({ database }) => {
    try {
      await work(database);
    } catch (error) {
      if (error instanceof AccountError) throw new UsageError(error.message);
      throw error;
    }
  });
}

async function add(name: string, options: { role: string; password: boolean }): Promise<void> {
  const role = roleNamed(options.role);
  const password = options.password ? await askPassword() : null;
  await withDatabase(async (database) => {
    await addPerson(database, { name, role, password });
    console.log(`${name} was added as ${role}`);
  });
}

async function change(
  name: string,
  work: (database: Database) => Promise<void>,
  done: string,
): Promise<void> {
  await withDatabase(async (database) => {
    await work(database);
    console.log(`${name} ${done}`);
  });
}

async function list({ json }: { json?: boolean }): Promise<void> {
  await withDatabase(async (database) => {
    const found = await listUsers(database);
    for (const row of found) {
      const { name, role, hasPassword, createdAt } = row;
      console.log(
        json === true
          ? JSON.stringify(row)
          : `${name}  ${role}  ${hasPassword ? 'password' : 'no password'}  since ${createdAt.slice(0, 10)}`,
      );
    }
    if (found.length === 0 && json !== true) console.error('nobody: docketmail user add NAME --role admin');
  });
}
