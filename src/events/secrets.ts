import type { Collection, ObjectId } from 'mongodb';
import { readKeyRing } from '../secrets/key-ring.ts';
import { seal, unseal } from '../secrets/sealed.ts';
import type { SecretPlace } from '../secrets/sealed.ts';
import type { SecretsDocument } from '../store/webhooks.ts';
import { createSecret } from './signature.ts';

/**
 * The signing secrets of endpoints, sealed with the keys of SECRETS_KEY_FILE. No other module reads them, and no response, log or other
 * document contains one. All methods throw SecretError if the key is missing.
 */
export interface SecretStore {
  /** Creates the endpoint's first secret and returns it. */
  create(endpoint: ObjectId): Promise<string>;
  /** Creates a new secret and returns it. The old one also signs for another day, so that the receiver has time to switch. */
  rotate(endpoint: ObjectId, now: Date): Promise<string>;
  /** The secrets that currently sign, newest first. */
  active(endpoint: ObjectId, now: Date): Promise<readonly string[]>;
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
    active: async (endpoint, now) => {
      const _id = endpoint.toHexString();
      const known = await secrets.findOne({ _id });
      if (known === null) return [];
      const ring = await readKeyRing(keyFile);
      const { current, previous, previousUntil } = known;
      const isActive = previous !== null && previousUntil !== null && previousUntil > now;
      return [
        unseal(ring, place(_id, 'current'), current),
        ...(isActive ? [unseal(ring, place(_id, 'previous'), previous)] : []),
      ];
    },
    remove: async (endpoint) => {
      await secrets.deleteOne({ _id: endpoint.toHexString() });
    },
  };
}
