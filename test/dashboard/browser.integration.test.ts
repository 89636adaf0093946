/** The pages as a person has them: in a real browser, with mail that means harm in the data. */
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { beginSession, newSessionId } from '../../src/store/sessions.ts';
import { addUser, findUser } from '../../src/store/users.ts';
import { openBrowser, openWindow } from '../support/browser.ts';
import type { Watch } from '../support/browser.ts';
import { hostile, makeBusy } from '../support/busy-office.ts';
import type { BusyOffice } from '../support/busy-office.ts';
import { serve } from '../support/dashboard.ts';
import { openFirm } from '../support/servers.ts';
import type { Firm } from '../support/servers.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => await browser.close());

interface Office extends BusyOffice {
  readonly firm: Firm;
  readonly origin: string;
  /** Of an admin. */
  readonly cookie: { readonly name: string; readonly value: string; readonly url: string };
}

async function openOffice(): Promise<Office> {
  const firm = await openFirm();
  const busy = await makeBusy(firm);
  const { origin } = await serve(firm, {
    names: ['office', 'reception', 'billing'],
    pages: {
      newClientUrl: 'https://crm.firm.test/new?name={name}&email={email}&domain={domain}',
      shown: [{ name: 'POLL_BATCH', group: hostile, value: hostile, isDefault: false, doc: hostile }],
    },
  });
  await addHostileConfiguration(firm);
  await addUser(firm.database.users, { name: 'ann', role: 'admin', password: null });
  const stamp = (await findUser(firm.database.users, 'ann'))?.stamp ?? '';
  const value = newSessionId();
  await beginSession(firm.database.sessions, value, { kind: 'user', user: 'ann', stamp });
  return { firm, ...busy, origin, cookie: { name: 'docketmail-session', value, url: origin } };
}

/** Mailboxes, people and programs that were written into the database by somebody who means harm. */
async function addHostileConfiguration({ database }: Firm): Promise<void> {
  const choice = {
    host: hostile,
    port: 993,
    security: 'tls',
    user: hostile,
    role: 'capture',
    folders: [hostile],
    since: null,
    pollIntervalSeconds: 60,
    ca: null,
    oauth: { app: hostile, grant: 'code', signInAs: hostile },
    pass: null,
    silenceHours: null,
    authority: 'both',
    desired: 'paused',
    revision: 1,
    updatedAt: new Date(),
  } as const;
  await database.mailboxes.insertMany([
    { _id: 'run time', ...choice },
    { _id: hostile, ...choice },
  ]);
  const person = { name: hostile, role: 'reader', password: null, stamp: '', createdAt: new Date() } as const;
  await database.users.insertOne({ _id: hostile, ...person });
  const token = { hash: '', role: 'reader', createdAt: new Date(), createdBy: hostile, lastUsedAt: null };
  await database.apiTokens.insertOne({ _id: hostile, ...token, role: 'reader' });
}

/** Every kind of page, with the hostile message on as many as can show it. */
const pagesOf = ({
  hostileId,
  richId,
  sharedId,
  storedId,
  quarantinedId,
}: BusyOffice): Readonly<Record<string, string>> => ({
  today: '/',
  triage: '/triage',
  reason: '/triage?reason=no-client',
  message: `/messages/${richId}`,
  shared: `/messages/${sharedId}`,
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
  search: '/messages?q=invoice',
  clients: '/clients',
  client: '/clients/paula',
  'hostile-client': '/clients/mallory',
  mailboxes: '/mailboxes',
  'add-mailbox': '/add-mailbox?address=office@gmail.com',
  'new-mailbox': `/add-mailbox?${new URLSearchParams({ host: hostile, user: hostile, name: hostile }).toString()}`,
  mailbox: `/mailboxes/${encodeURIComponent('run time')}`,
  'remove-mailbox': `/mailboxes/${encodeURIComponent('run time')}/remove`,
  'file-mailbox': '/mailboxes/office',
  users: '/users',
  quarantine: '/quarantine',
  decisions: '/decisions',
  webhooks: '/webhooks',
  settings: '/settings',
  missing: `/${encodeURIComponent(hostile)}`,
});

const nothingDone: Watch = { violations: [], executions: [], outside: [], errors: [] };

/** WCAG rules of axe-core; only what is serious or critical counts. In the dark only the colours are others. */
async function axe(page: Page, colorScheme: 'light' | 'dark'): Promise<string[]> {
  if (colorScheme === 'light') {
    const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    // Not as a script element, which the policy of the page forbids.
    await page.evaluate(source);
  }
  const options = { iframes: false, ...(colorScheme === 'dark' && { runOnly: ['color-contrast'] }) };
  const found = await page.evaluate<{ id: string; impact: string; targets: string[] }[]>(
    `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => violations.map(({ id, impact, nodes }) =>
      ({ id, impact, targets: nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)) })))`,
  );
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, targets }) => `${colorScheme} ${new URL(page.url()).pathname}: ${id} ${targets.join(' | ')}`);
}

const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const;
/** Shown to people most: also on a phone, and pictures of both schemes. */
const ON_PHONE = ['today', 'triage', 'message', 'client', 'mailboxes', 'mailbox', 'users', 'held'];

it('every page is accessible in light and dark, loads nothing from elsewhere, and runs nothing of a message', async () => {
  const office = await openOffice();
  const folder = process.env['DOCKETMAIL_SCREENSHOTS'] ?? join(tmpdir(), 'docketmail-screenshots');
  await mkdir(folder, { recursive: true });
  const found: string[] = [];
  const { page, watch } = await openWindow(browser, { origin: office.origin, viewport: SIZES.desktop });
  await page.context().addCookies([office.cookie]);
  for (const [name, path] of Object.entries(pagesOf(office))) {
    await page.goto(office.origin + path, { waitUntil: 'load' });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      found.push(...(await axe(page, colorScheme)));
      if (colorScheme === 'light' || ON_PHONE.includes(name))
        await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
    }
    if (!ON_PHONE.includes(name)) continue;
    await page.setViewportSize(SIZES.phone);
    // Nothing is wider than the phone.
    const width = await page.evaluate('document.documentElement.scrollWidth');
    expect([name, width]).toEqual([name, SIZES.phone.width]);
    await page.screenshot({ path: join(folder, `${name}-phone.png`) });
    await page.setViewportSize(SIZES.desktop);
  }
  expect(found).toEqual([]);
  // From the queues there is a way back.
  await page.goto(`${office.origin}/queues`, { waitUntil: 'load' });
  await page.getByText('← Today').first().waitFor({ state: 'attached' });
  expect(watch).toEqual(nothingDone);
  // The same window notes what is none of ours, and axe what is not accessible: neither is silent for want of looking.
  await page.setContent('<p>Hello</p><img src="https://outside.test/x.png">');
  expect(await axe(page, 'light')).not.toEqual([]);
  expect(watch.outside).toEqual(['https://outside.test/x.png']);
});

/** Presses a key that leads to another page. */
async function press(page: Page, key: string): Promise<void> {
  const loaded = page.waitForEvent('load');
  await page.keyboard.press(key);
  await loaded;
}

const toast = async (page: Page): Promise<string> => await page.locator('.toast').innerText();

/** Decides the message that is shown: by its first candidate, by searching a client, or by ignoring it. */
async function decideOne(page: Page, way: 'candidate' | 'search' | 'ignore'): Promise<void> {
  const candidates = await page.locator('.choices [data-key]').count();
  if (way === 'ignore') return await press(page, 'i');
  if (way === 'candidate' && candidates > 0) return await press(page, '1');
  await page.keyboard.press('/');
  await page.keyboard.type('muller');
  const key = String(candidates + 1);
  await page.locator(`#found [data-key="${key}"]`).waitFor();
  await page.keyboard.press('Escape');
  await press(page, key);
}

it("the decider's day goes by keyboard alone: 20 messages decided, 3 undone on the way, 4 held updates settled", async () => {
  const { firm, origin, cookie } = await openOffice();
  const { messages, decisions, caseUpdates } = firm.database;
  const { page, watch } = await openWindow(browser, { origin, viewport: SIZES.desktop });
  await page.context().addCookies([cookie]);
  expect(await messages.countDocuments({ state: 'triage' })).toBe(20);

  await page.goto(`${origin}/triage`);
  await page.keyboard.press('?');
  await page.locator('#keys[open]').waitFor();
  await page.keyboard.press('?');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  await press(page, 'Enter');
  await press(page, 'j');
  await press(page, 'k');
  for (let undone = 0; undone < 3; undone += 1) {
    await decideOne(page, undone === 1 ? 'ignore' : 'candidate');
    expect(await toast(page)).toMatch(/Undo/u);
    await press(page, 'u');
    expect(await toast(page)).toBe('Undone.');
  }
  expect(await messages.countDocuments({ state: 'triage' })).toBe(20);
  const ways = ['candidate', 'search', 'ignore'] as const;
  for (let decided = 0; decided < 20; decided += 1)
    await decideOne(page, ways[decided % ways.length] ?? 'ignore');
  expect(new URL(page.url()).pathname).toBe('/triage');
  expect(await page.locator('.empty').innerText()).toContain('Nothing waits for you.');
  expect(await messages.countDocuments({ state: 'triage' })).toBe(0);
  const made = await decisions.find().toArray();
  expect(made.map(({ by }) => by)).toEqual(made.map(() => 'ann'));
  expect(made.filter(({ undoneAt }) => undoneAt !== null)).toHaveLength(3);
  expect(made.filter(({ undoneAt }) => undoneAt === null)).toHaveLength(20);

  await settleHeld(page, origin);
  const rows = await caseUpdates.find({ messageRef: { $exists: true } }).toArray();
  expect(
    new Set(rows.map(({ ref, status, review }) => `${ref ?? ''} ${status} ${review ?? 'counts'}`)),
  ).toEqual(
    new Set([
      '4711 Open counts',
      '4711 On Hold counts',
      '4711 Closed rejected',
      '90 Closed counts',
      '91 Closed counts',
      '92 Closed counts',
    ]),
  );
  expect(watch).toEqual(nothingDone);
});

/** Confirms as tagged, with the status that an unknown word means, and rejects what another client asks of a case. */
async function settleHeld(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/cases`);
  for (let left = 4; left > 0; left -= 1) {
    await page.keyboard.press('j');
    const card = page.locator('[data-row][aria-current]');
    const words = await card.innerText();
    if (words.includes('Case 4711')) {
      await page.keyboard.press('r');
      await page.keyboard.type('the case is of Souza Imports');
      await press(page, 'Enter');
    } else if (words.includes('none of yours')) {
      // The browser asks for the status that is missing.
      await page.keyboard.press('c');
      await page.keyboard.type('Closed');
      await page.keyboard.press('Tab');
      await press(page, 'Enter');
    } else await press(page, 'c');
    expect(await toast(page)).toMatch(/Undo/u);
  }
  expect(await page.locator('.empty').innerText()).toContain('No case update is held.');
}
