import type { MailboxSession } from '../mailbox/mailbox.ts';

/** What the folder's use (RFC 6154 §2) says about its messages. */
export interface FolderUse {
  readonly inOwnSent: boolean;
  /**
   * Drafts are among the messages, as in Gmail's All Mail. Only there \Draft counts: mail moved to Exchange by IMAP has it in any
   * folder.
   */
  readonly holdsDrafts: boolean;
}

/** `wanted` is the folder's name in the settings. */
export async function useOf(
  session: MailboxSession,
  { wanted, path }: { readonly wanted: string; readonly path: string },
): Promise<FolderUse> {
  const folders = await session.folders();
  const isUsedAs = (use: string): boolean =>
    wanted === use || folders.some((folder) => folder.path === path && folder.specialUse === use);
  return { inOwnSent: isUsedAs('\\Sent'), holdsDrafts: isUsedAs('\\All') };
}
