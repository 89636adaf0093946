/**
 * A first-come, first-served queue for a free resource. Not p-limit: its callers cannot leave, but here the wait ends after a time
 * or when the caller gives up. The resource is a connection, which outlives its first use.
 */
export interface WaitQueue {
  /** True when called, false on timeout or abort. */
  wait(ms: number, signal: AbortSignal | undefined): Promise<boolean>;
  /** Calls the first. */
  call(): void;
  /** Calls everyone: nothing will become free any more. */
  callAll(): void;
}

export function createWaitQueue(): WaitQueue {
  const line: (() => void)[] = [];
  return {
    wait: (ms, signal) =>
      new Promise((resolve) => {
        const end = (called: boolean): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', giveUp);
          const at = line.indexOf(beCalled);
          if (at >= 0) line.splice(at, 1);
          resolve(called);
        };
        const beCalled = (): void => end(true);
        const giveUp = (): void => end(false);
        const timer = setTimeout(giveUp, ms);
        signal?.addEventListener('abort', giveUp);
        line.push(beCalled);
      }),
    call: () => line[0]?.(),
    callAll: () => {
      while (line.length > 0) line[0]?.();
    },
  };
}
