/** The members of a group on their way through ingest. One that fails leaves the group; the others go on. */

/** Why members failed, by their key. */
export type Failures = Map<string, unknown>;

export interface Member {
  /** Of the sighting, or of the message where that is judged again. */
  readonly key: string;
}

/** Takes a step for one member after another, and keeps apart those for which it failed. */
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

/** The same for all of them at once, of steps that bound themselves. */
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
