import { Command } from 'commander';
import { withResources } from '../app/open.ts';
import { loadConfig } from '../config/config.ts';
import { defaultRules } from '../decide/rules.ts';
import { caseTagHelp } from '../mail/case-tag/case-tag-help.ts';
import { caseHistory, listCases } from '../triage/cases.ts';
import type { CaseHistory, CaseStep, CaseSummary } from '../triage/cases.ts';
import { decisionReport, printable } from './triage-report.ts';
import { UsageError } from './usage.ts';

/** Lists cases and shows their history. */
export function casesCommand(): Command {
  return new Command('cases')
    .description('list cases, or show the history of one: every step with its message, sender and decisions')
    .argument('[ref]', 'case number')
    .option('--limit <n>', 'cases to list', '50')
    .option('--after <cursor>', 'continue after this cursor, printed at the end of the previous page')
    .option('--json', 'JSON instead of text')
    .addHelpText('after', `\n${caseTagHelp(defaultRules)}`)
    .action(cases);
}

async function cases(
  ref: string | undefined,
  { limit, after, json }: { limit: string; after?: string; json?: boolean },
): Promise<void> {
  const count = Number(limit);
  if (!Number.isInteger(count) || count < 1)
    throw new UsageError(`--limit ${limit}: expected a number from 1`);
  await withResources(loadConfig(process.env, { mailboxes: 'optional' }), async ({ database }) => {
    if (ref !== undefined) {
      const history = await caseHistory(database, ref);
      console.log(json === true ? JSON.stringify(history) : historyReport(history));
      return;
    }
    const { rows, next } = await listCases(database, { limit: count, after: after ?? null });
    for (const row of rows) console.log(json === true ? JSON.stringify(row) : summaryReport(row));
    if (json === true) console.log(JSON.stringify({ next }));
    else if (next !== null) console.log(`more with --after ${next}`);
  });
}

function summaryReport({ ref, status, clients, updates, held, latest, mergedInto }: CaseSummary): string {
  const waiting = held === 0 ? '' : `, ${held} held`;
  const merged = mergedInto === null ? '' : `, merged into ${mergedInto}`;
  return printable(
    `${ref}  ${status ?? '(no status)'}  ${clients.join(', ') || '(no client)'}  ${updates} updates${waiting}, latest ${latest.slice(0, 16)}${merged}`,
  );
}

function historyReport({ ref, status, clients, mergedInto, mergedFrom, steps, isCut }: CaseHistory): string {
  return [
    `case ${ref}: ${status ?? '(no status)'}, ${clients.join(', ') || '(no client)'}`,
    ...(mergedInto === null ? [] : [`  merged into ${mergedInto}`]),
    ...(mergedFrom.length === 0 ? [] : [`  includes ${mergedFrom.join(', ')}`]),
    ...steps.flatMap(stepReport),
    ...(isCut ? ['  … more steps are not shown'] : []),
  ]
    .map(printable)
    .join('\n');
}

function stepReport({ date, clientId, ref, status, title, review, message, decisions }: CaseStep): string[] {
  const held = review === null ? '' : review === 'rejected' ? ' (rejected)' : ` (held: ${review})`;
  return [
    `  ${date.slice(0, 16)}  ${status}${held}  client ${clientId}, case ${ref ?? '(no number)'}: ${title}`,
    message === null
      ? '    entered in the CRM'
      : `    message ${message.id} from ${message.sender ?? '(no sender)'} in ${message.mailboxes.join(', ')}`,
    ...decisions.map((one) => `    decided ${decisionReport(one)}`),
  ];
}
