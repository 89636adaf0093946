/**
 * The job can never succeed as it is: retries stop and a person is asked. Every other error counts as temporary and is retried
 * without end.
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

/** A server's error may quote a page of its input. */
const maxErrorChars = 10_000;

/**
 * Removes user names and passwords from URLs. Applied to everything printed (log lines, errors, problems with settings, the
 * doctor's report), because any library may repeat a URL it was given. Linear.
 */
export function withoutCredentials(text: string): string {
  // Up to a blank or the closing quote; in a JSON string an inner quote is escaped.
  return text.replaceAll(/:\/\/((?:\\.|[^\s"\\])+)/gu, (url, rest: string) => {
    const at = rest.lastIndexOf('@');
    return at < 0 ? url : `://***${rest.slice(at)}`;
  });
}

/** The text of an error and its causes, without credentials, for a log line or a ledger row; at most 500 characters. */
export function describeError(error: unknown): string {
  const parts: string[] = [];
  for (
    let e: unknown = error;
    e !== undefined && parts.length < 4;
    e = e instanceof Error ? e.cause : undefined
  ) {
    const given = e instanceof Error ? e.message || e.name : typeof e === 'string' ? e : JSON.stringify(e);
    const text = withoutCredentials(given.slice(0, maxErrorChars));
    // Many errors repeat their cause.
    if (!parts.some((part) => part.includes(text))) parts.push(text);
  }
  return parts.join(': ').slice(0, 500);
}
