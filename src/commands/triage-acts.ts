import { Command } from 'commander';
import { ObjectId } from 'mongodb';
import { domainNamed, addAlias } from '../triage/alias-rule.ts';
import { confirmUpdates, rejectUpdates } from '../triage/held.ts';
import { clientNamed, messageNamed } from '../triage/named.ts';
import { assign, countSentFrom, ignore, undo, unlink } from '../triage/triage.ts';
import type { Acted } from '../triage/triage.ts';
import { decisionRow, detailOf } from '../triage/waiting.ts';
import { withTriageContext, whoDecides } from './triage-context.ts';
import type { TriageContext } from './triage-context.ts';
import { actedReport, decisionReport, replacedReport, tallyReport } from './triage-report.ts';
import { UsageError } from './usage.ts';

interface Common {
  readonly by?: string;
  readonly json?: boolean;
}

const MESSAGE = 'id, fingerprint or Message-ID';
const CLIENT = 'id, or an address that is on one client only';

function act(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--by <name>', 'who decides; default: the current user')
    .option('--json', 'JSON instead of text');
}

/** People's decisions about messages. */
export function triageActCommands(): Command[] {
  return [
    act('assign', 'assign a message to one or more clients')
      .argument('<message>', MESSAGE)
      .argument('<client...>', CLIENT)
      .option('--thread', 'the whole thread, including future messages')
      .option('--instead', 'also remove it from every other client')
      .action(assignMessage),
    act('unlink', 'remove a message from clients, permanently')
      .argument('<message>', MESSAGE)
      .argument('<client...>', CLIENT)
      .action(unlinkMessage),
    act('ignore', 'ignore a message, or all mail from its sender')
      .argument('<message>', MESSAGE)
      .option('--always <what>', 'sender or domain: everything waiting from there, and future messages')
      .option('--dry-run', 'only show how many messages in triage are affected')
      .action(ignoreMessage),
    act('learn', 'add an alias or company domain of a client to the address book')
      .argument('<what>', 'an address, or a domain')
      .argument('<client>', CLIENT)
      .option('--dry-run', 'only show which messages would change')
      .action(learn),
    act('confirm', 'confirm the held case updates of a message')
      .argument('<message>', MESSAGE)
      .option('--client <client>', 'only of this client')
      .option('--case <number>', 'only of this case')
      .option('--status <status>', 'the intended status, one of the configured ones')
      .action(confirm),
    act('reject', 'refuse the held case updates of a message for good')
      .argument('<message>', MESSAGE)
      .requiredOption('--reason <text>', 'why, for those who look at the case later')
      .option('--client <client>', 'only of this client')
      .option('--case <number>', 'only of this case')
      .action(reject),
    act('undo', 'undo a decision')
      .argument('<decision>', 'decision id, from show or decisions')
      .action(undoDecision),
  ];
}

async function assignMessage(
  name: string,
  clients: readonly string[],
  options: Common & { thread?: boolean; instead?: boolean },
): Promise<void> {
  await acted(
    options,
    async (context, by) =>
      await assign(context, {
        message: await messageNamed(context.database, name),
        clients: await clientIds(context, clients),
        by,
        thread: options.thread === true,
        instead: options.instead === true,
      }),
  );
}

async function unlinkMessage(name: string, clients: readonly string[], options: Common): Promise<void> {
  await acted(
    options,
    async (context, by) =>
      await unlink(context, {
        message: await messageNamed(context.database, name),
        clients: await clientIds(context, clients),
        by,
      }),
  );
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
      async (context, by) =>
        await ignore(context, { message: await messageNamed(context.database, name), by, always }),
    );
  return await withTriageContext(async (context) => {
    const message = await messageNamed(context.database, name);
    const sender = message.participants.find(({ role }) => role === 'from')?.address ?? '';
    const subject =
      always === 'domain'
        ? `domain:${domainNamed(sender.slice(sender.lastIndexOf('@') + 1))}`
        : `address:${sender}`;
    const concerned = always === null ? 1 : await countSentFrom(context, subject);
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
  await withTriageContext(async (context) => {
    const client = await clientNamed(context.database, clientName);
    const learned = await addAlias(context, { what, client, by: whoDecides(by), dryRun: dryRun === true });
    const { address, decision, preview, marked, replaced } = learned;
    if (json === true)
      console.log(
        JSON.stringify({
          address,
          decision: decision && decisionRow(decision),
          preview,
          marked,
          replaced: replaced.map(decisionRow),
        }),
      );
    else
      console.log(
        [
          tallyReport(preview),
          ...(decision === null
            ? ['nothing was learned (--dry-run)']
            : [`${address} is learned for ${String(client._id)}: decision ${decision._id.toHexString()}`]),
          ...replaced.map(replacedReport),
        ].join('\n'),
      );
  });
}

async function confirm(
  name: string,
  options: Common & { client?: string; case?: string; status?: string },
): Promise<void> {
  await withTriageContext(async (context) => {
    const { status } = options;
    const known = context.caseStatuses.find((one) => one.toLowerCase() === status?.toLowerCase());
    if (status !== undefined && known === undefined)
      throw new UsageError(`--status ${status}: the settings know ${context.caseStatuses.join(', ')}`);
    const made = await confirmUpdates(context, {
      message: await messageNamed(context.database, name),
      clientId:
        options.client === undefined
          ? null
          : String((await clientNamed(context.database, options.client))._id),
      ref: options.case ?? null,
      status: known ?? null,
      by: whoDecides(options.by),
    });
    for (const row of made.map(decisionRow))
      console.log(options.json === true ? JSON.stringify(row) : decisionReport(row));
  });
}

async function reject(
  name: string,
  options: Common & { reason: string; client?: string; case?: string },
): Promise<void> {
  await withTriageContext(async (context) => {
    const reason = options.reason.trim();
    if (reason === '') throw new UsageError('--reason: say why');
    const made = await rejectUpdates(context, {
      message: await messageNamed(context.database, name),
      clientId:
        options.client === undefined
          ? null
          : String((await clientNamed(context.database, options.client))._id),
      ref: options.case ?? null,
      reason,
      by: whoDecides(options.by),
    });
    for (const row of made.map(decisionRow))
      console.log(options.json === true ? JSON.stringify(row) : decisionReport(row));
  });
}

async function undoDecision(id: string, options: Common): Promise<void> {
  if (!/^[0-9a-f]{24}$/u.test(id)) throw new UsageError(`${id}: no id of a decision`);
  await acted(
    options,
    async (context, by) => await undo(context, { id: ObjectId.createFromHexString(id), by }),
  );
}

async function acted(
  { by, json }: Common,
  work: (context: TriageContext, by: string) => Promise<Acted>,
): Promise<void> {
  await withTriageContext(async (context) => {
    const done = await work(context, whoDecides(by));
    if (json !== true) return console.log(actedReport(done));
    const message = done.message === null ? null : await detailOf(context.database, done.message);
    return console.log(
      JSON.stringify({
        decision: decisionRow(done.decision),
        message,
        marked: done.marked,
        replaced: (done.replaced ?? []).map(decisionRow),
      }),
    );
  });
}

const clientIds = async (context: TriageContext, names: readonly string[]) => {
  const ids = [];
  for (const name of names) ids.push((await clientNamed(context.database, name))._id);
  return ids;
};
