/** The people who may sign in. Their names are what decisions are recorded under. */
import { randomBytes } from 'node:crypto';
import type { Collection } from 'mongodb';
import { isDuplicateKey } from './duplicate-key.ts';
import { hashPassword, isPasswordOf } from './password-hash.ts';

/** From the least to the most: each may do what those before it may. */
export const userRoles = ['reader', 'decider', 'operator', 'admin'] as const;
export type UserRole = (typeof userRoles)[number];

export interface UserDocument {
  /** The name in lower case: nobody is told apart from Ann by calling himself ann. */
  readonly _id: string;
  readonly name: string;
  readonly role: UserRole;
  /** As password-hash.ts writes it; null for somebody who signs in elsewhere. */
  readonly password: string | null;
  /** Changes with the password and the role: sessions that were begun under another one are over. */
  readonly stamp: string;
  readonly createdAt: Date;
}

type Users = Collection<UserDocument>;

const NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._@+-]{0,99}$/u;

/** Names and addresses; no spaces, colons or characters that cannot be seen. */
export const isUserName = (name: string): boolean => NAME.test(name.normalize('NFC'));

export const userKey = (name: string): string => name.normalize('NFC').toLowerCase();

const newStamp = (): string => randomBytes(16).toString('hex');

/** False if the name is taken. */
export async function addUser(
  users: Users,
  {
    name,
    role,
    password,
  }: { readonly name: string; readonly role: UserRole; readonly password: string | null },
): Promise<boolean> {
  try {
    await users.insertOne({
      _id: userKey(name),
      name: name.normalize('NFC'),
      role,
      password: password === null ? null : await hashPassword(password),
      stamp: newStamp(),
      createdAt: new Date(),
    });
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

export async function findUser(users: Users, name: string): Promise<UserDocument | null> {
  return await users.findOne({ _id: userKey(name) });
}

/** False if there is nobody of that name. */
export async function setPassword(users: Users, name: string, password: string): Promise<boolean> {
  const set = { password: await hashPassword(password), stamp: newStamp() };
  return (await users.updateOne({ _id: userKey(name) }, { $set: set })).matchedCount > 0;
}

/** False if there is nobody of that name. */
export async function setRole(users: Users, name: string, role: UserRole): Promise<boolean> {
  const set = { role, stamp: newStamp() };
  return (await users.updateOne({ _id: userKey(name) }, { $set: set })).matchedCount > 0;
}

/** False if there is nobody of that name. */
export async function removeUser(users: Users, name: string): Promise<boolean> {
  return (await users.deleteOne({ _id: userKey(name) })).deletedCount > 0;
}

/** Whoever has this name and password; as slow for an unknown name as for a wrong password. */
export async function userWithPassword(
  users: Users,
  { name, password }: { readonly name: string; readonly password: string },
): Promise<UserDocument | null> {
  const user = isUserName(name) ? await findUser(users, name) : null;
  return (await isPasswordOf(user?.password ?? null, password)) ? user : null;
}

/** The answer to whether there is anybody, for each request while there is no password. */
export async function hasUsers(users: Users): Promise<boolean> {
  return (await users.findOne({}, { projection: { _id: 1 } })) !== null;
}
