/** In a stand-in image: what comes to a port goes through a socket of the host, where the real server listens on loopback. */
import { connect, createServer } from 'node:net';

const [port, name] = process.argv.slice(2);
createServer((incoming) => {
  const outgoing = connect(`/sockets/${name}.sock`);
  incoming.pipe(outgoing).pipe(incoming);
  for (const [one, other] of [
    [incoming, outgoing],
    [outgoing, incoming],
  ])
    one.on('error', () => other.destroy()).on('close', () => other.destroy());
}).listen(Number(port), '0.0.0.0');
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
