import type EmailBounceParser from 'email-bounce-parser';

export const LIBRARY = 'email-bounce-parser';

interface LibraryReading {
  readonly bounce: boolean;
  readonly recipient: string | null;
  readonly status: string | null;
  readonly replyCode: string | null;
}

/** Null where its native part (re2) cannot be loaded on this machine. */
const library = await loadLibrary();

async function loadLibrary(): Promise<EmailBounceParser | null> {
  try {
    const { default: Parser } = await import('email-bounce-parser');
    return new Parser();
  } catch {
    return null;
  }
}

/** It says "bounce" of every text that is not empty, because it is to be asked only about bounces. */
export function readWithLibrary(text: string): LibraryReading | null {
  if (library === null) return null;
  const { bounce, data } = library.read(text);
  return {
    bounce,
    recipient: data?.recipient ?? null,
    status: data?.error.code.enhanced ?? null,
    replyCode: data?.error.code.basic ?? null,
  };
}
