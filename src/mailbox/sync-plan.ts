/** Decides what a poll has to do from values alone: the folder's current state and the cursor of the last poll. */
import type { FolderState } from './mailbox.ts';

/** What is remembered about a folder between polls. */
export interface Cursor {
  /** Increased by one with every reset; part of a sighting's identity. Starts at 1. */
  readonly epoch: number;
  readonly uidValidity: string;
  readonly highestModseq: string | null;
  /** The highest UID such that every listed UID up to it has a row. 0 if there is none. */
  readonly seenUid: number;
  /** UIDNEXT of the last poll that listed everything and wrote all rows. */
  readonly uidNext?: number | null;
  readonly mailboxId?: string | null;
}

type ResetReason = 'uidvalidity-changed' | 'mailboxid-changed' | 'modseq-fell' | 'uidnext-fell';

/** `fromUid` is the first UID to list; a reset lists from 1 with the new epoch, whose `seenUid` starts at 0. */
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
  // An equal HIGHESTMODSEQ is not enough: it is also equal after a poll that yielded half-way.
  if (state.uidNext === null) return { kind: 'list', epoch, fromUid, reason: 'uidnext-unknown' };
  const unchanged = state.uidNext <= fromUid || state.uidNext === cursor.uidNext;
  return unchanged
    ? { kind: 'nothing', epoch, reason: 'unchanged' }
    : { kind: 'list', epoch, fromUid, reason: 'uidnext-rose' };
}

/**
 * UIDNEXT alone is not enough: a Dovecot that lost its index came back with another UIDVALIDITY, the same UIDNEXT and a
 * HIGHESTMODSEQ of 2; a folder restored from a backup may keep its UIDVALIDITY while both others fall.
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

/** Used if a server has none; RFC 3501 §2.3.1.1 allows no zero. */
export const UNKNOWN_UIDVALIDITY = '0';

/** Whether UIDVALIDITY shows that this is not the cursor's folder. */
export const isOtherFolder = (
  state: Pick<FolderState, 'uidValidity'>,
  cursor: Pick<Cursor, 'uidValidity'>,
): boolean => differs(uidValidityOf(state), uidValidityOf(cursor));

const uidValidityOf = ({ uidValidity }: { readonly uidValidity: string }): string | null =>
  uidValidity === UNKNOWN_UIDVALIDITY ? null : uidValidity;

/** If a server starts or stops reporting it, that does not prove another folder. */
const differs = (now: string | null, before: string | null): boolean =>
  now !== null && before !== null && now !== before;

function fell(now: string | null, before: string | null): boolean {
  const [a, b] = [modseq(now), modseq(before)];
  return a !== null && b !== null && a < b;
}

/** RFC 7162 §7: a mod-sequence is at least 1. Some servers say 0 if they have none. */
function modseq(value: string | null): bigint | null {
  if (value === null || !/^\d{1,20}$/.test(value)) return null;
  const number = BigInt(value);
  return number > 0n ? number : null;
}

/** The highest UID such that every listed UID up to it has a row; never lower than before. */
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

/**
 * Five per day mean a server that restores, migrates or misbehaves: each costs a full re-read, so they are slowed down, never
 * stopped.
 */
const alarmingResets = 5;
const resetWindowMs = 24 * 60 * 60_000;
const firstBackoffMs = 15 * 60_000;
const maxBackoffMs = 6 * 60 * 60_000;

export interface ResetAlarm {
  readonly alarm: boolean;
  /** Wait this long after the latest reset before the next poll of the folder; 0 without an alarm. */
  readonly backoffMs: number;
  /** The resets of the last 24 hours, oldest first: the ones to keep. */
  readonly recent: readonly string[];
}

/** `resets` and `now` are ISO 8601. A reset in the future (the clock was set back) counts as recent. */
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
