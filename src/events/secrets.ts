import type { Collection, ObjectId } from 'mongodb';
import { readKeyRing } from '../secrets/key-ring.ts';
import { seal, unseal } from '../secrets/sealed.ts';
import type { SecretPlace } from '../secrets/sealed.ts';
import type { SecretsDocument } from '../store/webhooks.ts';
import { createSecret } from './signature.ts';

/**
 * The one place where secrets of endpoints are read, sealed with the keys of SECRETS_KEY_FILE. What is written elsewhere, and what is
 * answered, never holds one. Each throws SecretError where the key is missing.
 */
export interface SecretStore {
  /** Makes the first secret of an endpoint. The only time that it is told, but for `rotate`. */
  create(endpoint: ObjectId): Promise<string>;
  /** Makes another one; the one before goes on signing for a day, so that the receiver can change at leisure. */
  rotate(endpoint: ObjectId, now: Date): Promise<string>;
  /** Those that sign now, the newest first. */
  inForce(endpoint: ObjectId, now: Date): Promise<readonly string[]>;
  remove(endpoint: ObjectId): Promise<void>;
}

const ROTATION_MS = 24 * 60 * 60_000;

export function openSecretStore(secrets: Collection<SecretsDocument>, keyFile: string | null): SecretStore {
  const place = (name: string, field: 'current' | 'previous'): SecretPlace => ({
    kind: 'endpoint',
    name,
    field,
  });
  return {
    create: async (endpoint) => {
      const [_id, secret] = [endpoint.toHexString(), createSecret()];
      const current = seal(await readKeyRing(keyFile), place(_id, 'current'), secret);
      await secrets.insertOne({ _id, current, previous: null, previousUntil: null });
      return secret;
    },
    rotate: async (endpoint, now) => {
      const [_id, secret] = [endpoint.toHexString(), createSecret()];
      const ring = await readKeyRing(keyFile);
      const known = await secrets.findOne({ _id });
      const previous =
        known === null
          ? null
          : seal(ring, place(_id, 'previous'), unseal(ring, place(_id, 'current'), known.current));
      const current = seal(ring, place(_id, 'current'), secret);
      const previousUntil = new Date(now.getTime() + ROTATION_MS);
      await secrets.updateOne({ _id }, { $set: { current, previous, previousUntil } }, { upsert: true });
      return secret;
    },
    inForce: async (endpoint, now) => {
      const _id = endpoint.toHexString();
      const known = await secrets.findOne({ _id });
      if (known === null) return [];
      const ring = await readKeyRing(keyFile);
      const { current, previous, previousUntil } = known;
      const isInForce = previous !== null && previousUntil !== null && previousUntil > now;
      return [
        unseal(ring, place(_id, 'current'), current),
        ...(isInForce ? [unseal(ring, place(_id, 'previous'), previous)] : []),
      ];
    },
    remove: async (endpoint) => {
      await secrets.deleteOne({ _id: endpoint.toHexString() });
    },
  };
}
