/** Zone names that mean one offset wherever mail is read, in minutes east of UTC. IST, BST, CST of China and the like do not. */
const zones: ReadonlyMap<string, number> = new Map([
  ['z', 0],
  ['gmt', 0],
  ['utc', 0],
  ['wet', 0],
  ['west', 60],
  ['cet', 60],
  ['mez', 60],
  ['cest', 120],
  ['mesz', 120],
  ['seč', 60],
  ['selč', 120],
  ['eet', 120],
  ['oez', 120],
  ['eest', 180],
  ['oesz', 180],
  ['msk', 180],
  ['jst', 540],
  ['kst', 540],
  ['hkt', 480],
  ['wib', 420],
  ['wita', 480],
  ['sgt', 480],
  ['aest', 600],
  ['aedt', 660],
  ['nzst', 720],
  ['nzdt', 780],
  ['brt', -180],
  ['est', -300],
  ['edt', -240],
  ['cdt', -300],
  ['mst', -420],
  ['mdt', -360],
  ['pst', -480],
  ['pdt', -420],
]);

const maxOffsetMinutes = 14 * 60;

/** Words for the halves of the day, after and before the time. */
const morningBehind =
  /^(?:a\.?\s?m\b|π\.?\s?μ|ص(?!\p{L})|صباحا|ق\.ظ|öö(?!\p{L})|sa(?!\p{L})|पूर्वाह्न|ก่อนเที่ยง|לפנה)/iu;
const morningBefore = /(?:上午|午前|오전|凌晨|早上|清晨|öö)\s?$/iu;
const afternoonBehind =
  /^(?:p\.?\s?m\b|μ\.?\s?μ|م(?!\p{L})|مساء|ب\.ظ|ös(?!\p{L})|ch(?!\p{L})|अपराह्न|หลังเที่ยง|אחה)/iu;
const afternoonBefore = /(?:下午|午後|오후|晚上|中午|ös)\s?$/iu;

/** A time of day as mail clients print it. */
interface PrintedTime {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Minutes east of UTC, null if none is printed. */
  readonly offset: number | null;
}

function readOffset(text: string): number | null {
  const numeric = /^\s?[([]?(?:gmt|utc|z)?\s?([+\-−])\s?(\d{1,2}):?(\d{2})?(?!\d)/iu.exec(text);
  if (numeric !== null) {
    const minutes = Number(numeric[2]) * 60 + Number(numeric[3] ?? 0);
    return minutes > maxOffsetMinutes || Number(numeric[3] ?? 0) > 59
      ? null
      : numeric[1] === '+'
        ? minutes
        : -minutes;
  }
  const named = /^\s?[([]?([a-zč]{1,4})(?![\p{L}\d])/iu.exec(text.normalize('NFC'));
  return zones.get(named?.[1]?.toLowerCase() ?? '') ?? null;
}

/** "GMT+8 09:31:00" of Apple in Chinese. */
function readOffsetBefore(text: string): number | null {
  const zone = /(?:gmt|utc)[+\-−]\d{1,2}(?::?\d{2})?\s?$/iu.exec(text.slice(-14));
  return zone === null ? null : readOffset(zone[0]);
}

export interface FoundTime {
  readonly time: PrintedTime | null;
  /** The text without the time. */
  readonly rest: string;
}

/**
 * The time of day in a printed date, on the 24- or 12-hour clock of any language, with its zone if that means one offset
 * everywhere. Expects ASCII digits, without day numbers that could be read as a time.
 */
export function readTime(text: string): FoundTime {
  const match =
    /(?<![\d.:])(\d{1,2})\s?(?:[:hH]|時|时|點|点|시)\s?(\d{2})(?:\s?(?::|分|분)\s?(\d{2}))?(?![\d:])\s?(?:分|秒|분|초)?/u.exec(
      text,
    ) ?? /(?<![\d.])(\d{1,2})\.(\d{2})(?:\.(\d{2}))?(?![\d.])/u.exec(text);
  if (match === null) return { time: null, rest: text };
  const before = text.slice(0, match.index);
  const after = text.slice(match.index + match[0].length).replace(/^[.,]?\s?(?:uhr\b)?\s?/iu, '');
  const printed = Number(match[1]);
  const isMorning = morningBehind.test(after) || morningBefore.test(before.slice(-10));
  const isAfternoon = afternoonBehind.test(after) || afternoonBefore.test(before.slice(-10));
  const hour = isMorning
    ? printed === 12
      ? 0
      : printed
    : isAfternoon && printed < 12
      ? printed + 12
      : printed;
  const minute = Number(match[2]);
  const second = Number(match[3] ?? 0);
  const rest = `${before} ${after}`;
  if (hour > 23 || minute > 59 || second > 59) return { time: null, rest };
  const zoneText =
    isMorning || isAfternoon ? after.replace(/^[\p{L}\p{M}]\.?\s?[\p{L}\p{M}]{0,12}\.?\s?/u, '') : after;
  return {
    time: {
      hour,
      minute,
      second,
      offset: readOffset(zoneText) ?? readOffset(after) ?? readOffsetBefore(before),
    },
    rest,
  };
}
