/**
 * People's decisions about messages. Each is first a row of `decisions` and takes effect by rejudging the message, as any later
 * judging would: a stored decision is never lost, whatever crashes in between.
 */
import type { ObjectId } from 'mongodb';
import type { ClientDocument } from '../store/clients.ts';
import { decide, endContrary, endDecision } from '../store/decisions.ts';
import type { DecisionDocument } from '../store/decisions.ts';
import type { MessageDocument } from '../store/message-document.ts';
import { followLater, sentFrom } from './followers.ts';
import { judgeNow } from './judge-now.ts';
import { domainNamed, removeAlias } from './alias-rule.ts';
import type { TriageDeps } from './triage-deps.ts';
import { TriageError } from './triage-error.ts';
import { isOurs } from '../decide/parties.ts';

export interface Acted {
  readonly decision: DecisionDocument;
  /** The message's current state; null if the decision concerns others. */
  readonly message: MessageDocument | null;
  /** Other messages that follow, queued. */
  readonly marked: number;
  /** Earlier decisions about the same sender or domain that this one ended. */
  readonly replaced?: readonly DecisionDocument[];
}

interface Act {
  readonly message: MessageDocument;
  readonly by: string;
}

/** Links the message (or its whole thread, future messages included) to clients. `instead`: to no others. */
export async function assign(
  deps: TriageDeps,
  {
    message,
    by,
    clients,
    thread,
    instead,
  }: Act & {
    readonly clients: readonly ClientDocument['_id'][];
    readonly thread: boolean;
    readonly instead: boolean;
  },
): Promise<Acted> {
  if (message.state === 'quarantined')
    throw new TriageError('not-possible', 'the message could not be read: replay it first');
  const { decisions } = deps.database;
  const chosen = new Set(clients.map(String));
  const others = message.links.map(({ clientId }) => clientId).filter((id) => !chosen.has(String(id)));
  if (instead && others.length > 0)
    await decide(decisions, {
      subject: `message:${message.fingerprint}`,
      act: 'unlink',
      clients: others,
      by,
    });
  const subject = thread ? `thread:${message.threadId}` : `message:${message.fingerprint}`;
  const decision = await decide(decisions, { subject, act: 'link', clients, by });
  const marked = thread
    ? await followLater(deps, { threadId: message.threadId, _id: { $ne: message._id } })
    : 0;
  return { decision, message: await judgeNow(deps, message._id), marked };
}

/** Removes the message from the clients' records, and keeps every rule from putting it back. */
export async function unlink(
  deps: TriageDeps,
  { message, by, clients }: Act & { readonly clients: readonly ClientDocument['_id'][] },
): Promise<Acted> {
  const subject = `message:${message.fingerprint}`;
  const decision = await decide(deps.database.decisions, { subject, act: 'unlink', clients, by });
  return { decision, message: await judgeNow(deps, message._id), marked: 0 };
}

/** Ignores this message, or every message from its sender or the sender's company, waiting and future ones. */
export async function ignore(
  deps: TriageDeps,
  { message, by, always }: Act & { readonly always: 'sender' | 'domain' | null },
): Promise<Acted> {
  if (message.links.length > 0)
    throw new TriageError(
      'not-possible',
      `the message is on the record of ${message.links.map(({ clientId }) => String(clientId)).join(', ')}: unlink it there first`,
    );
  const { decisions } = deps.database;
  if (always === null) {
    const decision = await decide(decisions, {
      subject: `message:${message.fingerprint}`,
      act: 'ignore',
      clients: [],
      by,
    });
    return { decision, message: await judgeNow(deps, message._id), marked: 0 };
  }
  const sender =
    message.participants.find(({ role, address }) => role === 'from' && address !== null)?.address ?? null;
  if (sender === null) throw new TriageError('not-possible', 'the message names no sender address');
  // Everything that a colleague sends to clients would be ignored with this one message.
  if (isOurs(sender, deps.rules)) throw new TriageError('not-possible', `${sender} is ours`);
  const subject =
    always === 'sender'
      ? `address:${sender}`
      : `domain:${domainNamed(sender.slice(sender.lastIndexOf('@') + 1))}`;
  const decision = await decide(decisions, { subject, act: 'ignore', clients: [], by });
  const replaced = await endContrary(decisions, { subject, act: 'link', by });
  let marked = 0;
  for (const alias of replaced) marked += await removeAlias(deps, alias);
  marked += await followLater(deps, {
    ...sentFrom(subject),
    state: 'triage',
    _id: { $ne: message._id },
  });
  return { decision, message: await judgeNow(deps, message._id), marked, replaced };
}

/** How many messages in triage an `ignore` of a sender or domain concerns. */
export async function countSentFrom(
  { database }: Pick<TriageDeps, 'database'>,
  subject: string,
): Promise<number> {
  return await database.messages.countDocuments({ ...sentFrom(subject), state: 'triage' });
}

/** Ends a decision; its effects are undone unless someone changed them since. */
export async function undo(
  deps: TriageDeps,
  { id, by }: { readonly id: ObjectId; readonly by: string },
): Promise<Acted> {
  await showRuling(deps, id);
  const decision = await endDecision(deps.database.decisions, id, by);
  if (decision === null)
    throw new TriageError('no-such-decision', `${id.toHexString()}: no such decision is in force`);
  const { subject, act } = decision;
  const about = subject.slice(0, subject.indexOf(':'));
  const key = subject.slice(subject.indexOf(':') + 1);
  if (about === 'message') {
    const message = await deps.database.messages.findOne({ fingerprint: key });
    const now = message === null ? null : await judgeNow(deps, message._id);
    return { decision, message: now, marked: 0 };
  }
  if (about === 'thread')
    return { decision, message: null, marked: await followLater(deps, { threadId: key }) };
  if (act === 'link') return { decision, message: null, marked: await removeAlias(deps, decision) };
  return {
    decision,
    message: null,
    marked: await followLater(deps, { ...sentFrom(subject), state: 'ignored' }),
  };
}

/** What a decision about a case update did must stand on the update before it can be undone; it did not before version 9 of the rules. */
async function showRuling(deps: TriageDeps, id: ObjectId): Promise<void> {
  const decision = await deps.database.decisions.findOne({ _id: id, undoneAt: null });
  if (decision?.caseUpdate === undefined) return;
  const fingerprint = decision.subject.slice('message:'.length);
  const message = await deps.database.messages.findOne({ fingerprint });
  const { ref } = decision.caseUpdate;
  const isShown = message?.caseUpdates.some((update) => update.ref === ref && update.ruling !== undefined);
  if (message !== null && isShown !== true) await judgeNow(deps, message._id);
}
