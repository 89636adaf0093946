/** Prints the table of forgeries: cases moved, records touched, and how many of these are marked, by group, shape and mode. */
import { controls } from './controls.ts';
import { fresh, shapes } from './shapes.ts';
import { attacks, modes, outcomeOf } from './table.ts';
import type { Outcome } from './table.ts';

const all = [fresh, ...shapes];

async function print(): Promise<void> {
  console.log(
    `${attacks.length} forgeries, ${all.length} shapes. Each cell: cases moved / records touched / of these marked.\n`,
  );
  const width = 24;
  for (const mode of modes) {
    console.log([mode.padEnd(width), ...all.map(({ name }) => name.padEnd(22))].join(''));
    const totals = new Map<string, Outcome[]>();
    for (const group of new Set(attacks.map((attack) => attack.group))) {
      const cells: string[] = [];
      for (const shape of all) {
        const outcomes: Outcome[] = [];
        for (const attack of attacks.filter((one) => one.group === group))
          outcomes.push(await outcomeOf(attack, shape, mode));
        totals.set(shape.name, [...(totals.get(shape.name) ?? []), ...outcomes]);
        cells.push(cell(outcomes).padEnd(22));
      }
      const count = attacks.filter((one) => one.group === group).length;
      console.log([`${group} (${count})`.padEnd(width), ...cells].join(''));
    }
    console.log(
      ['all'.padEnd(width), ...all.map(({ name }) => cell(totals.get(name) ?? []).padEnd(22))].join(''),
    );
    const held: string[] = [];
    for (const shape of all) {
      let count = 0;
      for (const control of controls) if ((await outcomeOf(control, shape, mode)).moved !== 1) count += 1;
      held.push(`${count} of ${controls.length}`.padEnd(22));
    }
    console.log(`${['genuine held'.padEnd(width), ...held].join('')}\n`);
  }
}

function cell(outcomes: readonly Outcome[]): string {
  const touching = outcomes.filter(({ touched }) => touched > 0);
  const moved = outcomes.filter(({ moved: count }) => count > 0).length;
  return `${moved} / ${touching.length} / ${touching.filter(({ marked }) => marked).length}`;
}

await print();
