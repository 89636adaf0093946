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

/** An error of a server may repeat a page of what it got. */
const maxErrorChars = 10_000;

/**
 * The same without user names and passwords of URLs. Everything that is printed goes through it (log lines, errors, problems with
 * settings, the doctor's report), because any library may repeat a URL that it was given. Linear.
 */
export function withoutCredentials(text: string): string {
  // Up to a blank or the quote that ends it; in a JSON string a quote within is escaped.
  return text.replaceAll(/:\/\/((?:\\.|[^\s"\\])+)/gu, (url, rest: string) => {
    const at = rest.lastIndexOf('@');
    return at < 0 ? url : `://***${rest.slice(at)}`;
  });
}

/**
 * The text of an error and of what caused it, without credentials, for a log line or a ledger row; never longer than 500
 * characters.
 */
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
