/** Sign-ins begun in a browser: each is used once, soon, and by the same browser. */
import { createHash } from 'node:crypto';
import type { Collection } from 'mongodb';

export interface SignInDocument {
  /** Of the state that the provider returns. */
  readonly _id: string;
  readonly mailbox: string;
  readonly app: string;
  /** Of the verifier, which only the browser has: neither it nor the state can be derived from here. */
  readonly browser: string;
  readonly by: string;
  readonly until: Date;
}

const SIGN_IN_MS = 10 * 60_000;

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

export async function beginSignIn(
  signIns: Collection<SignInDocument>,
  {
    state,
    verifier,
    ...who
  }: {
    readonly state: string;
    readonly verifier: string;
    readonly mailbox: string;
    readonly app: string;
    readonly by: string;
  },
): Promise<void> {
  await signIns.deleteMany({ $expr: { $lt: ['$until', '$$NOW'] } });
  const { mailbox, app, by } = who;
  await signIns.updateOne(
    { _id: hashOf(state) },
    [
      {
        $set: {
          mailbox: { $literal: mailbox },
          app: { $literal: app },
          by: { $literal: by },
          browser: { $literal: hashOf(verifier) },
          until: { $add: ['$$NOW', SIGN_IN_MS] },
        },
      },
    ],
    { upsert: true },
  );
}

/** Null if there is none, it was used, is too old, or was begun by another browser. */
export async function takeSignIn(
  signIns: Collection<SignInDocument>,
  { state, verifier, by }: { readonly state: string; readonly verifier: string; readonly by: string },
): Promise<SignInDocument | null> {
  return await signIns.findOneAndDelete({
    _id: hashOf(state),
    browser: hashOf(verifier),
    by,
    $expr: { $gt: ['$until', '$$NOW'] },
  });
}
