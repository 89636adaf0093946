import type { ObjectId } from 'mongodb';
import type { Authentication } from '../mail/authentication/authentication.ts';
import type { MailboxRole, MessageFacts } from '../decide/message-facts.ts';
import type { Judgement } from '../decide/decide.ts';
import type { DecidedCaseUpdate, DecidedLink, DecidedMessage, LinkState } from '../decide/decided-message.ts';
import type { Verdict } from '../decide/verdict.ts';
import type { ClientDocument } from './clients.ts';

/** A client on whose record the message stands or is to stand. */
export interface MessageLink extends Omit<DecidedLink, 'clientId' | 'state'> {
  readonly clientId: ClientDocument['_id'];
  /** Null until the communication was written. It is written once: one that a person deletes stays deleted. */
  readonly writtenAt: Date | null;
}

export interface MessageCaseUpdate extends Omit<DecidedCaseUpdate, 'clientId'> {
  readonly clientId: ClientDocument['_id'];
}

export interface MessageDocument extends MessageFacts {
  readonly _id: ObjectId;
  readonly roles: readonly MailboxRole[];
  readonly mailboxes: readonly string[];
  /** Seen in a Sent folder of ours. */
  readonly inOwnSent: boolean;
  /** Older than the `since` of every mailbox that it was seen in. */
  readonly backfill: boolean;
  readonly state: 'received' | 'judged' | 'stored' | 'triage' | 'ignored' | 'quarantined';
  readonly verdict: Verdict | null;
  readonly authentication: Authentication | null;
  readonly links: readonly MessageLink[];
  readonly caseUpdates: readonly MessageCaseUpdate[];
  readonly variantOf: ObjectId | null;
  readonly judgedWith:
    | (Omit<Judgement['judgedWith'], 'recipients'> & { readonly recipients?: string })
    | null;
  /** Rises with every judgement that changed something. */
  readonly revision: number;
  readonly ruleVersion: number;
  /** Set while something that bears on the verdict has changed since; counts the changes. */
  readonly rejudge?: number;
  /** Why it could not be judged again, how often, and before when it is not tried. */
  readonly rejudgeFailure?: {
    readonly times: number;
    readonly error: string;
    readonly retryAt?: Date;
  };
  /** Addresses that were taken from clients since: automatic links by them are to be looked at again. */
  readonly lost?: readonly { readonly clientId: ClientDocument['_id']; readonly address: string }[];
  readonly error: string | null;
  readonly receivedAt: Date;
  readonly judgedAt: Date | null;
  readonly storedAt: Date | null;
}

/** Of a client who has the words on record through another message: that one was written, this one is not. */
export const isCoveredByOther = (
  { receivedAt }: Pick<MessageDocument, 'receivedAt'>,
  { writtenAt }: Pick<MessageLink, 'writtenAt'>,
): boolean => writtenAt?.getTime() === receivedAt.getTime();

/** A stored message as decisions see it: ids as strings. */
export function asDecided(message: MessageDocument): DecidedMessage {
  return {
    ...message,
    id: message._id.toHexString(),
    links: message.links.map(({ writtenAt, ...link }) => ({
      ...link,
      clientId: String(link.clientId),
      state: stateOf(message, writtenAt),
    })),
    caseUpdates: message.caseUpdates.map((update) => ({ ...update, clientId: String(update.clientId) })),
    lost: (message.lost ?? []).map(({ clientId, address }) => ({ clientId: String(clientId), address })),
  };
}

function stateOf(message: MessageDocument, writtenAt: Date | null): LinkState {
  if (writtenAt === null) return { kind: 'pending' };
  if (isCoveredByOther(message, { writtenAt })) return { kind: 'covered', by: null };
  return { kind: 'written', at: writtenAt };
}

/** Links and case updates as the message keeps them. `ids`: of the clients, as the CRM wrote them. */
export function storedDecision(
  { links, caseUpdates }: Pick<DecidedMessage, 'links' | 'caseUpdates'>,
  {
    message: { receivedAt },
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
      writtenAt: state.kind === 'pending' ? null : state.kind === 'written' ? state.at : receivedAt,
    })),
    caseUpdates: caseUpdates.map((update) => ({ ...update, clientId: idOf(update.clientId) })),
  };
}

/** The ids that the message's own links and case updates hold. */
export function clientIdsIn({
  links,
  caseUpdates,
}: Pick<MessageDocument, 'links' | 'caseUpdates'>): Map<string, ClientDocument['_id']> {
  return new Map([...links, ...caseUpdates].map(({ clientId }) => [String(clientId), clientId]));
}
