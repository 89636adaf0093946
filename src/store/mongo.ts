import { MongoClient, MongoServerError } from 'mongodb';
import type { Collection, Db, Document, IndexDescription } from 'mongodb';
import type { BookDocument } from './address-book.ts';
import type { ApiTokenDocument } from './api-tokens.ts';
import type { CaseUpdateDocument } from './case-updates.ts';
import type { CaseDocument } from './cases.ts';
import type { ClientDocument } from './clients.ts';
import type { CommunicationDocument } from './communications.ts';
import type { CursorDocument } from './cursors.ts';
import type { DecisionDocument } from './decisions.ts';
import type { EventDocument } from './events.ts';
import type { LeaseDocument } from './leases.ts';
import type { MessageDocument } from './message-document.ts';
import type { PollDocument } from './polls.ts';
import type { ProcessDocument } from './processes.ts';
import type { SchemaDocument } from './schema-document.ts';
import type { SearchProgressDocument, SearchRowDocument } from './search-rows.ts';
import type { SightingDocument } from './sightings.ts';
import type { DeliveryDocument, EndpointDocument, SecretsDocument, Webhooks } from './webhooks.ts';
import type { MailboxStateDocument } from './mailbox-states.ts';
import type { MailboxDocument } from './mailboxes.ts';
import type { SignInDocument } from './sign-ins.ts';
import type { SessionDocument } from './sessions.ts';
import type { TokenDocument } from './tokens.ts';
import type { UserDocument } from './users.ts';
import { ensureValidators } from './validators.ts';

export interface MongoSettings {
  readonly uri: string;
  readonly db: string;
  readonly collections: {
    readonly clients: string;
    readonly communications: string;
    readonly caseUpdates: string;
    /** Prefix for docketmail's own collections. */
    readonly ownPrefix: string;
  };
}

/** The CRM's three collections and docketmail's own. */
export interface Database extends Webhooks {
  readonly client: MongoClient;
  readonly db: Db;
  readonly ownPrefix: string;
  readonly clients: Collection<ClientDocument>;
  readonly communications: Collection<CommunicationDocument>;
  readonly caseUpdates: Collection<CaseUpdateDocument>;
  readonly messages: Collection<MessageDocument>;
  readonly sightings: Collection<SightingDocument>;
  readonly cursors: Collection<CursorDocument>;
  readonly leases: Collection<LeaseDocument>;
  readonly processes: Collection<ProcessDocument>;
  readonly polls: Collection<PollDocument>;
  readonly addressBook: Collection<BookDocument>;
  readonly decisions: Collection<DecisionDocument>;
  readonly cases: Collection<CaseDocument>;
  readonly events: Collection<EventDocument>;
  readonly searchRows: Collection<SearchRowDocument>;
  readonly searchProgress: Collection<SearchProgressDocument>;
  readonly mailboxes: Collection<MailboxDocument>;
  readonly mailboxStates: Collection<MailboxStateDocument>;
  readonly tokens: Collection<TokenDocument>;
  readonly signIns: Collection<SignInDocument>;
  readonly users: Collection<UserDocument>;
  readonly sessions: Collection<SessionDocument>;
  readonly apiTokens: Collection<ApiTokenDocument>;
  readonly schema: Collection<SchemaDocument>;
}

/** How long a command may look for a server before it fails; then the job is retried. */
const SERVER_SELECTION_MS = 10_000;

/** @throws if no server answers within 10 s. */
export async function openDatabase(settings: MongoSettings): Promise<Database> {
  const client = new MongoClient(settings.uri, {
    appName: 'docketmail',
    // The URI takes precedence.
    ...(settings.uri.includes('serverSelectionTimeoutMS=')
      ? {}
      : { serverSelectionTimeoutMS: SERVER_SELECTION_MS }),
    ignoreUndefined: true,
  });
  await client.connect();
  const db = client.db(settings.db);
  const { clients, communications, caseUpdates, ownPrefix } = settings.collections;
  const own = <T extends Document>(name: string): Collection<T> => db.collection<T>(ownPrefix + name);
  return {
    client,
    db,
    ownPrefix,
    clients: db.collection<ClientDocument>(clients),
    communications: db.collection<CommunicationDocument>(communications),
    caseUpdates: db.collection<CaseUpdateDocument>(caseUpdates),
    messages: own<MessageDocument>('messages'),
    sightings: own<SightingDocument>('sightings'),
    cursors: own<CursorDocument>('cursors'),
    leases: own<LeaseDocument>('leases'),
    processes: own<ProcessDocument>('processes'),
    polls: own<PollDocument>('polls'),
    addressBook: own<BookDocument>('addressBook'),
    decisions: own<DecisionDocument>('decisions'),
    cases: own<CaseDocument>('cases'),
    events: own<EventDocument>('events'),
    endpoints: own<EndpointDocument>('webhookEndpoints'),
    deliveries: own<DeliveryDocument>('webhookDeliveries'),
    webhookSecrets: own<SecretsDocument>('webhookSecrets'),
    searchRows: own<SearchRowDocument>('searchRows'),
    searchProgress: own<SearchProgressDocument>('searchProgress'),
    mailboxes: own<MailboxDocument>('mailboxes'),
    mailboxStates: own<MailboxStateDocument>('mailboxStates'),
    tokens: own<TokenDocument>('tokens'),
    signIns: own<SignInDocument>('signIns'),
    users: own<UserDocument>('users'),
    sessions: own<SessionDocument>('sessions'),
    apiTokens: own<ApiTokenDocument>('apiTokens'),
    schema: own<SchemaDocument>('schema'),
  };
}

/** Checks on a connection of its own whether the server answers, whatever happened to the others. @throws if not. */
export async function probeDatabase({ uri, db }: Pick<MongoSettings, 'uri' | 'db'>): Promise<void> {
  const client = new MongoClient(uri, {
    appName: 'docketmail probe',
    serverSelectionTimeoutMS: SERVER_SELECTION_MS,
    maxPoolSize: 1,
  });
  try {
    await client.connect();
    await client.db(db).command({ ping: 1 });
  } finally {
    await client.close();
  }
}

/**
 * Creates missing validators and indexes. On the CRM's collections only plain ones: no unique index or validator may reject rows
 * that other programs and people write.
 */
export async function ensureIndexes(database: Database): Promise<void> {
  await ensureValidators(database.db, database.ownPrefix);
  const plans: readonly [Collection<never>, readonly IndexDescription[]][] = [
    [
      database.communications as never,
      [
        { key: { clientId: 1, date: -1, _id: -1 } },
        { key: { threadId: 1 }, sparse: true },
        { key: { date: 1, _id: 1 } },
      ],
    ],
    [
      database.caseUpdates as never,
      [
        { key: { clientId: 1, date: -1, _id: -1 } },
        { key: { ref: 1, date: 1 }, sparse: true },
        { key: { review: 1, date: 1, _id: 1 } },
      ],
    ],
    [
      database.messages as never,
      [
        { key: { fingerprint: 1 }, unique: true },
        { key: { messageId: 1 } },
        { key: { answers: 1 } },
        { key: { variantKey: 1 } },
        { key: { contentKey: 1 }, sparse: true },
        { key: { originalIds: 1 }, sparse: true },
        { key: { originKey: 1 }, sparse: true },
        { key: { carriesKey: 1 }, sparse: true },
        { key: { rejudge: 1 }, sparse: true },
        { key: { searchDue: 1 }, sparse: true },
        { key: { absentClients: 1 }, sparse: true },
        { key: { threadId: 1 } },
        { key: { 'participants.address': 1, receivedAt: 1, _id: 1 } },
        { key: { 'links.clientId': 1 } },
        // The order of each listing, so that a page only reads its own rows: newest, and by state.
        { key: { receivedAt: 1, _id: 1 } },
        { key: { state: 1, receivedAt: 1, _id: 1 } },
        { key: { state: 1, 'verdict.reason': 1, receivedAt: 1, _id: 1 } },
      ],
    ],
    [
      database.sightings as never,
      [
        { key: { mailbox: 1, folder: 1, epoch: 1, uid: 1 }, unique: true },
        { key: { state: 1, updatedAt: 1 } },
        { key: { messageRef: 1 } },
      ],
    ],
    [database.cursors as never, [{ key: { mailbox: 1, folder: 1 }, unique: true }]],
    [database.leases as never, [{ key: { mailbox: 1, kind: 1 }, unique: true }]],
    [
      database.addressBook as never,
      [{ key: { address: 1, clientId: 1, source: 1 }, unique: true }, { key: { clientId: 1 } }],
    ],
    [
      database.decisions as never,
      [{ key: { subject: 1 } }, { key: { at: 1, _id: 1 } }, { key: { 'caseUpdate.id': 1 }, sparse: true }],
    ],
    [database.cases as never, [{ key: { mergedKey: 1 } }]],
    [
      database.events as never,
      [
        { key: { seq: 1 }, unique: true, sparse: true },
        { key: { open: 1 }, sparse: true },
        { key: { entity: 1, revision: 1 } },
        { key: { at: 1 } },
      ],
    ],
    [
      database.deliveries as never,
      [{ key: { state: 1, nextAt: 1 } }, { key: { endpoint: 1, createdAt: -1 } }, { key: { createdAt: 1 } }],
    ],
  ];
  for (const [collection, indexes] of plans) await collection.createIndexes([...indexes]);
  await ensureSearchIndexes(database);
  await ensureSignInIndexes(database);
  await ensureFetchIndex(database.sightings);
}

async function ensureSearchIndexes({ searchRows }: Database): Promise<void> {
  await searchRows.createIndexes([
    { key: { words: 1, date: -1, _id: -1 } },
    { key: { clientId: 1, words: 1, date: -1, _id: -1 } },
    { key: { date: -1, _id: -1 } },
    { key: { messageRef: 1 } },
  ]);
}

async function ensureSignInIndexes({ sessions, apiTokens }: Database): Promise<void> {
  await apiTokens.createIndex({ hash: 1 }, { unique: true });
  await sessions.createIndex({ until: 1 }, { expireAfterSeconds: 0 });
  await sessions.createIndex({ 'holder.user': 1 }, { sparse: true });
}

/**
 * For each poll's query: rows of one folder without a raw message. Without this index it reads the rows of the whole folder, a
 * million of them to find none. Partial, so that a row leaves it when fetched and the index stays as small as the backlog.
 */
async function ensureFetchIndex(sightings: Database['sightings']): Promise<void> {
  const key = { mailbox: 1, folder: 1, epoch: 1, attempts: 1, uid: 1 } as const;
  try {
    await sightings.createIndex(key, {
      name: 'to-fetch',
      partialFilterExpression: { state: 'pending', rawKey: null },
    });
  } catch (error) {
    if (!(error instanceof MongoServerError) || !NO_PARTIAL_INDEX.has(Number(error.code))) throw error;
    await sightings.createIndex({ state: 1, ...key }, { name: 'to-fetch-by-state' });
  }
}

/**
 * BadValue, CannotCreateIndex, InvalidOptions, CommandNotSupported, InvalidIndexSpecificationOption: engines without partial
 * indexes.
 */
const NO_PARTIAL_INDEX: ReadonlySet<number> = new Set([2, 67, 72, 115, 197]);
