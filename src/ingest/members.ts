/** The members of a group during ingest. A member that fails leaves the group; the others continue. */

/** Errors of failed members, by key. */
export type Failures = Map<string, unknown>;

export interface Member {
  /** The id of the sighting, or of the message when rejudging. */
  readonly key: string;
}

/** Runs a step for each member in turn and records the failures. */
export async function forEach<T extends Member, U>(
  members: readonly T[],
  failures: Failures,
  step: (member: T) => Promise<U>,
): Promise<U[]> {
  const done: U[] = [];
  for (const member of members) {
    try {
      done.push(await step(member));
    } catch (error) {
      failures.set(member.key, error);
    }
  }
  return done;
}

/** The same concurrently, for steps that limit their own concurrency. */
export async function forAll<T extends Member, U>(
  members: readonly T[],
  failures: Failures,
  step: (member: T) => Promise<U>,
): Promise<U[]> {
  const settled = await Promise.allSettled(members.map(step));
  return settled.flatMap((one, at) => {
    if (one.status === 'fulfilled') return [one.value];
    failures.set(members[at]?.key ?? '', one.reason);
    return [];
  });
}
