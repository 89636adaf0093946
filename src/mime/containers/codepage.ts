import iconv from 'iconv-lite';

const named: ReadonlyMap<number, string> = new Map([
  [65_001, 'utf-8'],
  [1_200, 'utf-16le'],
  [10_000, 'macroman'],
  [20_127, 'windows-1252'],
  [28_591, 'windows-1252'],
  [932, 'shift_jis'],
  [936, 'gb18030'],
  [949, 'cp949'],
  [950, 'big5-hkscs'],
  [54_936, 'gb18030'],
  [51_932, 'euc-jp'],
  [51_949, 'cp949'],
  [20_866, 'koi8-r'],
  [21_866, 'koi8-u'],
]);

/** The iconv-lite name of a Windows code page number; Western European if unknown. */
export function codepageName(codepage: number): string {
  const iso = codepage > 28_590 && codepage < 28_607 ? `iso-8859-${codepage - 28_590}` : '';
  const candidates = [named.get(codepage) ?? '', `windows-${codepage}`, `cp${codepage}`, iso];
  return candidates.find((name) => name !== '' && iconv.encodingExists(name)) ?? 'windows-1252';
}
