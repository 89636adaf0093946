import { describe, expect, it } from 'vitest';
import type { FolderState } from '../../src/mailbox/mailbox.ts';
import { advanceSeenUid, type Cursor, planSync, resetAlarm } from '../../src/mailbox/sync-plan.ts';

const state: FolderState = {
  path: 'INBOX',
  uidValidity: '1700000000',
  uidNext: 101,
  highestModseq: '500',
  exists: 80,
  mailboxId: null,
  uidsAscend: true,
};
const cursor: Cursor = { epoch: 3, uidValidity: '1700000000', highestModseq: '500', seenUid: 100 };

interface Row {
  readonly name: string;
  readonly state?: Partial<FolderState>;
  readonly cursor?: Partial<Cursor> | null;
  readonly plan: object;
}

const nothing = { kind: 'nothing', epoch: 3, reason: 'unchanged' };
const reset = (reason: string): object => ({ kind: 'reset', epoch: 4, fromUid: 1, reason });
const list = (fromUid: number, reason = 'uidnext-rose'): object => ({
  kind: 'list',
  epoch: 3,
  fromUid,
  reason,
});

describe('planSync', () => {
  it.each<Row>([
    {
      name: 'reads a folder without a cursor from the start',
      cursor: null,
      plan: { kind: 'first', epoch: 1, fromUid: 1, reason: 'new-folder' },
    },
    {
      name: 'reads an empty folder without a cursor as new, too',
      cursor: null,
      state: { exists: 0, uidNext: 1 },
      plan: { kind: 'first', epoch: 1, fromUid: 1, reason: 'new-folder' },
    },

    { name: 'does nothing when nothing changed', plan: nothing },
    { name: 'does nothing when only flags changed', state: { highestModseq: '900' }, plan: nothing },
    { name: 'does nothing when messages were only deleted', state: { exists: 3 }, plan: nothing },
    {
      name: 'does nothing when the newest UIDs went before they were listed',
      cursor: { seenUid: 90, uidNext: 101 },
      plan: nothing,
    },
    {
      name: 'does nothing in an emptied folder',
      state: { exists: 0 },
      plan: { kind: 'nothing', epoch: 3, reason: 'empty' },
    },
    {
      name: 'does nothing in an empty folder of a server without UIDNEXT',
      state: { exists: 0, uidNext: null },
      plan: { kind: 'nothing', epoch: 3, reason: 'empty' },
    },
    {
      name: 'does nothing without CONDSTORE when UIDNEXT stands still',
      state: { highestModseq: null },
      cursor: { highestModseq: null },
      plan: nothing,
    },
    {
      name: 'does nothing when a server stops telling HIGHESTMODSEQ',
      state: { highestModseq: null },
      plan: nothing,
    },
    {
      name: 'does nothing when a server begins to tell HIGHESTMODSEQ',
      cursor: { highestModseq: null },
      plan: nothing,
    },
    { name: 'takes a HIGHESTMODSEQ of 0 for none', state: { highestModseq: '0' }, plan: nothing },
    {
      name: 'takes a HIGHESTMODSEQ that is no number for none',
      state: { highestModseq: 'NIL' },
      plan: nothing,
    },

    {
      name: 'does nothing when a server does not name UIDVALIDITY once',
      state: { uidValidity: '0' },
      plan: nothing,
    },
    {
      name: 'does nothing when a server names UIDVALIDITY that did not before',
      cursor: { uidValidity: '0' },
      plan: nothing,
    },

    { name: 'lists one new message', state: { uidNext: 102 }, plan: list(101) },
    { name: 'lists from the first UID without a row', cursor: { seenUid: 40 }, plan: list(41) },
    {
      name: 'lists on when the last poll yielded, though HIGHESTMODSEQ is equal',
      cursor: { seenUid: 40, uidNext: 90 },
      plan: list(41),
    },
    { name: 'lists what came after a complete poll', cursor: { seenUid: 90, uidNext: 100 }, plan: list(91) },
    {
      name: 'lists always on a server without UIDNEXT',
      state: { uidNext: null },
      plan: list(101, 'uidnext-unknown'),
    },
    {
      name: 'lists on a server without UIDNEXT, though HIGHESTMODSEQ is equal',
      state: { uidNext: null },
      cursor: { seenUid: 40 },
      plan: list(41, 'uidnext-unknown'),
    },
    {
      name: 'lists a source of unordered UIDs whole',
      state: { uidsAscend: false, uidNext: null, highestModseq: null },
      cursor: { highestModseq: null, seenUid: 4_000_000_000_000 },
      plan: list(1, 'uids-unordered'),
    },
    { name: 'lists from 1 when nothing has a row yet', cursor: { seenUid: 0 }, plan: list(1) },

    {
      name: 'resets on another UIDVALIDITY',
      state: { uidValidity: '1700000001' },
      plan: reset('uidvalidity-changed'),
    },
    {
      name: 'resets on a lower UIDVALIDITY, too',
      state: { uidValidity: '3' },
      plan: reset('uidvalidity-changed'),
    },
    {
      name: 'resets on another UIDVALIDITY of an empty folder',
      state: { uidValidity: '3', exists: 0, uidNext: 1 },
      plan: reset('uidvalidity-changed'),
    },
    {
      name: 'compares UIDVALIDITY beyond 53 bits exactly',
      state: { uidValidity: '9007199254740993' },
      cursor: { uidValidity: '9007199254740992' },
      plan: reset('uidvalidity-changed'),
    },
    {
      name: 'sees a lost Dovecot index: same UIDNEXT, HIGHESTMODSEQ 2, other UIDVALIDITY',
      state: { uidValidity: '1700009999', highestModseq: '2' },
      plan: reset('uidvalidity-changed'),
    },
    {
      name: 'resets on a fallen HIGHESTMODSEQ alone',
      state: { highestModseq: '2' },
      plan: reset('modseq-fell'),
    },
    {
      name: 'resets on a HIGHESTMODSEQ fallen by one',
      state: { highestModseq: '499' },
      plan: reset('modseq-fell'),
    },
    {
      name: 'compares HIGHESTMODSEQ as numbers, not as text',
      state: { highestModseq: '1000' },
      cursor: { highestModseq: '999' },
      plan: nothing,
    },
    {
      name: 'compares HIGHESTMODSEQ beyond 53 bits exactly',
      state: { highestModseq: '9007199254740992' },
      cursor: { highestModseq: '9007199254740993' },
      plan: reset('modseq-fell'),
    },
    {
      name: 'resets on a fallen HIGHESTMODSEQ though new mail came',
      state: { highestModseq: '7', uidNext: 300 },
      plan: reset('modseq-fell'),
    },
    {
      name: 'resets on a UIDNEXT not above what was seen',
      state: { uidNext: 100 },
      plan: reset('uidnext-fell'),
    },
    {
      name: 'resets on a UIDNEXT below the one of the last poll',
      state: { uidNext: 95 },
      cursor: { seenUid: 90, uidNext: 101 },
      plan: reset('uidnext-fell'),
    },
    {
      name: 'resets on a folder that was emptied and counts anew',
      state: { uidNext: 1, exists: 0 },
      plan: reset('uidnext-fell'),
    },
    {
      name: 'resets on another mailbox under the same name',
      state: { mailboxId: 'F2' },
      cursor: { mailboxId: 'F1' },
      plan: reset('mailboxid-changed'),
    },
    {
      name: 'does not reset when the server begins to tell the mailbox id',
      state: { mailboxId: 'F2' },
      plan: nothing,
    },
    {
      name: 'does not reset when the server stops telling the mailbox id',
      cursor: { mailboxId: 'F1' },
      plan: nothing,
    },
    {
      name: 'does not take the unknown UIDNEXT of a server for a fallen one',
      state: { uidNext: null },
      cursor: { uidNext: 101 },
      plan: list(101, 'uidnext-unknown'),
    },
  ])('$name', (row) => {
    const before = row.cursor === null ? null : { ...cursor, ...row.cursor };
    expect(planSync({ state: { ...state, ...row.state }, cursor: before })).toEqual(row.plan);
  });

  it('plans the same again for the cursor that a reset leaves, but lists instead of resetting', () => {
    const after: Cursor = { epoch: 4, uidValidity: '7', highestModseq: '2', seenUid: 0 };
    expect(planSync({ state: { ...state, uidValidity: '7', highestModseq: '2' }, cursor: after })).toEqual({
      kind: 'list',
      epoch: 4,
      fromUid: 1,
      reason: 'uidnext-rose',
    });
  });
});

describe('advanceSeenUid', () => {
  it.each([
    { name: 'moves over all listed UIDs with rows', listed: [4, 5, 9], rows: [4, 5, 9], seenUid: 3, seen: 9 },
    {
      name: 'stops before the first UID without a row',
      listed: [4, 5, 9],
      rows: [4, 9],
      seenUid: 3,
      seen: 4,
    },
    { name: 'stays when the first UID has no row', listed: [4, 5], rows: [5], seenUid: 3, seen: 3 },
    { name: 'stays when nothing was listed', listed: [], rows: [4], seenUid: 3, seen: 3 },
    { name: 'never moves back', listed: [1, 2], rows: [1], seenUid: 8, seen: 8 },
    { name: 'does not need rows for what it has passed', listed: [2, 9], rows: [9], seenUid: 8, seen: 9 },
    {
      name: 'does not depend on the order of the list',
      listed: [9, 4, 5],
      rows: [4, 9],
      seenUid: 0,
      seen: 4,
    },
    { name: 'ignores rows of UIDs that were not listed', listed: [4], rows: [4, 100], seenUid: 0, seen: 4 },
  ])('$name', ({ listed, rows, seenUid, seen }) => {
    expect(advanceSeenUid({ listed, withRows: new Set(rows), seenUid })).toBe(seen);
  });

  it('reaches the same UID in windows as in one go', () => {
    const listed = Array.from({ length: 500 }, (_, at) => at * 7 + 1);
    const withRows = new Set(listed.filter((uid) => uid !== 1401));
    const inWindows = [listed.slice(0, 123), listed.slice(123, 124), listed.slice(124)].reduce(
      (seenUid, window) => advanceSeenUid({ listed: window, withRows, seenUid }),
      0,
    );
    expect(inWindows).toBe(1394);
    expect(advanceSeenUid({ listed, withRows, seenUid: 0 })).toBe(1394);
  });
});

describe('resetAlarm', () => {
  const now = '2026-03-02T12:00:00.000Z';
  const hoursAgo = (hours: number): string => new Date(Date.parse(now) - hours * 3_600_000).toISOString();

  it.each([
    { name: 'is quiet without resets', resets: [], alarm: false, backoffMs: 0, recent: 0 },
    { name: 'is quiet after four in a day', resets: [1, 2, 3, 4], alarm: false, backoffMs: 0, recent: 4 },
    {
      name: 'alarms at the fifth in 24 hours',
      resets: [1, 2, 3, 4, 23.9],
      alarm: true,
      backoffMs: 900_000,
      recent: 5,
    },
    {
      name: 'forgets a reset after 24 hours',
      resets: [1, 2, 3, 4, 24],
      alarm: false,
      backoffMs: 0,
      recent: 4,
    },
    {
      name: 'backs off longer with each further reset',
      resets: [1, 2, 3, 4, 5, 6, 7],
      alarm: true,
      backoffMs: 3_600_000,
      recent: 7,
    },
    {
      name: 'never backs off for more than six hours',
      resets: Array.from({ length: 900 }, (_, at) => at / 60),
      alarm: true,
      backoffMs: 21_600_000,
      recent: 900,
    },
    {
      name: 'counts a reset that a changed clock puts into the future',
      resets: [1, 2, 3, 4, -5],
      alarm: true,
      backoffMs: 900_000,
      recent: 5,
    },
  ])('$name', ({ resets, alarm, backoffMs, recent }) => {
    const answer = resetAlarm({ resets: resets.map(hoursAgo), now });
    expect(answer).toMatchObject({ alarm, backoffMs });
    expect(answer.recent).toHaveLength(recent);
  });

  it('returns the recent resets oldest first', () => {
    expect(resetAlarm({ resets: [hoursAgo(1), hoursAgo(30), hoursAgo(5)], now }).recent).toEqual([
      hoursAgo(5),
      hoursAgo(1),
    ]);
  });
});
