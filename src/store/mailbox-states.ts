/** The state of each mailbox, written by whichever process polled it last. Times use the database's clock. */
import type { Collection, Document } from 'mongodb';

export interface MailboxStateDocument {
  /** The mailbox. */
  readonly _id: string;
  /** `ok`, or the code of the failure. */
  readonly state: string;
  /** Start of this state. */
  readonly since: Date;
  readonly seenAt: Date;
  readonly lastSuccessAt: Date | null;
  /** When new mail was last listed. */
  readonly lastMessageAt: Date | null;
  readonly firstSeenAt: Date;
  readonly failures: number;
  readonly error: string | null;
  /** No attempt before then. */
  readonly nextTryAt: Date | null;
}

const sinceState = (state: string): Document => ({
  $cond: [{ $eq: ['$state', { $literal: state }] }, { $ifNull: ['$since', '$$NOW'] }, '$$NOW'],
});

export async function noteMailboxOk(
  states: Collection<MailboxStateDocument>,
  mailbox: string,
  { hasNewMail }: { readonly hasNewMail: boolean },
): Promise<void> {
  const change: Document[] = [
    {
      $set: {
        since: sinceState('ok'),
        state: { $literal: 'ok' },
        seenAt: '$$NOW',
        firstSeenAt: { $ifNull: ['$firstSeenAt', '$$NOW'] },
        lastSuccessAt: '$$NOW',
        lastMessageAt: hasNewMail ? '$$NOW' : { $ifNull: ['$lastMessageAt', null] },
        failures: { $literal: 0 },
        error: { $literal: null },
        nextTryAt: { $literal: null },
      },
    },
  ];
  await states.updateOne({ _id: mailbox }, change, { upsert: true });
}

export interface MailboxFailure {
  readonly code: string;
  readonly error: string;
  readonly retryAfterMs: number | null;
  /** The server was not contacted; only the time of the next attempt has changed. */
  readonly isRepeated: boolean;
}

export async function noteMailboxFailure(
  states: Collection<MailboxStateDocument>,
  mailbox: string,
  { code, error, retryAfterMs, isRepeated }: MailboxFailure,
): Promise<void> {
  const nextTryAt =
    retryAfterMs === null ? { $literal: null } : { $add: ['$$NOW', Math.round(retryAfterMs)] };
  if (isRepeated) {
    const { matchedCount } = await states.updateOne({ _id: mailbox, state: { $ne: 'ok' } }, [
      { $set: { nextTryAt } },
    ]);
    if (matchedCount > 0) return;
  }
  const change: Document[] = [
    {
      $set: {
        since: sinceState(code),
        state: { $literal: code },
        seenAt: '$$NOW',
        firstSeenAt: { $ifNull: ['$firstSeenAt', '$$NOW'] },
        lastSuccessAt: { $ifNull: ['$lastSuccessAt', null] },
        lastMessageAt: { $ifNull: ['$lastMessageAt', null] },
        failures: { $add: [{ $ifNull: ['$failures', 0] }, 1] },
        error: { $literal: error },
        nextTryAt,
      },
    },
  ];
  await states.updateOne({ _id: mailbox }, change, { upsert: true });
}
