import { ObjectId } from 'mongodb';
import type { Collection } from 'mongodb';
import type { CaseRuling } from '../decide/case-rulings.ts';
import type { Decision } from '../decide/known-context.ts';
import type { Review } from '../decide/case-updates.ts';
import type { ClientDocument } from './clients.ts';
import { isDuplicateKey } from './duplicate-key.ts';
import { deterministicId } from './ids.ts';

/** A person's decision, with who and when. `subject` is `message:…`, `thread:…`, `address:…` or `domain:…`. */
export interface DecisionDocument {
  readonly _id: ObjectId;
  readonly subject: string;
  /** `link` of an address or domain: an alias was added. `confirm`: a held case update took effect. `reject`: it never does. */
  readonly act: 'link' | 'unlink' | 'ignore' | 'confirm' | 'reject';
  readonly clients: readonly ClientDocument['_id'][];
  readonly by: string;
  readonly at: Date;
  readonly undoneAt: Date | null;
  readonly undoneBy?: string;
  /** Of `reject`. */
  readonly reason?: string;
  /** For `confirm` and `reject`: which update, and what undoing it restores. `chosen`: the status that replaced the tag's. */
  readonly caseUpdate?: {
    readonly id: ObjectId;
    readonly ref: string | null;
    readonly review: Review;
    readonly status: string;
    readonly chosen?: string | null;
  };
}

/** The decisions in force about some subjects, and their clients' ids as the CRM wrote them. */
export interface DecisionsInForce {
  readonly decisions: readonly Decision[];
  /** What was decided about case updates. */
  readonly rulings: readonly CaseRuling[];
  readonly clientIds: ReadonlyMap<string, ClientDocument['_id']>;
}

/** A decision about one of a message's `copies` counts for the message itself, the first of the subjects. */
export interface DecisionQuery {
  readonly subjects: readonly string[];
  readonly copies?: readonly string[];
}

/** The decisions in force about any of these subjects, oldest first. */
export async function readDecisions(
  decisions: Collection<DecisionDocument>,
  subjects: readonly string[],
): Promise<DecisionDocument[]> {
  if (subjects.length === 0) return [];
  return await decisions
    .find({ subject: { $in: [...new Set(subjects)] }, undoneAt: null })
    .sort({ at: 1, _id: 1 })
    .toArray();
}

/** The order of `readDecisions`, for what was read in two steps. */
export function inOrder(found: readonly DecisionDocument[]): DecisionDocument[] {
  const distinct = new Map(found.map((row) => [row._id.toHexString(), row]));
  return [...distinct.entries()]
    .toSorted(([a, one], [b, other]) => one.at.getTime() - other.at.getTime() || (a < b ? -1 : 1))
    .map(([, row]) => row);
}

/** What of them is in force about the subjects of a question: of contrary acts about one subject only the later. */
export function decisionsAbout(
  { subjects, copies = [] }: DecisionQuery,
  found: readonly DecisionDocument[],
): DecisionsInForce {
  const [own = ''] = subjects;
  const rows = found.flatMap((row) =>
    copies.includes(row.subject) ? [{ ...row, subject: own }] : subjects.includes(row.subject) ? [row] : [],
  );
  return {
    decisions: withoutOverruled(rows).map(({ subject, act, clients }) => {
      const colon = subject.indexOf(':');
      const about = subject.slice(0, colon) as Decision['subject'];
      return { subject: about, key: subject.slice(colon + 1), act, clientIds: clients.map(String) };
    }),
    rulings: rows.flatMap((row) => rulingOf(row) ?? []),
    clientIds: new Map(rows.flatMap(({ clients }) => clients.map((id) => [String(id), id] as const))),
  };
}

function rulingOf({ act, clients: [clientId], caseUpdate, at }: DecisionDocument): CaseRuling | null {
  if ((act !== 'confirm' && act !== 'reject') || clientId === undefined || caseUpdate === undefined)
    return null;
  const { ref, review, chosen = null } = caseUpdate;
  return { clientId: String(clientId), ref, act, status: chosen, review, at };
}

type Ruling = Pick<DecisionDocument, 'subject' | 'clients'> & { readonly act: Decision['act'] };

/**
 * For a message or thread, a later act ends nothing, it overrules while in force: undoing it brings the earlier one back. `link`
 * and `unlink` overrule each other for the clients they name, `link` and `ignore` altogether.
 */
function withoutOverruled(rows: readonly DecisionDocument[]): Ruling[] {
  let rulings: Ruling[] = [];
  for (const { subject, act, clients } of rows) {
    if (act === 'confirm' || act === 'reject') continue;
    const named = new Set(clients.map(String));
    rulings = rulings.flatMap((earlier) => {
      if (earlier.subject !== subject || earlier.act === act) return [earlier];
      if (act === 'ignore' || earlier.act === 'ignore')
        return act === 'unlink' || earlier.act === 'unlink' ? [earlier] : [];
      const left = earlier.clients.filter((id) => !named.has(String(id)));
      return left.length > 0 ? [{ ...earlier, clients: left }] : [];
    });
    rulings.push({ subject, act, clients });
  }
  return rulings;
}

/** Stores a decision. Repeating one adds nothing. */
export async function decide(
  decisions: Collection<DecisionDocument>,
  decision: Pick<DecisionDocument, 'subject' | 'act' | 'clients' | 'by'>,
): Promise<DecisionDocument> {
  const { subject, act, clients } = decision;
  const [latest] = await decisions
    .find({ subject, undoneAt: null })
    .sort({ at: -1, _id: -1 })
    .limit(1)
    .toArray();
  const named = new Set(clients.map(String));
  const isSame =
    latest?.act === act &&
    latest.clients.length === named.size &&
    latest.clients.every((id) => named.has(String(id)));
  if (isSame) return latest;
  const written: DecisionDocument = { _id: new ObjectId(), ...decision, at: new Date(), undoneAt: null };
  await decisions.insertOne(written);
  return written;
}

/**
 * Writes a decision about a case update down. Its id is made of the update and of how many decisions about it were ended, so that
 * of two people who decide at one moment one is first. Null: somebody was.
 */
export async function decideCaseUpdate(
  decisions: Collection<DecisionDocument>,
  decision: Pick<DecisionDocument, 'subject' | 'clients' | 'by' | 'reason'> & {
    readonly act: 'confirm' | 'reject';
    readonly caseUpdate: NonNullable<DecisionDocument['caseUpdate']>;
  },
): Promise<DecisionDocument | null> {
  const about = { 'caseUpdate.id': decision.caseUpdate.id };
  if ((await decisions.findOne({ ...about, undoneAt: null })) !== null) return null;
  const ended = await decisions.countDocuments({ ...about, undoneAt: { $ne: null } });
  const _id = deterministicId('case-update', decision.caseUpdate.id.toHexString(), String(ended));
  const written: DecisionDocument = { _id, ...decision, at: new Date(), undoneAt: null };
  try {
    await decisions.insertOne(written);
    return written;
  } catch (error) {
    if (isDuplicateKey(error)) return null;
    throw error;
  }
}

/** Ends the decisions in force about a subject that contradict a new one, and returns them. */
export async function endContrary(
  decisions: Collection<DecisionDocument>,
  { subject, act, by }: Pick<DecisionDocument, 'subject' | 'act' | 'by'>,
): Promise<DecisionDocument[]> {
  const ended: DecisionDocument[] = [];
  for (const { _id } of await decisions.find({ subject, act, undoneAt: null }).sort({ at: 1 }).toArray()) {
    const decision = await endDecision(decisions, _id, by);
    if (decision !== null) ended.push(decision);
  }
  return ended;
}

/** Null if there is none, or it was already undone. */
export async function endDecision(
  decisions: Collection<DecisionDocument>,
  id: ObjectId,
  by: string,
): Promise<DecisionDocument | null> {
  return await decisions.findOneAndUpdate(
    { _id: id, undoneAt: null },
    { $set: { undoneAt: new Date(), undoneBy: by } },
    { returnDocument: 'after' },
  );
}
