/** Removes what only one import brought. Safe to rerun at any point: what is done is gone, the rest is found again. */
import { ObjectId } from 'mongodb';
import { caseUpdateId, communicationId, communicationOf } from './record.ts';
import { isAsWritten, retractLinks } from './retract.ts';
import { publishRetracted } from './publish-events.ts';
import type { IngestDeps } from './ingest-deps.ts';
import { linkStateOf, stateFields } from '../store/link-state.ts';
import type { MessageDocument } from '../store/message-document.ts';
import type { Database } from '../store/mongo.ts';
import { copiesOf, markDependants } from '../store/rejudge.ts';

/** Why a message stays. */
export type Kept = 'seen elsewhere' | 'decided by a person' | 'edited in the CRM';

export interface UndoneImport {
  messages: number;
  communications: number;
  caseUpdates: number;
  /** Rows of the ledger. */
  sightings: number;
  readonly kept: Record<Kept, number>;
}

interface Undoing {
  readonly deps: Pick<IngestDeps, 'database' | 'reader' | 'rejudgeSoon'>;
  /** The mailboxes of the batch. */
  readonly mailboxes: readonly string[];
  readonly isDryRun: boolean;
  readonly done: UndoneImport;
}

export async function undoImport(
  deps: Undoing['deps'],
  { mailboxes, dryRun }: { readonly mailboxes: readonly string[]; readonly dryRun: boolean },
): Promise<UndoneImport> {
  const done: UndoneImport = {
    messages: 0,
    communications: 0,
    caseUpdates: 0,
    sightings: 0,
    kept: { 'seen elsewhere': 0, 'decided by a person': 0, 'edited in the CRM': 0 },
  };
  const undoing: Undoing = { deps, mailboxes, isDryRun: dryRun, done };
  const { sightings, cursors } = deps.database;
  const mine = { mailbox: { $in: [...mailboxes] } };
  const seen = new Set<string>();
  for await (const { messageRef } of sightings
    .find(mine)
    .project<{ messageRef: ObjectId | null }>({ messageRef: 1 })) {
    if (messageRef === null || seen.has(messageRef.toHexString())) continue;
    seen.add(messageRef.toHexString());
    await undoMessage(undoing, messageRef);
  }
  done.sightings = await sightings.countDocuments(mine);
  if (dryRun) return done;
  // Last, because the messages are found by them; the cursors last of all, because the batch is found by them.
  await sightings.deleteMany(mine);
  await cursors.deleteMany(mine);
  return done;
}

async function undoMessage(undoing: Undoing, id: ObjectId): Promise<void> {
  const { deps, mailboxes, isDryRun, done } = undoing;
  const { messages } = deps.database;
  const message = await messages.findOne({ _id: id });
  if (message === null) return;
  const reason = await whyKept(undoing, message);
  if (reason !== null) {
    done.kept[reason] += 1;
    if (!isDryRun && reason === 'seen elsewhere')
      await messages.updateOne(
        { _id: id },
        { $pull: { mailboxes: { $in: [...mailboxes] } }, $set: { searchDue: new ObjectId() } },
      );
    return;
  }
  const before = await rowsOf(deps.database, message);
  if (isDryRun) {
    const edited = await countEdited(undoing, message);
    if (edited > 0) done.kept['edited in the CRM'] += 1;
    else done.messages += 1;
    done.communications += before.communications - edited;
    done.caseUpdates += before.caseUpdates;
    return;
  }
  const after = await takeBackRows(undoing, message);
  const left = await rowsOf(deps.database, message);
  done.communications += before.communications - left.communications;
  done.caseUpdates += before.caseUpdates - left.caseUpdates;
  if (left.communications + left.caseUpdates > 0) {
    done.kept['edited in the CRM'] += 1;
    const { links, caseUpdates } = after;
    await messages.updateOne({ _id: id }, { $set: { links, caseUpdates }, $inc: { revision: 1 } });
    return;
  }
  await messages.deleteOne({ _id: id });
  await deps.database.searchRows.deleteMany({ messageRef: id });
  done.messages += 1;
  // What had this message for its parent or its original is judged without it.
  await deps.rejudgeSoon(await markDependants(messages, [message]));
}

async function whyKept({ deps, mailboxes }: Undoing, message: MessageDocument): Promise<Kept | null> {
  const { sightings, decisions, messages } = deps.database;
  const elsewhere = { messageRef: message._id, mailbox: { $nin: [...mailboxes] } };
  if ((await sightings.countDocuments(elsewhere, { limit: 1 })) > 0) return 'seen elsewhere';
  // With an added footer or banner it is a separate copy that shares this entry.
  const copies = { ...copiesOf(message), mailboxes: { $elemMatch: { $nin: [...mailboxes] } } };
  if ((await messages.countDocuments(copies, { limit: 1 })) > 0) return 'seen elsewhere';
  const subjects = [`message:${message.fingerprint}`, `thread:${message.threadId}`];
  const decided = await decisions.countDocuments(
    { subject: { $in: subjects }, undoneAt: null },
    { limit: 1 },
  );
  return decided > 0 ? 'decided by a person' : null;
}

/** As if every link were lost: rows that someone edited stay, untouched ones are removed. */
async function takeBackRows({ deps }: Undoing, message: MessageDocument): Promise<MessageDocument> {
  if (message.links.length === 0) return message;
  const { reading, dispose } = await deps.reader.read({ key: message.rawKey, size: message.size });
  try {
    const marked = {
      ...message,
      links: message.links.map((link) => ({
        ...link,
        ...stateFields(message, linkStateOf(message, link)),
        retract: 'address-removed' as const,
      })),
    };
    const after = await retractLinks(deps.database, marked, { mail: reading.mail, earlier: null });
    await publishRetracted(deps.database, after, { marked });
    return after;
  } finally {
    await dispose();
  }
}

async function countEdited({ deps }: Undoing, message: MessageDocument): Promise<number> {
  if (message.links.length === 0) return 0;
  const { reading, dispose } = await deps.reader.read({ key: message.rawKey, size: message.size });
  await dispose();
  let edited = 0;
  for (const link of message.links) {
    const written = communicationOf(message, reading.mail, link);
    const found = await deps.database.communications.findOne({ _id: written._id, messageRef: message._id });
    if (found !== null && !isAsWritten(found, written)) edited += 1;
  }
  return edited;
}

/** What is recorded of the message. */
async function rowsOf(
  { communications, caseUpdates }: Pick<Database, 'communications' | 'caseUpdates'>,
  message: MessageDocument,
): Promise<{ communications: number; caseUpdates: number }> {
  const written = message.links.map(({ clientId }) => communicationId(message, clientId));
  const updates = message.caseUpdates.map((update) => caseUpdateId(message, update));
  return {
    communications: await communications.countDocuments({ _id: { $in: written }, messageRef: message._id }),
    caseUpdates: await caseUpdates.countDocuments({ _id: { $in: updates } }),
  };
}
