/**
 * The OAuth token of each mailbox: one document, written by the lease holder, by compare-and-set on its revision. Secrets are
 * sealed (store/sealed-fields.ts). Times are from the database's clock.
 */
import type { Collection, Document } from 'mongodb';
import { isDuplicateKey } from './duplicate-key.ts';

export interface TokenDocument {
  /** The mailbox. */
  readonly _id: string;
  readonly revision: number;
  /** The app it belongs to; a token of another app does not count. */
  readonly app: string;
  /** Sealed; null after it was refused. */
  readonly accessToken: string | null;
  /** Sealed; null if none is needed. */
  readonly refreshToken: string | null;
  readonly expiresAt: Date;
  readonly lifetimeMs: number;
  readonly state: 'ok' | 'needs-consent';
  /** When it entered its state. */
  readonly since: Date;
  readonly error: string | null;
  readonly fix: string | null;
}

/** With the time left when it was read. */
export type ReadToken = TokenDocument & { readonly leftMs: number };

export async function findToken(
  tokens: Collection<TokenDocument>,
  mailbox: string,
): Promise<ReadToken | null> {
  const [found] = await tokens
    .aggregate<ReadToken>([
      { $match: { _id: mailbox } },
      { $addFields: { leftMs: { $subtract: ['$expiresAt', '$$NOW'] } } },
    ])
    .toArray();
  return found ?? null;
}

export interface NewToken {
  readonly app: string;
  readonly accessToken: string;
  readonly refreshToken: string | null;
  readonly lifetimeMs: number;
}

/** Replaces revision `from`, 0 if there was none. False if another was faster. */
export async function replaceToken(
  tokens: Collection<TokenDocument>,
  mailbox: string,
  { from, token }: { readonly from: number; readonly token: NewToken },
): Promise<boolean> {
  const { app, accessToken, refreshToken, lifetimeMs } = token;
  const set: Document = {
    revision: from + 1,
    app: { $literal: app },
    accessToken: { $literal: accessToken },
    refreshToken: { $literal: refreshToken },
    lifetimeMs,
    expiresAt: { $add: ['$$NOW', lifetimeMs] },
    state: { $literal: 'ok' },
    since: '$$NOW',
    error: { $literal: null },
    fix: { $literal: null },
  };
  if (from > 0)
    return (await tokens.updateOne({ _id: mailbox, revision: from }, [{ $set: set }])).matchedCount > 0;
  try {
    // The filter matches no existing document, so that a second insert fails.
    await tokens.updateOne({ _id: mailbox, revision: 0 }, [{ $set: set }], { upsert: true });
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

/** This revision is useless: a person has to sign in. False if it was replaced meanwhile, or already reported. */
export async function noteConsentNeeded(
  tokens: Collection<TokenDocument>,
  mailbox: string,
  { revision, error, fix }: { readonly revision: number; readonly error: string; readonly fix: string },
): Promise<boolean> {
  const { modifiedCount } = await tokens.updateOne(
    { _id: mailbox, revision, state: 'ok' },
    { $set: { state: 'needs-consent', error, fix, accessToken: null }, $currentDate: { since: true } },
  );
  return modifiedCount > 0;
}

/** The server refused it before it expired: the next caller gets a new one. */
export async function dropAccessToken(
  tokens: Collection<TokenDocument>,
  mailbox: string,
  revision: number,
): Promise<void> {
  await tokens.updateOne({ _id: mailbox, revision }, { $set: { accessToken: null } });
}
