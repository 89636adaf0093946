/** The pages as a person has them: in a real browser, with mail that means harm in the data. */
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { openDashboard } from '../../src/dashboard/server.ts';
import { createLog } from '../../src/log.ts';
import { createMetrics } from '../../src/metrics.ts';
import { openBrowser, openWindow } from '../support/browser.ts';
import type { Watch } from '../support/browser.ts';
import { hostile, makeBusy } from '../support/busy-office.ts';
import type { BusyOffice } from '../support/busy-office.ts';
import { mailboxServiceOf } from '../support/mailbox-service.ts';
import { noWebhooks } from '../support/no-webhooks.ts';
import { newQueues, openFirm } from '../support/servers.ts';
import type { Firm } from '../support/servers.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => await browser.close());

interface Office extends BusyOffice {
  readonly firm: Firm;
  readonly origin: string;
}

async function openOffice(): Promise<Office> {
  const firm = await openFirm();
  const busy = await makeBusy(firm);
  const dashboard = await openDashboard({
    settings: { host: '127.0.0.1', port: 0, password: null, token: null, publicUrl: null },
    database: firm.database,
    blobs: firm.blobs,
    queues: newQueues(),
    triage: { ...firm, enqueue: firm.rejudgeSoon },
    mailboxService: await mailboxServiceOf(firm.database, { names: ['office', 'reception', 'billing'] }),
    webhooks: noWebhooks(firm.database),
    metrics: createMetrics(),
    log: createLog('silent'),
    pages: {
      newClientUrl: 'https://crm.firm.test/new?name={name}&email={email}&domain={domain}',
      shown: [{ name: 'POLL_BATCH', group: hostile, value: hostile, isDefault: false, doc: hostile }],
    },
  });
  onTestFinished(() => dashboard.close());
  return { firm, ...busy, origin: new URL(dashboard.url).origin };
}

/** Every kind of page, with the hostile message on as many as can show it. */
const pagesOf = ({
  hostileId,
  richId,
  storedId,
  quarantinedId,
}: BusyOffice): Readonly<Record<string, string>> => ({
  today: '/',
  triage: '/triage',
  reason: '/triage?reason=no-client',
  message: `/messages/${richId}`,
  formatted: `/messages/${richId}?view=html`,
  hostile: `/messages/${hostileId}`,
  'hostile-formatted': `/messages/${hostileId}?view=html`,
  'hostile-search': `/messages/${hostileId}?q=${encodeURIComponent(hostile)}`,
  always: `/messages/${richId}/remember?client=paula`,
  ignoring: `/messages/${hostileId}/ignore`,
  stored: `/messages/${storedId}`,
  quarantined: `/messages/${quarantinedId}`,
  held: '/cases',
  cases: '/cases/all',
  case: '/cases/4711',
  messages: '/messages',
  clients: '/clients',
  client: '/clients/paula',
  'hostile-client': '/clients/mallory',
  mailboxes: '/mailboxes',
  quarantine: '/quarantine',
  decisions: '/decisions',
  settings: '/settings',
  missing: `/${encodeURIComponent(hostile)}`,
});

const nothingDone: Watch = { violations: [], executions: [], outside: [], errors: [] };

/** WCAG rules of axe-core; only what is serious or critical counts. */
async function axe(page: Page): Promise<string[]> {
  const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  // Not as a script element, which the policy of the page forbids.
  await page.evaluate(source);
  const found = await page.evaluate<{ id: string; impact: string; targets: string[] }[]>(
    `axe.run(document, { iframes: false }).then(({ violations }) => violations.map(({ id, impact, nodes }) =>
      ({ id, impact, targets: nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)) })))`,
  );
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, targets }) => `${new URL(page.url()).pathname}: ${id} ${targets.join(' | ')}`);
}

const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const;

it('every page is accessible in light and dark, loads nothing from elsewhere, and runs nothing of a message', async () => {
  const office = await openOffice();
  const folder = process.env['DOCKETMAIL_SCREENSHOTS'] ?? join(tmpdir(), 'docketmail-screenshots');
  await mkdir(folder, { recursive: true });
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, watch } = await openWindow(browser, {
      origin: office.origin,
      colorScheme,
      viewport: SIZES.desktop,
    });
    for (const [name, path] of Object.entries(pagesOf(office))) {
      await page.goto(office.origin + path, { waitUntil: 'load' });
      found.push(...(await axe(page)).map((violation) => `${colorScheme} ${violation}`));
      await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
      if (
        colorScheme === 'dark' &&
        ['today', 'triage', 'message', 'client', 'mailboxes', 'held'].includes(name)
      ) {
        await page.setViewportSize(SIZES.phone);
        // Nothing is wider than the phone.
        expect([name, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([
          name,
          SIZES.phone.width,
        ]);
        await page.screenshot({ path: join(folder, `${name}-phone.png`) });
        await page.setViewportSize(SIZES.desktop);
      }
    }
    expect(watch).toEqual(nothingDone);
  }
  expect(found).toEqual([]);
});
