// Controls concurrent writes to a collection. The engine enforces unique indexes by exclusion constraints, and two transactions
// that insert the same key can wait for each other until PostgreSQL ends one as a deadlock; a batch would then report a conflict
// that MongoDB never reports.

export type CollectionLocks = {
  /** Runs beside other shared work on the collection. */
  readonly shared: <T>(collection: string, work: () => Promise<T>) => Promise<T>;
  /** Runs alone: after everything earlier, and before everything later. */
  readonly exclusive: <T>(collection: string, work: () => Promise<T>) => Promise<T>;
};

type Lane = { exclusive: Promise<unknown>; readonly shared: Set<Promise<unknown>> };

export function createCollectionLocks(): CollectionLocks {
  const lanes = new Map<string, Lane>();

  function laneOf(collection: string): Lane {
    const lane = lanes.get(collection) ?? { exclusive: Promise.resolve(), shared: new Set() };
    lanes.set(collection, lane);
    return lane;
  }

  return {
    shared(collection, work) {
      const lane = laneOf(collection);
      const done = lane.exclusive.then(work);
      const settled: Promise<unknown> = done.catch(() => undefined).then(() => lane.shared.delete(settled));
      lane.shared.add(settled);
      return done;
    },
    exclusive(collection, work) {
      const lane = laneOf(collection);
      const done = Promise.all([lane.exclusive, ...lane.shared]).then(work);
      lane.exclusive = done.catch(() => undefined);
      return done;
    },
  };
}
