import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Resolver } from 'node:dns/promises';
import { Readable } from 'node:stream';
import type { Authentication } from './mail/authentication.ts';
import { authenticateSender } from './mail/authentication/sender.ts';
import { readMail } from './mail/read.ts';
import type { Reading } from './mail/read.ts';
import type { AttachmentContent, ReadingResult, ReadingTask } from './reading.ts';
import { spool } from './store/spool.ts';
import type { Spooled } from './store/spool.ts';

/** Attachments of one message kept in memory, together; more goes to disk. */
const MAX_MEMORY_BYTES = 4 * 1024 * 1024;
/** A slow resolver must not hold a thread: what it does not answer in time is a temperror, never a pass. */
const DNS_TIMEOUT_MS = 2_000;

/** Runs in a thread of reading.ts. */
export async function readInThread(task: ReadingTask): Promise<ReadingResult> {
  const { raw } = task;
  const open = (): Readable =>
    raw instanceof Uint8Array
      ? Readable.from([Buffer.from(raw.buffer, raw.byteOffset, raw.length)])
      : createReadStream(raw.path, { highWaterMark: 256 * 1024 });
  const spooled: Spooled[] = [];
  let inMemory = 0;
  const reading = await readMail({
    open,
    sink: async (_attachment, content) => {
      const file = await spool(content, {
        dir: task.spoolDir,
        ...(inMemory >= MAX_MEMORY_BYTES ? { maxMemoryBytes: 0 } : {}),
      });
      if (Buffer.isBuffer(file.content)) inMemory += file.content.length;
      spooled.push(file);
    },
  });
  return {
    reading,
    contents: contentsOf(reading, spooled),
    authentication: await authenticate(task, reading),
  };
}

function contentsOf({ mail }: Reading, spooled: readonly Spooled[]): AttachmentContent[] {
  const types = new Map(mail.attachments.map(({ sha256, contentType }) => [sha256, contentType]));
  const distinct = new Map(spooled.map((file) => [file.sha256, file]));
  return [...distinct.values()].map(({ sha256, size, content }) => ({
    sha256,
    size,
    content,
    contentType: types.get(sha256) ?? 'application/octet-stream',
  }));
}

async function authenticate(task: ReadingTask, { mail }: Reading): Promise<Authentication | null> {
  const resolver = new Resolver({ timeout: DNS_TIMEOUT_MS, tries: 2 });
  return await authenticateSender({
    mail,
    rules: task,
    raw: async () => (task.raw instanceof Uint8Array ? task.raw : await readFile(task.raw.path)),
    resolver: task.authenticate
      ? async (name, type) => (await resolver.resolve(name, type)) as readonly unknown[]
      : null,
  });
}
