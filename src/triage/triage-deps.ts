import type { IngestDeps } from '../ingest/ingest-deps.ts';
import type { Enqueue } from '../rejudge/rematch.ts';

/** What people's decisions need. */
export interface TriageDeps extends IngestDeps {
  /** Adds jobs for marked messages; the reconciler re-adds lost ones. */
  readonly enqueue: Enqueue;
}
