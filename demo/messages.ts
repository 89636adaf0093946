import { automatic } from './automatic.ts';
import { cases } from './cases.ts';
import { everyday } from './everyday.ts';
import { forwards } from './forwards.ts';
import { compose } from './message.ts';
import type { DemoMessage } from './message.ts';
import { oddities } from './oddities.ts';

/** The date of the first message by default. */
export const demoBase = new Date('2026-03-02T09:00:00Z');

/** Every message of the demo, in date order; the same bytes for the same base date. */
export function demoMessages(base: Date = demoBase): readonly DemoMessage[] {
  return [...everyday, ...forwards, ...cases, ...automatic, ...oddities].map((draft) => compose(draft, base));
}
