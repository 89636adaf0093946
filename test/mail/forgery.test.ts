/** Forgeries against every kind of receiving server; `npm run forgery-table` prints what became of them. */
import { describe, expect, it } from 'vitest';
import { controls } from './forgery/controls.ts';
import { fresh, shapes } from './forgery/shapes.ts';
import { attacks, outcomeOf } from './forgery/table.ts';
import type { Mode, Outcome } from './forgery/table.ts';

const checking: readonly Mode[] = ['flag', 'require'];

describe('a forgery', () => {
  it('is there in many kinds', () => {
    const names = attacks.map(({ group, name }) => `${group}: ${name}`);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(120);
  });

  it.each(attacks.map((attack) => [attack.group, attack.name, attack] as const))(
    '%s, %s: moves no case, and leaves its mark on each record that it reaches',
    async (_, __, attack) => {
      for (const shape of [fresh, ...shapes])
        for (const mode of checking) {
          const outcome = await outcomeOf(attack, shape, mode);
          const where = `${shape.name}, ${mode}`;
          expect([where, outcome.moved]).toEqual([where, 0]);
          expect([where, outcome.touched === 0 || outcome.marked || isHeldTag(outcome)]).toEqual([
            where,
            true,
          ]);
        }
    },
  );

  it('moves cases where nobody is checked: the table can fail', async () => {
    let moved = 0;
    for (const attack of attacks) if ((await outcomeOf(attack, fresh, 'off')).moved > 0) moved += 1;
    expect(moved).toBeGreaterThan(attacks.length / 3);
  });
});

/** A genuine forward by one of us is no forgery: what is another's word in it is held. */
const isHeldTag = ({ held }: Outcome): boolean => held > 0;

describe('a genuine sender', () => {
  it.each(controls.map((control) => [control.name, control] as const))(
    '%s, is not held',
    async (_, control) => {
      for (const shape of shapes)
        for (const mode of checking) {
          const { moved, held, touched } = await outcomeOf(control, shape, mode);
          const where = `${shape.name}, ${mode}`;
          expect([where, moved, held, touched]).toEqual([where, 1, 0, 1]);
        }
    },
  );
});
