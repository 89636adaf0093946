/** RFC 5322 §3.6.4: ids in the form compared, without angle brackets. */

/** RFC 5322 §2.1.1 limits a line to 998; a longer id is an attack on index keys. */
const maxIdLength = 998;
/** A thread of a thousand messages is real; more references only cost lookups. */
export const maxIds = 1_000;

function tidy(id: string): string {
  return id.replaceAll(/[\s\p{Cc}]+/gu, '').slice(0, maxIdLength);
}

/**
 * All ids of a Message-ID, In-Reply-To or References value, in order, each once. Ids may be separated by commas, tabs or nothing,
 * contain spaces from folding, or lack brackets. Outside brackets only words with an `@` count, because old clients write prose
 * there ("Your message of Tue…"); a single bare word is an id too.
 */
export function parseMessageIds(value: string): readonly string[] {
  const found = new Set<string>();
  const add = (id: string): void => {
    const tidied = tidy(id);
    if (tidied !== '' && found.size < maxIds) found.add(tidied);
  };
  const addBare = (text: string): void => {
    for (const [word] of text.matchAll(/[^\s,;"]+/gu)) {
      if (found.size >= maxIds) return;
      if (word.includes('@') && word.length > 2) add(word);
    }
  };
  let index = 0;
  while (index < value.length && found.size < maxIds) {
    const open = value.indexOf('<', index);
    if (open < 0) break;
    addBare(value.slice(index, open));
    let end = open + 1;
    while (end < value.length && value[end] !== '>' && value[end] !== '<') end += 1;
    add(value.slice(open + 1, end).replace(/[,;\s]{1,9}$/u, ''));
    index = value[end] === '>' ? end + 1 : end;
  }
  addBare(value.slice(index));
  const whole = value.trim();
  if (found.size === 0 && whole !== '' && !/[\s<>]/u.test(whole)) add(whole);
  return [...found];
}
