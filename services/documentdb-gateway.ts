// A MongoDB wire gateway in front of PostgreSQL with the documentdb extension: Debian ships that engine, but no mongod.
//
// For tests and the demo only, never a production database: no authentication, no transactions, no change streams, no collation,
// and a PostgreSQL without fsync. It listens on 127.0.0.1 and serves any number of test clients over one pool of PostgreSQL
// connections.
//
// node services/documentdb-gateway.ts --port 27017 --postgres-port 5432
import { createServer, type Socket } from 'node:net';
import { parseArgs } from 'node:util';
import type { Document } from 'bson';
import { DatabaseError, Pool } from 'pg';
import { CommandError, createHandlers, type Handler, type Reply } from './documentdb-commands.ts';
import { createEngine } from './documentdb-engine.ts';
import { mongoMessage, toMongoError } from './documentdb-errors.ts';
import {
  createMessageReader,
  maxMessageBytes,
  readCommand,
  writeReply,
  type Command,
} from './documentdb-wire.ts';

const host = '127.0.0.1';
const poolSize = 16;
const maxBsonObjectSize = 16 * 1024 * 1024;
const compatibleVersion = [7, 0, 0] as const;
let connections = 0;

// A standalone server: with `msg: 'isdbgrid'` a driver would retry writes and rely on the server to recognise them, which this one
// does not.
const hello: Handler = () => ({
  helloOk: true,
  ismaster: true,
  isWritablePrimary: true,
  maxBsonObjectSize,
  maxMessageSizeBytes: maxMessageBytes,
  // The engine refuses larger batches.
  maxWriteBatchSize: 25_000,
  localTime: new Date(),
  logicalSessionTimeoutMinutes: 30,
  connectionId: connections,
  minWireVersion: 0,
  maxWireVersion: 21,
  readOnly: false,
  ok: 1,
});

const buildInfo: Handler = () => ({
  version: compatibleVersion.join('.'),
  versionArray: [...compatibleVersion, 0],
  gitVersion: 'docketmail-documentdb-gateway',
  modules: [],
  bits: 64,
  maxBsonObjectSize,
  ok: 1,
});

const { values } = parseArgs({ options: { port: { type: 'string' }, 'postgres-port': { type: 'string' } } });
const port = Number(values.port);
const postgresPort = Number(values['postgres-port']);
if (!port || !postgresPort) throw new Error('usage: documentdb-gateway.ts --port PORT --postgres-port PORT');

const pool = new Pool({ host, port: postgresPort, user: 'postgres', database: 'postgres', max: poolSize });
pool.on('error', (error) => console.error(`idle PostgreSQL connection lost: ${error.message}`));
const handlers: Readonly<Record<string, Handler>> = {
  ...createHandlers(createEngine(pool)),
  hello,
  ismaster: hello,
  buildinfo: buildInfo,
};

async function answer(command: Command): Promise<Reply> {
  // A standalone mongod refuses transactions with this code; running the parts one by one would be worse.
  if (command.body['autocommit'] === false)
    throw new CommandError({
      code: 20,
      codeName: 'IllegalOperation',
      message: 'Transaction numbers are only allowed on a replica set member or mongos',
    });
  const handler = handlers[command.name.toLowerCase()];
  if (!handler)
    throw new CommandError({
      code: 59,
      codeName: 'CommandNotFound',
      message: `no such command: '${command.name}'`,
    });
  return handler(command);
}

function errorReply(error: CommandError | DatabaseError, command: Command): Document {
  if (error instanceof CommandError)
    return { ok: 0, errmsg: error.message, code: error.code, codeName: error.codeName };
  const known = toMongoError(error.code ?? '');
  if (known.code === 1) console.error(`${command.name}: SQLSTATE ${error.code}: ${error.message}`);
  const namespace = `${command.body['$db']}.${command.body[command.name]}`;
  return { ok: 0, errmsg: mongoMessage(known, error.message, namespace), ...known };
}

async function serve(socket: Socket, message: Buffer): Promise<void> {
  const command = readCommand(message);
  const reply = await answer(command).catch((error: unknown) => {
    if (error instanceof CommandError || (error instanceof DatabaseError && !isShutdown(error)))
      return errorReply(error, command);
    throw error;
  });
  if (command.expectsReply && socket.writable) socket.write(writeReply(command, reply));
}

/** PostgreSQL is stopping or down: a client must see a lost connection, as with a dead mongod, not a failed command. */
const isShutdown = (error: DatabaseError): boolean =>
  (error.code ?? '').startsWith('57P') || (error.code ?? '').startsWith('08');

const server = createServer({ noDelay: true }, (socket) => {
  connections += 1;
  const read = createMessageReader();
  const fail = (error: unknown): void => {
    console.error(`connection closed: ${error instanceof Error ? error.message : String(error)}`);
    socket.destroy();
  };
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    try {
      for (const message of read(chunk)) serve(socket, message).catch(fail);
    } catch (error) {
      fail(error);
    }
  });
});
server.listen(port, host, () => console.log(`listening on ${host}:${port}`));

// Nothing to do for SIGKILL: all state is in PostgreSQL.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(0));
