import { Command } from 'commander';
import { ObjectId } from 'mongodb';
import { assign, countSentFrom, ignore, undo, unlink } from '../triage/triage.ts';
import type { Acted } from '../triage/triage.ts';
import { confirmUpdates } from '../triage/held.ts';
import { domainNamed, addAlias } from '../triage/alias-rule.ts';
import { clientNamed, messageNamed } from '../triage/named.ts';
import { decisionRow, detailOf, listWaiting } from '../triage/waiting.ts';
import { withTriageContext, whoDecides } from './triage-context.ts';
import type { TriageContext } from './triage-context.ts';
import { actedReport, decisionReport, detailReport, rowReport, tallyReport } from './triage-report.ts';
import { UsageError } from './usage.ts';

interface Common {
  readonly by?: string;
  readonly json?: boolean;
}

const MESSAGE = 'id, fingerprint or Message-ID';
const CLIENT = 'id, or an address that is on one client only';

/** What waits for a person, and what people decide about it. */
export function triageCommand(): Command {
  const triage = new Command('triage').description('the review queue and its decisions');
  const act = (name: string, description: string): Command =>
    triage
      .command(name)
      .description(description)
      .option('--by <name>', 'who decides; default: the current user')
      .option('--json', 'JSON instead of text');

  triage
    .command('list')
    .description('list waiting messages, oldest first')
    .option('--held', 'list held case updates instead of messages')
    .option('--reason <code>', 'only this reason, such as shared-address')
    .option('--limit <n>', 'rows', '50')
    .option('--after <cursor>', 'the next page, as printed at the end of the previous one')
    .option('--json', 'one JSON line each, and a last one with the cursor')
    .action(list);
  triage
    .command('show')
    .description('everything known about one message')
    .argument('<message>', MESSAGE)
    .option('--json', 'JSON')
    .action(show);
  triage
    .command('decisions')
    .description('list decisions, newest first')
    .option('--limit <n>', 'rows', '50')
    .option('--json', 'one JSON line each')
    .action(listDecisions);
  act('assign', 'assign a message to one or more clients')
    .argument('<message>', MESSAGE)
    .argument('<client...>', CLIENT)
    .option('--thread', 'the whole thread, including future messages')
    .option('--instead', 'also remove it from every other client')
    .action(
      async (name: string, clients: string[], options: Common & { thread?: boolean; instead?: boolean }) =>
        await acted(
          options,
          async (desk, by) =>
            await assign(desk, {
              message: await messageNamed(desk.database, name),
              clients: await clientIds(desk, clients),
              by,
              thread: options.thread === true,
              instead: options.instead === true,
            }),
        ),
    );
  act('unlink', 'remove a message from clients, permanently')
    .argument('<message>', MESSAGE)
    .argument('<client...>', CLIENT)
    .action(
      async (name: string, clients: string[], options: Common) =>
        await acted(
          options,
          async (desk, by) =>
            await unlink(desk, {
              message: await messageNamed(desk.database, name),
              clients: await clientIds(desk, clients),
              by,
            }),
        ),
    );
  act('ignore', 'ignore a message, or all mail from its sender')
    .argument('<message>', MESSAGE)
    .option('--always <what>', 'sender or domain: everything waiting from there, and future messages')
    .option('--dry-run', 'only show how many messages in triage are affected')
    .action(ignoreMessage);
  act('learn', 'add an alias or company domain of a client to the address book')
    .argument('<what>', 'an address, or a domain')
    .argument('<client>', CLIENT)
    .option('--dry-run', 'only show which messages would change')
    .action(learn);
  act('confirm', 'confirm the held case updates of a message')
    .argument('<message>', MESSAGE)
    .option('--client <client>', 'only of this client')
    .option('--case <number>', 'only of this case')
    .option('--status <status>', 'the intended status, one of the configured ones')
    .action(confirm);
  act('undo', 'undo a decision')
    .argument('<decision>', 'decision id, from show or decisions')
    .action(async (id: string, options: Common) => {
      if (!/^[0-9a-f]{24}$/u.test(id)) throw new UsageError(`${id}: no id of a decision`);
      await acted(
        options,
        async (desk, by) => await undo(desk, { id: ObjectId.createFromHexString(id), by }),
      );
    });
  return triage;
}

async function acted(
  { by, json }: Common,
  work: (desk: TriageContext, by: string) => Promise<Acted>,
): Promise<void> {
  await withTriageContext(async (desk) => {
    const done = await work(desk, whoDecides(by));
    if (json !== true) return console.log(actedReport(done));
    const message = done.message === null ? null : await detailOf(desk.database, done.message);
    return console.log(
      JSON.stringify({ decision: decisionRow(done.decision), message, marked: done.marked }),
    );
  });
}

const clientIds = async (desk: TriageContext, names: readonly string[]) => {
  const ids = [];
  for (const name of names) ids.push((await clientNamed(desk.database, name))._id);
  return ids;
};

async function list(options: {
  held?: boolean;
  reason?: string;
  limit: string;
  after?: string;
  json?: boolean;
}): Promise<void> {
  await withTriageContext(async ({ database }) => {
    const page = await listWaiting(database, {
      what: options.held === true ? 'held' : 'triage',
      reason: options.reason ?? null,
      limit: count(options.limit),
      after: options.after ?? null,
    });
    if (options.json === true) {
      for (const row of page.rows) console.log(JSON.stringify(row));
      console.log(JSON.stringify({ next: page.next, total: page.total }));
      return;
    }
    for (const row of page.rows) console.log(`${rowReport(row)}\n`);
    console.log(
      `${page.rows.length} of ${page.total}${page.next === null ? '' : `; more with --after ${page.next}`}`,
    );
  });
}

async function show(name: string, { json }: Common): Promise<void> {
  await withTriageContext(async ({ database }) => {
    const detail = await detailOf(database, await messageNamed(database, name));
    console.log(json === true ? JSON.stringify(detail) : detailReport(detail));
  });
}

async function listDecisions({ limit, json }: { limit: string; json?: boolean }): Promise<void> {
  await withTriageContext(async ({ database }) => {
    const rows = await database.decisions.find().sort({ at: -1 }).limit(count(limit)).toArray();
    for (const row of rows.map(decisionRow))
      console.log(json === true ? JSON.stringify(row) : decisionReport(row));
  });
}

async function ignoreMessage(
  name: string,
  options: Common & { always?: string; dryRun?: boolean },
): Promise<void> {
  const { always = null } = options;
  if (always !== null && always !== 'sender' && always !== 'domain')
    throw new UsageError(`--always ${always}: choose sender or domain`);
  if (options.dryRun !== true)
    return await acted(
      options,
      async (desk, by) =>
        await ignore(desk, { message: await messageNamed(desk.database, name), by, always }),
    );
  return await withTriageContext(async (desk) => {
    const message = await messageNamed(desk.database, name);
    const sender = message.participants.find(({ role }) => role === 'from')?.address ?? '';
    const subject =
      always === 'domain'
        ? `domain:${domainNamed(sender.slice(sender.lastIndexOf('@') + 1))}`
        : `address:${sender}`;
    const concerned = always === null ? 1 : await countSentFrom(desk, subject);
    console.log(
      options.json === true
        ? JSON.stringify({ subject, concerned })
        : `${concerned} messages in triage would be ignored`,
    );
  });
}

async function learn(
  what: string,
  clientName: string,
  { by, json, dryRun }: Common & { dryRun?: boolean },
): Promise<void> {
  await withTriageContext(async (desk) => {
    const client = await clientNamed(desk.database, clientName);
    const learned = await addAlias(desk, { what, client, by: whoDecides(by), dryRun: dryRun === true });
    const { address, decision, preview, marked } = learned;
    if (json === true)
      console.log(JSON.stringify({ address, decision: decision && decisionRow(decision), preview, marked }));
    else
      console.log(
        [
          tallyReport(preview),
          ...(decision === null
            ? ['nothing was learned (--dry-run)']
            : [`${address} is learned for ${String(client._id)}: decision ${decision._id.toHexString()}`]),
        ].join('\n'),
      );
  });
}

async function confirm(
  name: string,
  options: Common & { client?: string; case?: string; status?: string },
): Promise<void> {
  await withTriageContext(async (desk) => {
    const { status } = options;
    const known = desk.caseStatuses.find((one) => one.toLowerCase() === status?.toLowerCase());
    if (status !== undefined && known === undefined)
      throw new UsageError(`--status ${status}: the settings know ${desk.caseStatuses.join(', ')}`);
    const made = await confirmUpdates(desk.database, {
      message: await messageNamed(desk.database, name),
      clientId:
        options.client === undefined ? null : String((await clientNamed(desk.database, options.client))._id),
      ref: options.case ?? null,
      status: known ?? null,
      by: whoDecides(options.by),
    });
    for (const row of made.map(decisionRow))
      console.log(options.json === true ? JSON.stringify(row) : decisionReport(row));
  });
}

function count(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new UsageError(`--limit ${text}: expected a number from 1`);
  return number;
}
