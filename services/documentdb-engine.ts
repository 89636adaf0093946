// The SQL functions of the DocumentDB engine, by the MongoDB command that each implements. They take a command's BSON and return
// its reply's BSON.
import type pg from 'pg';

export type EngineRow = {
  readonly reply: Buffer;
  readonly success?: boolean;
  readonly complete?: boolean;
  readonly dropped?: boolean;
  readonly requests?: Buffer | null;
  readonly continuation?: Buffer | null;
  readonly cursor?: string;
};

export type Engine = (name: keyof typeof sql, values: readonly unknown[]) => Promise<EngineRow>;

const bson = (parameter: number): string => `$${parameter}::bytea::documentdb_core.bson`;
const sequence = (parameter: number): string => `$${parameter}::bytea::documentdb_core.bsonsequence`;

const writes = (name: string): string =>
  `SELECT p_result::bytea AS reply, p_success AS success FROM documentdb_api.${name}($1, ${bson(2)}, ${sequence(3)})`;
const firstPage = (name: string): string =>
  `SELECT cursorpage::bytea AS reply, continuation::bytea AS continuation, cursorid AS cursor FROM documentdb_api.${name}($1, ${bson(2)})`;
const document = (name: string): string =>
  `SELECT document::bytea AS reply FROM documentdb_api.${name}($1, ${bson(2)})`;
const onDatabase = (name: string): string => `SELECT documentdb_api.${name}($1, ${bson(2)})::bytea AS reply`;
const onServer = (name: string): string => `SELECT documentdb_api.${name}(${bson(1)})::bytea AS reply`;

const sql = {
  insert: writes('insert'),
  update: writes('update'),
  delete: writes('delete'),
  findAndModify: `SELECT p_result::bytea AS reply, p_success AS success FROM documentdb_api.find_and_modify($1, ${bson(2)})`,
  find: firstPage('find_cursor_first_page'),
  aggregate: firstPage('aggregate_cursor_first_page'),
  listIndexes: firstPage('list_indexes_cursor_first_page'),
  listCollections: firstPage('list_collections_cursor_first_page'),
  getMore: `SELECT cursorpage::bytea AS reply, continuation::bytea AS continuation FROM documentdb_api.cursor_get_more($1, ${bson(2)}, ${bson(3)})`,
  count: document('count_query'),
  distinct: document('distinct_query'),
  validate: document('validate'),
  create: onDatabase('create_collection_view'),
  createIndexes: `SELECT retval::bytea AS reply, ok AS success, requests::bytea AS requests FROM documentdb_api.create_indexes_background($1, ${bson(2)})`,
  buildIndex: 'CALL documentdb_api_internal.build_index_concurrently(1)',
  buildStatus: `SELECT retval::bytea AS reply, complete FROM documentdb_api_internal.check_build_index_status(${bson(1)})`,
  dropIndexes: `CALL documentdb_api.drop_indexes($1, ${bson(2)})`,
  drop: 'SELECT documentdb_api.drop_collection($1, $2) AS dropped',
  dropDatabase: 'SELECT documentdb_api.drop_database($1)',
  collMod: `SELECT documentdb_api.coll_mod($1, $2, ${bson(3)})::bytea AS reply`,
  collStats: 'SELECT documentdb_api.coll_stats($1, $2, $3)::bytea AS reply',
  dbStats: 'SELECT documentdb_api.db_stats($1, $2)::bytea AS reply',
  listDatabases: onServer('list_databases'),
  connectionStatus: onServer('connection_status'),
  currentOp: `SELECT document::bytea AS reply FROM documentdb_api.current_op_command(${bson(1)})`,
  renameCollection: onServer('rename_collection'),
} as const;

export function createEngine(pool: pg.Pool): Engine {
  return async (name, values) => {
    const { rows } = await pool.query<EngineRow & { readonly retval?: string }>({
      name,
      text: sql[name],
      values: [...values],
    });
    const row = rows[0] ?? { reply: Buffer.alloc(0) };
    return row.retval ? { reply: fromText(row.retval) } : row;
  };
}

/** The result of a procedure cannot be cast; its text form is BSONHEX and the bytes. */
const fromText = (text: string): Buffer => Buffer.from(text.slice('BSONHEX'.length), 'hex');
