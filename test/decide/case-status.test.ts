import { describe, expect, it } from 'vitest';
import { caseOwners, caseStatusAt } from '../../src/decide/case-status.ts';

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

  it('is Open where nothing came before', () => {
    expect(caseStatusAt(updates, { date: day(1) })).toBe('Open');
    expect(caseStatusAt([], { date: day(1) })).toBe('Open');
  });
});

describe('the clients whose case it is', () => {
  const updates = [
    { date: day(1), clientId: 'held', review: 'unauthenticated' },
    { date: day(2), clientId: 'paula', review: null },
    { date: day(3), clientId: 'omar', review: 'foreign-case' },
  ];

  it('are those of the earliest update that took effect, in every order of arrival', () => {
    for (const arrived of permutations(updates)) expect([...caseOwners(arrived)]).toEqual(['paula']);
  });

  it('are several where several opened it at the same moment', () => {
    const both = [...updates, { date: day(2), clientId: 'omar', review: null }];
    for (const arrived of permutations(both))
      expect([...caseOwners(arrived)].toSorted()).toEqual(['omar', 'paula']);
  });

  it('are none where no update took effect', () => {
    expect([...caseOwners([{ date: day(1), clientId: 'held', review: 'unauthenticated' }])]).toEqual([]);
  });
});
