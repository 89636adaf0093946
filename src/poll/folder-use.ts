import type { MailboxSession } from '../mailbox/mailbox.ts';

/** What the folder's use (RFC 6154 §2) tells of the messages in it. */
export interface FolderUse {
  readonly inOwnSent: boolean;
  /**
   * Drafts lie between the messages, as in Gmail's All Mail. Only there is \Draft believed: mail that was moved to Exchange by IMAP
   * bears it in any folder.
   */
  readonly holdsDrafts: boolean;
}

/** `wanted` is what the settings call the folder. */
export async function useOf(
  session: MailboxSession,
  { wanted, path }: { readonly wanted: string; readonly path: string },
): Promise<FolderUse> {
  const folders = await session.folders();
  const isUsedAs = (use: string): boolean =>
    wanted === use || folders.some((folder) => folder.path === path && folder.specialUse === use);
  return { inOwnSent: isUsedAs('\\Sent'), holdsDrafts: isUsedAs('\\All') };
}
