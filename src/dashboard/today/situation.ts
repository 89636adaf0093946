/** How the installation fares at this moment. */
import type { MailboxService } from '../../connect/mailbox-service.ts';
import { findUndelivered } from '../../store/fetches.ts';
import { notImported } from '../../store/imports.ts';
import type { Database } from '../../store/mongo.ts';
import type { Figures } from './figures.ts';
import type { Situation } from './troubles.ts';

/** More of them have one common cause, which the first show as well. */
const MAX_UNDELIVERED = 25;
const MAX_UNFOUND = 100;

export async function readSituation({
  database,
  mailboxService,
  readFigures,
}: {
  readonly database: Database;
  readonly mailboxService: Pick<MailboxService, 'reports'>;
  readonly readFigures: () => Promise<Figures>;
}): Promise<Situation> {
  const [reports, figures, undelivered, unfound] = await Promise.all([
    mailboxService.reports(),
    readFigures(),
    findUndelivered(database.sightings, MAX_UNDELIVERED),
    foldersThatCountMore(database),
  ]);
  const known = new Set(reports.map(({ name }) => name));
  return {
    reports,
    figures,
    undelivered,
    unfound: unfound.filter(({ mailbox }) => known.has(mailbox)),
  };
}

async function foldersThatCountMore({ cursors }: Pick<Database, 'cursors'>) {
  const rows = await cursors
    .find({ ...notImported, 'ledger.unfound': { $gt: 0 } })
    .sort({ mailbox: 1, folder: 1 })
    .limit(MAX_UNFOUND)
    .toArray();
  return rows.map(({ mailbox, folder, ledger }) => ({ mailbox, folder, count: ledger?.unfound ?? 0 }));
}
