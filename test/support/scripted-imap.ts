/**
 * An IMAP server that misbehaves on purpose: it knows just enough to be talked to, and every answer can be replaced. Normal
 * behaviour is tested with a real server.
 */
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';

export interface ScriptedMessage {
  readonly uid: number;
  readonly raw: Buffer;
  /** RFC822.SIZE, if it is not the real one. */
  readonly size?: number;
}

export interface Script {
  /** 127.0.0.1 otherwise. */
  readonly host?: string;
  /** Replaces `* OK`; then the connection ends. */
  readonly farewell?: string;
  readonly capabilities?: string;
  readonly messages?: readonly ScriptedMessage[];
  /** Lines of the answer to EXAMINE before its tagged OK. */
  readonly examine?: readonly string[];
  /**
   * Answers a command instead of the server: lines without CRLF, with `TAG` for the command's tag; the connection ends after a `*
   * BYE`; "drop" breaks it; undefined leaves it to the server.
   */
  readonly answer?: (command: string) => readonly (string | Buffer)[] | 'drop' | undefined;
}

export interface ScriptedServer {
  readonly port: number;
  readonly commands: readonly string[];
  connected(): number;
  /** Connections under IDLE. */
  idling(): number;
  readonly close: () => Promise<void>;
}

export async function openScriptedServer(script: Script): Promise<ScriptedServer> {
  const commands: string[] = [];
  const sockets = new Set<net.Socket>();
  const idling = new Map<net.Socket, string>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket
      .on('error', () => {})
      .on('close', () => {
        sockets.delete(socket);
        idling.delete(socket);
      });
    if (script.farewell !== undefined) {
      socket.end(`${script.farewell}\r\n`);
      return;
    }
    socket.write(`* OK [CAPABILITY ${capabilitiesOf(script)}] ready\r\n`);
    let rest = '';
    socket.on('data', (bytes) => {
      const lines = (rest + bytes.toString('latin1')).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const idleTag = idling.get(socket);
        if (line === 'DONE' && idleTag !== undefined) {
          idling.delete(socket);
          socket.write(`${idleTag} OK done\r\n`);
          continue;
        }
        const [tag = '', ...words] = line.split(' ');
        const command = words.join(' ');
        commands.push(command);
        const answer =
          command === namespaceQuery
            ? noNamespace
            : (script.answer?.(command) ?? defaultAnswer(script, command));
        if (answer === 'drop') {
          socket.destroy();
          return;
        }
        if (command === 'IDLE' && answer[0] === idleAnswer[0]) idling.set(socket, tag);
        for (const part of answer)
          socket.write(typeof part === 'string' ? `${part.replace('TAG', tag)}\r\n` : part);
        if (command !== 'LOGOUT' && answer.some((part) => String(part).startsWith('* BYE'))) socket.end();
      }
    });
  });
  server.listen(0, script.host ?? '127.0.0.1');
  await once(server, 'listening');
  return {
    // A server listening on TCP has this kind of address. oxlint-disable-next-line typescript/no-unsafe-type-assertion
    port: (server.address() as AddressInfo).port,
    commands,
    connected: () => sockets.size,
    idling: () => idling.size,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** RFC 3501 §6.3.8: only asks for the delimiter. */
const namespaceQuery = 'LIST "" ""';
const noNamespace = ['* LIST (\\Noselect) "/" ""', 'TAG OK done'] as const;

/** RFC 2177: until the client says DONE. */
const idleAnswer = ['+ idling'] as const;

const capabilitiesOf = ({ capabilities = 'IMAP4rev1' }: Script): string => capabilities;

function defaultAnswer(script: Script, command: string): readonly (string | Buffer)[] {
  const messages = script.messages ?? [];
  const verb = /^(UID )?\S+/.exec(command)?.[0].toUpperCase() ?? '';
  switch (verb) {
    case 'CAPABILITY':
      return [`* CAPABILITY ${capabilitiesOf(script)}`, 'TAG OK done'];
    case 'LIST':
      return ['* LIST () "/" INBOX', 'TAG OK done'];
    case 'EXAMINE':
      return [...(script.examine ?? examined(messages)), 'TAG OK [READ-ONLY] done'];
    case 'UID SEARCH':
      return [`* SEARCH ${searched(messages, command)}`, 'TAG OK done'];
    case 'UID FETCH':
    case 'FETCH':
      return [...fetched(messages, command), 'TAG OK done'];
    case 'IDLE':
      return idleAnswer;
    case 'LOGOUT':
      return ['* BYE', 'TAG OK done'];
    default:
      return ['TAG OK done'];
  }
}

export const examined = (messages: readonly ScriptedMessage[]): readonly string[] => [
  `* ${messages.length} EXISTS`,
  '* OK [UIDVALIDITY 77] ok',
  `* OK [UIDNEXT ${(messages.at(-1)?.uid ?? 0) + 1}] ok`,
];

const searched = (messages: readonly ScriptedMessage[], command: string): string =>
  messages
    .map(({ uid }) => uid)
    .filter((uid) => isIn(uid, command.split(' ').at(-1) ?? '', messages.at(-1)?.uid ?? 0))
    .join(' ');

function fetched(messages: readonly ScriptedMessage[], command: string): Buffer[] {
  const byUid = command.startsWith('UID');
  const set = command.split(' ')[byUid ? 2 : 1] ?? '';
  const last = byUid ? (messages.at(-1)?.uid ?? 0) : messages.length;
  return messages.flatMap((message, at) =>
    isIn(byUid ? message.uid : at + 1, set, last) ? [fetchRow(at + 1, message, command)] : [],
  );
}

/** One untagged FETCH answer to a command, with the requested partial body. */
export function fetchRow(
  sequence: number,
  { uid, raw, size = raw.length }: ScriptedMessage,
  command: string,
): Buffer {
  const items = [`UID ${uid}`];
  if (command.includes('RFC822.SIZE')) items.push(`RFC822.SIZE ${size}`);
  if (command.includes('INTERNALDATE')) items.push('INTERNALDATE " 5-Jan-2026 10:00:00 +0000"');
  const partial = /BODY\.PEEK\[\]<(\d+)\.(\d+)>/.exec(command);
  const head = `* ${sequence} FETCH (${items.join(' ')}`;
  if (!partial) return Buffer.from(`${head})\r\n`);
  const [start, length] = [Number(partial[1]), Number(partial[2])];
  const piece = raw.subarray(start, start + length);
  return Buffer.concat([
    Buffer.from(`${head} BODY[]<${start}> {${piece.length}}\r\n`),
    piece,
    Buffer.from(')\r\n'),
  ]);
}

function isIn(number: number, set: string, last: number): boolean {
  return set.split(',').some((part) => {
    const [from = 0, to = 0] = part.split(':').map((end) => (end === '*' ? last : Number(end)));
    const ends = part.includes(':') ? [from, to] : [from, from];
    return number >= Math.min(...ends) && number <= Math.max(...ends);
  });
}
