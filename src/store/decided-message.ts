import type { DecidedMessage } from '../decide/decided-message.ts';
import type { ClientDocument } from './clients.ts';
import { asLinkState, asStoredState, linkStateOf, stateFields } from './link-state.ts';
import type { MessageCaseUpdate, MessageDocument, MessageLink } from './message-document.ts';

/** A stored message in the form of decisions: ids as strings. */
export function asDecided({ copyOf, ...message }: MessageDocument): DecidedMessage {
  return {
    ...message,
    ...(copyOf !== undefined && { copyOf: copyOf.toHexString() }),
    id: message._id.toHexString(),
    arrivedAt: message.arrivedAt ?? message.receivedAt,
    links: message.links.map(({ state, writtenAt, ...link }) => ({
      ...link,
      clientId: String(link.clientId),
      state: asLinkState(linkStateOf(message, { state, writtenAt })),
    })),
    caseUpdates: message.caseUpdates.map((update) => ({ ...update, clientId: String(update.clientId) })),
    lost: (message.lost ?? []).map(({ clientId, address }) => ({ clientId: String(clientId), address })),
  };
}

/** Links and case updates as stored. `ids`: of the clients, as the CRM wrote them. */
export function storedDecision(
  { links, caseUpdates }: Pick<DecidedMessage, 'links' | 'caseUpdates'>,
  {
    message,
    ids,
  }: {
    readonly message: Pick<MessageDocument, 'receivedAt'>;
    readonly ids: ReadonlyMap<string, ClientDocument['_id']>;
  },
): { readonly links: MessageLink[]; readonly caseUpdates: MessageCaseUpdate[] } {
  const idOf = (clientId: string): ClientDocument['_id'] => ids.get(clientId) ?? clientId;
  return {
    links: links.map(({ state, ...link }) => ({
      ...link,
      clientId: idOf(link.clientId),
      ...stateFields(message, asStoredState(state)),
    })),
    caseUpdates: caseUpdates.map((update) => ({ ...update, clientId: idOf(update.clientId) })),
  };
}

/** The ids in the message's own links and case updates. */
export function clientIdsIn({
  links,
  caseUpdates,
}: Pick<MessageDocument, 'links' | 'caseUpdates'>): Map<string, ClientDocument['_id']> {
  return new Map([...links, ...caseUpdates].map(({ clientId }) => [String(clientId), clientId]));
}
