/** All fields of our collections that hold a sealed secret, and changing their key while other processes write. */
import type { Document } from 'mongodb';
import { readKeyRing, SecretError } from '../secrets/key-ring.ts';
import { keyIdOf, seal, unseal } from '../secrets/sealed.ts';
import type { SecretPlace } from '../secrets/sealed.ts';
import type { Database } from './mongo.ts';

/** The `_id` of a document names the secret's owner. */
interface SealedField {
  readonly collection: string;
  readonly kind: SecretPlace['kind'];
  readonly field: string;
}

const sealedFields: readonly SealedField[] = [
  { collection: 'mailboxes', kind: 'mailbox', field: 'pass' },
  { collection: 'tokens', kind: 'mailbox', field: 'refreshToken' },
  { collection: 'tokens', kind: 'mailbox', field: 'accessToken' },
  { collection: 'webhookSecrets', kind: 'endpoint', field: 'current' },
  { collection: 'webhookSecrets', kind: 'endpoint', field: 'previous' },
];

export interface FieldReport {
  /** `collection.field`. */
  readonly store: string;
  readonly total: number;
  /** After `rotate`: sealed with the first key. After `check`: those that open. */
  readonly good: number;
  /** The others, at most {@link MAX_PROBLEMS}. No secrets. */
  readonly problems: readonly string[];
}

/** More problems than this have the same cause. */
const MAX_PROBLEMS = 20;
/** Retries if a value changes during the key change. Even one is rare. */
const MAX_TRIES = 5;

interface StoredSecret {
  readonly place: SecretPlace;
  readonly sealed: string;
}

type Sealing = Pick<Database, 'db' | 'ownPrefix'>;

async function* storedSecrets(
  { db, ownPrefix }: Sealing,
  { collection, kind, field }: SealedField,
): AsyncGenerator<StoredSecret> {
  const rows = db
    .collection<Document & { _id: string }>(ownPrefix + collection)
    .find({ [field]: { $type: 'string' } }, { projection: { [field]: 1 } });
  for await (const row of rows) yield { place: { kind, name: row._id, field }, sealed: String(row[field]) };
}

/**
 * Seals every stored secret with the first key of the file. Safe to repeat and to run while other processes write: a value that
 * changed meanwhile is read again.
 */
export async function rotateSecrets(database: Sealing, keyFile: string | null): Promise<FieldReport[]> {
  return await reportEach(
    database,
    async (field, secret) => await rotateOne(database, field, { secret, keyFile }),
  );
}

/** Opens every stored secret. */
export async function checkSecrets(database: Sealing, keyFile: string | null): Promise<FieldReport[]> {
  const ring = await readKeyRing(keyFile);
  return await reportEach(database, async (_field, { place, sealed }) => {
    unseal(ring, place, sealed);
  });
}

/** How many stored secrets each key seals. */
export async function keysInUse(database: Sealing): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const field of sealedFields)
    for await (const { sealed } of storedSecrets(database, field)) {
      const id = keyIdOf(sealed) ?? 'none';
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
  return counts;
}

async function reportEach(
  database: Sealing,
  work: (field: SealedField, secret: StoredSecret) => Promise<void>,
): Promise<FieldReport[]> {
  const reports: FieldReport[] = [];
  for (const field of sealedFields) {
    let [total, good] = [0, 0];
    const problems: string[] = [];
    for await (const secret of storedSecrets(database, field)) {
      total++;
      try {
        await work(field, secret);
        good++;
      } catch (error) {
        if (!(error instanceof SecretError)) throw error;
        if (problems.length < MAX_PROBLEMS) problems.push(error.message);
      }
    }
    reports.push({ store: `${field.collection}.${field.field}`, total, good, problems });
  }
  return reports;
}

async function rotateOne(
  { db, ownPrefix }: Sealing,
  { collection, field }: SealedField,
  { secret, keyFile }: { readonly secret: StoredSecret; readonly keyFile: string | null },
): Promise<void> {
  const rows = db.collection<Document & { _id: string }>(ownPrefix + collection);
  const { place } = secret;
  let { sealed } = secret;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const ring = await readKeyRing(keyFile);
    if (keyIdOf(sealed) === ring[0].id) return;
    const resealed = seal(ring, place, unseal(ring, place, sealed));
    const { matchedCount } = await rows.updateOne(
      { _id: place.name, [field]: sealed },
      { $set: { [field]: resealed } },
    );
    if (matchedCount > 0) return;
    const now: unknown = (await rows.findOne({ _id: place.name }, { projection: { [field]: 1 } }))?.[field];
    // Removed meanwhile: nothing to seal.
    if (typeof now !== 'string') return;
    sealed = now;
  }
  throw new SecretError('damaged', `the ${field} of ${place.name} keeps changing. Fix: run it again`);
}
