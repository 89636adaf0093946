/**
 * Fetches raw messages: many small ones in one FETCH, large ones in pieces of 1 MB. Every request has a limit, because a declared
 * size is only the server's word.
 */
import { fetchChunk, maxChunkedBytes, type Outcome } from './chunk.ts';
import { fetchLarge } from './large-message.ts';
import type { Command } from './listing.ts';
import type { Fetched, WantedMessage } from '../mailbox.ts';

const chunkBytes = 8 * 1024 * 1024;
const chunkMessages = 50;

type Task =
  | { readonly kind: 'chunk'; readonly messages: readonly WantedMessage[] }
  | { readonly kind: 'large'; readonly message: WantedMessage };

export async function* fetchMessages(
  command: Command,
  wanted: readonly WantedMessage[],
): AsyncGenerator<Fetched> {
  const tasks = planTasks(wanted);
  let ahead: Promise<Outcome> | null = null;
  try {
    for (const [at, task] of tasks.entries()) {
      if (task.kind === 'large') {
        yield* fetchLarge(command, task.message);
        continue;
      }
      const { answers, error }: Outcome = await (ahead ?? fetchChunk(command, task.messages));
      // The next chunk is in transit while the caller works on this one.
      const next = tasks[at + 1];
      ahead = error === null && next?.kind === 'chunk' ? fetchChunk(command, next.messages) : null;
      for (const answer of answers) {
        if (answer.kind !== 'large') yield answer;
        else
          yield* fetchLarge(
            command,
            task.messages.find(({ uid }) => uid === answer.uid) ?? { uid: answer.uid, size: 0 },
          );
      }
      if (error) throw error;
    }
  } finally {
    await ahead;
  }
}

function planTasks(wanted: readonly WantedMessage[]): readonly Task[] {
  const tasks: Task[] = [];
  let chunk: WantedMessage[] = [];
  let bytes = 0;
  const flush = (): void => {
    if (chunk.length > 0) tasks.push({ kind: 'chunk', messages: chunk });
    chunk = [];
    bytes = 0;
  };
  for (const message of wanted) {
    const alone = message.alone === true;
    if (
      alone ||
      message.size > maxChunkedBytes ||
      chunk.length === chunkMessages ||
      bytes + message.size > chunkBytes
    )
      flush();
    if (message.size > maxChunkedBytes) {
      tasks.push({ kind: 'large', message });
      continue;
    }
    chunk.push(message);
    bytes += message.size;
    if (alone) flush();
  }
  flush();
  return tasks;
}
