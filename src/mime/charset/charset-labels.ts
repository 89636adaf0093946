import iconv from 'iconv-lite';

/** Labels in mail for a charset that iconv-lite knows better by another name: supersets, misspellings, vendor names. */
const aliases: ReadonlyMap<string, string> = new Map([
  ['ascii', 'us-ascii'],
  ['ansi_x3.4-1968', 'us-ascii'],
  ['iso646-us', 'us-ascii'],
  ['7bit', 'us-ascii'],
  ['8bit', 'unlabelled'],
  ['unknown', 'unlabelled'],
  ['unknown-8bit', 'unlabelled'],
  ['x-unknown', 'unlabelled'],
  ['default', 'unlabelled'],
  ['none', 'unlabelled'],
  ['utf8', 'utf-8'],
  ['utf-8mb4', 'utf-8'],
  ['unicode-1-1-utf-8', 'utf-8'],
  ['unicode-1-1-utf-7', 'utf-7'],
  ['x-unicode-2-0-utf-7', 'utf-7'],
  ['utf7', 'utf-7'],
  ['unicode', 'utf-16'],
  ['ucs-2', 'utf-16'],
  ['latin1', 'windows-1252'],
  ['latin-1', 'windows-1252'],
  // Mail labelled Latin-1 contains the printable 0x80–0x9F of Windows (WHATWG Encoding §4.2); likewise below.
  ['iso-8859-1', 'windows-1252'],
  ['iso8859-1', 'windows-1252'],
  ['iso-8859-9', 'windows-1254'],
  ['iso-8859-8-i', 'iso-8859-8'],
  ['iso-8859-8-e', 'iso-8859-8'],
  ['iso-8859-6-i', 'iso-8859-6'],
  ['gb2312', 'gb18030'],
  ['gb-2312', 'gb18030'],
  ['gb_2312-80', 'gb18030'],
  ['x-gbk', 'gb18030'],
  ['gbk', 'gb18030'],
  ['cp936', 'gb18030'],
  ['euc-cn', 'gb18030'],
  ['hz-gb-2312', 'hz'],
  ['big5', 'big5-hkscs'],
  ['x-x-big5', 'big5-hkscs'],
  ['cp950', 'big5-hkscs'],
  ['euc-kr', 'cp949'],
  ['euckr', 'cp949'],
  ['ks_c_5601-1987', 'cp949'],
  ['ks-c-5601-1987', 'cp949'],
  ['ksc5601', 'cp949'],
  ['ks_c_5601', 'cp949'],
  ['x-windows-949', 'cp949'],
  ['shift-jis', 'shift_jis'],
  ['sjis', 'shift_jis'],
  ['x-sjis', 'shift_jis'],
  ['ms_kanji', 'shift_jis'],
  ['windows-31j', 'shift_jis'],
  ['cp932', 'shift_jis'],
  ['x-euc-jp', 'euc-jp'],
  ['eucjp', 'euc-jp'],
  ['eucjp-ms', 'euc-jp'],
  ['eucjpms', 'euc-jp'],
  ['ujis', 'euc-jp'],
  ['cp51932', 'euc-jp'],
  ['gb18030-2000', 'gb18030'],
  ['gb2312-80', 'gb18030'],
  ['chinesebig5', 'big5-hkscs'],
  ['johab', 'cp949'],
  ['uhc', 'cp949'],
  ['cesu-8', 'utf-8'],
  ['utf-8-mac', 'utf-8'],
  ['x-mac-roman', 'macroman'],
  ['macintosh', 'macroman'],
  ['x-mac-cyrillic', 'maccyrillic'],
  ['x-mac-ukrainian', 'macukraine'],
  ['x-mac-ce', 'maccenteuro'],
  ['x-mac-centraleurroman', 'maccenteuro'],
  ['x-mac-greek', 'macgreek'],
  ['x-mac-turkish', 'macturkish'],
  ['x-mac-icelandic', 'maciceland'],
  ['x-mac-romanian', 'macromania'],
  ['x-mac-croatian', 'maccroatian'],
  ['tis-620', 'cp874'],
  ['iso-8859-11', 'cp874'],
  ['windows-874', 'cp874'],
  ['koi8-ru', 'koi8-u'],
]);

const stateful = /^(?:cs)?iso-?2022-?(?:jp|kr)/;
/** A longer label than any charset name is an attack on the table lookup or on the log. */
const maxLabelLength = 40;

/** The iconv-lite name of a label, `unlabelled` if it says nothing; null if there is no such charset. */
export function canonicalCharset(label: string): string | null {
  const name = label
    .slice(0, maxLabelLength)
    .trim()
    .toLowerCase()
    .replaceAll(/["'<>\s]/g, '');
  if (name === '') return 'unlabelled';
  const alias = aliases.get(name) ?? aliases.get(name.replaceAll('_', '-'));
  if (alias !== undefined) return alias;
  if (stateful.test(name)) return 'iso-2022';
  if (name === 'us-ascii' || name === 'hz') return name;
  const windows = /^(?:x-)?(?:cp|win|windows|ms)-?_?(125\d|874)$/.exec(name);
  if (windows?.[1] !== undefined) return `windows-${windows[1]}`;
  const dos = /^(?:dos|oem|pc)-?(\d{3})$/.exec(name);
  if (dos?.[1] !== undefined && iconv.encodingExists(`cp${dos[1]}`)) return `cp${dos[1]}`;
  // iconv-lite also accepts "base64", "hex" and the like, which are not charsets.
  if (['base64', 'hex', 'binary', 'internal', 'ucs2'].includes(name.replaceAll(/[^a-z0-9]/g, '')))
    return null;
  return iconv.encodingExists(name) ? name : null;
}
