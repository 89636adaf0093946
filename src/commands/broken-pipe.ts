/**
 * `docketmail triage list | head`: the reader of the output has enough, and the program should end like others do, without a stack
 * trace. Unfinished work stays undone.
 */
export function endQuietlyWhenNobodyReads(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit();
      throw error;
    });
}
