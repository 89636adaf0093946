/** Limits how many wrong passwords are checked, per place and in total, in constant memory. */
export interface Guesses {
  /** Seconds until a password from there is checked again; 0 if now. If not, it counts as a refusal. */
  readonly secondsToWait: (place: string) => number;
  readonly wrong: (place: string) => void;
  readonly right: (place: string) => void;
}

export interface GuessesInput {
  readonly onWrong?: (outcome: 'checked' | 'refused') => void;
  /** Once when guessing begins, and every ten minutes while it continues. */
  readonly onBurst?: (burst: Burst) => void;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
}

export interface Burst {
  /** The place that triggered it. */
  readonly from: string;
  /** Checked and wrong passwords since the last report; unchecked attempts. */
  readonly wrong: number;
  readonly refused: number;
}

/** This many wrong passwords at once, and one more per interval. A person who mistypes needs no more; a program gets 8,640 per day. */
const ofOnePlace = { burst: 10, everyMs: 10_000 };
/** The same for all places together, so that a thousand addresses are not a thousand times as fast. */
const ofAll = { burst: 100, everyMs: 1_000 };
/** Places remembered; the total limit covers an attacker with more. */
const maxPlaces = 10_000;
/** Places that sent the right password. They are not held up when others have used up the total limit. */
const maxKnown = 1_000;
const reportEveryMs = 600_000;

export function createGuesses({
  onWrong = () => {},
  onBurst = () => {},
  now = () => performance.now(),
}: GuessesInput = {}): Guesses {
  /** The time at which a place has all its attempts again (GCRA). Oldest first. */
  const places = new Map<string, number>();
  const known = new Set<string>();
  let all = 0;
  let reportedAt = -Infinity;
  let counts = { wrong: 0, refused: 0 };

  const waitOf = (fullAt: number, { burst, everyMs }: typeof ofOnePlace): number =>
    Math.max(0, fullAt - now() - (burst - 1) * everyMs);

  const report = (from: string): void => {
    if (now() - reportedAt < reportEveryMs) return;
    reportedAt = now();
    onBurst({ from, ...counts });
    counts = { wrong: 0, refused: 0 };
  };

  return {
    secondsToWait(place) {
      const own = waitOf(places.get(place) ?? 0, ofOnePlace);
      const wait = Math.max(own, known.has(place) ? 0 : waitOf(all, ofAll));
      if (wait === 0) return 0;
      counts.refused += 1;
      onWrong('refused');
      report(place);
      return Math.ceil(wait / 1000);
    },
    wrong(place) {
      const fullAt = Math.max(places.get(place) ?? 0, now()) + ofOnePlace.everyMs;
      moveToEnd(places, place, maxPlaces);
      places.set(place, fullAt);
      all = Math.max(all, now()) + ofAll.everyMs;
      counts.wrong += 1;
      onWrong('checked');
    },
    right(place) {
      moveToEnd(known, place, maxKnown);
      known.add(place);
    },
  };
}

/** Makes room for a key that is added last. */
function moveToEnd(
  table: { readonly size: number; keys(): Iterator<string>; delete(key: string): boolean },
  key: string,
  most: number,
): void {
  table.delete(key);
  if (table.size < most) return;
  const oldest = table.keys().next();
  if (oldest.done !== true) table.delete(oldest.value);
}
