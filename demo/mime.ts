/** Just enough MIME to write the demo's messages by hand, with the same bytes on every run. */

export interface Part {
  readonly headers: readonly string[];
  readonly body: Buffer;
}

const CRLF = '\r\n';

export function text(content: string, type = 'text/plain; charset=utf-8'): Part {
  return {
    headers: [`Content-Type: ${type}`, 'Content-Transfer-Encoding: 8bit'],
    body: Buffer.from(lines(content)),
  };
}

export function html(content: string): Part {
  return text(content, 'text/html; charset=utf-8');
}

/** Text in an old character set: the bytes are given. */
export function encoded(body: Buffer, charset: string): Part {
  return {
    headers: [`Content-Type: text/plain; charset=${charset}`, 'Content-Transfer-Encoding: base64'],
    body: base64(body),
  };
}

export interface FileDraft {
  readonly name: string;
  readonly type: string;
  readonly content: Buffer;
  /** Shown in the HTML by this Content-ID. */
  readonly cid?: string;
}

export function file({ name, type, content, cid }: FileDraft): Part {
  const disposition = cid === undefined ? 'attachment' : 'inline';
  const headers = [
    `Content-Type: ${type}`,
    `Content-Disposition: ${disposition}; ${parameter('filename', name)}`,
    'Content-Transfer-Encoding: base64',
  ];
  return {
    headers: cid === undefined ? headers : [...headers, `Content-ID: <${cid}>`],
    body: base64(content),
  };
}

/** A whole message as a part (RFC 2046 §5.2.1). */
export function enclosed(message: Buffer): Part {
  return { headers: ['Content-Type: message/rfc822', 'Content-Disposition: attachment'], body: message };
}

export function multipart(type: string, boundary: string, parts: readonly Part[]): Part {
  const pieces = parts.flatMap((part) => [
    Buffer.from(`--${boundary}${CRLF}${part.headers.join(CRLF)}${CRLF}${CRLF}`),
    part.body,
    Buffer.from(CRLF),
  ]);
  return {
    headers: [`Content-Type: ${type}; boundary="${boundary}"`],
    body: Buffer.concat([...pieces, Buffer.from(`--${boundary}--${CRLF}`)]),
  };
}

export function wholeMessage(headers: readonly string[], part: Part): Buffer {
  const all = [...headers, 'MIME-Version: 1.0', ...part.headers];
  return Buffer.concat([Buffer.from(all.join(CRLF) + CRLF + CRLF), part.body]);
}

/** RFC 5322 §3.3, in UTC. */
export function dateHeader(date: Date): string {
  return date.toUTCString().replace('GMT', '+0000');
}

/** A header value as an encoded word (RFC 2047) if it is not ASCII. */
export function word(value: string): string {
  return /^[\x20-\x7e]*$/.test(value) ? value : `=?utf-8?B?${Buffer.from(value).toString('base64')}?=`;
}

function parameter(name: string, value: string): string {
  const plain = /^[\x20-\x7e]*$/.test(value);
  return plain ? `${name}="${value}"` : `${name}*=utf-8''${encodeURIComponent(value)}`;
}

function lines(content: string): string {
  return content.trim().replaceAll(/\r?\n/g, CRLF) + CRLF;
}

function base64(content: Buffer): Buffer {
  return Buffer.from((content.toString('base64').match(/.{1,76}/g) ?? []).join(CRLF) + CRLF);
}
