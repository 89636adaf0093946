import { describe, expect, it } from 'vitest';
import { createGuesses } from '../../src/dashboard/guesses.ts';
import type { Burst } from '../../src/dashboard/guesses.ts';

function watched() {
  let now = 0;
  const bursts: Burst[] = [];
  const outcomes = { checked: 0, refused: 0 };
  const guesses = createGuesses({
    now: () => now,
    onBurst: (burst) => bursts.push(burst),
    onWrong: (outcome) => (outcomes[outcome] += 1),
  });
  /** @returns whether the password was checked. */
  const guess = (place: string): boolean => {
    if (guesses.secondsToWait(place) > 0) return false;
    guesses.wrong(place);
    return true;
  };
  const guessOften = (place: string, times: number): number =>
    Array.from({ length: times }, () => guess(place)).filter(Boolean).length;
  return { guesses, bursts, outcomes, guess, guessOften, pass: (ms: number) => (now += ms) };
}

describe('guesses', () => {
  it('looks at ten wrong passwords of a place, then at one each ten seconds', () => {
    const { guesses, guessOften, pass } = watched();
    expect(guessOften('203.0.113.9', 5_000)).toBe(10);
    expect(guesses.secondsToWait('203.0.113.9')).toBe(10);
    pass(9_999);
    expect(guesses.secondsToWait('203.0.113.9')).toBe(1);
    pass(1);
    expect(guessOften('203.0.113.9', 5_000)).toBe(1);
    pass(3_600_000);
    expect(guessOften('203.0.113.9', 5_000)).toBe(10);
  });

  it('looks at few more in an hour of steady guessing', () => {
    const { guess, pass } = watched();
    let looked = 0;
    for (let second = 0; second < 3_600; second += 1, pass(1_000))
      for (let at = 0; at < 10; at += 1) looked += guess('203.0.113.9') ? 1 : 0;
    expect(looked).toBeLessThanOrEqual(10 + 360);
  });

  it('lets other places in while one is refused', () => {
    const { guesses, guessOften } = watched();
    guessOften('203.0.113.9', 5_000);
    expect(guesses.secondsToWait('198.51.100.4')).toBe(0);
  });

  it('looks at a hundred of all places together, then at one a second', () => {
    const { guesses, guess, pass } = watched();
    const places = Array.from({ length: 5_000 }, (_, at) => `10.0.${at >> 8}.${at & 255}`);
    expect(places.filter(guess)).toHaveLength(100);
    pass(1_000);
    expect(places.filter(guess)).toHaveLength(1);
    expect(guesses.secondsToWait('198.51.100.4')).toBe(1);
  });

  it('lets those go on who had the password before, while many places guess', () => {
    const { guesses, guess, guessOften } = watched();
    guesses.right('198.51.100.4');
    for (let at = 0; at < 5_000; at += 1) guess(`10.0.${at >> 8}.${at & 255}`);
    expect(guesses.secondsToWait('198.51.100.4')).toBe(0);
    expect(guessOften('198.51.100.4', 5_000)).toBe(10);
  });

  it('is not made to forget by a flood of places how many passwords were looked at', () => {
    const { guess, guessOften, pass } = watched();
    guessOften('203.0.113.9', 10);
    let looked = 10;
    for (let at = 0; at < 50_000; at += 1, pass(1))
      looked += guess(`2001:db8:0:${at.toString(16)}::/64`) ? 1 : 0;
    expect(looked).toBeLessThanOrEqual(100 + 50);
  });

  it('reports once when guessing begins, and each ten minutes while it goes on', () => {
    const { bursts, outcomes, guess, guessOften, pass } = watched();
    guessOften('203.0.113.9', 5_000);
    for (let at = 0; at < 1_000; at += 1) guess(`10.0.${at >> 8}.${at & 255}`);
    expect(bursts).toEqual([{ from: '203.0.113.9', wrong: 10, refused: 1 }]);
    expect(outcomes).toEqual({ checked: 100, refused: 4_990 + 910 });
    pass(600_000);
    guessOften('203.0.113.9', 20);
    expect(bursts).toHaveLength(2);
    expect(bursts[1]).toEqual({ from: '203.0.113.9', wrong: 100, refused: 4_989 + 910 + 1 });
  });

  it('reports nothing of somebody who mistypes', () => {
    const { bursts, guess, pass } = watched();
    for (let at = 0; at < 50; at += 1, pass(15_000)) guess('203.0.113.9');
    expect(bursts).toEqual([]);
  });
});
