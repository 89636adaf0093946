/** A Redis that refuses writes, like a full one or a replica: here through a user's permissions. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createMetrics } from '../../src/metrics.ts';
import { addIngestJobs } from '../../src/queue/queues.ts';
import { startIngestWorkers } from '../../src/queue/ingest-workers.ts';
import { rawMessage } from '../support/messages.ts';
import { newQueues, openFirm } from '../support/servers.ts';

it('a Redis that refuses every write is said once, not thousands of times, and work goes on when it takes them', async () => {
  const [firm, queues] = [await openFirm(), newQueues()];
  const user = `u${randomBytes(6).toString('hex')}`;
  const acl = async (...rules: readonly string[]): Promise<void> =>
    void (await queues.redis.call('ACL', 'SETUSER', user, ...rules));
  await acl('on', '>secret', '~*', '&*', '+@all', '-@write');
  onTestFinished(async () => void (await queues.redis.call('ACL', 'DELUSER', user).catch(() => {})));
  const url = new URL(queues.url);
  Object.assign(url, { username: user, password: 'secret' });
  const lines: { readonly msg: string; readonly error?: string }[] = [];
  const log = pino(
    { level: 'warn' },
    { write: (line: string) => void lines.push(JSON.parse(line) as (typeof lines)[number]) },
  );

  await addIngestJobs(queues, 'sighting', [await firm.deliver(rawMessage())]);
  const workers = startIngestWorkers({
    redis: { url: url.href, prefix: queues.prefix },
    queues,
    log,
    metrics: createMetrics(),
    ingest: firm,
    concurrency: 2,
  });
  onTestFinished(() => workers.close(5_000));
  await vi.waitFor(() => expect(lines.length).toBeGreaterThan(0), { timeout: 20_000 });
  await delay(3_000);
  expect(lines.length).toBeLessThan(6);
  expect(lines[0]).toMatchObject({ msg: expect.stringContaining('Redis refuses commands') as string });

  await acl('+@all');
  await vi.waitFor(async () => expect(await firm.database.communications.countDocuments()).toBe(1), {
    timeout: 60_000,
    interval: 100,
  });
}, 120_000);
