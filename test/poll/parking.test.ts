import { expect, it } from 'vitest';
import { isNowParked, isSameAnswer, pauseAfterRefusals, wasParked } from '../../src/poll/parking.ts';

const minute = 60_000;

it('a folder that does not open is asked for at the next two polls, then ever more rarely, at least once an hour', () => {
  const pauses = Array.from({ length: 9 }, (_, at) => pauseAfterRefusals(at + 1) / minute);
  expect(pauses).toEqual([0, 0, 5, 10, 20, 40, 60, 60, 60]);
  expect(pauseAfterRefusals(1_000_000)).toBe(60 * minute);
});

it('a folder is parked once, and stays so until it opens', () => {
  const refusals = [0, 1, 2, 3, 4, 5];
  expect(refusals.map(isNowParked)).toEqual([false, false, false, true, false, false]);
  expect(refusals.map(wasParked)).toEqual([false, false, false, true, true, true]);
});

it('an answer with other times in it says nothing new', () => {
  const at = (time: string, spent = '0.003 + 0.001'): string =>
    `Internal error occurred. [2026-03-02 ${time}] (${spent} secs)`;
  expect(isSameAnswer(at('12:00:00'), at('12:01:07'))).toBe(true);
  expect(isSameAnswer(at('12:00:00'), at('12:00:00', '0.012 + 0.000 + 0.011'))).toBe(true);
  expect(isSameAnswer(at('12:00:00'), 'Permission denied')).toBe(false);
  expect(isSameAnswer(null, at('12:00:00'))).toBe(false);
});
