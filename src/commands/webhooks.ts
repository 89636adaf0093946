import { Command } from 'commander';
import { ObjectId } from 'mongodb';
import { deliveryJobs, webhookDeps } from '../app/events.ts';
import { withResources } from '../app/open.ts';
import { loadConfig } from '../config/config.ts';
import {
  addEndpoint,
  changeEndpoint,
  endpointNamed,
  removeEndpoint,
  replayEvents,
  rotateSecret,
  testEndpoint,
} from '../events/endpoints.ts';
import type { WebhookDeps } from '../events/endpoints.ts';
import { listDeliveries, deliveryRow, endpointRow, listEndpoints } from '../events/rows.ts';
import type { DeliveryRow, EndpointRow } from '../events/rows.ts';
import { eventTypes } from '../store/events.ts';
import { printable } from './triage-report.ts';
import { whoDecides } from './triage-context.ts';
import { UsageError } from './usage.ts';

interface Json {
  readonly json?: boolean;
}

/** Manages webhook endpoints. */
export function webhooksCommand(): Command {
  const webhooks = new Command('webhooks').description(
    'manage webhooks: endpoints that receive events over HTTP',
  );
  const act = (name: string, description: string): Command =>
    new Command(name).description(description).option('--json', 'JSON instead of text');
  const one = (name: string, description: string): Command =>
    act(name, description).argument('<id>', 'id of the endpoint');
  for (const command of [
    act('list', 'list endpoints').action(list),
    act('add', 'add an endpoint and print its secret (shown only once)')
      .argument('<url>', 'https URL at a public address')
      .option('--types <types>', `only these event types, comma-separated: ${eventTypes.join(', ')}`)
      .option('--mailboxes <names>', 'only events of these mailboxes, comma-separated')
      .option('--include <fields>', 'also include these fields: subject, from')
      .option('--by <name>', 'who adds it (default: the current user)')
      .action(add),
    one('enable', 'enable an endpoint and send its pending deliveries').action(
      async (id: string, options: Json) => await enable(id, { ...options, isEnabled: true }),
    ),
    one('disable', 'disable an endpoint; its deliveries stay pending').action(
      async (id: string, options: Json) => await enable(id, { ...options, isEnabled: false }),
    ),
    one('remove', 'remove an endpoint with its deliveries and secrets').action(remove),
    one(
      'rotate',
      'create a new secret and print it (shown only once); the old one also signs for 24 hours',
    ).action(rotate),
    one('test', 'send a test event').action(test),
    one('deliveries', 'list deliveries, newest first')
      .option('--state <state>', 'only pending, delivered or failed')
      .option('--limit <n>', 'deliveries to list', '50')
      .action(deliveries),
    one('replay', 'deliver past events again')
      .option('--from <date>', 'events since')
      .option('--to <date>', 'events until')
      .option('--ids <ids>', 'these events, comma-separated')
      .action(replay),
  ])
    webhooks.addCommand(command);
  return webhooks;
}

async function withWebhooks(work: (deps: WebhookDeps) => Promise<void>): Promise<void> {
  await withResources(loadConfig(process.env, { mailboxes: 'optional' }), async (resources) => {
    // If Redis is down, a running worker finds due deliveries in MongoDB.
    const enqueue: WebhookDeps['enqueue'] = async (due) => {
      const queues = await resources.queues().catch(() => null);
      if (queues !== null) await deliveryJobs(queues)(due);
    };
    await work(webhookDeps(resources, enqueue));
  });
}

async function list({ json }: Json): Promise<void> {
  await withWebhooks(async ({ database }) => {
    for (const row of await listEndpoints(database))
      console.log(json === true ? JSON.stringify(row) : endpointReport(row));
  });
}

async function add(
  url: string,
  options: Json & { types?: string; mailboxes?: string; include?: string; by?: string },
): Promise<void> {
  const types = parseChoices(options.types, eventTypes, '--types');
  const include = parseChoices(options.include, ['subject', 'from'] as const, '--include') ?? [];
  await withWebhooks(async (deps) => {
    const added = await addEndpoint(deps, {
      url,
      types,
      mailboxes: splitList(options.mailboxes),
      include,
      isEnabled: true,
      by: whoDecides(options.by),
    });
    const row = endpointRow(added.endpoint);
    if (options.json === true) console.log(JSON.stringify({ webhook: row, secret: added.secret }));
    else console.log(`${endpointReport(row)}\nsecret ${added.secret} (shown only once)`);
  });
}

async function enable(id: string, { json, isEnabled }: Json & { isEnabled: boolean }): Promise<void> {
  await withWebhooks(async (deps) => {
    const row = endpointRow(await changeEndpoint(deps, parseId(id), { isEnabled }));
    console.log(json === true ? JSON.stringify(row) : endpointReport(row));
  });
}

async function remove(id: string, { json }: Json): Promise<void> {
  await withWebhooks(async (deps) => {
    await removeEndpoint(deps, parseId(id));
    console.log(json === true ? JSON.stringify({ removed: true }) : `removed ${id}`);
  });
}

async function rotate(id: string, { json }: Json): Promise<void> {
  await withWebhooks(async (deps) => {
    const secret = await rotateSecret(deps, parseId(id));
    console.log(json === true ? JSON.stringify({ secret }) : `secret ${secret} (shown only once)`);
  });
}

async function test(id: string, { json }: Json): Promise<void> {
  await withWebhooks(async (deps) => {
    const row = deliveryRow(await testEndpoint(deps, parseId(id)));
    console.log(
      json === true ? JSON.stringify(row) : `${deliveryReport(row)}\nqueued; a running worker will send it`,
    );
  });
}

async function deliveries(
  id: string,
  { json, state, limit }: Json & { state?: string; limit: string },
): Promise<void> {
  const count = Number(limit);
  if (!Number.isInteger(count) || count < 1)
    throw new UsageError(`--limit ${limit}: expected a number from 1`);
  const [only = null] = parseChoices(state, ['pending', 'delivered', 'failed'] as const, '--state') ?? [];
  await withWebhooks(async ({ database }) => {
    const { _id } = await endpointNamed(database, parseId(id));
    for (const row of await listDeliveries(database, { endpoint: _id, state: only, limit: count }))
      console.log(json === true ? JSON.stringify(row) : deliveryReport(row));
  });
}

async function replay(
  id: string,
  { json, from, to, ids }: Json & { from?: string; to?: string; ids?: string },
): Promise<void> {
  if (from === undefined && ids === undefined)
    throw new UsageError('say which events: --from DATE or --ids IDS');
  const events = splitList(ids)?.map((one) => parseId(one.replace(/^evt_/u, ''))) ?? null;
  await withWebhooks(async (deps) => {
    const replayed = await replayEvents(deps, parseId(id), {
      from: parseDate(from, '--from'),
      to: parseDate(to, '--to'),
      ids: events,
    });
    console.log(json === true ? JSON.stringify({ replayed }) : `${replayed} events will be delivered again`);
  });
}

function endpointReport({
  id,
  url,
  enabled,
  disabledFor,
  failingSince,
  types,
  mailboxes,
}: EndpointRow): string {
  const state = enabled ? 'enabled' : `disabled${disabledFor === null ? '' : ` (${disabledFor})`}`;
  const failing = failingSince === null ? '' : `, failing since ${failingSince.slice(0, 16)}`;
  const only = [types?.join(', '), mailboxes?.join(', ')].filter((text) => text !== undefined).join('; ');
  return printable(`${id}  ${state}${failing}  ${url}${only === '' ? '' : `  only ${only}`}`);
}

function deliveryReport({ event, state, attempts, last, nextAt }: DeliveryRow): string {
  const answer =
    last === null ? '' : `  ${last.code ?? 'no response'} in ${last.durationMs} ms: ${last.answer}`;
  const next = nextAt === null ? '' : `, next ${nextAt.slice(0, 19)}`;
  return printable(`${event}  ${state} after ${attempts} attempts${next}${answer}`);
}

const splitList = (text: string | undefined): string[] | null =>
  text === undefined
    ? null
    : text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '');

function parseChoices<T extends string>(
  text: string | undefined,
  known: readonly T[],
  option: string,
): T[] | null {
  const given = splitList(text);
  if (given === null) return null;
  return given.map((name) => {
    const found = known.find((one) => one === name);
    if (found === undefined) throw new UsageError(`${option} ${name}: expected one of ${known.join(', ')}`);
    return found;
  });
}

function parseDate(text: string | undefined, option: string): Date | null {
  if (text === undefined) return null;
  const date = new Date(text);
  if (Number.isNaN(date.getTime()))
    throw new UsageError(`${option} ${text}: expected a date such as 2026-01-31`);
  return date;
}

function parseId(text: string): ObjectId {
  if (!/^[0-9a-f]{24}$/u.test(text)) throw new UsageError(`${text}: not a valid id`);
  return ObjectId.createFromHexString(text);
}
