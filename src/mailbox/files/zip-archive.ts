/** Unpacks a zip of messages within limits: what an archive declares may be a lie, and its content a bomb. */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import yauzl from 'yauzl';
import type { Entry } from 'yauzl';

export interface ZipLimits {
  readonly maxEntries: number;
  /** Of all entries, unpacked. */
  readonly maxTotalBytes: number;
  readonly maxEntryBytes: number;
  /** Unpacked to packed size, of the whole archive; text packs to a tenth, a bomb to a thousandth. */
  readonly maxRatio: number;
}

export const zipLimits: ZipLimits = {
  maxEntries: 100_000,
  maxTotalBytes: 8 * 1024 ** 3,
  maxEntryBytes: 512 * 1024 ** 2,
  maxRatio: 200,
};

/** Below this size no ratio is dangerous. */
const HARMLESS_BYTES = 16 * 1024 ** 2;

export interface Unpacked {
  /** As named in the archive; never used as a path. */
  readonly name: string;
  readonly path: string;
}

/** Unpacks files into `dir` under our own numbers. @throws what is wrong with the archive; then nothing of it may be used. */
export async function unpackZip(
  path: string,
  dir: string,
  limits: ZipLimits = zipLimits,
): Promise<Unpacked[]> {
  // It checks declared sizes, and refuses names that lead out of the archive.
  const zip = await yauzl.openPromise(path, {
    lazyEntries: true,
    autoClose: false,
    validateEntrySizes: true,
  });
  try {
    if (zip.entryCount > limits.maxEntries)
      throw new Error(`it has ${zip.entryCount} entries, over the limit of ${limits.maxEntries}`);
    const unpacked: Unpacked[] = [];
    const total = { packed: 0, unpacked: 0 };
    for await (const entry of zip.eachEntry()) {
      if (isLeftOut(entry.fileName)) continue;
      refuseEntry(entry, total, limits);
      const file = join(dir, `${unpacked.length}`);
      await pipeline(
        await zip.openReadStreamPromise(entry),
        createWriteStream(file, { flags: 'wx', mode: 0o600 }),
      );
      unpacked.push({ name: entry.fileName, path: file });
      if (unpacked.length > limits.maxEntries) throw new Error(`it has over ${limits.maxEntries} files`);
    }
    return unpacked;
  } finally {
    zip.close();
  }
}

/** Folders, hidden files, and what macOS adds. */
function isLeftOut(name: string): boolean {
  const parts = name.split('/');
  return name.endsWith('/') || parts.some((part) => part.startsWith('.')) || parts[0] === '__MACOSX';
}

/** Before unpacking a byte, by declared size; a larger real size is refused while reading. */
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
