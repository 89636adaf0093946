import { ObjectId } from 'mongodb';
import type { Filter } from 'mongodb';
import type { LinkState } from '../decide/decided-message.ts';
import type { MessageDocument, MessageLink } from './message-document.ts';
import type { StoredLinkState } from './stored-link-state.ts';

type Received = Pick<MessageDocument, 'receivedAt'>;
type WrittenLink = Pick<MessageLink, 'writtenAt'> & { readonly state?: StoredLinkState };

/**
 * Before schema version 1 a link only had `writtenAt`: null for pending, and the message's own `receivedAt` for covered. Such
 * processes may run beside this one during an upgrade. So it is still written, and if it disagrees with `state`, one of them has
 * changed the link since, and it counts.
 */
const legacyTime = ({ receivedAt }: Received, state: StoredLinkState): Date | null =>
  state.kind === 'pending' ? null : state.kind === 'written' ? state.at : receivedAt;

export function linkStateOf(message: Received, { state, writtenAt }: WrittenLink): StoredLinkState {
  if (state !== undefined && legacyTime(message, state)?.getTime() === writtenAt?.getTime()) return state;
  if (writtenAt === null) return { kind: 'pending' };
  if (writtenAt.getTime() === message.receivedAt.getTime()) return { kind: 'covered', by: null };
  return { kind: 'written', at: writtenAt };
}

/** The fields of a link in this state. */
export function stateFields(
  message: Received,
  state: StoredLinkState,
): Pick<MessageLink, 'state' | 'writtenAt'> {
  return { state, writtenAt: legacyTime(message, state) };
}

/** For `$set` with a filter that names the link. */
export const SET_PENDING = {
  'links.$.state': { kind: 'pending' },
  'links.$.writtenAt': null,
} as const;

/** Messages whose link to a client is not pending, whoever wrote it. */
export const onRecordFor = (clientId: MessageLink['clientId']): Filter<MessageDocument> => ({
  links: {
    $elemMatch: { clientId, $or: [{ 'state.kind': { $ne: 'pending' } }, { writtenAt: { $ne: null } }] },
  },
});

/** A message whose link to a client is covered by another message, whoever wrote it. */
export const coveredFor = (
  clientId: MessageLink['clientId'],
  { receivedAt }: Received,
): Filter<MessageDocument> => ({
  links: { $elemMatch: { clientId, $or: [{ 'state.kind': 'covered' }, { writtenAt: receivedAt }] } },
});

/** In the form of decisions. */
export const asLinkState = (state: StoredLinkState): LinkState =>
  state.kind === 'covered' ? { ...state, by: state.by?.toHexString() ?? null } : state;

export const asStoredState = (state: LinkState): StoredLinkState =>
  state.kind === 'covered'
    ? { ...state, by: state.by === null ? null : ObjectId.createFromHexString(state.by) }
    : state;
