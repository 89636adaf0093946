// Checks passwords for Cyrus (saslauthd's protocol): every user name exists, and one password opens them all. For tests only.
//
// IMAP_TEST_PASSWORD=… node services/saslauthd.ts --socket PATH
import { timingSafeEqual } from 'node:crypto';
import { chmodSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { socket: { type: 'string' } } });
const password = Buffer.from(process.env['IMAP_TEST_PASSWORD'] ?? '');
if (!values.socket || password.length === 0)
  throw new Error('usage: IMAP_TEST_PASSWORD=… saslauthd.ts --socket PATH');
const { socket } = values;

/** User, password, service and realm, each after its length in two bytes; undefined while the request is incomplete. */
function readFields(request: Buffer): readonly Buffer[] | undefined {
  const fields: Buffer[] = [];
  for (let at = 0; fields.length < 4;) {
    if (request.length < at + 2) return undefined;
    const end = at + 2 + request.readUInt16BE(at);
    if (request.length < end) return undefined;
    fields.push(request.subarray(at + 2, end));
    at = end;
  }
  return fields;
}

function answer(text: 'OK' | 'NO'): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(text.length);
  return Buffer.concat([length, Buffer.from(text)]);
}

const server = createServer((connection) => {
  let request: Buffer = Buffer.alloc(0);
  connection.on('error', () => connection.destroy());
  connection.on('data', (chunk) => {
    request = Buffer.concat([request, chunk]);
    const given = readFields(request)?.[1];
    if (given)
      connection.end(
        answer(given.length === password.length && timingSafeEqual(given, password) ? 'OK' : 'NO'),
      );
  });
});

rmSync(socket, { force: true });
server.listen(socket, () => {
  // Cyrus connects as its own user.
  chmodSync(socket, 0o666);
  console.log(`listening on ${socket}`);
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(0));
