/** Finds what to import in files: messages, including those in archives and of Outlook; anything else is refused by name. */
import { mkdir, mkdtemp, open, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { convertOutlook, MAX_OUTLOOK_BYTES } from './convert-outlook.ts';
import { kindOfFile, KIND_BYTES } from './file-kind.ts';
import { locateInFile, locateMessages } from './message-files.ts';
import type { LocatedMessage } from './message-files.ts';
import { unpackZip } from './zip-archive.ts';

/** A file that is not a message: what it is, and what to do. */
export interface RefusedFile {
  readonly file: string;
  readonly why: string;
}

interface Import {
  /** For unpacked files; the caller removes it. */
  readonly dir: string;
  readonly refuse: (refused: RefusedFile) => void;
}

/** The messages of a path, in file order. */
export async function* locateForImport(path: string, into: Import): AsyncGenerator<LocatedMessage> {
  let looked: string | null = null;
  let isAccepted = false;
  for await (const located of locateMessages([path], { keepInside: true })) {
    if (located.kind === 'unreadable')
      into.refuse({ file: located.file, why: `cannot be read: ${located.error}` });
    if (located.kind !== 'message') continue;
    // An mbox has many messages in one file.
    if (looked !== located.path) {
      looked = located.path;
      const taken = await unpackFile(located.source, { ...into, name: located.path, isPacked: false });
      isAccepted = taken === null;
      yield* taken ?? [];
    }
    if (isAccepted) yield located;
  }
}

interface One extends Import {
  /** Names and identifies the file. */
  readonly name: string;
  /** From an archive: nested archives are not unpacked. */
  readonly isPacked: boolean;
}

/** Null if the file itself is a message or an mbox. */
async function unpackFile(path: string, one: One): Promise<LocatedMessage[] | null> {
  const { name, refuse, isPacked } = one;
  try {
    const { size } = await stat(path);
    const found = await kindOfFile(await headOf(path), size);
    switch (found.kind) {
      case 'message':
        return null;
      case 'refused':
        throw new Error(`${found.what}, no message. Fix: ${found.fix}`);
      case 'outlook-message':
        return await converted(path, { ...one, size });
      case 'zip':
        break;
    }
    if (isPacked) throw new Error('an archive within an archive. Fix: unpack it and give the folder');
    return await unpacked(path, one);
  } catch (error) {
    refuse({ file: name, why: error instanceof Error ? error.message : String(error) });
    return [];
  }
}

async function converted(
  path: string,
  { name, dir, size }: One & { readonly size: number },
): Promise<LocatedMessage[]> {
  const fail = (why: string): Error =>
    new Error(`an Outlook message or another Office file: ${why}. Fix: save it as .eml`);
  if (size > MAX_OUTLOOK_BYTES) throw fail(`it is over ${MAX_OUTLOOK_BYTES} bytes`);
  const mime = await convertOutlook(path).catch((error: Error) => {
    throw fail(error.message);
  });
  const target = join(await mkdtemp(join(dir, 'outlook-')), 'message.eml');
  await writeFile(target, mime, { flag: 'wx', mode: 0o600 });
  return [
    {
      kind: 'message',
      file: name,
      path: target,
      source: target,
      start: 0,
      end: mime.length,
      quoted: false,
      date: null,
      origin: name,
    },
  ];
}

/** All or nothing: an archive that breaks half-way is refused before any of its messages is used. */
async function unpacked(path: string, one: One): Promise<LocatedMessage[]> {
  const dir = await mkdtemp(join(one.dir, 'zip-'));
  await mkdir(join(dir, 'files'), { mode: 0o700 });
  const files = await unpackZip(path, join(dir, 'files')).catch((error: Error) => {
    throw new Error(
      `an archive that cannot be unpacked: ${error.message}. Fix: unpack it yourself and give the folder`,
    );
  });
  const messages: LocatedMessage[] = [];
  for (const file of files) {
    const name = `${one.name}/${file.name}`;
    const inner = await unpackFile(file.path, { ...one, name, isPacked: true });
    if (inner !== null) messages.push(...inner);
    else messages.push(...(await locateUnpacked(file.path, name)));
  }
  return messages;
}

async function locateUnpacked(path: string, name: string): Promise<LocatedMessage[]> {
  const messages: LocatedMessage[] = [];
  for await (const message of locateInFile({ path, source: path, size: (await stat(path)).size }))
    messages.push(message.kind === 'message' ? { ...message, file: name, origin: name } : message);
  return messages;
}

async function headOf(path: string): Promise<Buffer> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(KIND_BYTES), 0, KIND_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
