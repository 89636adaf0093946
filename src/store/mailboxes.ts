/** Mailboxes that were added while docketmail runs, beside those of the settings. */
import type { Collection, Document } from 'mongodb';
import { isDuplicateKey } from './duplicate-key.ts';

/** What a person chooses. */
export interface MailboxChoice {
  readonly host: string;
  readonly port: number;
  readonly security: 'tls' | 'starttls' | 'none';
  readonly user: string;
  readonly role: 'capture' | 'dropbox';
  readonly folders: readonly string[];
  readonly since: Date | null;
  readonly pollIntervalSeconds: number;
  /** PEM. */
  readonly ca: string | null;
  readonly oauth: {
    readonly app: string;
    readonly grant: 'code' | 'device' | 'client-credentials' | 'service-account';
    readonly signInAs: string | null;
  } | null;
  /** Sealed; null where it signs in by OAuth. */
  readonly pass: string | null;
  /** No mail for so long is worth a look; null: however long. */
  readonly silenceHours: number | null;
  /** Whose case tags take effect by themselves. */
  readonly authority: 'both' | 'staff' | 'clients';
}

export interface MailboxDocument extends Partial<MailboxChoice> {
  /** The name, which never changes. */
  readonly _id: string;
  /** Of a removed one only this and the revision stay, so that one of the same name is seen to be another. */
  readonly desired: 'running' | 'paused' | 'removed';
  /** Raised by each change. */
  readonly revision: number;
  readonly updatedAt: Date;
}

export type StoredMailbox = MailboxDocument & MailboxChoice & { readonly desired: 'running' | 'paused' };

export async function storedMailboxes(mailboxes: Collection<MailboxDocument>): Promise<StoredMailbox[]> {
  // What was written with `desired` other than removed is whole.
  return (await mailboxes.find({ desired: { $ne: 'removed' } }).toArray()) as unknown as StoredMailbox[];
}

/** All revisions: one small query says whether anything changed. */
export async function mailboxRevisions(
  mailboxes: Collection<MailboxDocument>,
): Promise<ReadonlyMap<string, number>> {
  const rows = await mailboxes.find({}, { projection: { revision: 1 } }).toArray();
  return new Map(rows.map(({ _id, revision }) => [_id, revision]));
}

/** False where there is one of this name. */
export async function insertMailbox(
  mailboxes: Collection<MailboxDocument>,
  name: string,
  choice: MailboxChoice & { readonly desired: 'running' | 'paused' },
): Promise<boolean> {
  const change = {
    $set: choice,
    $inc: { revision: 1 },
    $currentDate: { updatedAt: true } as const,
  };
  try {
    const { matchedCount, upsertedCount } = await mailboxes.updateOne(
      { _id: name, desired: 'removed' },
      change,
      {
        upsert: true,
      },
    );
    return matchedCount + upsertedCount > 0;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

/** Of what is named only. False where it is not at this revision any more. */
export async function changeMailbox(
  mailboxes: Collection<MailboxDocument>,
  name: string,
  {
    revision,
    change,
  }: {
    readonly revision: number;
    readonly change: Partial<MailboxChoice> & { readonly desired?: 'running' | 'paused' };
  },
): Promise<boolean> {
  const { matchedCount } = await mailboxes.updateOne(
    { _id: name, revision, desired: { $ne: 'removed' } },
    { $set: change, $inc: { revision: 1 }, $currentDate: { updatedAt: true } },
  );
  return matchedCount > 0;
}

/** Takes away everything but its name, its secrets first of all. */
export async function removeMailbox(
  mailboxes: Collection<MailboxDocument>,
  name: string,
  revision: number,
): Promise<boolean> {
  const kept: Document[] = [
    {
      $replaceWith: {
        _id: '$_id',
        desired: { $literal: 'removed' },
        revision: { $add: ['$revision', 1] },
        updatedAt: '$$NOW',
      },
    },
  ];
  const { matchedCount } = await mailboxes.updateOne(
    { _id: name, revision, desired: { $ne: 'removed' } },
    kept,
  );
  return matchedCount > 0;
}
