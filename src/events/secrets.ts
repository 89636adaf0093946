import type { Collection, ObjectId } from 'mongodb';
import type { SecretsDocument } from '../store/webhooks.ts';
import { createSecret } from './signature.ts';

/** The one place where secrets of endpoints are kept and read. What is written elsewhere, and what is answered, never holds one. */
export interface SecretStore {
  /** Makes the first secret of an endpoint. The only time that it is told, but for `rotate`. */
  create(endpoint: ObjectId): Promise<string>;
  /** Makes another one; those of before go on signing for a day, so that the receiver can change at leisure. */
  rotate(endpoint: ObjectId, now: Date): Promise<string>;
  /** Those that sign now, the newest first. */
  inForce(endpoint: ObjectId, now: Date): Promise<readonly string[]>;
  remove(endpoint: ObjectId): Promise<void>;
}

const ROTATION_MS = 24 * 60 * 60_000;

export function openSecretStore(secrets: Collection<SecretsDocument>): SecretStore {
  const inForce = (keys: SecretsDocument['keys'], now: Date): SecretsDocument['keys'] =>
    keys.filter(({ until }) => until === null || until > now);
  return {
    create: async (endpoint) => {
      const secret = createSecret();
      await secrets.insertOne({ _id: endpoint, keys: [{ secret, until: null }] });
      return secret;
    },
    rotate: async (endpoint, now) => {
      const secret = createSecret();
      const known = await secrets.findOne({ _id: endpoint });
      const until = new Date(now.getTime() + ROTATION_MS);
      const before = inForce(known?.keys ?? [], now).map((key) => ({ ...key, until: key.until ?? until }));
      await secrets.updateOne(
        { _id: endpoint },
        { $set: { keys: [{ secret, until: null }, ...before] } },
        { upsert: true },
      );
      return secret;
    },
    inForce: async (endpoint, now) =>
      inForce((await secrets.findOne({ _id: endpoint }))?.keys ?? [], now).map(({ secret }) => secret),
    remove: async (endpoint) => {
      await secrets.deleteOne({ _id: endpoint });
    },
  };
}
