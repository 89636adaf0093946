import iconv from 'iconv-lite';
import { cleanText } from '../charset/charset.ts';
import { createRtfGroups } from './rtf-groups.ts';
import { scanRtf } from './rtf-scan.ts';
import { createRtfSettings } from './rtf-settings.ts';
import { rtfTexts } from './rtf-words.ts';

/** The words of an RTF document, or the HTML that Outlook wrapped into it (MS-OXRTFEX). Line ends are \n. */
export interface RtfContents {
  readonly kind: 'plain' | 'html';
  readonly text: string;
}

/** Reads RTF of any quality; null if it is not RTF. Linear; the text is no longer than the bytes. Never throws. */
export function readRtf(rtf: Buffer): RtfContents | null {
  if (
    !rtf
      .toString('latin1', 0, 100)
      .trimStart()
      .startsWith(String.raw`{\rtf`)
  )
    return null;
  const groups = createRtfGroups();
  const settings = createRtfSettings(groups);
  const output = createRtfOutput({ maxBytes: rtf.length, codepage: settings.codepage() });
  let skip = 0;

  const isQuiet = (): boolean => {
    const { silent, fonts, hidden, rtfOnly, tag } = groups.current();
    const html = settings.isHtml();
    return silent || fonts || (hidden && !html) || (html && rtfOnly && !tag);
  };
  const write = (text: string): void => {
    if (!isQuiet()) output.write(text);
  };
  scanRtf(rtf, {
    open() {
      skip = 0;
      groups.open();
    },
    close() {
      skip = 0;
      groups.close();
    },
    word(name, parameter) {
      if (name === '*') return groups.change({ starred: true });
      if (groups.isDestination(name)) return groups.enter(name, settings.isHtml());
      if (groups.current().fonts) return settings.readFontWord(name, parameter ?? 0);
      if (name === 'u' && parameter !== null) {
        // Signed 16 bits; surrogate pairs come as two words.
        write(String.fromCharCode(parameter & 0xffff));
        skip = groups.current().fallbacks;
        return undefined;
      }
      if (name === '~') return write(settings.isHtml() ? '&nbsp;' : '\u00a0');
      if (name === '_') return write('-');
      const text = rtfTexts.get(name);
      if (text !== undefined) return write(text);
      return settings.read(name, parameter);
    },
    bytes(bytes) {
      const rest = skip >= bytes.length ? bytes.subarray(bytes.length) : bytes.subarray(skip);
      skip = Math.max(0, skip - bytes.length);
      if (rest.length === 0 || isQuiet()) return;
      const { tag, codepage } = groups.current();
      output.decode(rest, tag ? settings.codepage() : (codepage ?? settings.codepage()));
    },
  });
  const text = cleanText(output.text().replaceAll('\r\n', '\n'));
  return settings.isHtml() ? { kind: 'html', text } : { kind: 'plain', text: tidyCells(text) };
}

/** Consecutive bytes of one code page are decoded together: the second byte of a character may be written as the letter it also is. */
function createRtfOutput(first: { readonly maxBytes: number; readonly codepage: string }) {
  const output: string[] = [];
  const run = Buffer.allocUnsafe(first.maxBytes);
  let { codepage } = first;
  let length = 0;
  const flush = (): void => {
    if (length > 0) output.push(iconv.decode(run.subarray(0, length), codepage));
    length = 0;
  };
  return {
    write: (text: string): void => {
      flush();
      output.push(text);
    },
    decode: (bytes: Buffer, by: string): void => {
      if (by !== codepage) flush();
      codepage = by;
      length += bytes.copy(run, length);
    },
    text: (): string => {
      flush();
      return output.join('');
    },
  };
}

/** Each cell of a table row ends with a tab; the last one means nothing. */
function tidyCells(text: string): string {
  return text.replaceAll('\t\n', '\n');
}
