/** The program of a reading process. */
import { readMessage } from './read-message.ts';
import { serveTasks } from './serve-tasks.ts';

await serveTasks(readMessage);
