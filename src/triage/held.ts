/** People's decisions about held case updates: confirm them, with the same or another status, or reject them for good. */
import { caseUpdateId } from '../ingest/record.ts';
import { decideCaseUpdate } from '../store/decisions.ts';
import type { DecisionDocument } from '../store/decisions.ts';
import type { MessageCaseUpdate, MessageDocument } from '../store/message-document.ts';
import { markForRejudge } from '../store/rejudge.ts';
import type { CaseUpdateDocument } from '../store/case-updates.ts';
import type { Database } from '../store/mongo.ts';
import type { Review } from '../decide/case-updates.ts';
import { judgeNow } from './judge-now.ts';
import type { TriageDeps } from './triage-deps.ts';
import { TriageError } from './triage-error.ts';

interface HeldRequest {
  readonly message: MessageDocument;
  /** Null: every held update of the message. */
  readonly clientId: string | null;
  readonly ref: string | null;
  readonly by: string;
}

export interface Confirmation extends HeldRequest {
  /** One of the configured statuses; required if the tag's is unknown. Null: as the tag says. */
  readonly status: string | null;
}

export interface Rejection extends HeldRequest {
  readonly reason: string;
}

/**
 * Applies held case updates as of the message's date, so that the case's later updates still count.
 * @throws TriageError if none is held, somebody else decided first, or a status must be chosen first.
 */
export async function confirmUpdates(deps: TriageDeps, asked: Confirmation): Promise<DecisionDocument[]> {
  const held = await heldOf(deps.database, asked);
  const statusless = held.find(
    ({ row }) => row.statusInherited === true && (row.statusText ?? null) !== null,
  );
  if (statusless !== undefined && asked.status === null)
    throw new TriageError(
      'not-possible',
      `"${statusless.row.statusText ?? ''}" is not a configured status: say which status is meant`,
    );
  return await decideHeld(deps, { ...asked, held, act: 'confirm', chosen: asked.status });
}

/** Rejects held case updates for good: no replay, import or copy of the message restores them, only undoing the decision. */
export async function rejectUpdates(deps: TriageDeps, asked: Rejection): Promise<DecisionDocument[]> {
  const held = await heldOf(deps.database, asked);
  return await decideHeld(deps, { ...asked, held, act: 'reject', chosen: null });
}

interface Held {
  readonly row: CaseUpdateDocument;
  readonly review: Review;
}

/** The message's held updates. Read from the CRM's rows, because an update may be held after its message was judged. */
async function heldOf(
  database: Pick<Database, 'caseUpdates' | 'decisions'>,
  { message, clientId, ref }: HeldRequest,
): Promise<Held[]> {
  const meant = message.caseUpdates.filter(
    (update) =>
      update.review !== 'echo' &&
      (clientId === null || clientId === String(update.clientId)) &&
      (ref === null || ref === update.ref),
  );
  const ids = meant.map((update) => caseUpdateId(message, update));
  const rows = await database.caseUpdates.find({ _id: { $in: ids } }).toArray();
  const held = rows.flatMap((row) => {
    const { review = null } = row;
    return review === null || review === 'rejected' ? [] : [{ row, review }];
  });
  if (held.length > 0) return held;
  const [decided] = await decisionsAbout(database, ids);
  if (decided !== undefined) throw alreadyDecided(decided);
  const isGone = meant.some((update) => isHeldThere(update) && !rows.some(isRowOf(message, update)));
  throw new TriageError(
    'not-possible',
    isGone ? 'the case update was removed from the CRM' : 'no case update of this message is held',
  );
}

const isHeldThere = ({ review }: MessageCaseUpdate): boolean => review !== null && review !== 'rejected';

const isRowOf =
  (message: MessageDocument, update: MessageCaseUpdate) =>
  ({ _id }: CaseUpdateDocument): boolean =>
    _id.equals(caseUpdateId(message, update));

async function decisionsAbout(
  { decisions }: Pick<Database, 'decisions'>,
  ids: readonly CaseUpdateDocument['_id'][],
): Promise<DecisionDocument[]> {
  return await decisions.find({ 'caseUpdate.id': { $in: [...ids] }, undoneAt: null }).toArray();
}

const DONE = { confirm: 'confirmed', reject: 'rejected' } as const;

function alreadyDecided({ act, by, at, _id }: DecisionDocument): TriageError {
  const done = act === 'reject' ? DONE.reject : DONE.confirm;
  return new TriageError(
    'already-decided',
    `${by} ${done} it at ${at.toISOString()}: undo decision ${_id.toHexString()} first`,
  );
}

/** Marks the message for rejudging first, so that a stored decision takes effect even if this process dies. */
async function decideHeld(
  deps: TriageDeps,
  {
    message,
    held,
    act,
    by,
    chosen,
    reason,
  }: Pick<HeldRequest, 'message' | 'by'> & {
    readonly held: readonly Held[];
    readonly act: 'confirm' | 'reject';
    readonly chosen: string | null;
    readonly reason?: string;
  },
): Promise<DecisionDocument[]> {
  const { database } = deps;
  await markForRejudge(database.messages, { _id: message._id });
  const made: DecisionDocument[] = [];
  for (const { row, review } of held) {
    const decision = await decideCaseUpdate(database.decisions, {
      subject: `message:${message.fingerprint}`,
      act,
      clients: [row.clientId],
      by,
      ...(reason !== undefined && { reason }),
      caseUpdate: { id: row._id, ref: row.ref ?? null, review, status: row.status, chosen },
    });
    if (decision !== null) made.push(decision);
  }
  await judgeNow(deps, message._id);
  if (made.length > 0) return made;
  const ids = held.map(({ row }) => row._id);
  const [decided] = await decisionsAbout(database, ids);
  throw decided === undefined
    ? new TriageError('already-decided', 'somebody else just decided this and undid it: look again')
    : alreadyDecided(decided);
}
