import { BSON } from 'mongodb';
import type { Mail } from '../mail/mail.ts';
import type { DecidedLink } from '../decide/decided-message.ts';
import { findRelated } from './related.ts';
import { caseUpdateId, communicationId, communicationOf } from './record.ts';
import { deriveCase } from '../store/case-updates.ts';
import type { CommunicationDocument } from '../store/communications.ts';
import { coveredFor, linkStateOf, onRecordFor, SET_PENDING, stateFields } from '../store/link-state.ts';
import type { MessageDocument, MessageLink } from '../store/message-document.ts';
import type { Database } from '../store/mongo.ts';
import { copiesOf } from '../store/rejudge.ts';

/**
 * Removes from the clients' records what their marked links put there, and returns the message's new state. Only removes what
 * docketmail wrote and nobody changed since: a communication that someone edited or annotated stays, and a deleted one is
 * remembered, so that no rule writes it again. Safe to rerun at any point.
 */
export async function retractLinks(
  database: Pick<Database, 'messages' | 'communications' | 'caseUpdates'>,
  message: MessageDocument,
  { mail, earlier }: { readonly mail: Mail; readonly earlier: Written | null },
): Promise<MessageDocument> {
  const marked = message.links.filter(({ retract }) => retract !== undefined);
  if (marked.length === 0) return message;
  let { links, caseUpdates } = message;
  for (const link of marked) {
    const outcome = await takeBack(database, { message, mail, link, earlier });
    const isKept = outcome === 'kept' && link.retract !== 'unlinked';
    const state = linkStateOf(message, link);
    if (outcome === 'removed' && state.kind !== 'covered')
      await handOnToSameContent(database, { message, mail, link });
    const { retract: _, ...bare } = link;
    const kept = state.kind === 'pending' ? ({ kind: 'written', at: new Date() } as const) : state;
    const isOutranked = link.retract === 'outranked';
    const after = isKept
      ? kept
      : isOutranked
        ? ({ kind: 'covered', by: message.variantOf } as const)
        : undefined;
    links = links.flatMap((one) =>
      one !== link ? [one] : after === undefined ? [] : [{ ...bare, ...stateFields(message, after) }],
    );
    // The proven copy makes its own updates.
    if (isKept || isOutranked) continue;
    for (const update of caseUpdates.filter(({ clientId }) => String(clientId) === String(link.clientId)))
      await takeBackCaseUpdate(database, message, update);
    caseUpdates = caseUpdates.filter(({ clientId }) => String(clientId) !== String(link.clientId));
  }
  return { ...message, links, caseUpdates };
}

/** What a row may have been written from. */
export interface Written {
  readonly message: MessageDocument;
  readonly mail: Mail;
}

interface Link extends Written {
  readonly link: MessageLink;
}

async function takeBack(
  { messages, communications }: Pick<Database, 'messages' | 'communications'>,
  { message, mail, link, earlier }: Link & { readonly earlier: Written | null },
): Promise<'removed' | 'kept'> {
  const { clientId } = link;
  const { kind } = linkStateOf(message, link);
  if (kind === 'covered') return 'removed';
  const _id = communicationId(message, clientId);
  const found = await communications.findOne({ _id });
  // A link that is marked and not written is one whose removal had started: then no person removed the row.
  if (found === null) return kind === 'pending' ? 'removed' : 'kept';
  // A copy of the message wrote it, and retracts it if needed.
  if (found.messageRef?.equals(message._id) === false) return 'removed';
  const written = [{ message, mail }, ...(earlier === null ? [] : [earlier])];
  const isUntouched = written.some((one) => isAsWritten(found, communicationOf(one.message, one.mail, link)));
  if (!isUntouched) return 'kept';
  await handOver(messages, message, clientId);
  await messages.updateOne({ _id: message._id, 'links.clientId': clientId }, { $set: SET_PENDING });
  await communications.deleteOne({ _id, clientId, subject: found.subject, message: found.message });
  await handOver(messages, message, clientId);
  return 'removed';
}

/**
 * Lets copies of the message that stay with the client write the row that this one removes. Called before, in case this process
 * dies, and after, in case one of them looked while the row still existed.
 */
async function handOver(
  messages: Database['messages'],
  message: MessageDocument,
  clientId: MessageLink['clientId'],
): Promise<void> {
  await messages.updateMany(
    { ...copiesOf(message), ...onRecordFor(clientId) },
    { $set: SET_PENDING, $inc: { rejudge: 1, revision: 1 } },
  );
}

/**
 * Messages with the same words left the entry to this one: without it they go to a person too, or get their own entry. Repeated for
 * a link whose removal had started, so that a process may die in between.
 */
async function handOnToSameContent(
  database: Pick<Database, 'messages'>,
  { message, mail, link: { clientId } }: Link,
): Promise<void> {
  const [found] = await findRelated(database, [{ message, mail }]);
  if (found === undefined) return;
  const { variants, originals, forwards, siblingForwards } = found.relations;
  const same = [...originals, ...forwards, ...siblingForwards];
  const isClients = (link: DecidedLink): boolean =>
    link.clientId === String(clientId) && link.retract === undefined;
  const isWithOther =
    variants.some(({ links }) => links.some(isClients)) ||
    same.some(({ links }) => links.some((link) => isClients(link) && link.state.kind !== 'covered'));
  if (isWithOther) return;
  const ids = new Set(same.map(({ id }) => id));
  for (const { _id, receivedAt } of found.documents.filter((other) => ids.has(other._id.toHexString())))
    await database.messages.updateOne(
      { _id, ...coveredFor(clientId, { receivedAt }) },
      { $set: SET_PENDING, $inc: { rejudge: 1, revision: 1 } },
    );
}

/** Field by field, in any order; null and absent are equal. We also set flags after writing. */
export function isAsWritten(found: CommunicationDocument, written: CommunicationDocument): boolean {
  const fields = new Set([...Object.keys(found), ...Object.keys(written)]) as Set<
    keyof CommunicationDocument
  >;
  return [...fields].every(
    (field) =>
      field === 'flags' ||
      BSON.EJSON.stringify({ is: found[field] ?? null }) ===
        BSON.EJSON.stringify({ is: written[field] ?? null }),
  );
}

/** A case update that a person confirmed or edited stays. */
async function takeBackCaseUpdate(
  { caseUpdates }: Pick<Database, 'caseUpdates'>,
  message: MessageDocument,
  update: MessageDocument['caseUpdates'][number],
): Promise<void> {
  const status = update.status === null ? {} : { status: update.status };
  await caseUpdates.deleteOne({
    _id: caseUpdateId(message, update),
    clientId: update.clientId,
    title: update.title,
    confirmedAt: null,
    ...status,
  });
  await deriveCase(caseUpdates, { clientId: update.clientId, ref: update.ref });
}
