import { expect, it } from 'vitest';
import { allSettings } from '../../src/config/config-table.ts';
import { shownSettings } from '../../src/config/shown-settings.ts';

const valueOf = (env: Readonly<Record<string, string>>, name: string) =>
  shownSettings(env).find((row) => row.name === name);

it('shows no secret, wherever it is given', () => {
  const env = Object.fromEntries(
    allSettings.flatMap(({ name, secret }) =>
      secret === true
        ? [[name, `hidden-${name}`] as const, [`${name}_FILE`, `/hidden/${name}`] as const]
        : [],
    ),
  );
  expect(Object.keys(env).length).toBeGreaterThan(10);
  expect(JSON.stringify(shownSettings(env))).not.toContain('hidden');
  expect(valueOf(env, 'DASHBOARD_PASSWORD')).toMatchObject({ value: 'set', isDefault: false });
  expect(valueOf({ DASHBOARD_TOKEN_FILE: '/run/x' }, 'DASHBOARD_TOKEN')).toMatchObject({ value: 'set' });
  expect(valueOf({ PUBLIC_URL: 'https://ines:hidden@firm.test/' }, 'PUBLIC_URL')?.value).toBe(
    'https://***@firm.test/',
  );
});

it('shows defaults and what was set in their place', () => {
  expect(valueOf({}, 'POLL_BATCH')).toMatchObject({ value: '500', isDefault: true });
  expect(valueOf({ POLL_BATCH: '20' }, 'POLL_BATCH')).toMatchObject({ value: '20', isDefault: false });
  expect(valueOf({ POLL_BATCH: '' }, 'POLL_BATCH')).toMatchObject({ value: '500', isDefault: true });
  expect(shownSettings({}).map(({ name }) => name)).toEqual(allSettings.map(({ name }) => name));
});
