import { readFileSync, readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { groups } from '../fixtures/scenarios/groups.ts';
import { compose } from '../fixtures/scenarios/scenario.ts';
import { assertedPart, explainFolder, readExpected, scenarioFile } from './scenarios.ts';
import type { Line } from './scenarios.ts';
import { explainProblems } from './schema.ts';

describe('the scenario folders', () => {
  it('hold at least 150 messages', () => {
    expect(groups.flatMap(({ scenarios }) => scenarios).length).toBeGreaterThanOrEqual(150);
  });

  it.each(groups.map((group) => [group.folder, group] as const))(
    '%s is what its table says',
    (folder, group) => {
      const places = new Map(group.scenarios.map(({ name }, place) => [name, place]));
      const files = readdirSync(scenarioFile(`${folder}/mail`));
      expect(files.toSorted()).toEqual([...places.keys()].map((name) => `${name}.eml`).toSorted());
      const stale = [...group.scenarios.entries()].filter(([place, scenario]) => {
        const when = scenario.dateOf === undefined ? place : (places.get(scenario.dateOf) ?? place);
        const written = readFileSync(scenarioFile(`${folder}/mail/${scenario.name}.eml`));
        return !written.equals(compose(scenario, when));
      });
      expect(stale.map(([, { name }]) => name)).toEqual([]);
    },
  );
});

describe.each(groups.map(({ folder }) => folder))('under the settings of %s', (folder) => {
  let lines: ReadonlyMap<string, Line> = new Map();
  beforeAll(async () => {
    lines = await explainFolder(folder);
  });

  it.each(readExpected(folder).map((expected) => [expected.file, expected] as const))(
    '%s is judged as the design asks',
    (file, expected) => {
      const line = lines.get(file);
      if (line === undefined) throw new Error(`no line for ${file}`);
      const { sameAs, unlike, ...asserted } = expected;
      expect(assertedPart(line, expected)).toEqual(asserted);
      expect(explainProblems(line.whole)).toEqual([]);
      expect(sameAs === undefined || line.fingerprint === lines.get(sameAs)?.fingerprint).toBe(true);
      expect(unlike === undefined || line.fingerprint !== lines.get(unlike)?.fingerprint).toBe(true);
    },
  );
});
