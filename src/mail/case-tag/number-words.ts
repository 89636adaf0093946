/** Words that announce a number, by language. A full stop, a colon or "#" may follow. NFKC turns "№" into "No". */
const NUMBER_WORDS: readonly string[] =
  'no|nr|num|núm|number|nummer|numero|número|numéro|n.|n°|nº|nro|č|číslo|szám|номер|αρ|αριθ'.split('|');

const numberWord = new RegExp(
  `^(?:${NUMBER_WORDS.map((word) => word.normalize('NFKC').replace('.', String.raw`\.`)).join('|')})[. :#]*(?=[\\p{L}/-]*\\p{N})`,
  'iu',
);

/** The number word at the start of a text, with everything up to the number; empty after "#", which already announces one. */
export function numberWordBefore(text: string, lead: string): string {
  return lead.includes('#') ? '' : (numberWord.exec(text)?.[0] ?? '');
}
