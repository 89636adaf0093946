import type { IngestDeps } from '../ingest/ingest-deps.ts';
import type { Enqueue } from '../rejudge/rematch.ts';

/** What people's acts need. */
export interface TriageDeps extends IngestDeps {
  /** Adds jobs for marked messages; what is lost of them the reconciler adds once more. */
  readonly enqueue: Enqueue;
}
