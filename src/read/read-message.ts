import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Resolver } from 'node:dns/promises';
import type { Readable } from 'node:stream';
import type { Authentication } from '../mail/authentication/authentication.ts';
import { readHeaderOnly, readMail } from '../mail/read.ts';
import type { ReadMail } from '../mail/read.ts';
import type { SecondReading } from '../mail/second-reading.ts';
import { spool } from '../store/blobs/spool.ts';
import type { Spooled } from '../store/blobs/spool.ts';
import type {
  AttachmentContent,
  ReadingResult,
  ReadingTask,
  ReadingSettings,
  RawContent,
} from './reading-task.ts';
import { authenticateSender } from '../mail/authentication/sender.ts';
import { findDisagreements } from './find-disagreements.ts';

/** Attachments of one message kept in memory, together; more goes to disk. */
const MAX_MEMORY_BYTES = 4 * 1024 * 1024;
/** A slow resolver must not hold up the reader: a late answer is a temperror, never a pass. */
const DNS_TIMEOUT_MS = 2_000;

type MessageTask = Extract<ReadingTask, { kind: 'message' }>;
type HeaderTask = Extract<ReadingTask, { kind: 'header' }>;

/** The work of a reading process. */
export async function readMessage(
  task: ReadingTask,
  settings: ReadingSettings,
): Promise<ReadingResult | SecondReading> {
  if (task.kind === 'message') return await readWhole(task, settings);
  if (task.kind === 'header') return await readHeader(task, settings);
  // Takes a tenth of a second to load, and is rarely needed.
  return await (await import('./second-reader.ts')).readSecond(open(task.raw));
}

async function readHeader(
  { header: bytes, size, sha256, maxBytes }: HeaderTask,
  settings: ReadingSettings,
): Promise<ReadingResult> {
  const header = asBuffer(bytes);
  const reading = await readHeaderOnly({ header, size, sha256, maxBytes });
  const disagreements = await findDisagreements(reading.mail, settings.caseTags, () => [header]);
  return { reading, contents: [], authentication: null, disagreements };
}

async function readWhole(task: MessageTask, settings: ReadingSettings): Promise<ReadingResult> {
  if (task.isToShow === true)
    return {
      reading: await readMail({ raw: contentOf(task.raw) }),
      contents: [],
      authentication: null,
      disagreements: [],
    };
  const spooled: Spooled[] = [];
  let inMemory = 0;
  const reading = await readMail({
    raw: contentOf(task.raw),
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
    contents: distinct(spooled),
    authentication: await authenticate(task, reading, settings),
    disagreements: await findDisagreements(reading.mail, settings.caseTags, () => open(task.raw)),
  };
}

function contentOf(raw: RawContent): Buffer | Readable {
  return raw instanceof Uint8Array
    ? asBuffer(raw)
    : createReadStream(raw.path, { highWaterMark: 256 * 1024 });
}

function open(raw: RawContent): AsyncIterable<Buffer> | Iterable<Buffer> {
  const content = contentOf(raw);
  return Buffer.isBuffer(content) ? [content] : content;
}

/** Structured clone may turn a Buffer into a Uint8Array. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

function distinct(spooled: readonly Spooled[]): AttachmentContent[] {
  return [
    ...new Map(spooled.map(({ sha256, size, content }) => [sha256, { sha256, size, content }])).values(),
  ];
}

let resolver: Resolver | null = null;

async function resolve(name: string, type: string): Promise<readonly unknown[]> {
  resolver ??= new Resolver({ timeout: DNS_TIMEOUT_MS, tries: 2 });
  return (await resolver.resolve(name, type)) as readonly unknown[];
}

async function authenticate(
  task: MessageTask,
  { mail }: ReadMail,
  settings: ReadingSettings,
): Promise<Authentication | null> {
  return await authenticateSender({
    mail,
    rules: settings,
    raw: async () => (task.raw instanceof Uint8Array ? task.raw : await readFile(task.raw.path)),
    resolver: settings.authenticate ? resolve : null,
  });
}
