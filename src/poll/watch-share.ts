/** PURE. Which mailboxes a process watches, so that each of several has its share. */

/** A lease on the watch of a mailbox that has not run out. */
export interface HeldWatch {
  readonly mailbox: string;
  readonly owner: string;
}

export interface ShareInput {
  readonly self: string;
  /** Mailboxes that this process could watch. */
  readonly wanted: ReadonlySet<string>;
  readonly held: readonly HeldWatch[];
  /** Processes that watch or could, this one included. */
  readonly watchers: ReadonlySet<string>;
  /** Unwatched when this process looked last. */
  readonly freeBefore: ReadonlySet<string>;
}

export interface Share {
  readonly claim: readonly string[];
  readonly release: readonly string[];
  readonly free: ReadonlySet<string>;
}

/** Each change of hands costs logins, and a moment without a watch. */
const MAX_RELEASED_AT_ONCE = 100;

export function shareOut({ self, wanted, held, watchers, freeBefore }: ShareInput): Share {
  const share = Math.ceil(wanted.size / Math.max(1, watchers.size));
  const mine = held.filter(({ mailbox, owner }) => owner === self && wanted.has(mailbox));
  const watched = new Set(held.map(({ mailbox }) => mailbox));
  const free = [...wanted].filter((name) => !watched.has(name));
  const due = free.slice(0, Math.max(0, share - mine.length));
  // Whoever has room for it may not know it, or may be stuck: better too many here than nobody.
  const left = free.filter((name) => freeBefore.has(name));
  const counts = new Map([...watchers].map((owner) => [owner, 0]));
  for (const { owner } of held) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  let missing = 0;
  for (const [owner, count] of counts)
    if (owner !== self && watchers.has(owner)) missing += Math.max(0, share - count);
  const surplus = Math.max(0, Math.min(mine.length - share, missing - free.length, MAX_RELEASED_AT_ONCE));
  return {
    claim: [...new Set([...due, ...left])],
    release: mine.slice(0, surplus).map(({ mailbox }) => mailbox),
    free: new Set(free),
  };
}
