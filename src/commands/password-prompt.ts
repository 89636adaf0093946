import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { UsageError } from './usage.ts';

/** Longer than any password; standard input may be without end. */
const MAX_BYTES = 4_096;

/** Never an argument: everybody on the machine sees those. At a terminal it is typed twice, and not shown. */
export async function askPassword(): Promise<string> {
  if (!process.stdin.isTTY) return await fromPipe();
  const [first, second] = [await typed('Password: '), await typed('Once more: ')];
  if (first !== second) throw new UsageError('the two passwords differ; nothing was changed');
  return first;
}

async function fromPipe(): Promise<string> {
  let size = 0;
  const given = await text(
    process.stdin.map((piece: Buffer) => {
      size += piece.length;
      if (size > MAX_BYTES) throw new UsageError(`the password has more than ${MAX_BYTES} bytes`);
      return piece;
    }),
  );
  return given.replace(/\r?\n$/u, '');
}

async function typed(question: string): Promise<string> {
  process.stderr.write(question);
  const unseen = new Writable({ write: (_piece, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: unseen, terminal: true });
  try {
    return await terminal.question('');
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}
