/**
 * A reading process that messages can crash: the subject says how it ends, on reading all or the header. It first records this in a
 * file. The second reader is spared.
 */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readMessage } from '../../src/read/read-message.ts';
import type { ReadingTask } from '../../src/read/reading-task.ts';
import { serveTasks } from '../../src/read/serve-tasks.ts';

const kept: unknown[] = [];

/** Each is a way in which a bug in a parser or V8 ends or blocks a process. */
const ends: Readonly<Record<string, () => unknown>> = {
  abort: () => process.abort(),
  exit: () => process.exit(0),
  segfault: () => process.kill(process.pid, 'SIGSEGV'),
  heap: () => {
    for (;;) kept.push({ text: [kept.length] });
  },
  // One allocation that V8 cannot make: in a thread, this would end the whole program.
  'large allocation': () => 'a\n'.repeat(60_000_000).split('\n'),
  buffers: () => {
    for (;;) kept.push(Buffer.alloc(1_048_576, 1));
  },
  loop: () => {
    for (;;);
  },
  'never answers': async () => await new Promise(() => {}),
  throw: () => {
    throw new RangeError('Invalid array length');
  },
  'throw later': async () => {
    setImmediate(() => {
      throw new Error('from a callback');
    });
    await delay(60_000);
  },
};

await serveTasks(async (task, settings) => {
  const end = ends[subjectOf(task)];
  if (end !== undefined) writeFileSync(join(tmpdir(), 'reached'), subjectOf(task));
  await end?.();
  return await readMessage(task, settings);
});

function subjectOf(task: ReadingTask): string {
  if (task.kind === 'second') return '';
  const raw = task.kind === 'header' ? task.header : task.raw instanceof Uint8Array ? task.raw : '';
  return /^Subject: (.*?)\r?$/mu.exec(Buffer.from(raw).toString('latin1'))?.[1] ?? '';
}
