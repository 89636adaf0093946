/** `docketmail user`: who may sign in to the dashboard. */
import { Command } from 'commander';
import { withResources } from '../app/open.ts';
import { loadConfig } from '../config/config.ts';
import { weaknessOf } from '../config/secret-strength.ts';
import type { Database } from '../store/mongo.ts';
import { endSessionsOf } from '../store/sessions.ts';
import { addUser, isUserName, removeUser, setPassword, setRole, userKey, userRoles } from '../store/users.ts';
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
      await change(
        name,
        async ({ users }) => await setPassword(users, name, await newPassword()),
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
      await change(name, async ({ users }) => await setRole(users, name, known), `is ${known} now`);
    });
  user
    .command('remove')
    .description('let a person sign in no more, and end all sessions; what they decided stays')
    .argument('<name>')
    .action(async (name: string) => {
      await change(name, async ({ users }) => await removeUser(users, name), 'was removed');
    });
  return user;
}

/** @throws UsageError that lists the roles. */
export function roleNamed(text: string): UserRole {
  const found = userRoles.find((role) => role === text);
  if (found === undefined) throw new UsageError(`role ${text}: choose of ${ROLES}`);
  return found;
}

export async function withDatabase(work: (database: Database) => Promise<void>): Promise<void> {
  await withResources(loadConfig(process.env, { mailboxes: 'optional' }), async ({ database }) => {
    await work(database);
  });
}

async function add(name: string, options: { role: string; password: boolean }): Promise<void> {
  const role = roleNamed(options.role);
  if (!isUserName(name))
    throw new UsageError(`${JSON.stringify(name)}: a name has up to 100 letters, digits and . _ @ + -`);
  const password = options.password ? await newPassword() : null;
  await withDatabase(async ({ users }) => {
    if (!(await addUser(users, { name, role, password })))
      throw new UsageError(
        `there is somebody of the name ${name}: docketmail user password changes the password`,
      );
    console.log(`${name} was added as ${role}`);
  });
}

async function newPassword(): Promise<string> {
  const password = await askPassword();
  const why = weaknessOf(password);
  if (why !== null) throw new UsageError(`the password cannot be used: ${why}`);
  return password;
}

async function change(
  name: string,
  work: (database: Database) => Promise<boolean>,
  done: string,
): Promise<void> {
  await withDatabase(async (database) => {
    if (!(await work(database)))
      throw new UsageError(`there is nobody of the name ${name}: docketmail user list`);
    await endSessionsOf(database.sessions, userKey(name));
    console.log(`${name} ${done}`);
  });
}

async function list({ json }: { json?: boolean }): Promise<void> {
  await withDatabase(async ({ users }) => {
    const found = await users.find().sort({ _id: 1 }).toArray();
    for (const { name, role, password, createdAt } of found) {
      const row = { name, role, hasPassword: password !== null, createdAt };
      const how = row.hasPassword ? 'password' : 'no password';
      console.log(
        json === true
          ? JSON.stringify(row)
          : `${name}  ${role}  ${how}  since ${createdAt.toISOString().slice(0, 10)}`,
      );
    }
    if (found.length === 0 && json !== true) console.error('nobody: docketmail user add NAME --role admin');
  });
}
