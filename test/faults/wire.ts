/** A TCP proxy to a server that can be cut, frozen, slowed down and corrupted; and that reports when a command passes. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** What happens to the server's bytes on one connection. */
export type Behaviour =
  | { readonly kind: 'pass' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'cut' | 'silent' | 'garbage'; readonly afterBytes: number }
  | { readonly kind: 'late'; readonly ms: number }
  | { readonly kind: 'trickle'; readonly bytesPerSecond: number };

export interface Wire {
  readonly port: number;
  readonly connections: () => number;
  close(): Promise<void>;
}

export async function openWire(input: {
  readonly target: { readonly host: string; readonly port: number };
  /** `connection` counts from 1. */
  readonly behaviour: (connection: number) => Behaviour;
  /** Called once, before the first command that contains the words is passed on; the wire waits for it. */
  readonly when?: { readonly words: string; readonly happens: () => Promise<void> };
}): Promise<Wire> {
  const { target, behaviour, when } = input;
  const sockets = new Set<net.Socket>();
  let made = 0;
  let happened = false;
  const server = net.createServer((client) => {
    made += 1;
    const what = behaviour(made);
    const upstream = net.connect(target);
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', end).on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    if (what.kind === 'drop') {
      end();
      return;
    }
    const passOn = async (before: Promise<void>, bytes: Buffer): Promise<void> => {
      await before;
      if (when !== undefined && !happened && bytes.includes(when.words)) {
        happened = true;
        await when.happens();
      }
      upstream.write(bytes);
    };
    let commands = Promise.resolve();
    client.on('data', (bytes: Buffer) => {
      commands = passOn(commands, bytes);
    });
    const answer = answering(what, client, end);
    let answers = Promise.resolve();
    upstream.on('data', (bytes: Buffer) => {
      answers = answers.then(async () => await answer(bytes));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    // A server listening on TCP has this kind of address. oxlint-disable-next-line typescript/no-unsafe-type-assertion
    port: (server.address() as AddressInfo).port,
    connections: () => made,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Passes bytes of the server on in the manner of the behaviour, in order. */
function answering(
  what: Exclude<Behaviour, { readonly kind: 'drop' }>,
  client: net.Socket,
  end: () => void,
): (bytes: Buffer) => Promise<void> {
  let passed = 0;
  return async (bytes) => {
    const left = 'afterBytes' in what ? what.afterBytes - passed : 0;
    passed += bytes.length;
    switch (what.kind) {
      case 'pass':
        client.write(bytes);
        return;
      case 'late':
        await delay(what.ms);
        client.write(bytes);
        return;
      case 'trickle':
        for (let at = 0; at < bytes.length && !client.destroyed; at += 256) {
          client.write(bytes.subarray(at, at + 256));
          await delay((256 / what.bytesPerSecond) * 1000);
        }
        return;
      case 'silent':
        if (left > 0) client.write(bytes.subarray(0, left));
        return;
      case 'cut':
        if (left > 0) client.write(bytes.subarray(0, left));
        if (left < bytes.length) end();
        return;
      case 'garbage':
        client.write(
          left >= bytes.length
            ? bytes
            : Buffer.concat([
                bytes.subarray(0, Math.max(0, left)),
                randomBytes(200),
                Buffer.from('\r\n* ('),
                bytes.subarray(Math.max(0, left)),
              ]),
        );
        return;
    }
  };
}
