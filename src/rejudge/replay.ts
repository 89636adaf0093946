import type { Filter } from 'mongodb';
import { previewRejudge } from './preview.ts';
import type { RejudgeDeps, RejudgePreview } from './preview.ts';
import type { MessageDocument } from '../store/message-document.ts';

/** Messages received in a time span that can be judged; quarantined ones are only reread by name. */
export function receivedSince(since: Date): Filter<MessageDocument> {
  return {
    state: { $in: ['received', 'judged', 'stored', 'triage', 'ignored'] },
    receivedAt: { $gte: since },
  };
}

/** Rejudges stored messages with today's rules and address book, and reports what would change. Writes nothing. */
export function previewReplay(
  deps: RejudgeDeps,
  filter: Filter<MessageDocument>,
): AsyncIterable<RejudgePreview> {
  return previewRejudge(deps, filter);
}

/** One line of the diff, for a person. */
export function diffLine({
  message,
  kinds,
  links,
  unlinks,
  caseUpdates,
  before,
  after,
  error,
}: RejudgePreview): string {
  const verdict = (one: RejudgePreview['before']): string =>
    one === null ? 'unjudged' : `${one.kind}${one.reason === null ? '' : ` (${one.reason})`}`;
  const parts = [
    ...links.map(
      ({ clientId, via, address }) =>
        `+ client ${String(clientId)} by ${via}${address === null ? '' : ` ${address}`}`,
    ),
    ...unlinks.map(({ clientId, retract }) => `- client ${String(clientId)}: ${retract ?? ''}`),
    ...(caseUpdates === 0 ? [] : [`${caseUpdates > 0 ? '+' : ''}${caseUpdates} case updates`]),
    ...(error === null ? [] : [error]),
    ...(after === null
      ? []
      : [
          `${verdict(before)} -> ${verdict(after)}${after.clients.length > 0 ? ` [${after.clients.map(({ clientId }) => clientId).join(', ')}]` : ''}`,
        ]),
  ];
  return `${message._id.toHexString()} ${kinds.join(',')}: ${parts.join('; ')}`;
}
