import { ObjectId } from 'mongodb';
import type { Collection } from 'mongodb';
import type { Decision } from '../verdict.ts';
import type { Review } from '../verdict/case-updates.ts';
import type { ClientDocument } from './clients.ts';

/** What a person decided, with who and when. `subject` is `message:…`, `thread:…`, `address:…` or `domain:…`. */
export interface DecisionDocument {
  readonly _id: ObjectId;
  readonly subject: string;
  /** `link` of an address or domain: it was learned. `confirm`: a held case update took effect. */
  readonly act: 'link' | 'unlink' | 'ignore' | 'confirm';
  readonly clients: readonly ClientDocument['_id'][];
  readonly by: string;
  readonly at: Date;
  readonly undoneAt: Date | null;
  readonly undoneBy?: string;
  /** Of `confirm`: which update, and what undoing it restores. */
  readonly caseUpdate?: {
    readonly id: ObjectId;
    readonly ref: string | null;
    readonly review: Review;
    readonly status: string;
  };
}

/** The decisions in force about some subjects, and the ids of their clients as the CRM wrote them. */
export interface DecisionsInForce {
  readonly decisions: readonly Decision[];
  readonly clientIds: ReadonlyMap<string, ClientDocument['_id']>;
}

/** Oldest first. */
export async function findDecisions(
  decisions: Collection<DecisionDocument>,
  subjects: readonly string[],
): Promise<DecisionsInForce> {
  const rows = await decisions
    .find({ subject: { $in: [...subjects] }, undoneAt: null })
    .sort({ at: 1 })
    .toArray();
  return {
    decisions: rows.flatMap(({ subject, act, clients }) => {
      const colon = subject.indexOf(':');
      if (act === 'confirm') return [];
      const about = subject.slice(0, colon) as Decision['subject'];
      return [{ subject: about, key: subject.slice(colon + 1), act, clientIds: clients.map(String) }];
    }),
    clientIds: new Map(rows.flatMap(({ clients }) => clients.map((id) => [String(id), id] as const))),
  };
}

/**
 * Writes a decision down, unless the very same is in force, and ends those in force that say the opposite about the same subject:
 * of two contrary acts the later one counts.
 */
export async function decide(
  decisions: Collection<DecisionDocument>,
  decision: Pick<DecisionDocument, 'subject' | 'act' | 'clients' | 'by' | 'caseUpdate'>,
): Promise<DecisionDocument> {
  const { subject, act, clients, by } = decision;
  const inForce = await decisions.find({ subject, undoneAt: null }).toArray();
  const ids = new Set(clients.map(String));
  const same = inForce.find(
    (row) =>
      row.act === act && row.clients.length === ids.size && row.clients.every((id) => ids.has(String(id))),
  );
  if (same !== undefined && act !== 'confirm') return same;
  for (const row of inForce) {
    if (!isContrary(row.act, act)) continue;
    const left = row.clients.filter((id) => !ids.has(String(id)));
    // An act about several clients stays in force for those that the later one does not name.
    if (left.length > 0 && left.length < row.clients.length)
      await decisions.insertOne({ ...row, _id: new ObjectId(), clients: left });
    if (left.length < row.clients.length || row.clients.length === 0 || ids.size === 0)
      await endDecision(decisions, row._id, by);
  }
  const written: DecisionDocument = { _id: new ObjectId(), ...decision, at: new Date(), undoneAt: null };
  await decisions.insertOne(written);
  return written;
}

function isContrary(earlier: DecisionDocument['act'], later: DecisionDocument['act']): boolean {
  if (earlier === 'confirm' || later === 'confirm') return false;
  return earlier !== later;
}

/** Null where there is none, or it was undone before. */
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
