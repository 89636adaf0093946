// Free ports on the loopback interface.
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

export const loopback = '127.0.0.1';

// Below Linux's range for outgoing connections: a stopped service must find its port free again.
const lowestPort = 20_000;
const highestPort = 32_000;

export async function freePorts(names: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const ports = new Map<string, number>();
  for (const name of names) {
    let port = randomInt(lowestPort, highestPort);
    while ([...ports.values()].includes(port) || !(await isFree(port)))
      port = randomInt(lowestPort, highestPort);
    ports.set(name, port);
  }
  return Object.fromEntries(ports);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, loopback, () => server.close(() => resolve(true)));
  });
}
