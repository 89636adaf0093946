import { createRequire } from 'node:module';

export const LIBRARY = 'email-bounce-parser';

interface LibraryAnswer {
  readonly bounce: boolean;
  readonly data?: {
    readonly recipient: string | null;
    readonly error: { readonly code: { readonly basic: string | null; readonly enhanced: string | null } };
  };
}

/** The library, which ships no types; null where its native part cannot be loaded on this machine. */
const library = loadLibrary();

function loadLibrary(): { read(body: string): LibraryAnswer } | null {
  try {
    const Parser: new () => { read(body: string): LibraryAnswer } = createRequire(import.meta.url)(LIBRARY);
    return new Parser();
  } catch {
    return null;
  }
}

export interface LibraryReading {
  readonly bounce: boolean;
  readonly recipient: string | null;
  readonly status: string | null;
  readonly replyCode: string | null;
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
