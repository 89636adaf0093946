/** Checks in an order in which each needs the ones before it. */
import { describeError } from '../errors.ts';

export interface Step<S extends string = string> {
  readonly step: S;
  readonly status: 'ok' | 'failed' | 'skipped';
  readonly detail: string;
  readonly fix: string | null;
  readonly ms: number;
}

export interface Steps<S extends string> {
  readonly all: readonly Step<S>[];
  skip(step: S, detail: string, fix?: string): void;
  /** Null where it failed, or one before it did. */
  take<T>(step: S, work: () => Promise<{ readonly value: T; readonly detail: string }>): Promise<T | null>;
}

/** `fixOf`: what helps, where the error does not say so itself. */
export function createSteps<S extends string>(fixOf: (step: S, error: unknown) => string): Steps<S> {
  const all: Step<S>[] = [];
  const hasFailed = (): boolean => all.some(({ status }) => status === 'failed');
  return {
    all,
    skip: (step, detail, fix) =>
      void all.push(
        hasFailed()
          ? { step, status: 'skipped', detail: 'not reached', fix: null, ms: 0 }
          : { step, status: 'skipped', detail, fix: fix ?? null, ms: 0 },
      ),
    take: async (step, work) => {
      if (hasFailed()) {
        all.push({ step, status: 'skipped', detail: 'not reached', fix: null, ms: 0 });
        return null;
      }
      const since = performance.now();
      const ms = (): number => Math.round(performance.now() - since);
      try {
        const { value, detail } = await work();
        all.push({ step, status: 'ok', detail, fix: null, ms: ms() });
        return value;
      } catch (error) {
        const [detail = '', own] = describeError(error).split(/\.? Fix: /u, 2);
        all.push({ step, status: 'failed', detail, fix: own ?? fixOf(step, error), ms: ms() });
        return null;
      }
    },
  };
}
