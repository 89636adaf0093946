// How the gateway handles each MongoDB command: most go to the engine unchanged; cursors, index builds and write errors need work.
import { deserialize, type Document, type Long } from 'bson';
import { DatabaseError } from 'pg';
import type { Engine, EngineRow } from './documentdb-engine.ts';
import { isTransient, mongoMessage, toMongoError, unpackSqlState } from './documentdb-errors.ts';
import { createCollectionLocks } from './documentdb-locks.ts';
import type { Command } from './documentdb-wire.ts';

export type Reply = Buffer | Document;
export type Handler = (command: Command) => Promise<Reply> | Reply;

export class CommandError extends Error {
  readonly code: number;
  readonly codeName: string;

  constructor({
    code,
    codeName,
    message,
  }: {
    readonly code: number;
    readonly codeName: string;
    readonly message: string;
  }) {
    super(message);
    this.code = code;
    this.codeName = codeName;
  }
}

const cursorIdleMs = 600_000;
const ok: Document = { ok: 1 };

const database = ({ body }: Command): string => String(body['$db']);

/** Keys are lower case: some commands have two spellings (findAndModify, findandmodify). */
export function createHandlers(engine: Engine): Readonly<Record<string, Handler>> {
  const passOn =
    (name: Parameters<Engine>[0]): Handler =>
    async (command) =>
      (await engine(name, [database(command), command.rawBody])).reply;
  const passToServer =
    (name: Parameters<Engine>[0]): Handler =>
    async ({ rawBody }) =>
      (await engine(name, [rawBody])).reply;

  return {
    ...writeHandlers(engine),
    ...cursorHandlers(engine),
    createindexes: createIndexBuilder(engine),
    dropindexes: passOn('dropIndexes'),
    count: passOn('count'),
    distinct: passOn('distinct'),
    validate: passOn('validate'),
    create: passOn('create'),
    collmod: async (command) =>
      (await engine('collMod', [database(command), command.body['collMod'], command.rawBody])).reply,
    collstats: async (command) =>
      (
        await engine('collStats', [
          database(command),
          command.body['collStats'],
          Number(command.body['scale'] ?? 1),
        ])
      ).reply,
    dbstats: async (command) =>
      (await engine('dbStats', [database(command), Number(command.body['scale'] ?? 1)])).reply,
    drop: async (command) => {
      await engine('drop', [database(command), command.body['drop']]);
      return ok;
    },
    dropdatabase: async (command) => {
      await engine('dropDatabase', [database(command)]);
      return { dropped: database(command), ok: 1 };
    },
    listdatabases: passToServer('listDatabases'),
    renamecollection: passToServer('renameCollection'),
    currentop: passToServer('currentOp'),
    connectionstatus: () => ({ authInfo: { authenticatedUsers: [], authenticatedUserRoles: [] }, ok: 1 }),
    ping: () => ok,
    endsessions: () => ok,
    refreshsessions: () => ok,
  };
}

const batchField = { insert: 'documents', update: 'updates', delete: 'deletes' } as const;

function writeHandlers(engine: Engine): Readonly<Record<string, Handler>> {
  const locks = createCollectionLocks();

  const write =
    (name: keyof typeof batchField): Handler =>
    async ({ body, rawBody, sequence, name: spelling }) => {
      const namespace = `${body['$db']}.${body[spelling]}`;
      const run = (): Promise<EngineRow> => engine(name, [body['$db'], rawBody, sequence ?? null]);
      // A batch runs alone: if it lost a deadlock half-way, MongoDB's protocol could not express that.
      const single = sequence
        ? sequence.readInt32LE(0) === sequence.length
        : body[batchField[name]]?.length === 1;
      let row = single ? await locks.shared(namespace, run).catch(keepTransient) : undefined;
      if (!row || lostDeadlock(row)) row = await locks.exclusive(namespace, run);
      return row.success ? row.reply : withMongoErrors(row.reply, namespace);
    };

  return {
    insert: write('insert'),
    update: write('update'),
    delete: write('delete'),
    findandmodify: async ({ body, rawBody, name: spelling }) => {
      const namespace = `${body['$db']}.${body[spelling]}`;
      const run = (): Promise<EngineRow> => engine('findAndModify', [body['$db'], rawBody]);
      const row =
        (await locks.shared(namespace, run).catch(keepTransient)) ?? (await locks.exclusive(namespace, run));
      return row.reply;
    },
  };
}

function keepTransient(error: unknown): undefined {
  if (!(error instanceof DatabaseError) || !isTransient(error.code ?? '')) throw error;
  return undefined;
}

const writeErrors = (reply: Buffer): readonly Document[] => deserialize(reply)['writeErrors'] ?? [];

const lostDeadlock = (row: EngineRow): boolean =>
  row.success === false &&
  writeErrors(row.reply).some((failure) => isTransient(unpackSqlState(failure['code'])));

const withMongoErrors = (reply: Buffer, namespace: string): Document => ({
  ...deserialize(reply),
  writeErrors: writeErrors(reply).map((failure) => toWriteError(failure, namespace)),
});

function toWriteError(failure: Document, namespace: string): Document {
  const error = toMongoError(unpackSqlState(failure['code']));
  return { ...failure, code: error.code, errmsg: mongoMessage(error, String(failure['errmsg']), namespace) };
}

function cursorHandlers(engine: Engine): Readonly<Record<string, Handler>> {
  const cursors = new Map<string, { readonly continuation: Buffer; readonly usedAt: number }>();

  function remember(id: string, { continuation }: EngineRow): void {
    for (const [other, { usedAt }] of cursors) if (Date.now() - usedAt > cursorIdleMs) cursors.delete(other);
    if (continuation) cursors.set(id, { continuation, usedAt: Date.now() });
    else cursors.delete(id);
  }

  const open =
    (name: 'find' | 'aggregate' | 'listIndexes' | 'listCollections'): Handler =>
    async ({ body, rawBody }) => {
      const row = await engine(name, [body['$db'], rawBody]);
      remember(String(row.cursor), row);
      return row.reply;
    };

  return {
    find: open('find'),
    aggregate: open('aggregate'),
    listindexes: open('listIndexes'),
    listcollections: open('listCollections'),
    getmore: async ({ body, rawBody }) => {
      const id = String(body['getMore']);
      const cursor = cursors.get(id);
      if (!cursor)
        throw new CommandError({
          code: 43,
          codeName: 'CursorNotFound',
          message: `cursor id ${id} not found`,
        });
      const row = await engine('getMore', [body['$db'], rawBody, cursor.continuation]);
      remember(id, row);
      return row.reply;
    },
    killcursors: ({ body }) => {
      const ids: readonly Long[] = body['cursors'] ?? [];
      const cursorsKilled = ids.filter((id) => cursors.delete(String(id)));
      return {
        cursorsKilled,
        cursorsNotFound: ids.filter((id) => !cursorsKilled.includes(id)),
        cursorsAlive: [],
        cursorsUnknown: [],
        ok: 1,
      };
    },
  };
}

function createIndexBuilder(engine: Engine): Handler {
  // One build at a time: the engine's queue returns one request per call, and parallel builds would only wait for each other.
  let building: Promise<void> = Promise.resolve();

  async function build(requests: Buffer): Promise<void> {
    for (;;) {
      await engine('buildIndex', []);
      const status = await engine('buildStatus', [requests]);
      const result = deserialize(status.reply);
      if (Number(result['ok']) !== 1) throw indexError(shardResult(result));
      if (status.complete) return;
    }
  }

  return async ({ body, rawBody }) => {
    const row = await engine('createIndexes', [body['$db'], rawBody]);
    const result = shardResult(deserialize(row.reply));
    if (!row.success) throw indexError(result);
    const requests = row.requests;
    if (requests && Object.keys(deserialize(requests)).length > 0) {
      building = building.catch(() => undefined).then(() => build(requests));
      await building;
    }
    return { ...result, ok: 1 };
  };
}

/** The engine answers like a sharded cluster, one entry per shard; a driver expects the entry itself. */
const shardResult = ({ raw }: Document): Document => Object.values<Document>(raw ?? {})[0] ?? {};

function indexError(result: Document): CommandError {
  const error = toMongoError(unpackSqlState(Number(result['code'])));
  return new CommandError({
    ...error,
    message: mongoMessage(error, String(result['errmsg']), 'index build'),
  });
}
