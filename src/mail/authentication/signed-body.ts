/** RFC 5322 §2.1.1 allows 998. Hashing in relaxed form rereads a line for every 64 KB of it. */
const MAX_LINE_BYTES = 512 * 1024;
/** Blank lines are buffered until a line with text follows (RFC 6376 §3.4.3). */
const MAX_BLANK_LINES = 20_000;
/** A 25 MB file in base64 has 350,000 lines. A short line takes as long as a long one. */
const MAX_LINES = 1_000_000;
const CHUNK_BYTES = 64 * 1024;

const LF = 0x0a;
const CR = 0x0d;

/** False if canonicalising the body (RFC 6376 §3.4) would cost more time or memory than reading it. */
export function isHashable(body: Buffer): boolean {
  let blank = 0;
  let lines = 0;
  for (let start = 0; start < body.length; lines += 1) {
    const feed = body.indexOf(LF, start);
    const end = feed < 0 ? body.length : feed + 1;
    if (end - start > MAX_LINE_BYTES || lines >= MAX_LINES) return false;
    blank = isBlank(body, start, end) ? blank + 1 : 0;
    if (blank > MAX_BLANK_LINES) return false;
    start = end;
  }
  return true;
}

/** The message in pieces, with every line end as CRLF: that is how it was signed, even if a file changed it. */
export function* withNetworkLineEnds(head: string, body: Buffer): Generator<Buffer> {
  yield Buffer.from(head.replaceAll(/\r?\n/gu, '\r\n'), 'latin1');
  let before = LF;
  for (let start = 0; start < body.length; start += CHUNK_BYTES) {
    const piece = body.subarray(start, start + CHUNK_BYTES);
    yield hasBareFeed(piece, before) ? levelled(piece, before) : piece;
    before = piece.at(-1) ?? before;
  }
}

function isBlank(body: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const byte = body[at];
    if (byte !== 0x20 && byte !== 0x09 && byte !== CR && byte !== LF) return false;
  }
  return true;
}

function hasBareFeed(piece: Buffer, before: number): boolean {
  for (let feed = piece.indexOf(LF); feed >= 0; feed = piece.indexOf(LF, feed + 1)) {
    if ((feed === 0 ? before : piece[feed - 1]) !== CR) return true;
  }
  return false;
}

function levelled(piece: Buffer, before: number): Buffer {
  const text = piece.toString('latin1').replaceAll(/(?<!\r)\n/gu, '\r\n');
  // the previous piece ended with the carriage return
  const doubled = before === CR && piece[0] === LF;
  return Buffer.from(doubled ? text.slice(1) : text, 'latin1');
}
