import type { ObjectId } from 'mongodb';
import { PermanentError } from '../errors.ts';
import { proofOf } from '../decide/decided-message.ts';
import { copyKind, differs, saysSame } from '../decide/doubtful-copy.ts';
import { messageFactsOf, recipientsBeside } from '../decide/facts-from-mail.ts';
import type { MessageFacts, Participant } from '../decide/message-facts.ts';
import { asUnsent } from '../decide/unsent.ts';
import { unsentSign } from '../mail/unsent.ts';
import type { ReadMessage } from '../read/reader.ts';
import { attachmentKey } from '../store/blobs/blobs.ts';
import { putAll } from '../store/blobs/put-all.ts';
import { deterministicId } from '../store/ids.ts';
import type { MessageDocument } from '../store/message-document.ts';
import { addSighting, receiveMessages, replaceFacts } from '../store/messages.ts';
import type { Received } from '../store/messages.ts';
import { markForRejudge } from '../store/rejudge.ts';
import type { SightingDocument } from '../store/sightings.ts';
import type { BlobStore } from '../store/blobs/blobs.ts';
import type { Database } from '../store/mongo.ts';
import type { Reader } from '../read/reader.ts';
import type { Rules } from '../decide/rules.ts';

interface ReceiveDeps {
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly reader: Reader;
  readonly rules: Rules;
  readonly rejudgeSoon: (ids: readonly ObjectId[]) => Promise<void>;
}

/** A sighting's message, as currently known. */
export interface ReceivedCopy {
  readonly message: MessageDocument;
  /** Recipients that only this copy names, by which the message must be judged too. */
  readonly others: readonly Participant[];
  /** The message is judged by another, proven copy. */
  readonly isByOther: boolean;
}

/** A copy of a message as it was seen and read, not placed beside what is known yet. */
export interface SeenCopy extends Received {
  /** Of the message that bears its fingerprint. */
  readonly id: ObjectId;
}

export function seenCopyOf(
  deps: Pick<ReceiveDeps, 'rules'>,
  sighting: SightingDocument,
  read: ReadMessage,
): SeenCopy {
  const { mailbox, role, inOwnSent } = sighting;
  const unsent = inOwnSent ? null : unsentSign(read.reading.mail, sighting.mark ?? null);
  const said = factsOf(deps, read, sighting);
  const facts = unsent === null ? said : asUnsent(said, { unsent, key: said.rawKey });
  const backfill = isBackfill(sighting, facts);
  return {
    id: deterministicId(facts.fingerprint),
    facts,
    authentication: read.authentication,
    sighted: { mailbox, role, inOwnSent, backfill },
  };
}

/** Makes a message's attachments durable, which they are before anything points at them (invariant 1). */
export async function storeAttachments(
  { blobs }: Pick<ReceiveDeps, 'blobs'>,
  { contents }: Pick<ReadMessage, 'contents'>,
): Promise<void> {
  const stored = await putAll(
    blobs,
    contents.map(({ sha256, size, content }) => ({ key: attachmentKey(sha256), content, size, sha256 })),
  );
  for (const one of stored) if (one.status === 'rejected') throw one.reason;
}

/** By its own date and by its arrival: a new message from a sender whose clock says 1970 is not back-fill. */
function isBackfill(
  { since, internalDate, wasThere = false }: SightingDocument,
  { date }: Pick<MessageFacts, 'date'>,
): boolean {
  if (since === null || date >= since) return false;
  return wasThere || (internalDate !== null && internalDate < since);
}

function factsOf(
  { rules }: Pick<ReceiveDeps, 'rules'>,
  { reading }: ReadMessage,
  { rawKey, internalDate }: Pick<SightingDocument, 'rawKey' | 'internalDate'>,
): MessageFacts {
  return messageFactsOf(reading, { rawKey: rawKey ?? '', internalDate, now: new Date(), rules });
}

/** Says what the copy is to the message that is known under its fingerprint, `known`, which the copy itself may have made. */
export async function placeCopy(
  deps: ReceiveDeps,
  copy: SeenCopy,
  known: MessageDocument,
): Promise<ReceivedCopy> {
  const { messages } = deps.database;
  const { id, facts, sighted, authentication } = copy;
  const seen = { ...facts, inOwnSent: sighted.inOwnSent, authentication };
  const kind = copyKind(known, seen, deps.rules);
  if (kind === 'doubtful')
    return { message: await receiveDoubtful(deps, copy, id), others: [], isByOther: false };
  if (kind === 'better') {
    await partDoubtful(deps, known, copy);
    const takenOver = saysSame(known, facts) ? 'same' : 'displaced';
    const better = await replaceFacts(messages, known, { facts, sighted, authentication, takenOver });
    if (better !== null) return { message: better, others: [], isByOther: false };
    // Somebody changed it meanwhile.
    const [now = known] = await receiveMessages(messages, [copy]);
    return await placeCopy(deps, copy, now);
  }
  const message = await addSighting(messages, known, sighted);
  const others = kind === 'adds' ? recipientsBeside(known, { facts, rules: deps.rules }) : [];
  const isByOther = kind === 'same' && known.rawKey !== facts.rawKey && proofOf(known) > proofOf(seen);
  return { message, others, isByOther };
}

/** A message of its own, identified by the hash of its bytes: its fingerprint belongs to the message it is not a copy of. */
async function receiveDoubtful(
  { database }: Pick<ReceiveDeps, 'database'>,
  { facts, sighted, authentication }: Received,
  copyOf: ObjectId,
): Promise<MessageDocument> {
  const { contentKey: _, ...said } = facts;
  const fingerprint = `raw:${/[0-9a-f]{64}/u.exec(facts.rawKey)?.[0] ?? facts.rawKey}`;
  const [message] = await receiveMessages(database.messages, [
    {
      id: deterministicId(fingerprint),
      facts: { ...said, fingerprint, variantKey: fingerprint },
      sighted: { ...sighted, inOwnSent: false },
      authentication,
      copyOf,
    },
  ]);
  if (message === undefined) throw new Error('a message that was just written is not there');
  return message;
}

/** Content that unproven copies add to the proven one waits as messages of their own. */
async function partDoubtful(deps: ReceiveDeps, known: MessageDocument, { facts }: Received): Promise<void> {
  const { messages } = deps.database;
  const [mailbox = ''] = known.mailboxes;
  const [role = 'capture'] = known.roles;
  for (const { rawKey, size } of [known, ...(known.copies ?? [])]) {
    const isJudgedCopy = rawKey === known.rawKey && (known.copies ?? []).length === 0;
    if (rawKey === facts.rawKey || (isJudgedCopy && !differs(facts, known, deps.rules))) continue;
    try {
      const read = await deps.reader.read({ key: rawKey, size });
      await read.dispose();
      const said = factsOf(deps, read, { rawKey, internalDate: known.arrivedAt ?? null });
      if (!differs(facts, said, deps.rules)) continue;
      const sighted = { mailbox, role, inOwnSent: false, backfill: known.backfill };
      const received = { facts: said, sighted, authentication: read.authentication };
      const { _id } = await receiveDoubtful(deps, received, known._id);
      await markForRejudge(messages, { _id });
      await deps.rejudgeSoon([_id]);
    } catch (error) {
      // Lost bytes say nothing any more.
      if (!(error instanceof PermanentError)) throw error;
    }
  }
}
