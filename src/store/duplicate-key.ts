import { MongoServerError } from 'mongodb';

/** Duplicate key. Only the code counts: `keyPattern` is absent on compatible engines. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === 11000;
}

/** Two upserts of one key may race: the loser gets 11000 and finds the document the second time. */
export async function retryDuplicate<T>(upsert: () => Promise<T>): Promise<T> {
  try {
    return await upsert();
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return await upsert();
  }
}
