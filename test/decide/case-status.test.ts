import { describe, expect, it } from 'vitest';
import { caseOwners } from '../../src/decide/case-claims.ts';
import { caseChanges, caseStatusAt } from '../../src/decide/case-status.ts';
import type { CaseRow } from '../../src/decide/case-status.ts';

const day = (number: number): Date => new Date(Date.UTC(2026, 1, number));

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, index) => {
    const others = items.filter((_, other) => other !== index);
    return permutations(others).map((rest) => [item, ...rest]);
  });
}

describe('the status that an update inherits', () => {
  const updates = [
    { date: day(1), status: 'Open' },
    { date: day(2), status: 'On Hold' },
    { date: day(3), status: 'Open', statusInherited: true },
    { date: day(4), status: 'Closed', review: 'unknown-status' },
    { date: day(6), status: 'Closed' },
  ];

  it('is that of the latest earlier one that took effect and named one, in every order of arrival', () => {
    for (const arrived of permutations(updates)) {
      expect(caseStatusAt(arrived, { date: day(3) })).toBe('On Hold');
      expect(caseStatusAt(arrived, { date: day(5) })).toBe('On Hold');
      expect(caseStatusAt(arrived, { date: day(7) })).toBe('Closed');
    }
  });

  it('is Open if nothing came before', () => {
    expect(caseStatusAt(updates, { date: day(1) })).toBe('Open');
    expect(caseStatusAt([], { date: day(1) })).toBe('Open');
  });
});

describe('the clients whose case it is', () => {
  const updates = [
    { date: day(1), clientId: 'held', review: 'unauthenticated' },
    { date: day(1), claimedAt: day(9), clientId: 'late', review: null },
    { date: day(2), claimedAt: day(3), clientId: 'paula', review: null },
    { date: day(1), claimedAt: day(1), clientId: 'omar', review: 'foreign-case' },
  ];

  it('are those of the first update that took effect, by its arrival and in every order', () => {
    for (const arrived of permutations(updates)) expect([...caseOwners(arrived)]).toEqual(['paula']);
  });

  it('are several if several opened it at the same moment', () => {
    const both = [...updates, { date: day(2), claimedAt: day(3), clientId: 'omar', review: null }];
    for (const arrived of permutations(both))
      expect([...caseOwners(arrived)].toSorted()).toEqual(['omar', 'paula']);
  });

  it('include those whom a person let in', () => {
    const confirmed = { date: day(7), clientId: 'ann', review: null, confirmedAt: day(8) };
    for (const arrived of permutations([...updates, confirmed]))
      expect([...caseOwners(arrived)].toSorted()).toEqual(['ann', 'paula']);
  });

  it('are none if no update took effect', () => {
    const held = updates.filter(({ review }) => review !== null);
    expect([...caseOwners(held)]).toEqual([]);
  });
});

describe('what changes in a case', () => {
  const row = { date: day(2), status: 'Open', ref: '7', isOurs: true, review: null };
  const owner = { ...row, clientId: 'paula', claimedAt: day(2) };

  it('never applies a held update, even if no other is left', () => {
    const held = { ...row, clientId: 'omar', review: 'foreign-case' as const, date: day(1) };
    for (const rows of [[held], [held, owner], [owner, held]]) expect(caseChanges(rows)).toEqual([]);
  });

  it('releases what was held before an earlier message showed whose case it is', () => {
    const second = { ...owner, claimedAt: day(5), date: day(5), review: 'foreign-case' as const };
    const other = { ...row, clientId: 'omar', claimedAt: day(3) };
    const changes = (one: Partial<CaseRow>) => caseChanges([{ ...second, ...one }, other, owner]);
    const held = { row: other, status: 'Open', review: 'foreign-case' };
    expect(changes({})).toEqual([{ row: second, status: 'Open', review: null }, held]);
    expect(changes({ awaitsParent: true })).toMatchObject([{ review: 'parent-unknown' }, held]);
    expect(changes({ statusInherited: true, statusText: 'Marinating' })).toMatchObject([
      { review: 'unknown-status' },
      held,
    ]);
    expect(changes({ review: 'unauthenticated' })).toEqual([held]);
  });

  it('holds the later of two claims recorded at the same moment, whatever its Date', () => {
    const late = { ...row, clientId: 'omar', date: day(1), claimedAt: day(3) };
    for (const rows of [
      [late, owner],
      [owner, late],
    ])
      expect(caseChanges(rows)).toEqual([{ row: late, status: 'Open', review: 'foreign-case' }]);
    expect(caseChanges([owner, { ...late, confirmedAt: day(4) }])).toEqual([]);
    expect(caseChanges([owner, { ...late, isOurs: false }])).toEqual([]);
  });
});
