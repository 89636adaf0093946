/** Words that say that a number follows, by language; a full stop, a colon or "#" may stand behind them. "№" is "No" after NFKC. */
const NUMBER_WORDS: readonly string[] =
  'no|nr|num|núm|number|nummer|numero|número|numéro|n.|n°|nº|nro|č|číslo|szám|номер|αρ|αριθ'.split('|');

const numberWord = new RegExp(
  `^(?:${NUMBER_WORDS.map((word) => word.normalize('NFKC').replace('.', String.raw`\.`)).join('|')})[. :#]*(?=[\\p{L}/-]*\\p{N})`,
  'iu',
);

/** The number word that a text begins with, with what follows up to the number; behind "#" the number is there already. */
export function numberWordBefore(text: string, lead: string): string {
  return lead.includes('#') ? '' : (numberWord.exec(text)?.[0] ?? '');
}
