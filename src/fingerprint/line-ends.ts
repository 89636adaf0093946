import type { Stage } from './stage.ts';

const LF = 10;
const CR = 13;

/** Scratch buffer, never kept between calls: a stage has used its input when it returns. */
const blockBytes = 64 * 1024;
const block = Buffer.allocUnsafeSlow(blockBytes);
const lineFeeds = Buffer.alloc(4096, LF);

/** Text in the form compared: CRLF, LF and CR become LF, and line ends after the last non-empty line are cut. */
export function textLines(next: Stage): Stage {
  let afterCr = false;
  let heldFeeds = 0;
  const writeHeldFeeds = (): void => {
    for (; heldFeeds > 0; heldFeeds -= Math.min(heldFeeds, lineFeeds.length)) {
      next.write(lineFeeds.subarray(0, Math.min(heldFeeds, lineFeeds.length)));
    }
  };
  const writeLevelled = (bytes: Buffer): void => {
    let end = bytes.length;
    while (end > 0 && bytes[end - 1] === LF) end -= 1;
    if (end > 0) {
      writeHeldFeeds();
      next.write(bytes.subarray(0, end));
    }
    heldFeeds += bytes.length - end;
  };
  return {
    write(bytes) {
      if (!afterCr && !bytes.includes(CR)) {
        writeLevelled(bytes);
        return;
      }
      for (let start = 0; start < bytes.length; start += blockBytes) {
        const end = Math.min(bytes.length, start + blockBytes);
        let length = 0;
        for (let index = start; index < end; index += 1) {
          const byte = bytes[index] ?? 0;
          if (byte === CR) block[length++] = LF;
          else if (byte !== LF || !afterCr) block[length++] = byte;
          afterCr = byte === CR;
        }
        writeLevelled(block.subarray(0, length));
      }
    },
    end() {
      next.end();
    },
  };
}

/**
 * Bytes that are not text but were sent as lines (RFC 2049 §4): every line end becomes CRLF, as a relay would have encoded them in
 * base64.
 */
export function canonicalLines(next: Stage): Stage {
  let afterCr = false;
  return {
    write(bytes) {
      const step = blockBytes / 2;
      for (let start = 0; start < bytes.length; start += step) {
        const end = Math.min(bytes.length, start + step);
        let length = 0;
        for (let index = start; index < end; index += 1) {
          const byte = bytes[index] ?? 0;
          if (byte === CR || (byte === LF && !afterCr)) {
            block[length++] = CR;
            block[length++] = LF;
          } else if (byte !== LF) {
            block[length++] = byte;
          }
          afterCr = byte === CR;
        }
        next.write(block.subarray(0, length));
      }
    },
    end() {
      next.end();
    },
  };
}
