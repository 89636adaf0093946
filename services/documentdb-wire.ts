// The MongoDB wire protocol, as far as the DocumentDB gateway needs it: OP_MSG both ways, and the OP_QUERY/OP_REPLY pair with which
// drivers open a connection.
import { deserialize, serialize, type Document } from 'bson';

const opReply = 1;
export const opQuery = 2004;
export const opMsg = 2013;

const headerBytes = 16;
// maxMessageSizeBytes as mongod announces it; a longer message is a broken or hostile frame, not a command.
export const maxMessageBytes = 48_000_000;

const checksumPresent = 1;
const moreToCome = 2;

export type Command = {
  readonly requestId: number;
  readonly opCode: typeof opMsg | typeof opQuery;
  readonly name: string;
  readonly body: Document;
  readonly rawBody: Buffer;
  /** Documents of a kind 1 section, still concatenated BSON: the engine takes them unchanged. */
  readonly sequence: Buffer | undefined;
  readonly expectsReply: boolean;
};

/** Cuts a byte stream into whole messages. Chunks are only joined once a message is complete, so that a large one is copied once. */
export function createMessageReader(): (chunk: Buffer) => readonly Buffer[] {
  let chunks: Buffer[] = [];
  let bytes = 0;
  let wanted = 4;
  return (chunk) => {
    chunks.push(chunk);
    bytes += chunk.length;
    const messages: Buffer[] = [];
    while (bytes >= wanted) {
      const buffer = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, bytes);
      const length = buffer.readInt32LE(0);
      if (length < headerBytes || length > maxMessageBytes)
        throw new Error(`a wire message of ${length} bytes is not possible`);
      const complete = bytes >= length;
      if (complete) messages.push(buffer.subarray(0, length));
      const rest = complete ? buffer.subarray(length) : buffer;
      chunks = [rest];
      bytes = rest.length;
      wanted = complete ? 4 : length;
    }
    return messages;
  };
}

export function readCommand(message: Buffer): Command {
  const opCode = message.readInt32LE(12);
  if (opCode === opMsg) return readOpMsg(message);
  if (opCode === opQuery) return readOpQuery(message);
  throw new Error(`opcode ${opCode} is not supported (only OP_MSG, and OP_QUERY for the handshake)`);
}

function readOpMsg(message: Buffer): Command {
  const flags = message.readUInt32LE(headerBytes);
  const end = message.length - (flags & checksumPresent ? 4 : 0);
  let rawBody: Buffer | undefined;
  let sequence: Buffer | undefined;
  for (let at = headerBytes + 4; at < end;) {
    const kind = message[at];
    const size = message.readInt32LE(at + 1);
    const section = message.subarray(at + 1, at + 1 + size);
    if (kind === 0) rawBody = section;
    else if (kind === 1) sequence = section.subarray(section.indexOf(0, 4) + 1);
    else throw new Error(`section kind ${kind} is not supported`);
    at += 1 + size;
  }
  if (!rawBody) throw new Error('an OP_MSG without a body section');
  return {
    requestId: message.readInt32LE(4),
    opCode: opMsg,
    ...parsed(rawBody),
    sequence,
    expectsReply: (flags & moreToCome) === 0,
  };
}

function readOpQuery(message: Buffer): Command {
  const nameEnd = message.indexOf(0, headerBytes + 4);
  const bodyAt = nameEnd + 1 + 8;
  const rawBody = message.subarray(bodyAt, bodyAt + message.readInt32LE(bodyAt));
  return {
    requestId: message.readInt32LE(4),
    opCode: opQuery,
    ...parsed(rawBody),
    sequence: undefined,
    expectsReply: true,
  };
}

function parsed(rawBody: Buffer): {
  readonly name: string;
  readonly body: Document;
  readonly rawBody: Buffer;
} {
  // The first field names the command: BSON keeps the order, and byte 4 is its type.
  const name = rawBody.toString('utf8', 5, rawBody.indexOf(0, 5));
  return { name, rawBody, body: deserialize(rawBody, { promoteLongs: false, promoteBuffers: true }) };
}

export function writeReply(command: Command, reply: Buffer | Document): Buffer {
  const body = Buffer.isBuffer(reply) ? reply : Buffer.from(serialize(reply));
  const prefixBytes = command.opCode === opMsg ? 5 : 20;
  const message = Buffer.alloc(headerBytes + prefixBytes + body.length);
  message.writeInt32LE(message.length, 0);
  message.writeInt32LE(command.requestId, 8);
  message.writeInt32LE(command.opCode === opMsg ? opMsg : opReply, 12);
  // OP_MSG: four flag bytes and the section kind, all zero. OP_REPLY: the last of its 20 bytes is numberReturned = 1.
  if (command.opCode === opQuery) message.writeInt32LE(1, headerBytes + 16);
  body.copy(message, headerBytes + prefixBytes);
  return message;
}
