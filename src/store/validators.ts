import type { Db, Document } from 'mongodb';
import { MongoServerError } from 'mongodb';
import { userRoles } from './users.ts';

const text = { bsonType: 'string' };
const number = { bsonType: ['int', 'long', 'double'] };
const date = { bsonType: 'date' };
const oneOf = (...values: readonly string[]) => ({ enum: values });

/** What every document of our own collections must have, whoever writes it. The CRM's three collections get no validator. */
const shapes: Readonly<Record<string, Readonly<Record<string, Document>>>> = {
  messages: {
    fingerprint: { bsonType: 'string', pattern: '^(v1|raw):[0-9a-f]{64}$' },
    rawKey: text,
    date,
    state: oneOf('received', 'judged', 'stored', 'triage', 'ignored', 'quarantined'),
    revision: number,
  },
  sightings: {
    mailbox: text,
    folder: text,
    epoch: number,
    uid: number,
    state: oneOf('pending', 'done', 'vanished', 'failed', 'draft'),
    updatedAt: date,
  },
  cursors: { mailbox: text, folder: text, epoch: number, uidValidity: text, seenUid: number },
  leases: { mailbox: text, owner: text, until: date },
  addressBook: { address: text, kind: oneOf('primary', 'alias', 'domain'), source: oneOf('crm', 'learned') },
  cases: { ref: text, by: text, at: date },
  events: { type: text, entity: text, revision: number, state: text, at: date },
  webhookEndpoints: { url: text, isEnabled: { bsonType: 'bool' }, seq: number },
  webhookDeliveries: { state: oneOf('pending', 'delivered', 'failed'), attempts: number, nextAt: date },
  decisions: { subject: text, act: text, by: text, at: date },
  users: { name: text, role: oneOf(...userRoles), stamp: text, createdAt: date },
  apiTokens: { hash: text, role: oneOf(...userRoles), createdAt: date, createdBy: text },
  sessions: { holder: { bsonType: 'object' }, until: date, endsAt: date },
  schema: { step: text, appliedAt: date },
};

/** Engines without validators or with a smaller $jsonSchema, or a user without the permission: correctness does not depend on them. */
const UNSUPPORTED = new Set([2, 13, 59, 115, 238, 303]);
const NAMESPACE_EXISTS = 48;

/** Creates our own collections with their validators, or sets those of existing collections. */
export async function ensureValidators(db: Db, ownPrefix: string): Promise<void> {
  for (const [name, properties] of Object.entries(shapes)) {
    const validator = { $jsonSchema: { bsonType: 'object', required: Object.keys(properties), properties } };
    try {
      await db.createCollection(ownPrefix + name, { validator }).catch(async (error: unknown) => {
        if (!hasCode(error, new Set([NAMESPACE_EXISTS]))) throw error;
        await db.command({ collMod: ownPrefix + name, validator });
      });
    } catch (error) {
      if (!hasCode(error, UNSUPPORTED)) throw error;
    }
  }
}

function hasCode(error: unknown, codes: ReadonlySet<number>): boolean {
  return error instanceof MongoServerError && typeof error.code === 'number' && codes.has(error.code);
}
