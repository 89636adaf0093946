import type { MailboxSession } from '../mailbox/mailbox.ts';
import type { Database } from '../store/mongo.ts';
import { ledgerOf } from '../store/sightings.ts';
import type { FolderEpoch, LedgerRow } from '../store/sightings.ts';

/** UIDs compared at once. */
const WINDOW = 2_000;

export interface ComparedWindow {
  readonly listed: readonly number[];
  readonly rows: ReadonlyMap<number, LedgerRow>;
  /** Listed, but the ledger has no row or considers them gone. */
  readonly absent: readonly number[];
}

/** Compares what a folder lists from `fromUid` on with the ledger, window by window: a million messages are never in memory. */
export async function* compareFolder(
  { database, session }: { readonly database: Pick<Database, 'sightings'>; readonly session: MailboxSession },
  key: FolderEpoch | null,
  fromUid: number,
): AsyncGenerator<ComparedWindow> {
  for await (const found of session.listUids({ fromUid })) {
    // RFC 3501 §7.2.5 does not promise an order of SEARCH results.
    const uids = found.toSorted((a, b) => a - b);
    for (let at = 0; at < uids.length; at += WINDOW) {
      const listed = uids.slice(at, at + WINDOW);
      const rows =
        key === null ? new Map<number, LedgerRow>() : await ledgerOf(database.sightings, key, listed);
      yield { listed, rows, absent: listed.filter((uid) => !isInHand(rows.get(uid))) };
    }
  }
}

/** A row that says "gone" for a listed message is as bad as none. */
const isInHand = (row: LedgerRow | undefined): boolean => row !== undefined && row.state !== 'vanished';
