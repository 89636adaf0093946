/** The header section of a raw message with its empty line (RFC 5322 §2.1); everything if there is none. */
export function headersOf(raw: Buffer): Buffer {
  const ends = ['\r\n\r\n', '\n\n'].flatMap((end) => {
    const at = raw.indexOf(end);
    return at < 0 ? [] : [at + end.length];
  });
  return raw.subarray(0, Math.min(raw.length, ...ends));
}
