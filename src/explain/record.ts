/** What recording a decision does, with an in-memory store as record. */
import { caseRowOf } from '../decide/case-status.ts';
import type { DecidedCaseUpdate, DecidedLink, DecidedMessage } from '../decide/decided-message.ts';
import type { Mail } from '../mail/mail.ts';
import { caseRowKey } from './memory-store.ts';
import type { CaseUpdateRow, MemoryStore } from './memory-store.ts';

interface Recorded {
  readonly message: DecidedMessage;
  readonly mail: Mail;
  readonly isFirst: boolean;
}

export function record(store: MemoryStore, { message, ...given }: Recorded): void {
  const now = retracted(store, message);
  for (const update of now.caseUpdates) recordCaseUpdate(store, update, { message: now, ...given });
  const at = now.date;
  store.put({
    ...now,
    links: now.links.map((link) =>
      link.state.kind === 'pending' ? { ...link, state: { kind: 'written', at } } : link,
    ),
    caseUpdates: now.caseUpdates.map((update) => ({ ...update, writtenAt: update.writtenAt ?? at })),
  });
}

/** The message without links marked for removal, and without what they recorded. */
function retracted(store: MemoryStore, message: DecidedMessage): DecidedMessage {
  const isTaken = ({ retract }: DecidedLink): boolean => retract !== undefined && retract !== 'outranked';
  const taken = new Set(message.links.filter(isTaken).map(({ clientId }) => clientId));
  for (const update of message.caseUpdates)
    if (taken.has(update.clientId)) store.putCaseRow(caseRowKey(message, update), null);
  return {
    ...message,
    links: message.links.flatMap(({ retract, ...link }): DecidedLink[] =>
      retract === undefined
        ? [link]
        : retract === 'outranked'
          ? [{ ...link, state: { kind: 'covered', by: null } }]
          : [],
    ),
    caseUpdates: message.caseUpdates.filter(({ clientId }) => !taken.has(clientId)),
  };
}

function recordCaseUpdate(
  store: MemoryStore,
  update: DecidedCaseUpdate,
  { message, mail, isFirst }: Recorded,
): void {
  const key = caseRowKey(message, update);
  const row = store.caseRow(key);
  const { review, awaitsParent = false } = update;
  const isNew = update.writtenAt === null && review !== 'echo';
  // What a copy of the message could only hold gives way to what takes effect.
  const givesWay =
    row !== undefined && row.review !== null && review === null && row.messageId !== message.id;
  if (isNew && (row === undefined || givesWay))
    store.putCaseRow(key, { ...caseRowOf(update, { message, mail }), isOurs: true, messageId: message.id });
  if (isFirst || row === undefined || givesWay) return;
  const isProven = review === null && row.review === 'unauthenticated' && row.messageId === message.id;
  if (row.awaitsParent === true || isProven)
    store.putCaseRow(key, review === 'echo' ? null : { ...row, review, awaitsParent });
}

export const caseUpdatesOf = (store: MemoryStore, message: DecidedMessage): CaseUpdateRow[] =>
  message.caseUpdates.flatMap((update) => {
    const row = store.caseRow(caseRowKey(message, update));
    return row?.messageId === message.id ? [row] : [];
  });
