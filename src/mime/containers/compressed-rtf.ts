/** The compressed RTF body of Outlook messages (MS-OXRTFCP), read without trust: every length is checked against the actual bytes. */

/** MS-OXRTFCP §2.1.2.1: the dictionary before the first byte. */
const initialDictionary =
  String.raw`{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0` +
  '\r\n' +
  String.raw`\par \pard\plain\f0\fs20\b\i\u\tab\tx`;
const dictionarySize = 4_096;
const headerSize = 16;
const compressed = 0x75465a4c;
const uncompressed = 0x414c454d;

/**
 * The RTF inside a PidTagRtfCompressed value; null if it is not one. Truncated or damaged input gives what could be read. The
 * output is at most `maxBytes`; linear, because two bytes give 17 at most. Checksums are not verified.
 */
export function decompressRtf(bytes: Buffer, maxBytes: number): Buffer | null {
  if (bytes.length < headerSize) return null;
  const rawSize = Math.min(bytes.readUInt32LE(4), maxBytes);
  const kind = bytes.readUInt32LE(8);
  if (kind === uncompressed) return bytes.subarray(headerSize, headerSize + rawSize);
  if (kind !== compressed) return null;
  const dictionary = Buffer.alloc(dictionarySize, 0x20);
  let write = dictionary.write(initialDictionary, 'latin1');
  // Do not allocate the size that the header claims before there are bytes to fill it.
  const output = Buffer.allocUnsafe(Math.min(rawSize, (bytes.length - headerSize) * 9));
  let length = 0;
  const put = (byte: number): void => {
    output[length++] = byte;
    dictionary[write] = byte;
    write = (write + 1) % dictionarySize;
  };
  let at = headerSize;
  while (at < bytes.length && length < output.length) {
    const control = bytes[at++] ?? 0;
    for (let bit = 0; bit < 8 && at < bytes.length && length < output.length; bit += 1) {
      if ((control & (1 << bit)) === 0) {
        put(bytes[at++] ?? 0);
        continue;
      }
      const reference = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
      at += 2;
      const offset = reference >> 4;
      // A reference to the write position is the end mark (MS-OXRTFCP §2.2.2.1).
      if (at > bytes.length || offset === write) return output.subarray(0, length);
      const count = (reference & 0x0f) + 2;
      for (let index = 0; index < count && length < output.length; index += 1)
        put(dictionary[(offset + index) % dictionarySize] ?? 0);
    }
  }
  return output.subarray(0, length);
}
