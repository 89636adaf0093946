import { fileTypeFromBuffer } from 'file-type';

/** As many bytes as file-type asks for at most. */
export const detectBytes = 4_100;

/** The media type that the first bytes of a file show, null where they show none. Never throws. */
export async function detectType(head: Buffer): Promise<string | null> {
  if (head.length === 0) return null;
  try {
    return (await fileTypeFromBuffer(head))?.mime ?? null;
  } catch {
    // A cut or forged container; the bytes say nothing reliable.
    return null;
  }
}
