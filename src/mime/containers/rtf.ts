import iconv from 'iconv-lite';
import { cleanText } from '../charset/charset.ts';
import { codepageName } from './codepage.ts';
import { scanRtf } from './rtf-scan.ts';
import { fontCodepages, rtfTexts, silentDestinations } from './rtf-words.ts';

/** The words of an RTF document, or the HTML that Outlook wrapped into it (MS-OXRTFEX). Line ends are \n. */
export interface RtfContents {
  readonly kind: 'plain' | 'html';
  readonly text: string;
}

interface Group {
  silent: boolean;
  fonts: boolean;
  /** Inside `{\*\htmltag …}`: text is markup as it stands. */
  tag: boolean;
  /** Between `\htmlrtf` and `\htmlrtf0`: formatting for readers of RTF alone. */
  rtfOnly: boolean;
  hidden: boolean;
  codepage: string | null;
  /** Characters that stand after each `\u` for readers without Unicode. */
  fallbacks: number;
  starred: boolean;
}

const outermost: Group = {
  silent: false,
  fonts: false,
  tag: false,
  rtfOnly: false,
  hidden: false,
  codepage: null,
  fallbacks: 1,
  starred: false,
};

/** Real documents stay under 30; what is deeper is read without its formatting. Answers a megabyte of braces. */
const maxGroups = 500;
const maxFonts = 1_000;

/** Reads RTF of any quality; null where the bytes are none. Linear; the text is no longer than the bytes. Never throws. */
export function readRtf(rtf: Buffer): RtfContents | null {
  if (
    !rtf
      .toString('latin1', 0, 100)
      .trimStart()
      .startsWith(String.raw`{\rtf`)
  )
    return null;
  const output: string[] = [];
  const fonts = new Map<number, string | null>();
  const groups: Group[] = [];
  let group: Group = { ...outermost };
  let tooDeep = 0;
  let html = false;
  let documentCodepage = 'windows-1252';
  let fontInTable = 0;
  let defaultFont = 0;
  let skip = 0;
  /** Bytes of one code page in a row: the second byte of a character may be written as the letter that it also is. */
  const run = Buffer.allocUnsafe(rtf.length);
  let runLength = 0;
  let runCodepage = documentCodepage;

  const flush = (): void => {
    if (runLength > 0) output.push(iconv.decode(run.subarray(0, runLength), runCodepage));
    runLength = 0;
  };
  const isQuiet = (): boolean =>
    group.silent || group.fonts || (group.hidden && !html) || (html && group.rtfOnly && !group.tag);
  const write = (text: string): void => {
    if (isQuiet()) return;
    flush();
    output.push(text);
  };
  const enter = (name: string): void => {
    const starred = group.starred;
    group.starred = false;
    if (name === 'fonttbl') group.fonts = true;
    else if (name === 'htmltag' && html) group.tag = true;
    else if (silentDestinations.has(name) || (starred && name !== 'shptxt' && name !== 'fldrslt'))
      group.silent = true;
  };
  const isDestination = (name: string): boolean =>
    group.starred || name === 'fonttbl' || silentDestinations.has(name);

  const readFontWord = (name: string, parameter: number): void => {
    if (name === 'f' && fonts.size < maxFonts) fontInTable = parameter;
    if (name === 'fcharset') fonts.set(fontInTable, fontCodepages.get(parameter) ?? null);
    if (name === 'cpg') fonts.set(fontInTable, codepageName(parameter));
  };

  const readSetting = (name: string, parameter: number | null): void => {
    switch (name) {
      case 'ansicpg':
        documentCodepage = codepageName(parameter ?? 1_252);
        break;
      case 'mac':
        documentCodepage = 'macroman';
        break;
      case 'deff':
        defaultFont = parameter ?? 0;
        break;
      case 'fromhtml':
        html = parameter !== 0;
        break;
      case 'htmlrtf':
        group.rtfOnly = parameter !== 0;
        break;
      case 'v':
        group.hidden = parameter !== 0;
        break;
      case 'plain':
        group.hidden = false;
        group.codepage = fonts.get(defaultFont) ?? null;
        break;
      case 'f':
        group.codepage = fonts.get(parameter ?? 0) ?? null;
        break;
      case 'uc':
        group.fallbacks = Math.min(Math.max(parameter ?? 1, 0), 20);
        break;
      default:
        break;
    }
  };

  scanRtf(rtf, {
    open() {
      skip = 0;
      if (groups.length >= maxGroups) {
        tooDeep += 1;
        return;
      }
      groups.push(group);
      group = { ...group };
    },
    close() {
      skip = 0;
      if (tooDeep > 0) tooDeep -= 1;
      else group = groups.pop() ?? { ...outermost };
    },
    word(name, parameter) {
      if (name === '*') {
        group.starred = true;
        return;
      }
      if (isDestination(name)) return enter(name);
      if (group.fonts) return readFontWord(name, parameter ?? 0);
      if (name === 'u' && parameter !== null) {
        // Signed 16 bits; pairs of surrogates come as two words.
        write(String.fromCharCode(parameter & 0xffff));
        skip = group.fallbacks;
        return undefined;
      }
      if (name === '~') return write(html ? '&nbsp;' : '\u00a0');
      if (name === '_') return write('-');
      const text = rtfTexts.get(name);
      if (text !== undefined) return write(text);
      return readSetting(name, parameter);
    },
    bytes(bytes) {
      const rest = skip >= bytes.length ? bytes.subarray(bytes.length) : bytes.subarray(skip);
      skip = Math.max(0, skip - bytes.length);
      if (rest.length === 0 || isQuiet()) return;
      const codepage = group.tag ? documentCodepage : (group.codepage ?? documentCodepage);
      if (codepage !== runCodepage) flush();
      runCodepage = codepage;
      runLength += rest.copy(run, runLength);
    },
  });
  flush();
  const text = cleanText(output.join('').replaceAll('\r\n', '\n'));
  return html ? { kind: 'html', text } : { kind: 'plain', text: tidyCells(text) };
}

/** A table row ends each cell with a tab; the last one says nothing. */
function tidyCells(text: string): string {
  return text.replaceAll('\t\n', '\n');
}
