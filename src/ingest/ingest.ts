import { randomUUID } from 'node:crypto';
import type { ObjectId } from 'mongodb';
import { openAttempts, startAttempts, withdrawAttempts } from '../store/attempts.ts';
import { clearRejudge } from '../store/rejudge.ts';
import type { SightingDocument } from '../store/sightings.ts';
import { attemptGroup } from './attempt.ts';
import type { Ended } from './attempt.ts';
import { finish } from './finish.ts';
import { nothingToDo } from './ingest-deps.ts';
import type { IngestDeps, IngestOutcome } from './ingest-deps.ts';
import type { Failures } from './members.ts';

const anonymous: NonNullable<IngestDeps['self']> = {
  id: randomUUID(),
  deadAmong: async () => new Set(),
};

/** As much raw mail of a group as goes through at once; its attachments are in memory beside it. One larger message goes alone. */
const MAX_BYTES_AT_ONCE = 8 * 1024 * 1024;

/** What became of one of a group: it failed where there is an `error`. */
export interface GroupMember {
  readonly id: ObjectId;
  readonly outcome?: IngestOutcome;
  readonly error?: unknown;
}

/**
 * Takes one sighting to its end: read, received, judged, written. Any step may run twice; every write is idempotent. An aborted
 * `signal` stops it without a trace. @throws whatever a server throws: the job is retried.
 */
export async function ingestSighting(
  deps: IngestDeps,
  id: ObjectId,
  signal?: AbortSignal,
): Promise<IngestOutcome> {
  const [member] = await ingestGroup(deps, [id], signal);
  if (member?.outcome !== undefined) return member.outcome;
  throw member?.error;
}

/**
 * The same for several at once, with one command for each step of all of them. One that fails does not keep the others from their end.
 * @throws where they could not even be claimed.
 */
export async function ingestGroup(
  given: IngestDeps,
  ids: readonly ObjectId[],
  signal?: AbortSignal,
): Promise<GroupMember[]> {
  const self = given.self ?? anonymous;
  const deps = { ...given, self };
  const { sightings } = deps.database;
  const claimed = await startAttempts(sightings, ids, self.id);
  // Those that were only beside a poison message when the process died must not be counted out together with it.
  const suspects = claimed.filter((sighting) => openAttempts(sighting, self.id).length > 0);
  await withdrawAttempts(
    sightings,
    suspects.map(({ _id }) => _id),
    self.id,
  );
  const ended: Ended[] = [];
  for (const slice of slicesOf(claimed.filter((sighting) => !suspects.includes(sighting))))
    ended.push(...(await attemptGroup(deps, slice, signal)));
  for (const { _id } of suspects) {
    const alone = async (): Promise<Ended[]> =>
      await attemptGroup(deps, await startAttempts(sightings, [_id], self.id), signal);
    ended.push(...(await (deps.runExclusively === undefined ? alone() : deps.runExclusively(alone))));
  }
  const byId = new Map(ended.map((one) => [one.sighting._id.toHexString(), one]));
  return ids.map((id) => {
    const one = byId.get(id.toHexString());
    if (one === undefined) return { id, outcome: nothingToDo };
    return one.kind === 'ended' ? { id, outcome: one.outcome } : { id, error: one.error };
  });
}

function slicesOf(claimed: readonly SightingDocument[]): SightingDocument[][] {
  const slices: SightingDocument[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const sighting of claimed) {
    bytes += sighting.size;
    if (bytes > MAX_BYTES_AT_ONCE) {
      slices.push([]);
      bytes = sighting.size;
    }
    slices.at(-1)?.push(sighting);
  }
  return slices;
}

/** Rejudges a message with what has become known since. Automatic judging only adds. */
export async function ingestAgain(deps: IngestDeps, id: ObjectId): Promise<IngestOutcome> {
  const message = await deps.database.messages.findOne({ _id: id });
  if (message === null || message.state === 'quarantined') return nothingToDo;
  const read = await deps.reader.read({ key: message.rawKey, size: message.size });
  try {
    const failures: Failures = new Map();
    const key = id.toHexString();
    const [finished] = await finish(deps, [{ key, message, read, again: true }], failures);
    if (finished === undefined) throw failures.get(key);
    await clearRejudge(deps.database.messages, message);
    return finished.outcome;
  } finally {
    await read.dispose();
  }
}
