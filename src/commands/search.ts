import { Command } from 'commander';
import { withResources } from '../app/open.ts';
import { loadConfig } from '../config/config.ts';
import { search } from '../search/find.ts';
import type { Found } from '../search/find.ts';
import { indexMessages, rebuildSearch, countMissing } from '../search/index-messages.ts';
import { QueryError } from '../search/query.ts';
import { idsMeant } from '../triage/named.ts';
import { printable } from './triage-report.ts';
import { UsageError } from './usage.ts';

const HELP = `
Words must all be found; "quoted ones" one behind the other; -word leaves out; wor* finds what begins so. Also from: to: subject:
file: in:MAILBOX case:NUMBER has:attachment is:triage is:held after:2026-03-31 before:2026-04-30.`;

/** Finds mail by its words, or makes the rows of search again. */
export function searchCommand(): Command {
  return new Command('search')
    .description('find mail by words, people, files, mailbox, case and date')
    .argument('[words...]', 'what to find')
    .option('--client <id>', "only on this client's record")
    .option('--limit <n>', 'messages to list', '25')
    .option('--after <cursor>', 'continue after this cursor, printed at the end of the previous page')
    .option('--json', 'JSON lines')
    .addHelpText('after', HELP)
    .action(find)
    .addCommand(
      new Command('rebuild')
        .description('go through all messages again, beside running workers; searches go on meanwhile')
        .action(rebuild),
    );
}

async function find(
  words: readonly string[],
  { client, limit, after, json = false }: { client?: string; limit: string; after?: string; json?: boolean },
): Promise<void> {
  const count = Number(limit);
  if (!Number.isInteger(count) || count < 1)
    throw new UsageError(`--limit ${limit}: expected a number from 1`);
  await withResources(loadConfig(process.env, { mailboxes: 'optional' }), async ({ database }) => {
    const clientId =
      client === undefined
        ? undefined
        : (await database.clients.findOne({ _id: { $in: idsMeant(client) } }))?._id;
    if (client !== undefined && clientId === undefined)
      throw new UsageError(`--client ${client}: no such client`);
    const { rows, next, isCut } = await search(database, {
      text: words.join(' '),
      ...(clientId !== undefined && { clientId }),
      after: after ?? null,
      limit: count,
    }).catch((error: unknown) => {
      throw error instanceof QueryError ? new UsageError(error.message) : error;
    });
    for (const row of rows) console.log(json ? JSON.stringify(row) : lineOf(row));
    const missing = await countMissing(database);
    if (json) console.log(JSON.stringify({ next, isCut, missing }));
    else {
      if (rows.length === 0) console.log('nothing found');
      if (isCut) console.log('there may be more, but too much was looked through: add a word or a date');
      if (next !== null) console.log(`more with --after ${next}`);
      if (missing > 0) console.log(`${missing} messages cannot be found yet; workers go through them`);
    }
  });
}

const lineOf = ({ messageId, date, from, subject, state }: Found): string =>
  printable(
    `${messageId}  ${date.slice(0, 16)}  ${from?.address ?? '(no sender)'}  ${subject || '(no subject)'}${state === 'stored' ? '' : `  [${state}]`}`,
  );

async function rebuild(): Promise<void> {
  await withResources(loadConfig(process.env, { mailboxes: 'optional' }), async ({ database }) => {
    await rebuildSearch(database);
    const count = await indexMessages(database);
    const missing = await countMissing(database);
    console.log(`${count} messages gone through${missing === 0 ? '' : `; ${missing} cannot be found yet`}`);
  });
}
