/** Direction marks, joiners, soft hyphens and byte order marks: printed as nothing, and put around labels and names by clients. */
const invisible = /\u00ad|\u034f|\u061c|\u180e|[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

export function withoutInvisible(text: string): string {
  return text.replace(invisible, '');
}

/**
 * One spelling for comparison with tables: compatibility forms (full-width letters) made plain, accents of Latin, Greek,
 * Cyrillic and Arabic letters dropped, lower case, every run of white space one blank.
 * The dotted and dotless i of Turkish fall together.
 */
export function fold(text: string): string {
  // Most of what is compared is plain; normalising it would cost more than the rest of reading a mail.
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
    .replace(/ı/gu, 'i')
    .replace(/\s+/gu, ' ')
    .trim();
}
