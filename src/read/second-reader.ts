/** mailparser as an independent second reader. Its reading is compared with the first one, or shown; it decides nothing. */
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { MailParser } from 'mailparser';
import type {
  AddressObject,
  EmailAddress,
  HeaderLines,
  Headers,
  MailParserOptions,
  MessageText,
} from 'mailparser';
import { maxAddresses } from '../mime/addresses/addresses.ts';
import { parseLimits } from '../mime/limits.ts';
import type { Address } from '../mime/parsed-message.ts';
import type { SecondHeader, SecondReading } from '../mail/second-reading.ts';

/** Twice the first reader's limit. A longer header is not compared, which counts as a disagreement. */
const MAX_HEADER_BYTES = 2 * parseLimits.maxHeaderBytes;
/** For a message shown because no other parser could read it: enough for its text, and for the names of early files. */
const MAX_SHOWN_BYTES = 16 * 1_048_576;
const PIECE_BYTES = 65_536;
const MAX_SHOWN_TEXT = 100_000;
const MAX_SHOWN_FILES = 100;
const MAX_LINE = 4_000;
/** No links are extracted and no HTML is made: neither is shown. */
const OPTIONS: MailParserOptions = {
  maxHeadSize: MAX_HEADER_BYTES,
  maxHtmlLengthToParse: 1_048_576,
  maxChildNodes: 1_000,
  skipTextToHtml: true,
  skipTextLinks: true,
  skipImageLinks: true,
  checksumAlgo: false,
};

type Raw = AsyncIterable<Buffer> | Iterable<Buffer>;

/** Reads as much as the header takes. Null if it is too long or mailparser cannot read it. */
export async function readSecondHeader(raw: Raw): Promise<SecondHeader | null> {
  const parser = new MailParser(OPTIONS);
  const header = headerOf(parser);
  parser.resume();
  try {
    await feed(parser, raw, { maxBytes: MAX_HEADER_BYTES + 1, until: header });
    return await header;
  } catch {
    return null;
  } finally {
    parser.destroy();
  }
}

/** Reads what can be shown of a message. @throws if mailparser can read nothing of it. */
export async function readSecond(raw: Raw): Promise<SecondReading> {
  const parser = new MailParser(OPTIONS);
  const header = headerOf(parser);
  const files: string[] = [];
  let text = { shown: '', isCut: false };
  parser.on('data', (data) => {
    if (data.type === 'text') text = shownText(data);
    else {
      if (files.length < MAX_SHOWN_FILES) files.push((data.filename ?? data.contentType).slice(0, MAX_LINE));
      data.content.on('error', () => {}).resume();
      data.release?.();
    }
  });
  const { isCut } = await feed(parser, raw, { maxBytes: MAX_SHOWN_BYTES, until: once(parser, 'end') });
  const { from, to, cc, subject, date } = await header;
  return {
    from,
    to,
    cc,
    subject,
    date,
    text: text.shown,
    files,
    isCut: isCut || text.isCut,
  };
}

/** HTML too long to convert to text is shown with its tags stripped: better than nothing. */
function shownText({ text, html = '' }: MessageText): { readonly shown: string; readonly isCut: boolean } {
  const plain = text !== undefined && text.trim() !== '' ? text : null;
  const shown = (plain ?? html).slice(0, MAX_SHOWN_TEXT);
  return {
    shown:
      plain === null
        ? shown
            .replaceAll(/<[^<>]*>/gu, ' ')
            .replaceAll(/\s+/gu, ' ')
            .trim()
        : shown,
    isCut: (plain ?? html).length > MAX_SHOWN_TEXT,
  };
}

/** So that no more is parsed than needed. */
async function* piecesOf(raw: Raw): AsyncGenerator<Buffer, void> {
  for await (const chunk of raw)
    for (let start = 0; start < chunk.length; start += PIECE_BYTES)
      yield chunk.subarray(start, start + PIECE_BYTES);
}

/** Writes at the parser's pace until it has what is needed. */
async function feed(
  parser: MailParser,
  raw: Raw,
  { maxBytes, until }: { readonly maxBytes: number; readonly until: Promise<unknown> },
): Promise<{ readonly isCut: boolean }> {
  let isDone = false;
  const done = until.finally(() => (isDone = true));
  done.catch(() => {});
  let isCut = false;
  let left = maxBytes;
  for await (const piece of piecesOf(raw)) {
    isCut = piece.length > left;
    const isTaken = parser.write(piece.subarray(0, left));
    left -= piece.length;
    await (isTaken ? setImmediate() : Promise.race([once(parser, 'drain'), done]));
    if (isDone || isCut) break;
  }
  parser.end();
  await done;
  return { isCut };
}

function headerOf(parser: MailParser): Promise<SecondHeader> {
  const { promise, resolve, reject } = Promise.withResolvers<SecondHeader>();
  let headers: Headers = new Map();
  parser.on('headers', (found) => (headers = found));
  parser.on('headerLines', (lines) => resolve(asHeader(headers, lines)));
  // Once the header is there, errors no longer matter to its promise.
  parser.on('error', reject);
  parser.on('end', () => reject(new Error('no header')));
  promise.catch(() => {});
  return promise;
}

function asHeader(headers: Headers, lines: HeaderLines): SecondHeader {
  const valuesOf = (name: string): string[] => [
    ...new Set(lines.filter(({ key }) => key === name).map(({ line }) => valueOf(line))),
  ];
  const subject = headers.get('subject');
  const [subjects, dates] = [valuesOf('subject'), valuesOf('date')];
  return {
    from: addressesOf(headers, 'from'),
    replyTo: addressesOf(headers, 'reply-to'),
    to: addressesOf(headers, 'to'),
    cc: addressesOf(headers, 'cc'),
    subject: typeof subject === 'string' ? subject.slice(0, MAX_LINE) : '',
    date: dateOf(dates[0]),
    rawDate: dates[0] ?? '',
    repeated: { subject: subjects.length > 1 ? subjects : [], date: dates.length > 1 ? dates : [] },
  };
}

/** Unfolded, white space normalised. Bytes are characters here, as in mailparser. */
const valueOf = (line: string): string =>
  line
    .slice(line.indexOf(':') + 1)
    .replaceAll(/\s+/gu, ' ')
    .trim()
    .slice(0, MAX_LINE);

/** As mailparser does, except that it uses today's date if it cannot read one. */
function dateOf(value: string | undefined): string | null {
  const date = new Date(value ?? '');
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

function addressesOf(headers: Headers, name: string): Address[] {
  const value = headers.get(name) as AddressObject | AddressObject[] | undefined;
  return [value ?? []]
    .flat()
    .flatMap((object) => object.value.flatMap((entry) => entry.group ?? [entry]))
    .slice(0, maxAddresses)
    .map(asAddress);
}

const asAddress = ({ address, name }: EmailAddress): Address => ({
  address: address === undefined || address === '' ? null : address.toLowerCase(),
  name,
});
