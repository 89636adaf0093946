import { describe, expect, it } from 'vitest';
import { shareOut } from '../../src/poll/watch-share.ts';

const names = (count: number): string[] => Array.from({ length: count }, (_, at) => `m${at}`);
const heldBy = (owner: string, mailboxes: readonly string[]) =>
  mailboxes.map((mailbox) => ({ mailbox, owner }));
const none: ReadonlySet<string> = new Set();

describe('the share of a process', () => {
  it('is everything while it is alone', () => {
    const wanted = new Set(names(10));
    const share = shareOut({ self: 'a', wanted, held: [], watchers: new Set(['a']), freeBefore: none });
    expect(share).toMatchObject({ claim: names(10), release: [] });
  });

  it('leaves the others theirs', () => {
    const wanted = new Set(names(10));
    const watchers = new Set(['a', 'b', 'c']);
    expect(shareOut({ self: 'a', wanted, held: [], watchers, freeBefore: none }).claim).toHaveLength(4);
  });

  it('takes what nobody took for two rounds, even beyond the share', () => {
    const wanted = new Set(names(4));
    const watchers = new Set(['a', 'b']);
    const held = heldBy('a', ['m0', 'm1']);
    const first = shareOut({ self: 'a', wanted, held, watchers, freeBefore: none });
    expect(first.claim).toEqual([]);
    expect(shareOut({ self: 'a', wanted, held, watchers, freeBefore: first.free }).claim).toEqual([
      'm2',
      'm3',
    ]);
  });

  it('gives up what a newcomer lacks, and no more', () => {
    const wanted = new Set(names(10));
    const held = heldBy('a', names(10));
    const watchers = new Set(['a', 'b']);
    expect(shareOut({ self: 'a', wanted, held, watchers, freeBefore: none }).release).toHaveLength(5);
    const some = [...heldBy('a', names(7)), ...heldBy('b', ['m7', 'm8', 'm9'])];
    expect(shareOut({ self: 'a', wanted, held: some, watchers, freeBefore: none }).release).toHaveLength(2);
    const given = heldBy('a', names(5));
    expect(shareOut({ self: 'a', wanted, held: given, watchers, freeBefore: none })).toMatchObject({
      claim: [],
      release: [],
    });
  });

  it('changes hands gently', () => {
    const wanted = new Set(names(2_000));
    const share = shareOut({
      self: 'a',
      wanted,
      held: heldBy('a', names(2_000)),
      watchers: new Set(['a', 'b']),
      freeBefore: none,
    });
    expect(share.release).toHaveLength(100);
  });

  it('settles, whoever comes and goes', () => {
    const wanted = new Set(names(101));
    const owners = new Map<string, string>();
    const before = new Map<string, ReadonlySet<string>>();
    const round = (watchers: ReadonlySet<string>): void => {
      for (const self of watchers) {
        const held = [...owners].map(([mailbox, owner]) => ({ mailbox, owner }));
        const share = shareOut({ self, wanted, held, watchers, freeBefore: before.get(self) ?? none });
        before.set(self, share.free);
        for (const name of share.release) owners.delete(name);
        for (const name of share.claim) owners.set(name, self);
      }
    };
    const counts = (): number[] =>
      [...Map.groupBy(owners.values(), (owner) => owner).values()]
        .map(({ length }) => length)
        .toSorted((a, b) => a - b);
    round(new Set(['a']));
    expect(counts()).toEqual([101]);
    for (let turn = 0; turn < 4; turn++) round(new Set(['a', 'b', 'c']));
    expect(owners.size).toBe(101);
    expect(Math.max(...counts())).toBeLessThanOrEqual(34);
    for (const [name, owner] of owners) if (owner === 'b') owners.delete(name);
    for (let turn = 0; turn < 3; turn++) round(new Set(['a', 'c']));
    expect(counts()).toEqual([50, 51]);
    const settled = new Map(owners);
    for (let turn = 0; turn < 3; turn++) round(new Set(['a', 'c']));
    expect(owners).toEqual(settled);
  });
});
