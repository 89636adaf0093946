/** What programs sign in with. A token is shown once; what is stored here signs nobody in. */
import { createHash, randomBytes } from 'node:crypto';
import type { Collection } from 'mongodb';
import { isDuplicateKey } from './duplicate-key.ts';
import type { UserRole } from './users.ts';

export interface ApiTokenDocument {
  /** What the program's acts are recorded under. */
  readonly _id: string;
  readonly hash: string;
  readonly role: UserRole;
  readonly createdAt: Date;
  readonly createdBy: string;
  /** To the minute; null if never. */
  readonly lastUsedAt: Date | null;
}

type ApiTokens = Collection<ApiTokenDocument>;

/** Known by its beginning: to people who find one, and to scanners of repositories. */
const TOKEN = /^dmt_[\w-]{43}$/u;
const TOKEN_BYTES = 32;
const NOTED_MS = 60_000;

export const isApiToken = (text: string): boolean => TOKEN.test(text);

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** The token, once; null if there is one of that name. */
export async function addApiToken(
  apiTokens: ApiTokens,
  { name, role, by }: { readonly name: string; readonly role: UserRole; readonly by: string },
): Promise<string | null> {
  const token = `dmt_${randomBytes(TOKEN_BYTES).toString('base64url')}`;
  const made = { role, createdAt: new Date(), createdBy: by, lastUsedAt: null };
  try {
    await apiTokens.insertOne({ _id: name, hash: hashOf(token), ...made });
    return token;
  } catch (error) {
    if (isDuplicateKey(error)) return null;
    throw error;
  }
}

/** Null if it was never made, or was revoked. */
export async function useApiToken(apiTokens: ApiTokens, token: string): Promise<ApiTokenDocument | null> {
  const found = await apiTokens.findOne({ hash: hashOf(token) });
  if (found === null) return null;
  const now = new Date();
  // So that a program that asks all the time writes once a minute.
  if (found.lastUsedAt === null || now.getTime() - found.lastUsedAt.getTime() > NOTED_MS)
    await apiTokens.updateOne({ _id: found._id }, { $set: { lastUsedAt: now } });
  return found;
}

/** False if there is none of that name. */
export async function revokeApiToken(apiTokens: ApiTokens, name: string): Promise<boolean> {
  return (await apiTokens.deleteOne({ _id: name })).deletedCount > 0;
}
