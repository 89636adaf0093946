/**
 * Characters that look like a Latin letter or a mark of the tag grammar, and invisible ones. Only shapes that survive NFKC are
 * listed (it turns full-width and mathematical letters into plain ones). Taken from the shapes of the scripts: Cyrillic, Greek,
 * Armenian, Cherokee, Lisu, Coptic and Latin extensions.
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

/** The lower-case Latin letter or mark that a character looks like; null if it looks like itself. */
export function looksLike(character: string): string | null {
  return letterByShape.get(character) ?? null;
}

/** Zero-width, bidi (UAX #9) and other invisible characters, except white space. */
export const invisible = /(?![\t\n\v\f\r])[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}]/u;
