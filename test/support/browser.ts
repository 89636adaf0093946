/** Debian's chromium, driven by playwright. Nothing that it does by itself may leave the machine. */
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';

const program = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

export async function openBrowser(): Promise<Browser> {
  if (!existsSync(program))
    throw new Error(
      `${program} is not there. Install it (node script/install-browser.ts, or apt-get install chromium), or set CHROMIUM to the path of a Chromium.`,
    );
  return await chromium.launch({
    executablePath: program,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** What a page did that none of ours may do. */
export interface Watch {
  /** Violations of the content security policy: what was injected and did not run. */
  readonly violations: string[];
  /** Scripts of a message that ran. */
  readonly executions: string[];
  /** Requests to other hosts than the dashboard's. */
  readonly outside: string[];
  /** Errors of our own scripts, and answers that say that something of ours is missing. */
  readonly errors: string[];
}

export interface Watched {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly watch: Watch;
}

/** A new window in which everything is noted. */
export async function openWindow(
  browser: Browser,
  { origin, ...options }: BrowserContextOptions & { readonly origin: string },
): Promise<Watched> {
  // Colours that fade from one to the other are neither.
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  onTestFinished(async () => await context.close());
  const watch: Watch = { violations: [], executions: [], outside: [], errors: [] };
  await context.exposeBinding('noteViolation', (_, text: string) => void watch.violations.push(text));
  await context.exposeBinding('noteExecution', (_, text: string) => void watch.executions.push(text));
  await context.addInitScript({
    content: `document.addEventListener('securitypolicyviolation', (event) =>
      noteViolation(location.pathname + ': ' + event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sample));`,
  });
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && url.origin !== origin) watch.outside.push(request.url());
  });
  const page = await context.newPage();
  page.on('dialog', (dialog) => {
    watch.executions.push(`${page.url()}: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('pageerror', (error) => watch.errors.push(`${page.url()}: ${error.message}`));
  page.on('response', (response) => {
    if (response.status() >= 500) watch.errors.push(`${response.url()}: ${response.status()}`);
  });
  return { context, page, watch };
}
