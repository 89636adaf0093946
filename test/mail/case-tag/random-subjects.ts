import { defaultRules } from '../../../src/decide/rules.ts';

/** Units of which a hostile subject is repeated. */
export const hostileUnits: readonly string[] = [
  '[',
  '[]',
  '[Case ',
  '[Case 1-',
  '[Case 1 2 3 ',
  ' ',
  '-',
  'Re: ',
  '[Re: ',
  '[\u200B',
  '[Case #1] ',
  '<tel:',
  '%20',
  '[Сase',
  '[Case 1: a-',
];

/** Pseudo-random numbers below a bound, the same for each run (mulberry32). */
function dice(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}

const { caseWords, caseStatuses } = defaultRules;
const statuses = caseStatuses.flatMap(({ status, aliases }) => [status, ...aliases]);
const pieces: readonly string[] = [
  ...caseWords,
  ...statuses,
  ...hostileUnits,
  '[',
  ']',
  '［',
  '］',
  '【',
  '】',
  '〔',
  '〕',
  '#',
  ':',
  '：',
  ' ',
  '4711',
  'AB-12',
  '12 O 345/26',
  'Re: ',
  'Fwd: ',
  'AW: ',
  '回复：',
  '[EXTERNAL] ',
  'Lease',
  'ﬁ',
  'İ',
  'ı',
  'ß',
  'А',
  '\u00AD',
  '\u202E',
  '\uFEFF',
  '\uD800',
  '\uDC00',
  '\u0000',
  '\n',
  '🏠',
  '§',
  '\\',
];

/** Subjects put together of pieces, some of them a tag that was changed in a few places. */
export function* randomSubjects({
  count,
  seed,
}: {
  readonly count: number;
  readonly seed: number;
}): Generator<string> {
  const roll = dice(seed);
  const pick = <T>(list: readonly T[]): T => list[roll(list.length)] as T;
  for (let made = 0; made < count; made += 1) {
    if (roll(2) === 0) {
      yield Array.from({ length: 1 + roll(12) }, () => pick(pieces)).join(roll(2) === 0 ? '' : ' ');
      continue;
    }
    const characters = Array.from(`Re: [${pick(caseWords)} #${roll(10_000)}: ${pick(statuses)}] Lease`);
    for (let change = roll(4); change >= 0; change -= 1)
      characters.splice(roll(characters.length + 1), roll(3), ...(roll(3) === 0 ? [] : [pick(pieces)]));
    yield characters.join('');
  }
}

/** Numbers of cases in every form that the grammar has: letters of many scripts, digits, marks inside, several words. */
export function* randomRefs({
  count,
  seed,
}: {
  readonly count: number;
  readonly seed: number;
}): Generator<string> {
  const roll = dice(seed);
  const letters = Array.from('abcXYZäößéñŻЖщΩб案件あ가');
  const digits = Array.from('0123456789');
  const marks = Array.from('._/-');
  const word = (): string => {
    let text = roll(2) === 0 ? (digits[roll(10)] as string) : (letters[roll(letters.length)] as string);
    for (let rest = roll(8); rest > 0; rest -= 1) {
      if (roll(4) === 0) text += marks[roll(marks.length)] as string;
      text += roll(2) === 0 ? (digits[roll(10)] as string) : (letters[roll(letters.length)] as string);
    }
    return text;
  };
  for (let made = 0; made < count; made += 1) {
    const words = Array.from({ length: roll(6) === 0 ? 2 + roll(4) : 1 }, word);
    const isWhole = words.length === 1 || [words[0], words.at(-1)].every((one) => /\p{N}/u.test(one ?? ''));
    yield isWhole ? words.join(' ') : (words[0] as string);
  }
}
