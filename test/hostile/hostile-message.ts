/** A kind of message made to break a reader. Invented; contains nobody's mail. */
export interface HostileKind {
  readonly name: string;
  /** About this many bytes of it. */
  readonly make: (bytes: number) => Buffer;
}

const plain = 'Content-Type: text/plain; charset=utf-8';
export const html = 'Content-Type: text/html; charset=utf-8';

/** A message with these fields after the usual ones. */
export function message(fields: readonly string[], body: Buffer | string): Buffer {
  const head = [
    'From: Nobody <nobody@hostile.test>',
    'To: Ines Larkin <ines.larkin@larkin-voss.example>',
    'Subject: A message like others',
    'Date: Tue, 03 Mar 2026 10:00:00 +0000',
    'Message-ID: <hostile@hostile.test>',
    'MIME-Version: 1.0',
    ...fields,
  ];
  return Buffer.concat([
    Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'),
    typeof body === 'string' ? Buffer.from(body, 'latin1') : body,
  ]);
}

/** `unit` repeated, up to this many bytes. */
export function fill(unit: Buffer | string, bytes: number): Buffer {
  const piece = typeof unit === 'string' ? Buffer.from(unit, 'utf8') : unit;
  return piece.length === 0 || bytes <= 0 ? Buffer.alloc(0) : Buffer.alloc(bytes, piece);
}

/** `unit` of 0, 1, 2 … in sequence, up to this many bytes. */
export function fillCounted(unit: (n: number) => string, bytes: number): Buffer {
  const pieces: Buffer[] = [];
  let size = 0;
  for (let n = 0; size < bytes; n += 1) {
    const piece = Buffer.from(unit(n), 'utf8');
    pieces.push(piece);
    size += piece.length;
  }
  return Buffer.concat(pieces);
}

/** Base64 in lines of 76. */
export function base64Lines(bytes: Buffer): Buffer {
  const encoded = bytes.toString('base64');
  const lines: string[] = [];
  for (let at = 0; at < encoded.length; at += 76) lines.push(encoded.slice(at, at + 76));
  return Buffer.from(lines.join('\r\n'), 'latin1');
}

/** A text body of one thing repeated. */
export function repeatedText(
  name: string,
  unit: Buffer | string,
  type = plain,
  more: readonly string[] = [],
): HostileKind {
  return { name, make: (bytes) => message([type, ...more], fill(unit, bytes)) };
}

/** An HTML body of one thing repeated. */
export function repeatedHtml(
  name: string,
  unit: string,
  around: readonly [string, string] = ['', ''],
): HostileKind {
  return {
    name: `html: ${name}`,
    make: (bytes) =>
      message([html], Buffer.concat([Buffer.from(around[0]), fill(unit, bytes), Buffer.from(around[1])])),
  };
}

/** A header of one thing repeated, after the other fields. */
export function repeatedField(name: string, unit: string, start = ''): HostileKind {
  return {
    name: `header: ${name}`,
    make: (bytes) =>
      Buffer.concat([
        Buffer.from('Date: Tue, 03 Mar 2026 10:00:00 +0000\r\n'),
        Buffer.from(start),
        fill(unit, bytes),
        Buffer.from('\r\nFrom: Nobody <nobody@hostile.test>\r\n\r\nshort\r\n'),
      ]),
  };
}

/** A multipart body of one thing repeated. */
export function repeatedParts(
  name: string,
  unit: (n: number) => string,
  type = 'multipart/mixed',
): HostileKind {
  return {
    name: `parts: ${name}`,
    make: (bytes) =>
      message(
        [`Content-Type: ${type}; boundary=b`],
        Buffer.concat([fillCounted(unit, bytes), Buffer.from('--b--\r\n')]),
      ),
  };
}

/** One file of a message, base64. */
export function enclosed(name: string, type: string, content: (bytes: number) => Buffer): HostileKind {
  return {
    name: `container: ${name}`,
    make: (bytes) =>
      message(
        ['Content-Type: multipart/mixed; boundary=b'],
        Buffer.concat([
          Buffer.from(
            `--b\r\n${plain}\r\n\r\nsee the file\r\n--b\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: base64\r\n\r\n`,
          ),
          base64Lines(content(Math.floor((bytes * 3) / 4))),
          Buffer.from('\r\n--b--\r\n'),
        ]),
      ),
  };
}
