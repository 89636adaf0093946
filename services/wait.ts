// Waits for a condition, never for a fixed time.
import { setTimeout as sleep } from 'node:timers/promises';

export type Wait = {
  readonly what: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly hopeless?: () => string | undefined;
};

/** Repeats `attempt` until it does not throw. `hopeless` returns a reason to give up early, such as a server that has exited. */
export async function eventually<T>(
  attempt: () => Promise<T>,
  { what, timeoutMs, signal, hopeless }: Wait,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (let pauseMs = 20; ; pauseMs = Math.min(pauseMs * 1.5, 500)) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      const reason =
        hopeless?.() ?? (Date.now() > deadline ? `no answer within ${timeoutMs / 1000} s` : undefined);
      if (reason)
        throw new Error(`${what}: ${reason}: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        });
    }
    await sleep(pauseMs, undefined, { signal });
  }
}
