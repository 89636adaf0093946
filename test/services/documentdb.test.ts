import { deserialize, serialize, type Document } from 'bson';
import { describe, expect, test } from 'vitest';
import { mongoMessage, toMongoError, unpackSqlState } from '../../services/documentdb-errors.ts';
import { createCollectionLocks } from '../../services/documentdb-locks.ts';
import {
  createMessageReader,
  opMsg,
  opQuery,
  readCommand,
  writeReply,
} from '../../services/documentdb-wire.ts';

function header(opCode: number, body: Buffer): Buffer {
  const head = Buffer.alloc(16);
  head.writeInt32LE(16 + body.length, 0);
  head.writeInt32LE(7, 4);
  head.writeInt32LE(opCode, 12);
  return Buffer.concat([head, body]);
}

const bson = (document: Document): Buffer => Buffer.from(serialize(document));

function sequence(name: string, documents: readonly Document[]): Buffer {
  const body = Buffer.concat([Buffer.from(`${name}\0`), ...documents.map(bson)]);
  const size = Buffer.alloc(4);
  size.writeInt32LE(body.length + 4, 0);
  return Buffer.concat([Buffer.from([1]), size, body]);
}

const message = (flags: number, ...sections: readonly Buffer[]): Buffer => {
  const bits = Buffer.alloc(4);
  bits.writeUInt32LE(flags, 0);
  return header(opMsg, Buffer.concat([bits, ...sections]));
};
const body = (document: Document): Buffer => Buffer.concat([Buffer.from([0]), bson(document)]);

describe('the wire', () => {
  test('a message comes out whole, however the stream was cut', () => {
    const one = message(0, body({ ping: 1, $db: 'a' }));
    const stream = Buffer.concat([one, one, one]);
    for (const size of [1, 3, 7, 50, stream.length]) {
      const read = createMessageReader();
      const messages = [];
      for (let at = 0; at < stream.length; at += size) messages.push(...read(stream.subarray(at, at + size)));
      expect(messages.map((each) => each.equals(one))).toEqual([true, true, true]);
    }
  });

  test('an impossible length ends the connection instead of filling the memory', () => {
    const read = createMessageReader();
    expect(() => read(Buffer.from([0xff, 0xff, 0xff, 0x7f]))).toThrow('not possible');
  });

  test('a command is read with its document sequence, in whatever order the sections stand', () => {
    const documents = [{ _id: 1 }, { _id: 2 }];
    for (const sections of [
      [body({ insert: 'c', $db: 'd' }), sequence('documents', documents)],
      [sequence('documents', documents), body({ insert: 'c', $db: 'd' })],
    ]) {
      const command = readCommand(message(0, ...sections));
      expect(command).toMatchObject({ name: 'insert', body: { $db: 'd' }, requestId: 7, expectsReply: true });
      expect(command.sequence).toEqual(Buffer.concat(documents.map(bson)));
    }
  });

  test('a checksum at the end is not a section, and moreToCome asks for no reply', () => {
    const command = readCommand(message(1 | 2, body({ insert: 'c', $db: 'd' }), Buffer.alloc(4)));
    expect(command).toMatchObject({ name: 'insert', expectsReply: false });
  });

  test('the handshake of older drivers is answered in their own form', () => {
    const query = Buffer.concat([
      Buffer.alloc(4),
      Buffer.from('admin.$cmd\0'),
      Buffer.alloc(8),
      bson({ isMaster: 1 }),
    ]);
    const command = readCommand(header(opQuery, query));
    expect(command.name).toBe('isMaster');
    const reply = writeReply(command, { ok: 1 });
    expect([
      reply.readInt32LE(0),
      reply.readInt32LE(8),
      reply.readInt32LE(12),
      reply.readInt32LE(32),
    ]).toEqual([reply.length, 7, 1, 1]);
    expect(deserialize(reply.subarray(36))).toEqual({ ok: 1 });
  });

  test('other opcodes are refused', () => {
    expect(() => readCommand(header(2001, Buffer.alloc(20)))).toThrow('opcode 2001');
  });
});

describe('error codes', () => {
  test('a packed SQLSTATE unpacks to its five characters', () => {
    expect(unpackSqlState(319_029_277)).toBe('M001C');
  });

  test('all faces of a duplicate key are 11000 with the text that people search for', () => {
    for (const state of ['M001C', '23505', '23P01']) expect(toMongoError(state).code).toBe(11_000);
    expect(mongoMessage(toMongoError('M001C'), "Duplicate key violation: Index 'u_1'", 'crm.messages')).toBe(
      'E11000 duplicate key error collection: crm.messages index: u_1',
    );
  });

  test('an unknown state is an internal error with its own text', () => {
    expect(toMongoError('XX000').code).toBe(1);
    expect(mongoMessage(toMongoError('XX000'), 'odd', 'a.b')).toBe('odd');
  });
});

const fail = () => Promise.reject(new Error('no'));

describe('collection locks', () => {
  test('shared work runs side by side, exclusive work alone and in its turn', async () => {
    const locks = createCollectionLocks();
    const events: string[] = [];
    const work = (name: string) => async () => {
      events.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      events.push(`${name} ends`);
    };
    await Promise.all([
      locks.shared('c', work('a')),
      locks.shared('c', work('b')),
      locks.exclusive('c', work('X')),
      locks.shared('c', work('d')),
    ]);
    expect(events).toEqual([
      'a begins',
      'b begins',
      'a ends',
      'b ends',
      'X begins',
      'X ends',
      'd begins',
      'd ends',
    ]);
  });

  test('a failure does not block those behind it', async () => {
    const locks = createCollectionLocks();
    await expect(locks.shared('c', fail)).rejects.toThrow('no');
    await expect(locks.exclusive('c', fail)).rejects.toThrow('no');
    expect(await locks.exclusive('c', () => Promise.resolve('yes'))).toBe('yes');
    expect(await locks.shared('c', () => Promise.resolve('yes'))).toBe('yes');
  });
});
