import { createRequire, Module } from 'node:module';
import type EmailBounceParser from 'email-bounce-parser';

export const LIBRARY = 'email-bounce-parser';

interface LibraryReading {
  readonly bounce: boolean;
  readonly recipient: string | null;
  readonly status: string | null;
  readonly replyCode: string | null;
}

const require = createRequire(import.meta.url);

/** RE2 turns the methods of strings around. */
class Pattern extends RegExp {
  match(text: string): RegExpMatchArray | null {
    return text.match(this);
  }
  replace(text: string, by: string): string {
    return text.replace(this, by);
  }
  split(text: string): string[] {
    return text.split(this);
  }
}

/** What Node asks for the file of a required module. */
interface ModuleLoader {
  _load: (request: string, ...rest: unknown[]) => unknown;
}

/**
 * Its regular expressions run in RE2, a native add-on that takes minutes to compile. The patterns are ordinary ones, so for a
 * comparison JavaScript's own engine reads the same.
 */
function loadLibrary(): EmailBounceParser {
  const loader = Module as unknown as ModuleLoader;
  const load = loader._load;
  loader._load = (request, ...rest) => (request === 're2' ? Pattern : load.call(Module, request, ...rest));
  try {
    const Parser = require('email-bounce-parser') as new () => EmailBounceParser;
    return new Parser();
  } finally {
    loader._load = load;
  }
}

const library = loadLibrary();

/** It says "bounce" of every text that is not empty, because it is to be asked only about bounces. */
export function readWithLibrary(text: string): LibraryReading {
  const { bounce, data } = library.read(text);
  return {
    bounce,
    recipient: data?.recipient ?? null,
    status: data?.error.code.enhanced ?? null,
    replyCode: data?.error.code.basic ?? null,
  };
}
