import { readRawHeader } from '../../mail/authentication/raw-header.ts';
import type { RawMessage } from '../../mail/authentication/raw-header.ts';
import { MailboxError } from '../../mailbox/mailbox.ts';
import type { MailboxSession } from '../../mailbox/mailbox.ts';

/** Enough to see which servers deliver mail; each costs a command. */
const NEWEST_LOOKED_AT = 30;
/** UIDs have gaps where mail was deleted. */
const UIDS_LOOKED_AT = 300;

/** The headers of the newest messages of the open folder. */
export async function newestHeaders(session: MailboxSession, uidNext: number | null): Promise<RawMessage[]> {
  const fromUid = Math.max(1, (uidNext ?? 1) - UIDS_LOOKED_AT);
  const uids: number[] = [];
  for await (const window of session.list({ fromUid })) uids.push(...window.map(({ uid }) => uid));
  const heads: RawMessage[] = [];
  for (const uid of uids.slice(-NEWEST_LOOKED_AT)) {
    const bytes = await session.headersOnly(uid).catch((error: unknown) => {
      if (error instanceof MailboxError && error.code === 'message-missing') return null;
      throw error;
    });
    const head = bytes && readRawHeader(bytes);
    if (head !== null) heads.push(head);
  }
  return heads;
}
