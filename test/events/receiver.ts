/** A webhook receiver that verifies each request with the standardwebhooks package and answers as configured. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { onTestFinished } from 'vitest';

interface Received {
  readonly id: string;
  readonly type: string;
  readonly entity: string;
  readonly revision: number;
  readonly body: string;
}

type Behaviour = (response: ServerResponse, count: number) => boolean;

export interface Receiver {
  readonly url: string;
  /** The secrets it accepts; set once the endpoint exists. */
  secrets: readonly string[];
  readonly received: Received[];
  /** Acknowledged ids. */
  readonly acknowledged: Set<string>;
  /** Requests that were already acknowledged or could not be verified. */
  readonly wrong: string[];
}

export const ok: Behaviour = (response) => {
  response.writeHead(204).end();
  return true;
};
export const answering =
  (status: number, headers: Readonly<Record<string, string>> = {}): Behaviour =>
  (response) => {
    response.writeHead(status, headers).end('no');
    return false;
  };
/** Answers 200 and closes the connection in the middle of the body. */
export const cutAfterAnswer: Behaviour = (response) => {
  response.writeHead(200, { 'content-length': '1000' });
  response.write('thank', () => response.destroy());
  return true;
};
export const silent: Behaviour = () => false;
/** Each of `first` once, in order, then always `after`. */
export const firstThen =
  (first: readonly Behaviour[], after: Behaviour): Behaviour =>
  (response, count) =>
    (first[count] ?? after)(response, count);

export async function openReceiver(behaviour: Behaviour): Promise<Receiver> {
  const receiver: Receiver = { url: '', secrets: [], received: [], acknowledged: new Set(), wrong: [] };
  const server = createServer((request, response) => void take(request, response));
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8') as AsyncIterable<string>) body += chunk;
    const id = String(request.headers['webhook-id']);
    const isGenuine = receiver.secrets.some((secret) => {
      try {
        new Webhook(secret).verify(body, request.headers as Record<string, string>);
        return true;
      } catch {
        return false;
      }
    });
    if (!isGenuine) receiver.wrong.push(`not verified: ${body}`);
    if (receiver.acknowledged.has(id)) receiver.wrong.push(`acknowledged before: ${id}`);
    const { type, data } = JSON.parse(body) as { type: string; data: { entity: string; revision: number } };
    receiver.received.push({ id, type, entity: data.entity, revision: data.revision, body });
    if (behaviour(response, receiver.received.length - 1)) receiver.acknowledged.add(id);
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return Object.assign(receiver, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` });
}
