/** What was opened so far, to be closed in reverse order. Node 22 has no AsyncDisposableStack yet. */
export interface ClosingStack {
  /** Closed before everything that was added earlier. */
  add(close: () => Promise<unknown>): void;
  /** Closes everything, even if one fails. A second call does nothing. @throws the first failure unless `onError` takes it. */
  close(): Promise<void>;
}

export function createClosingStack(onError?: (error: unknown) => void): ClosingStack {
  const closers: (() => Promise<unknown>)[] = [];
  return {
    add: (close) => void closers.push(close),
    close: async () => {
      const failures: unknown[] = [];
      for (let close = closers.pop(); close !== undefined; close = closers.pop())
        await close().catch((error: unknown) => failures.push(error));
      if (onError !== undefined) failures.forEach(onError);
      else if (failures.length > 0) throw failures[0];
    },
  };
}
