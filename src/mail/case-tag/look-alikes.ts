/**
 * Characters that a reader takes for a Latin letter or for a mark of the tag grammar, and those that a reader does not see.
 * Only shapes that survive NFKC are listed (full-width and mathematical letters become plain ones there).
 * From the shapes of the scripts themselves: Cyrillic, Greek, Armenian, Cherokee, Lisu, Coptic and Latin extensions.
 */
const shapes: Readonly<Record<string, string>> = {
  a: 'АаӐӑΑαɑᴀⱭꓮᎪ',
  b: 'ВвЬьΒβʙƄꓐᏴƀ',
  c: 'СсҪҫϹϲᴄⲤⲥꓚᏟȻȼ',
  d: 'ԀԁᴅꓓᎠđɗɖ',
  e: 'ЕеЄєΕεᴇҽꓰᎬɇɛ℮',
  f: 'ҒғϜꓝꜰƒ',
  g: 'ԌԍɡɢցꓖᏀǥ',
  h: 'НнҺһΗհʜꓧᎻħ',
  i: 'ІіӀΙιıɩɪꓲᎥɨ',
  j: 'ЈјϳȷᴊꓙᎫɉ',
  k: 'КкҚқΚκᴋꓗᏦƙ',
  l: 'ӏԼʟꓡᏞłƚɫ',
  m: 'МмΜᴍꓟᎷ',
  n: 'ΝηոɴꓠպŋƝ',
  o: 'ОоΟοσՕօᴏⲞⲟꓳºøɵ',
  p: 'РрΡρᴘⲢⲣꓑᏢք',
  q: 'Ԛԛզɋ',
  r: 'гᴦʀꓣᏒɍ',
  s: 'ЅѕՏꜱꓢᏚʂ',
  t: 'ТтΤτᴛꓔᎢŧƫ',
  u: 'υսՍᴜꓴʋ',
  v: 'ѴѵνᴠꓦᏙ',
  w: 'ԜԝωᴡꓪᎳѡ',
  x: 'ХхΧχⲬⲭꓫᕁ',
  y: 'УуΥγʏүҮꓬɏ',
  z: 'ΖᴢꓜᏃƶ',
  ':': '꞉∶ː׃։܃܄ꓽ',
  '#': '♯',
  '/': '⁄∕⧸╱',
};

const letterByShape = new Map(
  Object.entries(shapes).flatMap(([letter, list]) => Array.from(list, (shape) => [shape, letter] as const)),
);

/** The lower-case Latin letter or mark that a character is taken for; null where it is taken for itself. */
export function looksLike(character: string): string | null {
  return letterByShape.get(character) ?? null;
}

/** Zero-width, bidi (UAX #9) and other characters that leave no mark on the screen; white space is not among them. */
export const unseen = /(?![\t\n\v\f\r])[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}]/u;
