import type { Collection, ObjectId } from 'mongodb';
import type { AppliedRuling } from '../decide/case-rulings.ts';
import type { Review } from '../decide/case-updates.ts';
import { caseChanges, spellingsOfRef } from '../decide/case-status.ts';
import type { Claim } from '../decide/case-claims.ts';
import type { ClientDocument } from './clients.ts';
import { retryDuplicate } from './duplicate-key.ts';

/** The CRM's record of a case change: its own fields first, then docketmail's. */
export interface CaseUpdateDocument {
  readonly _id: ObjectId;
  readonly clientId: ClientDocument['_id'];
  readonly date: Date;
  /** Shows who claimed a case first. */
  readonly claimedAt?: Date;
  readonly title: string;
  readonly description: string;
  readonly status: string;
  readonly communicationId?: ObjectId;
  readonly messageRef?: ObjectId;
  readonly ref?: string | null;
  readonly statusText?: string | null;
  /** Why it is held; null: it takes effect. `rejected`: a person refused it, and it never does. */
  readonly review?: Review | 'rejected' | null;
  /** Held until the answered message arrives, whatever else `review` says. */
  readonly awaitsParent?: boolean;
  /** The tag named no status: `status` follows the case. */
  readonly statusInherited?: boolean;
  /** A person let it take effect. */
  readonly confirmedAt?: Date | null;
  /** A person refused it. */
  readonly rejectedAt?: Date | null;
}

interface CaseKey {
  readonly clientId: ClientDocument['_id'];
  readonly ref: string | null;
}

/** Writes the update unless it exists, then derives the case again. */
export async function recordCaseUpdate(
  caseUpdates: Collection<CaseUpdateDocument>,
  document: CaseUpdateDocument,
): Promise<boolean> {
  const { _id, ...fields } = document;
  const result = await retryDuplicate(() =>
    caseUpdates.updateOne({ _id }, { $setOnInsert: fields }, { upsert: true }),
  );
  // What a copy of the message could only hold gives way to what takes effect.
  if (result.upsertedCount === 0 && document.review === null)
    await caseUpdates.updateOne(
      {
        _id,
        messageRef: { $ne: document.messageRef },
        review: { $nin: [null, 'rejected'] },
        confirmedAt: null,
      },
      { $set: { ...fields, awaitsParent: false } },
    );
  await deriveCase(caseUpdates, { clientId: document.clientId, ref: document.ref ?? null });
  return result.upsertedCount > 0;
}

/** Another worker may write a row between read and change: then it is derived again from the current rows. */
const MAX_ROUNDS = 5;

/**
 * The status of a case is derived by date, never by arrival: a late update changes what later ones inherit. Who owns the case never
 * changes by itself. Rows written by others or confirmed by a person are never touched.
 */
export async function deriveCase(caseUpdates: Collection<CaseUpdateDocument>, key: CaseKey): Promise<void> {
  const filter =
    key.ref === null ? { clientId: key.clientId, ref: null } : { ref: { $in: spellingsOfRef(key.ref) } };
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const rows = await caseUpdates.find(filter).toArray();
    const changed = caseChanges(rows.map((row) => ({ ...row, isOurs: row.messageRef !== undefined })));
    if (changed.length === 0) return;
    for (const { row, status, review } of changed)
      await caseUpdates.updateOne({ _id: row._id, review: row.review ?? null }, { $set: { status, review } });
  }
}

/** Resolves an update held for its parent or a proof: with `review` null it takes effect; an echo never was an update. */
export async function resolveCaseUpdate(
  caseUpdates: Collection<CaseUpdateDocument>,
  update: CaseKey & {
    readonly _id: ObjectId;
    readonly review: Review | 'echo' | 'rejected' | null;
    readonly ruling?: AppliedRuling;
    readonly status: string | null;
    readonly awaitsParent?: boolean;
    readonly messageRef: ObjectId;
  },
): Promise<void> {
  const { _id, messageRef, review, awaitsParent = false, ruling } = update;
  if (ruling !== undefined) await applyRuling(caseUpdates, { ...update, ruling });
  if (ruling !== undefined && ruling.act !== 'undone') return await deriveCase(caseUpdates, update);
  const held = { _id, awaitsParent: true, confirmedAt: null, review: { $ne: 'rejected' as const } };
  if (review === 'echo') await caseUpdates.deleteOne(held);
  else await caseUpdates.updateOne(held, { $set: { review, awaitsParent } });
  // A copy of the message brought the missing proof.
  if (review === null)
    await caseUpdates.updateOne(
      { _id, messageRef, review: 'unauthenticated', confirmedAt: null },
      { $set: { review } },
    );
  await deriveCase(caseUpdates, update);
}

/** Each decision takes effect once: what people change in the row afterwards stays. */
async function applyRuling(
  caseUpdates: Collection<CaseUpdateDocument>,
  update: Parameters<typeof resolveCaseUpdate>[1] & { readonly ruling: AppliedRuling },
): Promise<void> {
  const { _id, ruling, status: own } = update;
  const { at, review, status } = ruling;
  const chosen = status === null ? {} : { status, statusInherited: false };
  switch (ruling.act) {
    case 'confirm':
      await caseUpdates.updateOne(
        { _id, confirmedAt: { $ne: at } },
        { $set: { review: null, confirmedAt: at, rejectedAt: null, ...chosen } },
      );
      return;
    case 'reject':
      await caseUpdates.updateOne(
        { _id, rejectedAt: { $ne: at } },
        { $set: { review: 'rejected', confirmedAt: null, rejectedAt: at } },
      );
      return;
    case 'undone': {
      const before = own === null ? { statusInherited: true } : { status: own, statusInherited: false };
      await caseUpdates.updateOne(
        { _id, $or: [{ confirmedAt: at }, { rejectedAt: at }] },
        { $set: { review, confirmedAt: null, rejectedAt: null, ...before } },
      );
    }
  }
}

/** The first claims show who owns a case; later ones only repeat it. */
const MAX_CLAIMS = 1_000;

/** The effective claims to the case with each ref, earliest arrival first. */
export async function caseClaims(
  caseUpdates: Collection<CaseUpdateDocument>,
  refs: readonly string[],
): Promise<Map<string, Claim[]>> {
  if (refs.length === 0) return new Map();
  const rows = await caseUpdates
    .find({ ref: { $in: refs.flatMap(spellingsOfRef) }, review: null })
    .project<Claim & { readonly ref: string; readonly messageRef?: ObjectId }>({
      ref: 1,
      clientId: 1,
      date: 1,
      claimedAt: 1,
      confirmedAt: 1,
      messageRef: 1,
    })
    .sort({ date: 1 })
    .limit(MAX_CLAIMS)
    .toArray();
  return new Map(
    refs.map((ref) => {
      const spellings = spellingsOfRef(ref);
      const claims = rows.filter((row) => spellings.includes(row.ref));
      return [
        ref,
        claims.map(({ messageRef, clientId, ...claim }) => ({
          ...claim,
          clientId: String(clientId),
          isOurs: messageRef !== undefined,
        })),
      ];
    }),
  );
}
