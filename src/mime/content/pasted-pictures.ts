import type { ContentFacts, ContentOutput } from './content-output.ts';
import { createBase64Decoder } from './transfer.ts';
import type { TransferDecoder } from './transfer.ts';

/** A picture pasted into HTML as a `data:` URL (RFC 2397), now a file that the HTML refers to. */
export interface PastedPicture {
  readonly contentId: string;
  readonly contentType: string;
  readonly filename: string;
  readonly facts: ContentFacts;
}

/** Takes large pictures out of HTML while it streams, so that neither their size nor their number makes it too long. */
export interface PastedPictures {
  /** The HTML without them; `wait` if a sink asks to. */
  readonly push: (bytes: Buffer) => { readonly html: Buffer; readonly wait: Promise<void> | null };
  readonly end: () => Promise<{ readonly html: Buffer; readonly pictures: readonly PastedPicture[] }>;
}

/** The longest `data:` URL that stays: a logo. The sanitiser accepts no longer one. */
export const maxPastedChars = 64 * 1024;
/** All that stay, together: a hundred logos are a catalogue. */
const maxAllPastedChars = 1_048_576;
/** The `data:` types that browsers show in a sanitised message; other pictures become files at any size. */
const shown: ReadonlySet<string> = new Set([
  'image/gif',
  'image/jpeg',
  'image/jpg',
  'image/png',
  'image/webp',
]);
const marker = Buffer.from(';base64,');
/** The longest text before the marker: media type and one parameter. */
const maxPrefix = 120;
const prefix = /data:(image\/[a-z0-9.+-]{1,40})(?:;[a-z0-9=_.-]{1,60})?$/iu;
const empty = Buffer.alloc(0);

const alphabet = new Uint8Array(256);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=')
  alphabet[character.charCodeAt(0)] = 1;
/** Line ends and blanks, which browsers ignore within quotes. */
for (const blank of [0x09, 0x0a, 0x0d, 0x20]) alphabet[blank] = 2;

type OpenPicture = () => { readonly output: ContentOutput; readonly number: number } | null;

interface Url {
  readonly contentType: string;
  /** It may contain blanks. */
  readonly quoted: boolean;
  /** What was found so far; empty once it is a picture. */
  readonly pieces: Buffer[];
  length: number;
  picture: {
    readonly decoder: TransferDecoder;
    readonly output: ContentOutput;
    readonly number: number;
  } | null;
}

/** `open` begins a file, and returns null if no more are allowed. */
export function createPastedPictures(open: OpenPicture): PastedPictures {
  const urls = createUrlContents(open);
  let held: Buffer = empty;
  let url: Url | null = null;
  let html: Buffer[] = [];

  const finish = (current: Url): void => {
    for (const piece of urls.finish(current)) html.push(piece);
    url = null;
  };

  /** Continues a URL; returns the position after its content. */
  const readUrl = (current: Url, data: Buffer, start: number): number => {
    const at = endOfUrl(data, start, current.quoted);
    if (at > start) urls.take(current, data.subarray(start, at));
    if (at < data.length) finish(current);
    return at;
  };

  /** Reads HTML up to the next picture URL; returns its start, or where to continue when more arrives. */
  const readHtml = (data: Buffer, start: number): number => {
    const found = findUrl(data, start);
    if (found !== null) {
      const { begin, behind, contentType, quoted } = found;
      html.push(data.subarray(start, begin));
      const first = Buffer.from(data.subarray(begin, behind));
      url = { contentType, quoted, pieces: [first], length: first.length, picture: null };
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
      run(held.length === 0 ? bytes : Buffer.concat([held, bytes]));
      return { html: Buffer.concat(html), wait: urls.wait() };
    },
    async end() {
      html = [];
      if (url !== null) finish(url);
      html.push(held);
      held = empty;
      return { html: Buffer.concat(html), pictures: await urls.pictures() };
    },
  };
}

/** The contents of the URLs: kept in the HTML, or turned into files. */
function createUrlContents(open: OpenPicture) {
  const ended: Promise<PastedPicture>[] = [];
  let stayed = 0;
  let waits: Promise<void>[] = [];

  const write = (to: NonNullable<Url['picture']>, bytes: Buffer): void => {
    const wait = to.output.write(bytes);
    if (wait !== null) waits.push(wait);
  };
  const isTooLarge = ({ contentType, length }: Url): boolean =>
    length > maxPastedChars || !shown.has(contentType) || stayed + length > maxAllPastedChars;

  return {
    take: (current: Url, bytes: Buffer): void => {
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
    },
    /** The HTML that replaces it. */
    finish: ({ picture, pieces, length, contentType }: Url): readonly Buffer[] => {
      if (picture === null) {
        stayed += length;
        return pieces;
      }
      write(picture, picture.decoder.end());
      const named = nameOf(picture.number, contentType);
      const done = picture.output.end().then((facts) => ({ ...named, facts }));
      // It is awaited at the end, and may fail earlier.
      done.catch(() => {});
      ended.push(done);
      return [Buffer.from(`cid:${named.contentId}`)];
    },
    /** Until the sinks have taken what was written since the last call. */
    wait: (): Promise<void> | null => {
      const all = waits;
      waits = [];
      return all.length === 0 ? null : allOf(all);
    },
    pictures: async (): Promise<PastedPicture[]> => await Promise.all(ended),
  };
}

async function allOf(waits: readonly Promise<unknown>[]): Promise<void> {
  await Promise.all(waits);
}

interface FoundUrl {
  readonly begin: number;
  /** Where its content begins. */
  readonly behind: number;
  readonly contentType: string;
  readonly quoted: boolean;
}

/** The next picture URL after a position. */
function findUrl(data: Buffer, start: number): FoundUrl | null {
  let from = start;
  for (let at = data.indexOf(marker, from); at >= 0; at = data.indexOf(marker, from)) {
    const behind = at + marker.length;
    const lead = data.toString('latin1', Math.max(start, at - maxPrefix), at);
    const found = prefix.exec(lead);
    from = behind;
    if (found === null) continue;
    const begin = at - found[0].length;
    const quoted = /["'(;]/u.test(data.toString('latin1', begin - 1, begin));
    return { begin, behind, contentType: (found[1] ?? '').toLowerCase(), quoted };
  }
  return null;
}

/** The position after the content of a URL. */
function endOfUrl(data: Buffer, start: number, quoted: boolean): number {
  const widest = quoted ? 2 : 1;
  let at = start;
  for (
    let kind = alphabet[data[at] ?? 0] ?? 0;
    kind > 0 && kind <= widest;
    kind = alphabet[data[at] ?? 0] ?? 0
  )
    at += 1;
  return at;
}

function nameOf(number: number, contentType: string): Omit<PastedPicture, 'facts'> {
  const subtype = contentType.slice('image/'.length).replace(/^x-|\+xml$/u, '');
  const filename = `pasted-${number}.${subtype === 'jpeg' ? 'jpg' : subtype}`;
  return { contentId: `pasted-${number}@docketmail`, contentType, filename };
}
