/**
 * Keeps the logins of a process under a rate, in all and per host: providers take many at once for an attack, and each costs both
 * sides CPU. Whoever waits for an answer comes before those who will watch.
 */

export interface LoginPace {
  /** Resolves when a login may begin, or when the signal is aborted; true if it had to wait. */
  turn(input: {
    readonly host: string;
    /** Others get every third turn, so that they come to it however many are urgent. */
    readonly isUrgent: boolean;
    readonly signal: AbortSignal | undefined;
  }): Promise<boolean>;
}

export interface LoginRates {
  readonly perSecond: number;
  readonly perSecondAtOneHost: number;
}

interface Waiting {
  readonly host: string;
  readonly isUrgent: boolean;
  readonly begin: () => void;
}

const URGENT_IN_A_ROW = 2;

export function createLoginPace(
  { perSecond, perSecondAtOneHost }: LoginRates,
  now: () => number = () => performance.now(),
): LoginPace {
  const waiting = new Set<Waiting>();
  const hostFreeAt = new Map<string, number>();
  let freeAt = 0;
  let urgentInARow = 0;
  let timer: NodeJS.Timeout | null = null;

  const dueAt = ({ host }: Waiting): number => Math.max(freeAt, hostFreeAt.get(host) ?? 0);

  function next(): Waiting | null {
    const isUrgentFirst = urgentInARow < URGENT_IN_A_ROW;
    let found: Waiting | null = null;
    for (const one of waiting) {
      if (dueAt(one) > now()) continue;
      if (one.isUrgent === isUrgentFirst) return one;
      found ??= one;
    }
    return found;
  }

  function serve(): void {
    for (let one = next(); one !== null; one = next()) {
      waiting.delete(one);
      urgentInARow = one.isUrgent ? urgentInARow + 1 : 0;
      const at = now();
      freeAt = at + 1000 / perSecond;
      hostFreeAt.set(one.host, at + 1000 / perSecondAtOneHost);
      one.begin();
    }
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (waiting.size === 0) {
      // Hosts whose turn is over need no memory.
      for (const [host, at] of hostFreeAt) if (at <= now()) hostFreeAt.delete(host);
      return;
    }
    const soonest = Math.min(...[...waiting].map(dueAt));
    timer = setTimeout(serve, Math.max(1, Math.ceil(soonest - now())));
  }

  return {
    turn: async ({ host, isUrgent, signal }) =>
      await new Promise<boolean>((resolve) => {
        let hasWaited = false;
        const begin = (): void => {
          waiting.delete(one);
          signal?.removeEventListener('abort', begin);
          resolve(hasWaited);
        };
        const one: Waiting = { host, isUrgent, begin };
        signal?.addEventListener('abort', begin);
        if (signal?.aborted) begin();
        else {
          waiting.add(one);
          serve();
        }
        hasWaited = true;
      }),
  };
}
