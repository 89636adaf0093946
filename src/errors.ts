/**
 * The job can never succeed as it is: retrying stops and a person is asked. Every other error is taken to be temporary and
 * retried without end.
 */
export class PermanentError extends Error {
  override readonly name = 'PermanentError';
  /** Stable, for metrics and scripts. */
  readonly code: string;

  constructor(code: string, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
  }
}

/** The text of an error and of what caused it, for a log line or a ledger row; never longer than 500 characters. */
export function describeError(error: unknown): string {
  const parts: string[] = [];
  for (
    let e: unknown = error;
    e !== undefined && parts.length < 4;
    e = e instanceof Error ? e.cause : undefined
  ) {
    const text = e instanceof Error ? e.message || e.name : typeof e === 'string' ? e : JSON.stringify(e);
    // Many errors repeat their cause.
    if (!parts.some((part) => part.includes(text))) parts.push(text);
  }
  return parts.join(': ').slice(0, 500);
}
