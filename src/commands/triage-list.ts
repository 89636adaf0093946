import { Command } from 'commander';
import { messageNamed } from '../triage/named.ts';
import { decisionRow, detailOf, isCursor, listWaiting } from '../triage/waiting.ts';
import { withTriageContext } from './triage-context.ts';
import { decisionReport, detailReport, rowReport } from './triage-report.ts';
import { UsageError, countOption } from './usage.ts';

/** The review queue, one of its messages, and past decisions. */
export function triageListCommands(): Command[] {
  return [
    new Command('list')
      .description('list waiting messages, oldest first')
      .option('--held', 'list held case updates instead of messages')
      .option('--reason <code>', 'only this reason, such as shared-address')
      .option('--limit <n>', 'rows', '50')
      .option('--after <cursor>', 'the next page, as printed at the end of the previous one')
      .option('--json', 'one JSON line each, and a last one with the cursor')
      .action(list),
    new Command('show')
      .description('everything known about one message')
      .argument('<message>', 'id, fingerprint or Message-ID')
      .option('--json', 'JSON')
      .action(show),
    new Command('decisions')
      .description('list decisions, newest first')
      .option('--limit <n>', 'rows', '50')
      .option('--json', 'one JSON line each')
      .action(listDecisions),
  ];
}

async function list(options: {
  held?: boolean;
  reason?: string;
  limit: string;
  after?: string;
  json?: boolean;
}): Promise<void> {
  const { reason = null, after = null } = options;
  const limit = countOption('--limit', options.limit);
  if (after !== null && !isCursor(after))
    throw new UsageError(
      `--after ${after}: is not a cursor; use the one printed at the end of the previous page`,
    );
  await withTriageContext(async ({ database }) => {
    const what = options.held === true ? 'held' : 'triage';
    const page = await listWaiting(database, { what, reason, limit, after });
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

async function show(name: string, { json }: { json?: boolean }): Promise<void> {
  await withTriageContext(async ({ database }) => {
    const detail = await detailOf(database, await messageNamed(database, name));
    console.log(json === true ? JSON.stringify(detail) : detailReport(detail));
  });
}

async function listDecisions({ limit, json }: { limit: string; json?: boolean }): Promise<void> {
  const wanted = countOption('--limit', limit);
  await withTriageContext(async ({ database }) => {
    const rows = await database.decisions.find().sort({ at: -1 }).limit(wanted).toArray();
    for (const row of rows.map(decisionRow))
      console.log(json === true ? JSON.stringify(row) : decisionReport(row));
  });
}
