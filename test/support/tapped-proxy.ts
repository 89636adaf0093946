/** A proxy between a client and a server that counts, listens and cuts. Plain text, so that commands can be read. */
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';

export interface TappedProxy {
  readonly port: number;
  /** Connections made so far. */
  readonly connections: () => number;
  /** Connections that are open. */
  readonly open: () => number;
  /** Command lines of all clients that contain the words, so far. */
  readonly sent: (words: string) => number;
  /** Breaks every connection, like a failing network. */
  readonly cut: () => void;
  /** A line to every client as if from the server, which then ends the connection. */
  readonly endWith: (line: string) => void;
  /** From now on connections break after this many bytes from the server; null for never. */
  readonly cutAfter: (bytes: number | null) => void;
  readonly close: () => Promise<void>;
}

/** `hides`: words of the server that no client gets to see. */
export async function openTappedProxy(target: {
  readonly host: string;
  readonly port: number;
  readonly hides?: string;
}): Promise<TappedProxy> {
  const { hides } = target;
  const sockets = new Set<net.Socket>();
  const lines: string[] = [];
  let made = 0;
  let limit: number | null = null;
  const server = net.createServer((client) => {
    made += 1;
    const upstream = net.connect(target);
    sockets.add(client);
    let passed = 0;
    const end = (): void => {
      sockets.delete(client);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
    client.on('data', (bytes) => {
      lines.push(...bytes.toString('latin1').split('\r\n'));
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      passed += bytes.length;
      if (limit !== null && passed > limit) end();
      else if (hides === undefined) client.write(bytes);
      // Of the same length, as literals are counted.
      else client.write(bytes.toString('latin1').replaceAll(hides, 'X'.repeat(hides.length)), 'latin1');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    // A server listening on TCP has this kind of address. oxlint-disable-next-line typescript/no-unsafe-type-assertion
    port: (server.address() as AddressInfo).port,
    connections: () => made,
    open: () => sockets.size,
    sent: (words) => lines.filter((line) => line.includes(words)).length,
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    endWith: (line) => {
      for (const socket of sockets) socket.end(`${line}\r\n`);
    },
    cutAfter: (bytes) => {
      limit = bytes;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
