import { hasWideMark, wideCharset } from '../charset/charset.ts';

/** First bytes of well-known file types, for parts whose header says something else, or nothing. */
const signatures: readonly (readonly [at: number, bytes: Buffer])[] = [
  [0, Buffer.from('%PDF-')],
  [0, Buffer.from('ffd8ff', 'hex')],
  [0, Buffer.from('89504e470d0a1a0a', 'hex')],
  [0, Buffer.from('GIF87a')],
  [0, Buffer.from('GIF89a')],
  [0, Buffer.from('504b0304', 'hex')],
  [0, Buffer.from('504b0506', 'hex')],
  // Office before 2007, Outlook's .msg.
  [0, Buffer.from('d0cf11e0a1b11ae1', 'hex')],
  [0, Buffer.from('1f8b08', 'hex')],
  [0, Buffer.from('377abcaf271c', 'hex')],
  [0, Buffer.from('Rar!\u001a\u0007', 'latin1')],
  [0, Buffer.from('BZh91AY&SY')],
  [0, Buffer.from('fd377a585a00', 'hex')],
  [0, Buffer.from('49492a00', 'hex')],
  [0, Buffer.from('4d4d002a', 'hex')],
  [0, Buffer.from('ID3')],
  [0, Buffer.from('OggS')],
  [0, Buffer.from('789f3e22', 'hex')],
  [0, Buffer.from('%!PS-Adobe')],
  [4, Buffer.from('ftyp')],
  [8, Buffer.from('WEBP')],
  [8, Buffer.from('WAVE')],
  [8, Buffer.from('AVI ')],
];

/** Control bytes that occur in text: tabs, line ends, backspace, escape and the shifts of ISO 2022. */
const textControls: ReadonlySet<number> = new Set([
  0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x1a, 0x1b,
]);
/** Any other but NUL: searched first, because most texts have none. */
// oxlint-disable-next-line no-control-regex
const anyControl = /[\u0001-\u0007\u0010-\u0019\u001c-\u001f]/u;
/** 7 in 100 random bytes are other controls; text has none, except a stray one from a broken program. */
const minControlShare = 0.03;
const minControls = 4;

export function hasFileSignature(head: Buffer): boolean {
  return signatures.some(
    ([at, bytes]) => head[at] === bytes[0] && head.subarray(at, at + bytes.length).equals(bytes),
  );
}

/** Whether bytes that a header calls text are a file. NUL alone is no sign: programs pad texts with it, and UTF-16 is full of it. */
export function isBinary(head: Buffer): boolean {
  if (hasFileSignature(head)) return true;
  if (hasWideMark(head) || wideCharset(head.subarray(0, head.length - (head.length % 2))) !== null)
    return false;
  if (!anyControl.test(head.toString('latin1'))) return false;
  let controls = 0;
  for (const byte of head) if (byte < 0x20 && byte !== 0 && !textControls.has(byte)) controls += 1;
  return controls >= minControls && controls >= head.length * minControlShare;
}
