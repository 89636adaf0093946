import { createHash } from 'node:crypto';

/**
 * A number for each identity that depends on the identity alone, so that it stays when files are added: 52 bits of SHA-256, from 1.
 *
 * If two identities of one listing get the same number, neither keeps it and both take their next choice. If the first kept it, a
 * newcomer that sorts before an old file could take the old one's number, look already ingested, and be lost. This way the worst
 * case is that the old one is ingested a second time, which its fingerprint detects.
 */
export function assignUids(
  identities: readonly string[],
  choice: (identity: string, round: number) => number = uidChoice,
): ReadonlyMap<string, number> {
  const uids = new Map<string, number>();
  const taken = new Set<number>();
  let open = [...new Set(identities)];
  for (let round = 0; open.length > 0; round += 1) {
    const wishes = new Map<string, number>();
    const wanted = new Map<number, number>();
    for (const identity of open) {
      const uid = choice(identity, round);
      wishes.set(identity, uid);
      wanted.set(uid, (wanted.get(uid) ?? 0) + 1);
    }
    for (const [identity, uid] of wishes)
      if (wanted.get(uid) === 1 && !taken.has(uid)) uids.set(identity, uid);
    for (const uid of wanted.keys()) taken.add(uid);
    open = open.filter((identity) => !uids.has(identity));
  }
  return uids;
}

function uidChoice(identity: string, round: number): number {
  const digest = createHash('sha256').update(`${round}\0${identity}`).digest();
  return Number(digest.readBigUInt64BE(0) >> 12n) + 1;
}
