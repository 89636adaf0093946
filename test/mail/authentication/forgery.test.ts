/** Forgeries against every kind of receiving server; `npm run forgery-table` prints the outcomes. */
import { describe, expect, it } from 'vitest';
import type { Attack } from './forgery/attack.ts';
import { controls } from './forgery/controls.ts';
import { fresh, shapes } from './forgery/shapes.ts';
import type { Shape } from './forgery/shapes.ts';
import { attacks, outcomeOf } from './forgery/table.ts';
import type { Mode, Outcome } from './forgery/table.ts';

const checking: readonly Mode[] = ['flag', 'require'];
/** Each is fourteen decisions with their signatures; the machine may be busy. */
const LIMIT_MS = 60_000;

async function everywhere(
  attack: Attack,
  where: readonly Shape[],
): Promise<readonly (readonly [place: string, outcome: Outcome])[]> {
  const places = where.flatMap((shape) => checking.map((mode) => ({ shape, mode })));
  return await Promise.all(
    places.map(
      async ({ shape, mode }) => [`${shape.name}, ${mode}`, await outcomeOf(attack, shape, mode)] as const,
    ),
  );
}

describe('a forgery', () => {
  it('is there in many kinds', () => {
    const names = attacks.map(({ group, name }) => `${group}: ${name}`);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(120);
  });

  it.each(attacks.map((attack) => [attack.group, attack.name, attack] as const))(
    '%s, %s: moves no case, and bears a mark on each record that it reaches',
    async (_, __, attack) => {
      for (const [place, { moved, touched, marked, held }] of await everywhere(attack, [fresh, ...shapes])) {
        expect([place, moved]).toEqual([place, 0]);
        // a genuine forward by one of us is not a forgery: other people's content in it is held
        expect([place, touched === 0 || marked || held > 0]).toEqual([place, true]);
      }
    },
    LIMIT_MS,
  );

  it(
    'moves a case where nobody checks: the table can fail',
    async () => {
      const outcomes = await Promise.all(attacks.map((attack) => outcomeOf(attack, fresh, 'off')));
      expect(outcomes.filter(({ moved }) => moved > 0).length).toBeGreaterThan(attacks.length / 3);
    },
    LIMIT_MS,
  );
});

describe('a genuine sender', () => {
  it.each(controls.map((control) => [control.name, control] as const))(
    '%s, is not held',
    async (_, control) => {
      for (const [place, { moved, held, touched }] of await everywhere(control, shapes))
        expect([place, moved, held, touched]).toEqual([place, 1, 0, 1]);
    },
    LIMIT_MS,
  );
});
