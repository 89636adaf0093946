/**
 * Who is signed in, in which browser. The id is known to the browser only: what is stored here signs nobody in. Times are from the
 * database's clock.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Collection } from 'mongodb';
import type { UserRole } from './users.ts';

export type SessionHolder =
  /** A user of ours, as long as the stamp is theirs. */
  | { readonly kind: 'user'; readonly user: string; readonly stamp: string }
  /** Somebody with the shared password, who may have said a name. The proof is worth nothing without the id. */
  | { readonly kind: 'shared'; readonly name: string | null; readonly proof: string }
  /** Somebody whom the OpenID provider knows and we do not. */
  | { readonly kind: 'openid'; readonly name: string; readonly role: UserRole };

export interface SessionDocument {
  /** Of the id that the browser has. */
  readonly _id: string;
  readonly holder: SessionHolder;
  /** Moves on with use, as far as `endsAt`. */
  readonly until: Date;
  readonly endsAt: Date;
}

type Sessions = Collection<SessionDocument>;

const ID_BYTES = 32;
/** A working day; somebody who went home has left. */
const UNUSED_MS = 12 * 3_600_000;
/** Even with use. */
export const SESSION_SECONDS = 7 * 86_400;
/** Use is noted this often at most. */
const NOTED_MS = 5 * 60_000;
const CLOCK_ERROR_MS = 3_600_000;

export const newSessionId = (): string => randomBytes(ID_BYTES).toString('base64url');

const hashOf = (id: string): string => createHash('sha256').update(id).digest('hex');

export async function beginSession(sessions: Sessions, id: string, holder: SessionHolder): Promise<void> {
  // Where the engine has no index that removes them. This clock may differ from the database's.
  await sessions.deleteMany({ until: { $lt: new Date(Date.now() - CLOCK_ERROR_MS) } });
  const set = {
    holder: { $literal: holder },
    until: { $add: ['$$NOW', UNUSED_MS] },
    endsAt: { $add: ['$$NOW', SESSION_SECONDS * 1000] },
  };
  await sessions.updateOne({ _id: hashOf(id) }, [{ $set: set }], { upsert: true });
}

/** Null if there is none, or it is over. */
export async function useSession(sessions: Sessions, id: string): Promise<SessionHolder | null> {
  const [found] = await sessions
    .aggregate<SessionDocument & { readonly leftMs: number }>([
      { $match: { _id: hashOf(id) } },
      { $addFields: { leftMs: { $subtract: ['$until', '$$NOW'] } } },
    ])
    .toArray();
  if (found === undefined || found.leftMs <= 0) return null;
  if (found.leftMs < UNUSED_MS - NOTED_MS && found.until < found.endsAt)
    await sessions.updateOne({ _id: found._id }, [
      { $set: { until: { $min: [{ $add: ['$$NOW', UNUSED_MS] }, '$endsAt'] } } },
    ]);
  return found.holder;
}

export async function endSession(sessions: Sessions, id: string): Promise<void> {
  await sessions.deleteOne({ _id: hashOf(id) });
}

/** Of a user whose password, role or existence has changed. Their stamps do not fit any more; nothing of them is kept. */
export async function endSessionsOf(sessions: Sessions, user: string): Promise<void> {
  await sessions.deleteMany({ 'holder.user': user });
}
