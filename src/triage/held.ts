import { caseUpdateId } from '../ingest/record.ts';
import { deriveCase } from '../store/case-updates.ts';
import { decide } from '../store/decisions.ts';
import type { DecisionDocument } from '../store/decisions.ts';
import type { MessageDocument } from '../store/message-document.ts';
import type { Database } from '../store/mongo.ts';
import type { Review } from '../decide/case-updates.ts';
import { TriageError } from './triage-error.ts';

export interface Confirmation {
  readonly message: MessageDocument;
  /** Null: every held update of the message. */
  readonly clientId: string | null;
  readonly ref: string | null;
  /** One of the configured statuses; required if the tag's is unknown. */
  readonly status: string | null;
  readonly by: string;
}

/**
 * Applies held case updates, with the message's date, so that the case's later updates still count. @throws TriageError if none is
 * held, or a status must be chosen first.
 */
export async function confirmUpdates(database: Database, asked: Confirmation): Promise<DecisionDocument[]> {
  const { message, by } = asked;
  const held = message.caseUpdates.flatMap((update) => {
    const { review, clientId, ref } = update;
    if (review === null || review === 'echo') return [];
    const isMeant =
      (asked.clientId === null || asked.clientId === String(clientId)) &&
      (asked.ref === null || asked.ref === ref);
    return isMeant ? [{ ...update, review }] : [];
  });
  if (held.length === 0) throw new TriageError('not-possible', 'no case update of this message is held');
  const statusless = held.find(({ review }) => review === 'unknown-status');
  if (statusless !== undefined && asked.status === null)
    throw new TriageError(
      'not-possible',
      `"${statusless.statusText ?? ''}" is not a configured status: say which status is meant`,
    );
  const made: DecisionDocument[] = [];
  for (const update of held) {
    const { clientId, ref, review } = update;
    const id = caseUpdateId(message, update);
    const row = await database.caseUpdates.findOne({ _id: id });
    if (row === null) throw new TriageError('not-possible', 'the case update was removed from the CRM');
    const decision = await decide(database.decisions, {
      subject: `message:${message.fingerprint}`,
      act: 'confirm',
      clients: [clientId],
      by,
      caseUpdate: { id, ref, review, status: row.status },
    });
    const status = asked.status === null ? {} : { status: asked.status, statusInherited: false };
    await database.caseUpdates.updateOne(
      { _id: id },
      { $set: { review: null, confirmedAt: decision.at, ...status } },
    );
    await setReview(database, message, { clientId, ref, review: null });
    await deriveCase(database.caseUpdates, { clientId, ref });
    made.push(decision);
  }
  return made;
}

/** The update is held again, as before. */
export async function unconfirmUpdate(database: Database, decision: DecisionDocument): Promise<void> {
  const { caseUpdate, clients, subject } = decision;
  const [clientId] = clients;
  if (caseUpdate === undefined || clientId === undefined) return;
  const { id, ref, review, status } = caseUpdate;
  await database.caseUpdates.updateOne({ _id: id }, { $set: { review, status, confirmedAt: null } });
  const message = await database.messages.findOne({ fingerprint: subject.slice('message:'.length) });
  if (message !== null) await setReview(database, message, { clientId, ref, review });
  await deriveCase(database.caseUpdates, { clientId, ref });
}

/** In the message too, so that rejudging it does not hold what a person released. */
async function setReview(
  { messages }: Pick<Database, 'messages'>,
  message: Pick<MessageDocument, '_id' | 'caseUpdates'>,
  { clientId, ref, review }: { clientId: unknown; ref: string | null; review: Review | null },
): Promise<void> {
  const at = message.caseUpdates.findIndex(
    (update) => String(update.clientId) === String(clientId) && update.ref === ref,
  );
  if (at < 0) return;
  await messages.updateOne(
    { _id: message._id },
    { $set: { [`caseUpdates.${at}.review`]: review }, $inc: { revision: 1 } },
  );
}
