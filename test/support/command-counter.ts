/** A proxy before MongoDB that counts commands by name and collection. */
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';

export interface CommandCounter {
  /** In place of the given one. */
  readonly uri: string;
  /** By `command collection`. */
  counts(): ReadonlyMap<string, number>;
  close(): Promise<void>;
}

const OP_MSG = 2013;
const HEADER_BYTES = 16;
/** Header, flags, kind of the first section, length of its document. */
const FIRST_ELEMENT = HEADER_BYTES + 4 + 1 + 4;

/** `uri` names one host without TLS. */
export async function openCommandCounter(uri: string): Promise<CommandCounter> {
  const counts = new Map<string, number>();
  const { hostname, port } = new URL(uri);
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    const upstream = net.connect(Number(port || 27_017), hostname);
    upstream.pipe(socket);
    let rest = Buffer.alloc(0);
    socket.on('data', (bytes) => {
      upstream.write(bytes);
      rest = Buffer.concat([rest, bytes]);
      while (rest.length >= HEADER_BYTES && rest.length >= rest.readInt32LE(0)) {
        const length = rest.readInt32LE(0);
        const name = commandIn(rest.subarray(0, length));
        if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
        rest = rest.subarray(length);
      }
    });
    for (const end of [socket, upstream]) {
      sockets.add(end);
      end.on('error', () => {});
      end.on('close', () => {
        sockets.delete(end);
        socket.destroy();
        upstream.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const own = new URL(uri);
  own.hostname = '127.0.0.1';
  // A server listening on TCP has this kind of address. oxlint-disable-next-line typescript/no-unsafe-type-assertion
  own.port = String((server.address() as AddressInfo).port);
  return {
    uri: own.href,
    counts: () => new Map(counts),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The first element of a command is its name, with the collection as value. */
function commandIn(message: Buffer): string | null {
  if (message.readInt32LE(12) !== OP_MSG || message.length < FIRST_ELEMENT + 8) return null;
  const isText = message[FIRST_ELEMENT] === 2;
  const nameEnd = message.indexOf(0, FIRST_ELEMENT + 1);
  const name = message.toString('latin1', FIRST_ELEMENT + 1, nameEnd);
  if (!isText) return name;
  const length = message.readInt32LE(nameEnd + 1);
  return `${name} ${message.toString('utf8', nameEnd + 5, nameEnd + 4 + length)}`;
}
