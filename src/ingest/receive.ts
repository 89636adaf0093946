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
import { deterministicId } from '../store/ids.ts';
import type { MessageDocument } from '../store/message-document.ts';
import { addSighting, receiveMessage, replaceFacts } from '../store/messages.ts';
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
  readonly step?: (name: 'attachments-stored' | 'received') => void;
}

/** A sighting's message, as currently known. */
export interface ReceivedCopy {
  readonly message: MessageDocument;
  /** Recipients that only this copy names, by which the message must be judged too. */
  readonly others: readonly Participant[];
  /** The message is judged by another, proven copy. */
  readonly isByOther: boolean;
}

/** Stores the message. Its attachments are durable before anything refers to them (invariant 1). */
export async function receiveCopy(
  deps: ReceiveDeps,
  sighting: SightingDocument,
  read: ReadMessage,
): Promise<ReceivedCopy> {
  for (const { sha256, size, content } of read.contents)
    await deps.blobs.put({ key: attachmentKey(sha256), content, size, sha256 });
  deps.step?.('attachments-stored');
  const { mailbox, role, inOwnSent } = sighting;
  const unsent = inOwnSent ? null : unsentSign(read.reading.mail, sighting.mark ?? null);
  const said = factsOf(deps, read, sighting);
  const facts = unsent === null ? said : asUnsent(said, { unsent, key: said.rawKey });
  const backfill = isBackfill(sighting, facts);
  const received = {
    facts,
    authentication: read.authentication,
    sighted: { mailbox, role, inOwnSent, backfill },
  };
  const copy = await placeCopy(deps, received);
  deps.step?.('received');
  return copy;
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
  { rules }: ReceiveDeps,
  { reading }: ReadMessage,
  { rawKey, internalDate }: Pick<SightingDocument, 'rawKey' | 'internalDate'>,
): MessageFacts {
  return messageFactsOf(reading, { rawKey: rawKey ?? '', internalDate, now: new Date(), rules });
}

async function placeCopy(deps: ReceiveDeps, received: Received): Promise<ReceivedCopy> {
  const { messages } = deps.database;
  const { facts, sighted, authentication } = received;
  const id = deterministicId(facts.fingerprint);
  for (;;) {
    const known = await receiveMessage(messages, { id, ...received });
    const copy = { ...facts, inOwnSent: sighted.inOwnSent, authentication };
    const kind = copyKind(known, copy, deps.rules);
    switch (kind) {
      case 'same':
      case 'adds': {
        const message = await addSighting(messages, known, sighted);
        const others = kind === 'adds' ? recipientsBeside(known, { facts, rules: deps.rules }) : [];
        const isByOther = kind === 'same' && known.rawKey !== facts.rawKey && proofOf(known) > proofOf(copy);
        return { message, others, isByOther };
      }
      case 'better': {
        await partDoubtful(deps, known, received);
        const takenOver = saysSame(known, facts) ? 'same' : 'displaced';
        const message = await replaceFacts(messages, known, { ...received, takenOver });
        if (message === null) continue;
        return { message, others: [], isByOther: false };
      }
      case 'doubtful':
        return { message: await receiveDoubtful(deps, received, id), others: [], isByOther: false };
    }
  }
}

/** A message of its own, identified by the hash of its bytes: its fingerprint belongs to the message it is not a copy of. */
async function receiveDoubtful(
  { database }: Pick<ReceiveDeps, 'database'>,
  { facts, sighted, authentication }: Received,
  copyOf: ObjectId,
): Promise<MessageDocument> {
  const { contentKey: _, ...said } = facts;
  const fingerprint = `raw:${/[0-9a-f]{64}/u.exec(facts.rawKey)?.[0] ?? facts.rawKey}`;
  return await receiveMessage(database.messages, {
    id: deterministicId(fingerprint),
    facts: { ...said, fingerprint, variantKey: fingerprint },
    sighted: { ...sighted, inOwnSent: false },
    authentication,
    copyOf,
  });
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
