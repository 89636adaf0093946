/** A receiver that verifies signatures: node receiver.mjs, with the endpoint's secret in WEBHOOK_SECRET. Needs no packages. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const key = Buffer.from((process.env.WEBHOOK_SECRET ?? '').replace(/^whsec_/u, ''), 'base64');
/** The last revision per entity; keep these in your database. */
const revisions = new Map();

function isGenuine(headers, body) {
  const { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signatures = '' } = headers;
  if (!(Math.abs(Date.now() / 1000 - Number(seconds)) < 300)) return false;
  const expected = Buffer.from(createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64'));
  return signatures.split(' ').some((one) => {
    const given = Buffer.from(one.replace(/^v1,/u, ''));
    return one.startsWith('v1,') && given.length === expected.length && timingSafeEqual(given, expected);
  });
}

async function receive(request, response) {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  if (key.length === 0 || !isGenuine(request.headers, body)) return response.writeHead(401).end();
  const { type, data } = JSON.parse(body);
  // Events may arrive twice or out of order: ignore those that are not newer.
  if (data.revision > (revisions.get(data.entity) ?? 0)) {
    revisions.set(data.entity, data.revision);
    process.stdout.write(`${JSON.stringify({ type, entity: data.entity, revision: data.revision })}\n`);
  }
  return response.writeHead(204).end();
}

const server = createServer((request, response) => void receive(request, response));
server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () => process.stdout.write(`listening ${server.address().port}\n`));
