/**
 * `docketmail triage list | head`: whoever reads the output has enough, and a program that goes on writing is to end as others do,
 * without a stack trace. What it has not done by then stays undone.
 */
export function endQuietlyWhenNobodyReads(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit();
      throw error;
    });
}
