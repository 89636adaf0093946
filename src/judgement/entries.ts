import type { Mail } from '../mail/mail.ts';
import type { Relations } from '../relations.ts';
import { bringsNoFileTo } from '../retelling.ts';
import { standsElsewhere } from '../store/message-document.ts';
import type { MessageCaseUpdate, MessageDocument, MessageLink } from '../store/message-document.ts';
import type { Database } from '../store/mongo.ts';
import type { Verdict } from '../verdict.ts';
import type { Review } from '../verdict/case-updates.ts';
import { isMadeBy } from './held-updates.ts';
import { findRelated } from './related.ts';

/**
 * Clients that have these words on record already. A staff forward is recorded as the message inside, so that one and its forwards
 * are the same entry, whichever came first; the forward of anybody else is a message of its own.
 */
export function clientsThatHave(
  message: MessageDocument,
  related: Relations<MessageDocument>,
  verdict: Verdict,
): Set<string> {
  const { variants } = related;
  const isForward = isStaffForward({ verdict });
  const told = retellings(related, verdict).filter((other) =>
    bringsNoFileTo(other, { ...message, isForward }),
  );
  return new Set([
    ...variants.flatMap(({ links }) => links.filter(({ writtenAt }) => writtenAt !== null).map(clientOf)),
    // Decided is as good as written: it will be.
    ...told.flatMap(clientsOnRecord),
  ]);
}

/** Known messages that are recorded with the words of this one: the message that it forwards, and forwards of the same. */
export function retellings(
  { originals, forwards, fellows }: Relations<MessageDocument>,
  { forwardedBy }: Pick<Verdict, 'forwardedBy'>,
): MessageDocument[] {
  return forwardedBy !== null
    ? [...originals, ...[...forwards, ...fellows].filter(isStaffForward)]
    : forwards.filter(isStaffForward);
}

const isStaffForward = ({ verdict }: Pick<MessageDocument, 'verdict'>): boolean =>
  (verdict?.forwardedBy ?? null) !== null;

const clientsOnRecord = (message: MessageDocument): string[] =>
  message.links.filter((link) => link.retract === undefined && !standsElsewhere(message, link)).map(clientOf);

const clientOf = ({ clientId }: MessageLink): string => String(clientId);

/** Says why nothing is written for a client who is linked. */
export function withRecord(
  verdict: Verdict,
  links: readonly MessageLink[],
  message: MessageDocument,
): Verdict {
  const elsewhere = links.filter((link) => standsElsewhere(message, link)).map(clientOf);
  if (elsewhere.length === 0) return verdict;
  const detail = `${elsewhere.join(', ')}: a copy or a forward of it is on record, and this adds nothing to that`;
  return { ...verdict, evidence: [...verdict.evidence, { rule: 'record', outcome: 'skipped', detail }] };
}

const heldFor = ({ review }: MessageCaseUpdate): Review | null => (review === 'echo' ? null : review);

/** A message that was received so long ago and never judged is one that kills whoever judges it: nobody waits for it. */
const JUDGED_WITHIN_MS = 60 * 60_000;

/**
 * A staff forward and its original, or two forwards, may be judged at the same moment, neither knowing of the other. Of such a
 * pair the forward, or the one with the higher id, looks again once it is persisted, and leaves the entry to the other.
 * @throws Error while the other is not judged yet: the job is retried.
 */
export async function yieldToOriginal(
  database: Database,
  message: MessageDocument,
  mail: Mail,
): Promise<MessageDocument> {
  const isNew = (link: MessageLink): boolean => link.writtenAt === null && link.retract === undefined;
  const isFresh = (update: MessageCaseUpdate): boolean =>
    update.writtenAt === null && update.review !== 'echo';
  const tells = message.caseUpdates.some(isFresh);
  if (!isStaffForward(message) || !(tells || message.links.some(isNew))) return message;
  const related = await findRelated(database, message, mail);
  const isWhole = (other: MessageDocument): boolean => bringsNoFileTo(other, { ...message, isForward: true });
  const first = [
    ...related.originals,
    ...related.fellows.filter(({ _id }) => _id.toHexString() < message._id.toHexString()),
  ].filter((other) => tells || isWhole(other));
  const now = Date.now();
  if (first.some((one) => one.state === 'received' && now - one.receivedAt.getTime() < JUDGED_WITHIN_MS))
    throw new Error('the message that this one forwards is being judged at this moment');
  const told = first.filter((other) => related.originals.includes(other) || isStaffForward(other));
  const taken = new Set(told.filter(isWhole).flatMap(clientsOnRecord));
  const links = message.links.map((link) =>
    isNew(link) && taken.has(clientOf(link)) ? { ...link, writtenAt: message.receivedAt } : link,
  );
  const caseUpdates = message.caseUpdates.filter((update) => {
    const draft = {
      ...update,
      clientId: String(update.clientId),
      review: heldFor(update),
      description: '',
      awaitsParent: update.awaitsParent === true,
    };
    return !isFresh(update) || !told.some(isMadeBy(draft, draft));
  });
  const yielded =
    links.some((link, index) => link !== message.links[index]) ||
    caseUpdates.length < message.caseUpdates.length;
  if (!yielded) return message;
  const verdict = message.verdict && withRecord(message.verdict, links, message);
  await database.messages.updateOne(
    { _id: message._id, revision: message.revision },
    { $set: { links, caseUpdates, verdict } },
  );
  return { ...message, links, caseUpdates, verdict };
}
