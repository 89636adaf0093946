/**
 * What a poll has to do, decided from values alone: the folder's state now against the cursor of the last poll.
 */
import type { FolderState } from './mailbox.ts';

/** What is remembered of a folder between polls. */
export interface Cursor {
  /** Rises by one with every reset; part of the identity of a sighting. From 1. */
  readonly epoch: number;
  readonly uidValidity: string;
  readonly highestModseq: string | null;
  /** The highest UID such that every listed UID up to it has a row. 0 where there is none. */
  readonly seenUid: number;
  /** UIDNEXT of the last poll whose listing was complete and whose rows were all written. */
  readonly uidNext?: number | null;
  readonly mailboxId?: string | null;
}

type ResetReason = 'uidvalidity-changed' | 'mailboxid-changed' | 'modseq-fell' | 'uidnext-fell';

/** `fromUid` is the first UID to list; a reset lists from 1 under the new epoch, whose `seenUid` starts at 0. */
export type SyncPlan =
  | { readonly kind: 'first'; readonly epoch: number; readonly fromUid: 1; readonly reason: 'new-folder' }
  | { readonly kind: 'nothing'; readonly epoch: number; readonly reason: 'unchanged' | 'empty' }
  | {
      readonly kind: 'list';
      readonly epoch: number;
      readonly fromUid: number;
      readonly reason: 'uidnext-rose' | 'uidnext-unknown' | 'uids-unordered';
    }
  | { readonly kind: 'reset'; readonly epoch: number; readonly fromUid: 1; readonly reason: ResetReason };

export function planSync({
  state,
  cursor,
}: {
  readonly state: FolderState;
  readonly cursor: Cursor | null;
}): SyncPlan {
  if (cursor === null) return { kind: 'first', epoch: 1, fromUid: 1, reason: 'new-folder' };
  const reset = resetReason(state, cursor);
  if (reset !== null) return { kind: 'reset', epoch: cursor.epoch + 1, fromUid: 1, reason: reset };

  const { epoch } = cursor;
  if (state.exists === 0) return { kind: 'nothing', epoch, reason: 'empty' };
  if (!state.uidsAscend) return { kind: 'list', epoch, fromUid: 1, reason: 'uids-unordered' };
  const fromUid = cursor.seenUid + 1;
  // An equal HIGHESTMODSEQ would not do instead: it is also equal after a poll that yielded half-way.
  if (state.uidNext === null) return { kind: 'list', epoch, fromUid, reason: 'uidnext-unknown' };
  const unchanged = state.uidNext <= fromUid || state.uidNext === cursor.uidNext;
  return unchanged
    ? { kind: 'nothing', epoch, reason: 'unchanged' }
    : { kind: 'list', epoch, fromUid, reason: 'uidnext-rose' };
}

/**
 * UIDNEXT alone is not enough: a Dovecot that lost its index came back with another UIDVALIDITY, the same UIDNEXT and a
 * HIGHESTMODSEQ fallen to 2; a folder restored from a backup may keep its UIDVALIDITY and fall in both others.
 */
function resetReason(state: FolderState, cursor: Cursor): ResetReason | null {
  if (isOtherFolder(state, cursor)) return 'uidvalidity-changed';
  if (differs(state.mailboxId, cursor.mailboxId ?? null)) return 'mailboxid-changed';
  if (fell(state.highestModseq, cursor.highestModseq)) return 'modseq-fell';
  if (state.uidsAscend && state.uidNext !== null) {
    const expected = Math.max(cursor.seenUid + 1, cursor.uidNext ?? 0);
    if (state.uidNext < expected) return 'uidnext-fell';
  }
  return null;
}

/** A server that names none gives no value here; RFC 3501 §2.3.1.1 allows no zero. */
export const UNKNOWN_UIDVALIDITY = '0';

/** Whether a folder is another than the cursor knows, as far as UIDVALIDITY tells. */
export const isOtherFolder = (
  state: Pick<FolderState, 'uidValidity'>,
  cursor: Pick<Cursor, 'uidValidity'>,
): boolean => differs(uidValidityOf(state), uidValidityOf(cursor));

const uidValidityOf = ({ uidValidity }: { readonly uidValidity: string }): string | null =>
  uidValidity === UNKNOWN_UIDVALIDITY ? null : uidValidity;

/** A server that stops telling, or starts, is no evidence of another folder. */
const differs = (now: string | null, before: string | null): boolean =>
  now !== null && before !== null && now !== before;

function fell(now: string | null, before: string | null): boolean {
  const [a, b] = [modseq(now), modseq(before)];
  return a !== null && b !== null && a < b;
}

/** RFC 7162 §7: a mod-sequence is at least 1. A 0 is how some servers say that they have none. */
function modseq(value: string | null): bigint | null {
  if (value === null || !/^\d{1,20}$/.test(value)) return null;
  const number = BigInt(value);
  return number > 0n ? number : null;
}

/** The highest UID such that every listed UID up to it has a row; never lower than it was. */
export function advanceSeenUid({
  listed,
  withRows,
  seenUid,
}: {
  readonly listed: readonly number[];
  readonly withRows: ReadonlySet<number>;
  readonly seenUid: number;
}): number {
  let seen = seenUid;
  for (const uid of listed.toSorted((a, b) => a - b)) {
    if (uid <= seen) continue;
    if (!withRows.has(uid)) break;
    seen = uid;
  }
  return seen;
}

/** Five in a day are a server that restores, migrates or lies: each costs a whole re-read, so they are slowed down, never stopped. */
const alarmingResets = 5;
const resetWindowMs = 24 * 60 * 60_000;
const firstBackoffMs = 15 * 60_000;
const maxBackoffMs = 6 * 60 * 60_000;

export interface ResetAlarm {
  readonly alarm: boolean;
  /** Wait this long after the latest reset before the next poll of the folder; 0 without an alarm. */
  readonly backoffMs: number;
  /** The resets of the last 24 hours, oldest first: the ones worth keeping. */
  readonly recent: readonly string[];
}

/** `resets` and `now` are ISO 8601. A reset in the future (a clock that was set back) counts as recent. */
export function resetAlarm({
  resets,
  now,
}: {
  readonly resets: readonly string[];
  readonly now: string;
}): ResetAlarm {
  const oldest = Date.parse(now) - resetWindowMs;
  const recent = resets.filter((reset) => Date.parse(reset) > oldest).toSorted();
  const alarm = recent.length >= alarmingResets;
  const doublings = Math.min(recent.length - alarmingResets, 10);
  return { alarm, backoffMs: alarm ? Math.min(firstBackoffMs * 2 ** doublings, maxBackoffMs) : 0, recent };
}
