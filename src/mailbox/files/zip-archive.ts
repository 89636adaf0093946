/** Unpacks a zip of messages within bounds: what an archive says of itself may be a lie, and what it holds a bomb. */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import yauzl from 'yauzl';
import type { Entry } from 'yauzl';

export interface ZipLimits {
  readonly maxEntries: number;
  /** Of all entries, unpacked. */
  readonly maxTotalBytes: number;
  readonly maxEntryBytes: number;
  /** Unpacked to packed, of the whole archive; text packs to a tenth, a bomb to a thousandth. */
  readonly maxRatio: number;
}

export const zipLimits: ZipLimits = {
  maxEntries: 100_000,
  maxTotalBytes: 8 * 1024 ** 3,
  maxEntryBytes: 512 * 1024 ** 2,
  maxRatio: 200,
};

/** Below this no ratio is a danger. */
const HARMLESS_BYTES = 16 * 1024 ** 2;

export interface Unpacked {
  /** As the archive names it; never used as a path. */
  readonly name: string;
  readonly path: string;
}

/** Unpacks files into `dir` under numbers of ours. @throws with what is wrong with the archive; nothing of it is to be used then. */
export async function unpackZip(
  path: string,
  dir: string,
  limits: ZipLimits = zipLimits,
): Promise<Unpacked[]> {
  // It checks that sizes are as declared, and refuses names that lead out of the archive.
  const zip = await yauzl.openPromise(path, {
    lazyEntries: true,
    autoClose: false,
    validateEntrySizes: true,
  });
  try {
    if (zip.entryCount > limits.maxEntries)
      throw new Error(`it holds ${zip.entryCount} entries, over the limit of ${limits.maxEntries}`);
    const unpacked: Unpacked[] = [];
    const total = { packed: 0, unpacked: 0 };
    for await (const entry of zip.eachEntry()) {
      if (isLeftOut(entry.fileName)) continue;
      refuseEntry(entry, total, limits);
      const file = join(dir, `${unpacked.length}`);
      await pipeline(
        (await zip.openReadStreamPromise(entry)) as Readable,
        createWriteStream(file, { flags: 'wx', mode: 0o600 }),
      );
      unpacked.push({ name: entry.fileName, path: file });
      if (unpacked.length > limits.maxEntries) throw new Error(`it holds over ${limits.maxEntries} files`);
    }
    return unpacked;
  } finally {
    zip.close();
  }
}

/** Folders, hidden files, and what macOS adds for itself. */
function isLeftOut(name: string): boolean {
  const parts = name.split('/');
  return name.endsWith('/') || parts.some((part) => part.startsWith('.')) || parts[0] === '__MACOSX';
}

/** Before a byte is unpacked, and with what was declared: more than that is refused while it is read. */
function refuseEntry(
  entry: Entry,
  total: { packed: number; unpacked: number },
  { maxEntryBytes, maxTotalBytes, maxRatio }: ZipLimits,
): void {
  const { fileName, compressedSize, uncompressedSize } = entry;
  const shown = JSON.stringify(fileName.slice(0, 100));
  if ((entry.generalPurposeBitFlag & 1) === 1) throw new Error(`${shown} is encrypted`);
  if (uncompressedSize > maxEntryBytes)
    throw new Error(`${shown} unpacks to ${uncompressedSize} bytes, over the limit of ${maxEntryBytes}`);
  total.packed += compressedSize;
  total.unpacked += uncompressedSize;
  if (total.unpacked > maxTotalBytes) throw new Error(`it unpacks to over ${maxTotalBytes} bytes`);
  if (total.unpacked > HARMLESS_BYTES && total.unpacked > total.packed * maxRatio)
    throw new Error(`it unpacks to over ${maxRatio} times its size, as only a bomb does`);
}
