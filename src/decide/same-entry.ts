/**
 * A staff forward is recorded as the inner message, so that the message and its forwards are one entry, whichever arrived first;
 * anyone else's forward is a message of its own. Copies that differ in a footer are one entry too.
 */
import type { DecidedCaseUpdate, DecidedLink, DecidedMessage } from './decided-message.ts';
import { entryKeyOf, isPending, isStaffForward, withEvidence } from './decided-message.ts';
import { isBetter } from './doubtful-copy.ts';
import { isMadeBy } from './held-updates.ts';
import { isCopyOf } from './relations.ts';
import type { Verdict } from './verdict.ts';
import type { Relations } from './relations.ts';
import { bringsNoFileTo } from './same-content.ts';

/** Clients that already have these words on record, each with the message through which they do. */
export function clientsThatHave(
  message: DecidedMessage,
  related: Relations,
  { forwardedBy }: Pick<Verdict, 'forwardedBy'>,
): Map<string, string> {
  const isForward = forwardedBy !== null;
  const same = sameContentMessages(related, { forwardedBy }).filter((other) =>
    bringsNoFileTo(other, { ...message, isForward }),
  );
  const having = [
    // Unproven copies give way to this one if it is proven.
    ...related.variants.flatMap((copy) =>
      isBetter(message, copy)
        ? []
        : copy.links.flatMap(({ clientId, state }): [string, string][] => {
            if (state.kind === 'pending') return [];
            return [[clientId, state.kind === 'covered' ? (state.by ?? copy.id) : copy.id]];
          }),
    ),
    // Decided counts as written: it will be.
    ...same.flatMap((other) =>
      clientsOnRecord(other).map((clientId): [string, string] => [clientId, other.id]),
    ),
  ];
  return new Map(having.toReversed());
}

/**
 * What the ids of a message's rows derive from: the same for its copies, so that two workers with one copy each write one row, and
 * different for a message that only has their id, sender and date.
 */
export function entryKeyFor(message: DecidedMessage, { variants, impostors }: Relations): string {
  if (message.verdict !== null) return entryKeyOf(message);
  const judged = variants.find(({ verdict }) => verdict !== null);
  const [first = message.variantKey] = [message, ...variants].map(({ variantKey }) => variantKey).toSorted();
  const key = judged === undefined ? first : entryKeyOf(judged);
  return impostors.some((other) => entryKeyOf(other) === key) ? message.fingerprint : key;
}

/** Known messages recorded with the words of this one: the message it forwards, and forwards of the same. */
export function sameContentMessages(
  { originals, forwards, siblingForwards }: Relations,
  { forwardedBy }: Pick<Verdict, 'forwardedBy'>,
): DecidedMessage[] {
  return forwardedBy !== null
    ? [...originals, ...[...forwards, ...siblingForwards].filter(isStaffForward)]
    : forwards.filter(isStaffForward);
}

const clientsOnRecord = ({ links }: DecidedMessage): string[] =>
  links.flatMap(({ clientId, state, retract }) =>
    retract === undefined && state.kind !== 'covered' ? [clientId] : [],
  );

/** Explains why nothing is written for a linked client. */
export function withRecord(verdict: Verdict, links: readonly DecidedLink[]): Verdict {
  const elsewhere = links.flatMap(({ clientId, state }) => (state.kind === 'covered' ? [clientId] : []));
  if (elsewhere.length === 0) return verdict;
  const detail = `${elsewhere.join(', ')}: a copy or a forward of it is on record, and this adds nothing to that`;
  return withEvidence(verdict, { rule: 'record', outcome: 'skipped', detail });
}

const isFresh = (update: DecidedCaseUpdate): boolean =>
  update.writtenAt === null && update.review !== 'echo' && update.review !== 'rejected';

const bringsNoFile = (message: DecidedMessage, other: DecidedMessage): boolean =>
  bringsNoFileTo(other, { ...message, isForward: true });

/** Whether a message has anything to leave to another. */
export const mayDefer = (message: DecidedMessage): boolean =>
  isStaffForward(message) && (message.caseUpdates.some(isFresh) || message.links.some(isPending));

/**
 * A staff forward and its original, or two forwards, may be judged at the same moment without knowing of each other. Of such a pair
 * the forward, or the one with the higher id, rechecks once it is persisted. Returns the messages to which it leaves the entry.
 */
export function entryHolders(message: DecidedMessage, related: Relations): DecidedMessage[] {
  if (!mayDefer(message)) return [];
  const hasUpdates = message.caseUpdates.some(isFresh);
  return [...related.originals, ...related.siblingForwards.filter(({ id }) => id < message.id)].filter(
    (other) => hasUpdates || bringsNoFile(message, other),
  );
}

/**
 * Our message in a Sent folder and its blind copy, whose id a relay replaced, may also be judged at the same moment. Only their
 * content shows that they are one, so the one with the higher id takes over the other's entry.
 */
export function copyBefore(
  message: DecidedMessage,
  copies: readonly DecidedMessage[],
): DecidedMessage | null {
  const hasEntry = message.links.some(isPending) || message.caseUpdates.some(isFresh);
  if (!hasEntry || message.verdict?.direction !== 'outbound') return null;
  const others = copies.filter(
    (copy) => isCopyOf(copy, message) && entryKeyOf(copy) !== entryKeyOf(message) && copy.id < message.id,
  );
  return others[0] ?? null;
}

/** What remains of a message's decision next to one about a copy of it. */
export function deferToCopyEntry(
  message: DecidedMessage,
  copy: DecidedMessage,
): Pick<DecidedMessage, 'links' | 'caseUpdates' | 'verdict' | 'entryKey'> {
  const taken = new Set(clientsOnRecord(copy));
  const links = message.links.map((link): DecidedLink =>
    isPending(link) && taken.has(link.clientId) ? { ...link, state: { kind: 'covered', by: copy.id } } : link,
  );
  const caseUpdates = message.caseUpdates.filter(
    (update) => !isFresh(update) || !isMadeBy(withoutEcho(update), { awaitsParent: false })(copy),
  );
  const verdict = message.verdict && withRecord(message.verdict, links);
  return { links, caseUpdates, verdict, entryKey: entryKeyOf(copy) };
}

const withoutEcho = (update: DecidedCaseUpdate) => ({
  ...update,
  review: update.review === 'echo' || update.review === 'rejected' ? null : update.review,
  awaitsParent: update.awaitsParent === true,
});

/** What remains of a message's decision next to the entries of `entryHolders`; null if they take nothing of it. */
export function deferTo(
  holders: readonly DecidedMessage[],
  { message, related }: { readonly message: DecidedMessage; readonly related: Relations },
): Pick<DecidedMessage, 'links' | 'caseUpdates' | 'verdict'> | null {
  const same = holders.filter((other) => related.originals.includes(other) || isStaffForward(other));
  const taken = new Map(
    same
      .filter((other) => bringsNoFile(message, other))
      .toReversed()
      .flatMap((other) => clientsOnRecord(other).map((clientId) => [clientId, other.id] as const)),
  );
  const links = message.links.map((link): DecidedLink => {
    const by = taken.get(link.clientId);
    return isPending(link) && by !== undefined ? { ...link, state: { kind: 'covered', by } } : link;
  });
  const caseUpdates = message.caseUpdates.filter((update) => {
    if (!isFresh(update)) return true;
    const asDraft = withoutEcho(update);
    return !same.some(isMadeBy(asDraft, asDraft));
  });
  const isSame =
    links.every((link, index) => link === message.links[index]) &&
    caseUpdates.length === message.caseUpdates.length;
  if (isSame) return null;
  return { links, caseUpdates, verdict: message.verdict && withRecord(message.verdict, links) };
}
