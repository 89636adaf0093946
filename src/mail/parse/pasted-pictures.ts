import type { ContentFacts, ContentOutput } from './part-content.ts';
import { createBase64Decoder } from './transfer.ts';
import type { TransferDecoder } from './transfer.ts';

/** A picture that was pasted into HTML as a `data:` URL (RFC 2397) and is now a file that the HTML refers to. */
export interface PastedPicture {
  readonly contentId: string;
  readonly contentType: string;
  readonly filename: string;
  readonly facts: ContentFacts;
}

/** Takes large pictures out of HTML while it streams by, so that neither their size nor their number makes it too long. */
export interface PastedPictures {
  /** The HTML without them; `wait` where a sink asks to. */
  readonly push: (bytes: Buffer) => { readonly html: Buffer; readonly wait: Promise<void> | null };
  readonly end: () => Promise<{ readonly html: Buffer; readonly pictures: readonly PastedPicture[] }>;
}

/** The longest `data:` URL that stays: a logo. The sanitiser shows no longer one. */
export const maxPastedChars = 64 * 1024;
/** All that stay, together: a hundred logos are a catalogue. */
const maxAllPastedChars = 1_048_576;
/** What a browser shows of a `data:` URL in a message as it is shown here; other pictures are files at any size. */
const shown: ReadonlySet<string> = new Set([
  'image/gif',
  'image/jpeg',
  'image/jpg',
  'image/png',
  'image/webp',
]);
const marker = Buffer.from(';base64,');
/** As long as what stands before the marker may be: the media type and a parameter. */
const maxPrefix = 120;
const prefix = /data:(image\/[a-z0-9.+-]{1,40})(?:;[a-z0-9=_.-]{1,60})?$/iu;
const empty = Buffer.alloc(0);

const alphabet = new Uint8Array(256);
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=')
  alphabet[char.charCodeAt(0)] = 1;
/** Line ends and blanks, which browsers leave out within quotes. */
for (const blank of [0x09, 0x0a, 0x0d, 0x20]) alphabet[blank] = 2;

async function allOf(waits: readonly Promise<void>[]): Promise<void> {
  await Promise.all(waits);
}

interface Url {
  readonly contentType: string;
  /** Blanks may stand in it. */
  readonly quoted: boolean;
  /** What was met so far; empty once it is a picture. */
  readonly pieces: Buffer[];
  length: number;
  picture: {
    readonly decoder: TransferDecoder;
    readonly output: ContentOutput;
    readonly number: number;
  } | null;
}

/** `open` begins a file, and gives null where there may be no more. */
export function createPastedPictures(
  open: () => { output: ContentOutput; number: number } | null,
): PastedPictures {
  let held: Buffer = empty;
  let url: Url | null = null;
  let stayed = 0;
  const ended: Promise<PastedPicture>[] = [];
  let html: Buffer[] = [];
  let waits: Promise<void>[] = [];

  const write = (to: NonNullable<Url['picture']>, bytes: Buffer): void => {
    const wait = to.output.write(bytes);
    if (wait !== null) waits.push(wait);
  };
  const isTooLarge = ({ contentType, length }: Url): boolean =>
    length > maxPastedChars || !shown.has(contentType) || stayed + length > maxAllPastedChars;

  const take = (current: Url, bytes: Buffer): void => {
    current.length += bytes.length;
    if (current.picture === null) current.pieces.push(Buffer.from(bytes));
    else write(current.picture, current.picture.decoder.push(bytes));
    if (current.picture !== null || !isTooLarge(current)) return;
    const opened = open();
    if (opened === null) return;
    current.picture = { ...opened, decoder: createBase64Decoder() };
    // The first piece is the prefix.
    for (const piece of current.pieces.splice(0).slice(1))
      write(current.picture, current.picture.decoder.push(piece));
  };

  const finish = (current: Url): void => {
    const { picture, contentType } = current;
    if (picture === null) {
      stayed += current.length;
      for (const piece of current.pieces) html.push(piece);
      return;
    }
    write(picture, picture.decoder.end());
    const contentId = `pasted-${picture.number}@docketmail`;
    const subtype = contentType.slice('image/'.length).replace(/^x-|\+xml$/u, '');
    const filename = `pasted-${picture.number}.${subtype === 'jpeg' ? 'jpg' : subtype}`;
    html.push(Buffer.from(`cid:${contentId}`));
    const done = picture.output.end().then((facts) => ({ contentId, contentType, filename, facts }));
    // It is awaited at the end, and may fail before.
    done.catch(() => {});
    ended.push(done);
  };

  /** Reads on in a URL; gives the position behind what belongs to it. */
  const readUrl = (current: Url, data: Buffer, start: number): number => {
    const widest = current.quoted ? 2 : 1;
    let at = start;
    for (
      let kind = alphabet[data[at] ?? 0] ?? 0;
      kind > 0 && kind <= widest;
      kind = alphabet[data[at] ?? 0] ?? 0
    )
      at += 1;
    if (at > start) take(current, data.subarray(start, at));
    if (at < data.length) {
      finish(current);
      url = null;
    }
    return at;
  };

  /** Reads HTML up to the next URL of a picture; gives its beginning, or where to read on when more is there. */
  const readHtml = (data: Buffer, start: number): number => {
    let from = start;
    for (let at = data.indexOf(marker, from); at >= 0; at = data.indexOf(marker, from)) {
      const behind = at + marker.length;
      const lead = data.toString('latin1', Math.max(start, at - maxPrefix), at);
      const found = prefix.exec(lead);
      from = behind;
      if (found === null) continue;
      const begin = at - found[0].length;
      html.push(data.subarray(start, begin));
      const quoted = /["'(;]/u.test(data.toString('latin1', begin - 1, begin));
      const contentType = (found[1] ?? '').toLowerCase();
      url = { contentType, quoted, pieces: [], length: 0, picture: null };
      url.pieces.push(Buffer.from(data.subarray(begin, behind)));
      url.length = behind - begin;
      return behind;
    }
    const end = Math.max(start, data.length - maxPrefix - marker.length);
    html.push(data.subarray(start, end));
    return -1 - end;
  };

  const run = (data: Buffer): void => {
    let at = 0;
    while (at >= 0 && at < data.length) {
      if (url !== null) at = readUrl(url, data, at);
      else at = readHtml(data, at);
    }
    held = at < 0 ? Buffer.from(data.subarray(-1 - at)) : empty;
  };

  return {
    push(bytes) {
      html = [];
      waits = [];
      run(held.length === 0 ? bytes : Buffer.concat([held, bytes]));
      const wait = waits.length === 0 ? null : allOf(waits);
      return { html: Buffer.concat(html), wait };
    },
    async end() {
      html = [];
      if (url !== null) finish(url);
      html.push(held);
      held = empty;
      url = null;
      return { html: Buffer.concat(html), pictures: await Promise.all(ended) };
    },
  };
}
