/** A password that the server refuses: retried rarely, logged once, shown while it lasts. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { imapServer, newAccount } from '../support/imap-server.ts';
import { newSite, startProgram } from '../support/program.ts';
import { openTappedProxy } from '../support/tapped-proxy.ts';

it('a refused password is tried twice at most, for poll and watch, and not hammered', async () => {
  const { host, port } = imapServer();
  const proxy = await openTappedProxy({ host, port });
  onTestFinished(() => proxy.close());
  const account = newAccount({
    name: 'office',
    host: '127.0.0.1',
    port: proxy.port,
    security: 'none',
    credential: { kind: 'password', password: 'not-this-one' },
  });
  const { env } = await newSite([{ account }], { POLL_INTERVAL_SECONDS: '1' });
  const program = await startProgram(env);
  const polls = async (): Promise<number> => {
    const metrics = await (await fetch(new URL('/metrics', program.dashboard))).text();
    return Number(/docketmail_folder_problems_total\{mailbox="office"\} (\d+)/u.exec(metrics)?.[1] ?? 0);
  };
  await vi.waitFor(async () => expect(await polls()).toBeGreaterThan(3), { timeout: 30_000, interval: 200 });
  expect(proxy.connections()).toBeLessThanOrEqual(2);
  const overview = await (await fetch(new URL('/metrics', program.dashboard))).text();
  expect(overview).toContain('docketmail_mailbox_up{mailbox="office"} 0');
  await program.stop();
  const said = program.log.filter(({ msg }) => /job failed|mailbox cannot be reached/u.test(msg));
  expect(said).toHaveLength(1);
  expect(said[0]).toMatchObject({ mailbox: 'office' });
  expect(JSON.stringify(program.log)).not.toContain('not-this-one');
});
