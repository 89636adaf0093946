/** Who may sign in, people and programs: the acts that command line, API and pages share. */
import { weaknessOf } from '../../config/secret-strength.ts';
import { addApiToken, revokeApiToken } from '../../store/api-tokens.ts';
import type { Database } from '../../store/mongo.ts';
import { endSessionsOf } from '../../store/sessions.ts';
import {
  addUser,
  findUser,
  isUserName,
  removeUser,
  setPassword,
  setRole,
  userKey,
} from '../../store/users.ts';
import type { UserRole } from '../../store/users.ts';

type AccountErrorCode = 'invalid-request' | 'already-there' | 'no-such-user' | 'no-such-token' | 'last-admin';

/** An act on an account that cannot be done. The code is stable, the message is for the person. */
export class AccountError extends Error {
  override readonly name = 'AccountError';
  readonly code: AccountErrorCode;
  constructor(code: AccountErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export interface UserRow {
  readonly name: string;
  readonly role: UserRole;
  readonly hasPassword: boolean;
  readonly createdAt: string;
}

export interface TokenRow {
  readonly name: string;
  readonly role: UserRole;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly lastUsedAt: string | null;
}

type Accounts = Pick<Database, 'users' | 'sessions' | 'apiTokens'>;

export async function listUsers({ users }: Pick<Database, 'users'>): Promise<UserRow[]> {
  const found = await users.find().sort({ _id: 1 }).toArray();
  return found.map(({ name, role, password, createdAt }) => ({
    name,
    role,
    hasPassword: password !== null,
    createdAt: createdAt.toISOString(),
  }));
}

/** `password` null: somebody who signs in elsewhere. @throws AccountError. */
export async function addPerson(
  { users }: Pick<Database, 'users'>,
  input: { readonly name: string; readonly role: UserRole; readonly password: string | null },
): Promise<void> {
  checkName(input.name);
  if (input.password !== null) checkPassword(input.password);
  if (!(await addUser(users, input)))
    throw new AccountError('already-there', `there is somebody of the name ${input.name} already`);
}

/** Ends all sessions of the person. @throws AccountError. */
export async function changePassword(accounts: Accounts, name: string, password: string): Promise<void> {
  checkPassword(password);
  await change(accounts, name, await setPassword(accounts.users, name, password));
}

/** Ends all sessions of the person. @throws AccountError. */
export async function changeRole(accounts: Accounts, name: string, role: UserRole): Promise<void> {
  await change(accounts, name, await setRole(accounts.users, name, role));
}

/** Ends all sessions of the person; what was decided stays. @throws AccountError. */
export async function removePerson(accounts: Accounts, name: string): Promise<void> {
  await change(accounts, name, await removeUser(accounts.users, name));
}

async function change({ sessions }: Accounts, name: string, isThere: boolean): Promise<void> {
  if (!isThere)
    throw new AccountError(
      'no-such-user',
      `there is nobody of the name ${name}: docketmail user list shows all`,
    );
  await endSessionsOf(sessions, userKey(name));
}

/** Before an act over HTTP that takes the role from somebody: only the command line could give it back. @throws AccountError. */
export async function keepAnAdmin({ users }: Pick<Database, 'users'>, name: string): Promise<void> {
  const user = await findUser(users, name);
  if (user?.role !== 'admin') return;
  if ((await users.countDocuments({ role: 'admin', _id: { $ne: user._id } }, { limit: 1 })) > 0) return;
  throw new AccountError(
    'last-admin',
    `${user.name} is the only admin: make somebody else an admin first, or use docketmail user on the server`,
  );
}

export async function listTokens({ apiTokens }: Pick<Database, 'apiTokens'>): Promise<TokenRow[]> {
  const found = await apiTokens.find().sort({ _id: 1 }).toArray();
  return found.map(({ _id: name, role, createdAt, createdBy, lastUsedAt }) => ({
    name,
    role,
    createdAt: createdAt.toISOString(),
    createdBy,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  }));
}

/** The token, which is told once. @throws AccountError. */
export async function addToken(
  { apiTokens, users }: Accounts,
  input: { readonly name: string; readonly role: UserRole; readonly by: string },
): Promise<string> {
  const { name } = input;
  checkName(name);
  if ((await findUser(users, name)) !== null)
    throw new AccountError('already-there', `${name} is a person: give the program a name of its own`);
  const token = await addApiToken(apiTokens, input);
  if (token === null)
    throw new AccountError('already-there', `there is a token of the name ${name}: revoke that one first`);
  return token;
}

/** @throws AccountError. */
export async function revokeToken({ apiTokens }: Pick<Database, 'apiTokens'>, name: string): Promise<void> {
  if (!(await revokeApiToken(apiTokens, name)))
    throw new AccountError(
      'no-such-token',
      `there is no token of the name ${name}: docketmail token list shows all`,
    );
}

function checkName(name: string): void {
  if (!isUserName(name))
    throw new AccountError(
      'invalid-request',
      `${JSON.stringify(name)}: a name has up to 100 letters, digits and . _ @ + -`,
    );
}

function checkPassword(password: string): void {
  const why = weaknessOf(password);
  if (why !== null) throw new AccountError('invalid-request', `the password cannot be used: ${why}`);
}
