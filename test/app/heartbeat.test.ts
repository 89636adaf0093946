import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startHeartbeat } from '../../src/app/heartbeat.ts';
import { createLog } from '../../src/log.ts';

const timing = { everyMs: 5, beatLimitMs: 20, stuckAfterMs: 60 };

function start(beat: () => Promise<void>, probe: () => Promise<unknown>, livenessFile: string | null = null) {
  const stopping = new AbortController();
  onTestFinished(() => stopping.abort());
  const { signal } = stopping;
  return startHeartbeat({ self: { beat }, probe, log: createLog('silent'), signal, livenessFile, timing });
}

const never = async (): Promise<never> => await new Promise<never>(() => {});
const refused = async (): Promise<never> => await Promise.reject(new Error('no server'));

describe('a process is stuck', () => {
  it.each([
    ['never answer', never],
    ['fail', refused],
  ])('when its operations %s for long and the server answers others', async (_, beat) => {
    const heartbeat = start(beat, async () => {});
    expect(heartbeat.liveness().status).toBe('ok');
    await heartbeat.stuck;
    expect(heartbeat.liveness()).toMatchObject({ status: 'stuck' });
  });
});

describe('a process is not stuck', () => {
  const isStuck = async (heartbeat: ReturnType<typeof start>): Promise<boolean> =>
    await Promise.race([heartbeat.stuck.then(() => true), delay(400, false)]);

  it('while the database answers it', async () => {
    expect(
      await isStuck(
        start(
          async () => {},
          async () => {},
        ),
      ),
    ).toBe(false);
  });

  it.each([
    ['refuses', refused],
    ['never answers', never],
  ])('while the database %s everybody: that is waited for', async (_, probe) => {
    const heartbeat = start(never, probe);
    expect(await isStuck(heartbeat)).toBe(false);
    expect(heartbeat.liveness().status).toBe('ok');
  });

  it('if the database came back just before the other connection was tried', async () => {
    let isBack = false;
    const beat = async (): Promise<void> => void (isBack || (await refused()));
    const probe = async (): Promise<void> => void (isBack = true);
    expect(await isStuck(start(beat, probe))).toBe(false);
  });

  it('after an outage that ended', async () => {
    let beats = 0;
    const beat = async (): Promise<void> => {
      beats += 1;
      if (beats < 10) throw new Error('no server');
    };
    const probe = async () => (beats < 10 ? await refused() : undefined);
    expect(await isStuck(start(beat, probe))).toBe(false);
  });
});

it('the file of liveness is touched while the process can work, also without a database, and no longer once it is stuck', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'docketmail-alive-'));
  onTestFinished(async () => await rm(folder, { recursive: true }));
  const [waiting, stuck] = [join(folder, 'waiting'), join(folder, 'stuck')];
  start(refused, refused, waiting);
  const heartbeat = start(refused, async () => {}, stuck);
  await heartbeat.stuck;
  const touched = async (path: string): Promise<number> => (await stat(path)).mtimeMs;
  const before = [await touched(waiting), await touched(stuck)] as const;
  await vi.waitFor(async () => expect(await touched(waiting)).toBeGreaterThan(before[0]));
  expect(await touched(stuck)).toBe(before[1]);
});
