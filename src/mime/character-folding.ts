/** Direction marks, joiners, soft hyphens and byte order marks: invisible, and put around labels and names by clients. */
const invisible = /[\u034f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

export function withoutInvisible(text: string): string {
  return text.replace(invisible, '');
}

/** Characters whose stroke or ligature no normal form decomposes. */
const strokes: Readonly<Record<string, string>> = {
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ł: 'l',
  ø: 'o',
  ŧ: 't',
  æ: 'ae',
  œ: 'oe',
  ß: 'ss',
  þ: 'th',
  ı: 'i',
};
const stroked = /[đðħłøŧæœßþı]/gu;

/**
 * One spelling for comparison with tables: compatibility forms (full-width letters) made plain, accents of Latin, Greek, Cyrillic
 * and Arabic letters dropped, lower case, each run of white space one blank. Turkish dotted and dotless i become one.
 */
export function fold(text: string): string {
  // Most of what is compared is plain; normalising it would cost more than the rest of reading a message.
  if (/^[ -~]*$/u.test(text)) {
    const lower = text.toLowerCase().trim();
    return lower.includes('  ') ? lower.replace(/ {2,}/gu, ' ') : lower;
  }
  return withoutInvisible(text)
    .normalize('NFKD')
    .replace(/[\u0300-\u036f\u0653-\u0655\u064b-\u0652]/gu, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/gu, '')
    .replace(stroked, (character) => strokes[character] ?? character)
    .replace(/\s+/gu, ' ')
    .trim();
}

/** What people type who have no key for the character. `fold` drops the accents that are simply left out. */
const transcriptions: Readonly<Record<string, string>> = {
  ä: 'ae',
  ö: 'oe',
  ü: 'ue',
  å: 'aa',
  ø: 'oe',
};

/** The folded spellings of a phrase: without accents, and in ASCII transcription ("Gruessen"). */
export function foldedSpellings(phrase: string): readonly string[] {
  const transcribed = phrase
    .toLowerCase()
    .replace(/[äöüåø]/gu, (character) => transcriptions[character] ?? character);
  return [...new Set([fold(phrase), fold(transcribed)])];
}
