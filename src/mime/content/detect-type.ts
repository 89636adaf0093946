import { fileTypeFromBuffer } from 'file-type';
import { hasFileSignature } from './file-signature.ts';
import { beginsWithField } from '../header/headers.ts';

/** The most bytes that file-type asks for. */
export const detectBytes = 4_100;

/** The media type shown by the first bytes of a file, null if none. Never throws. */
export async function detectType(head: Buffer): Promise<string | null> {
  const found = await detect(head);
  if (found !== null) return found;
  // PDF readers look for the mark within the first kilobyte (ISO 32000-1, implementation note 13).
  const mayBePdf = !hasFileSignature(head) && !beginsWithField(head);
  if (mayBePdf && head.subarray(0, pdfReach).includes('%PDF-1.')) return 'application/pdf';
  const start = head.findIndex((byte) => !isPadding(byte));
  return start > 0 ? await detect(head.subarray(start)) : null;
}

const pdfReach = 1_024;

/** Blanks, line ends, NUL and a byte order mark, which programs put before a file. */
const isPadding = (byte: number): boolean => byte <= 0x20 || byte === 0xef || byte === 0xbb || byte === 0xbf;

async function detect(head: Buffer): Promise<string | null> {
  if (head.length === 0) return null;
  try {
    return (await fileTypeFromBuffer(head))?.mime ?? null;
  } catch {
    // A cut or forged container; the bytes say nothing reliable.
    return null;
  }
}
