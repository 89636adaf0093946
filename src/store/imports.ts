/** To the ledger, imported files are mailboxes, one per path and batch, that nobody polls. */
import type { CursorDocument } from './cursors.ts';
import type { Collection, Filter } from 'mongodb';

/** Valid batch names: they become part of names. */
export const BATCH_NAME = /^[\w.-]{1,64}$/u;

/** `files:/path` without a batch, `files[batch]:/path` in one: the same file in another batch is seen a second time. */
export const importMailbox = ({
  batch,
  path,
}: {
  readonly batch: string | null;
  readonly path: string;
}): string => (batch === null ? `files:${path}` : `files[${batch}]:${path}`);

const IMPORTED = /^files(?:\[([\w.-]{1,64})\])?:\//u;

export const notImported: Filter<CursorDocument> = { mailbox: { $not: IMPORTED } };

/** Mailboxes by batch, for imports that were not undone. */
export async function importedBatches(cursors: Collection<CursorDocument>): Promise<Map<string, string[]>> {
  const batches = new Map<string, string[]>();
  for await (const { mailbox } of cursors.find({ mailbox: IMPORTED })) {
    const batch = IMPORTED.exec(mailbox)?.[1];
    if (batch !== undefined) batches.set(batch, [...(batches.get(batch) ?? []), mailbox]);
  }
  return batches;
}
