import { caseRowOf } from '../decide/case-status.ts';
import { REUSED_ID_FLAG } from '../decide/decide.ts';
import { entryKeyOf } from '../decide/decided-message.ts';
import { attachmentKey } from '../store/blobs/blobs.ts';
import { recordCaseUpdate, resolveCaseUpdate } from '../store/case-updates.ts';
import type { CaseUpdateDocument } from '../store/case-updates.ts';
import { recordCommunications } from '../store/communications.ts';
import type { CommunicationDocument } from '../store/communications.ts';
import { deterministicId } from '../store/ids.ts';
import { linkStateOf } from '../store/link-state.ts';
import { flagSameMessageId } from '../store/messages.ts';
import { asDecided } from '../store/decided-message.ts';
import type { MessageCaseUpdate, MessageDocument, MessageLink } from '../store/message-document.ts';
import type { Database } from '../store/mongo.ts';
import { filesOf } from '../mail/enclosed-files.ts';
import { instantOf } from '../mail/instant.ts';
import type { Mail } from '../mail/mail.ts';
import type { Address } from '../mime/parsed-message.ts';
import { carriedIn } from '../decide/carried-hop.ts';
import { UNAUTHENTICATED_FLAG } from '../decide/proof.ts';

/** MongoDB refuses a document over 16 MB; the raw message keeps the whole text. Characters. */
const MAX_MESSAGE_CHARS = 2_000_000;
const MAX_REPLY_CHARS = 500_000;
const MAX_HTML_CHARS = 2_000_000;
const MAX_SUBJECT_CHARS = 10_000;
const MAX_RECIPIENTS = 1_000;

/**
 * Copies of a message that differ only in a footer or banner share these ids, so that two workers with one copy each still write
 * one row: see `entryKeyFor`.
 */
export function communicationId(
  message: Pick<MessageDocument, 'variantKey' | 'entryKey'>,
  clientId: MessageLink['clientId'],
) {
  return deterministicId(entryKeyOf(message), String(clientId));
}

export function caseUpdateId(
  message: Pick<MessageDocument, 'variantKey' | 'entryKey'>,
  update: Pick<MessageCaseUpdate, 'clientId' | 'ref'>,
) {
  return deterministicId(entryKeyOf(message), String(update.clientId), `case:${update.ref ?? ''}`);
}

/** The CRM's record of a message for one of its clients. A staff forward is recorded as the inner message. */
export function communicationOf(
  message: MessageDocument,
  mail: Mail,
  link: MessageLink,
): CommunicationDocument {
  const { verdict } = message;
  const inside = (verdict?.forwardedBy ?? null) === null ? null : carriedIn(message, mail);
  const people: { from: Address | null; to: readonly Address[]; cc: readonly Address[] } = inside ?? mail;
  return {
    _id: communicationId(message, link.clientId),
    clientId: link.clientId,
    type: 'Email',
    date: typeof inside?.date === 'string' ? instantOf(inside.date) : message.date,
    subject: (inside?.subject || mail.subject).slice(0, MAX_SUBJECT_CHARS),
    message: textOf(mail, inside).slice(0, MAX_MESSAGE_CHARS),
    attachments: filesOf(mail).map((file) => ({ key: attachmentKey(file.sha256), ...file, scan: null })),
    messageRef: message._id,
    direction: verdict?.direction ?? 'inbound',
    from: people.from,
    to: people.to.slice(0, MAX_RECIPIENTS),
    cc: people.cc.slice(0, MAX_RECIPIENTS),
    reply: (inside?.text ?? mail.reply).slice(0, MAX_REPLY_CHARS),
    html: mail.html === null || mail.html.length > MAX_HTML_CHARS ? null : mail.html,
    threadId: message.threadId,
    caseRef: message.tags[0]?.ref ?? null,
    forwardedBy: verdict?.forwardedBy ?? null,
    flags: message.flags,
  };
}

/** In a forward as attachment the outer text is only the forwarder's note; an inline one contains everything. */
function textOf(mail: Mail, inside: Mail['forwarded']): string {
  if (inside === null || inside.via === 'inline') return mail.text;
  const texts = mail.forwards.flatMap(({ via, depth, text }) =>
    via === inside.via && depth === inside.depth ? [text] : [],
  );
  return [inside.comment, ...texts].filter((text) => text !== null && text !== '').join('\n\n');
}

/** The CRM's record of a case change. Without its own status it follows the case; the store derives it by date. */
export function caseUpdateOf(
  message: MessageDocument,
  mail: Mail,
  update: MessageCaseUpdate,
): CaseUpdateDocument {
  const { clientId } = update;
  return {
    _id: caseUpdateId(message, update),
    ...caseRowOf({ ...update, clientId: String(clientId) }, { message: asDecided(message), mail }),
    clientId,
    communicationId: communicationId(message, clientId),
    messageRef: message._id,
  };
}

/** A reused Message-ID is flagged on every message and communication with it, whichever came first. */
export async function flagReusedId(
  { messages, communications }: Pick<Database, 'messages' | 'communications'>,
  message: MessageDocument,
): Promise<void> {
  if (!message.flags.includes(REUSED_ID_FLAG)) return;
  const others = await flagSameMessageId(messages, message);
  const ids = others.flatMap((other) => other.links.map((link) => communicationId(other, link.clientId)));
  await communications.updateMany({ _id: { $in: ids } }, { $addToSet: { flags: REUSED_ID_FLAG } });
}

/** Later knowledge about the sender is also flagged on communications already written. */
export async function flagSender(
  { communications }: Pick<Database, 'communications'>,
  message: MessageDocument,
): Promise<void> {
  if (message.revision < 2) return;
  const written = message.links.filter(({ writtenAt }) => writtenAt !== null);
  const ids = written.map((link) => communicationId(message, link.clientId));
  const flags = UNAUTHENTICATED_FLAG;
  const own = { _id: { $in: ids }, messageRef: message._id };
  if (ids.length === 0) return;
  if (message.flags.includes(flags)) await communications.updateMany(own, { $addToSet: { flags } });
  else await communications.updateMany({ ...own, flags }, { $pull: { flags } });
}

/** Writes what the judgements ask for and what is not written yet, for each message how much. Safe to run again at any point. */
export async function writeCommunications(
  { communications }: Pick<Database, 'communications'>,
  judged: readonly { readonly message: MessageDocument; readonly mail: Mail }[],
): Promise<number[]> {
  const rows = judged.flatMap(({ message, mail }, at) =>
    message.links
      .filter((link) => linkStateOf(message, link).kind === 'pending' && link.retract === undefined)
      .map((link) => ({ at, row: communicationOf(message, mail, link) })),
  );
  const isNew = await recordCommunications(
    communications,
    rows.map(({ row }) => row),
  );
  const written = judged.map(() => 0);
  for (const [index, { at }] of rows.entries())
    if (isNew[index] === true) written[at] = (written[at] ?? 0) + 1;
  return written;
}

/** The same for the case updates of one message. */
export async function writeCaseUpdates(
  { caseUpdates }: Pick<Database, 'caseUpdates'>,
  message: MessageDocument,
  mail: Mail,
): Promise<number> {
  let updates = 0;
  for (const update of message.caseUpdates) {
    // One that was written but no longer exists was deleted by a person.
    const isNew = update.writtenAt === null && update.review !== 'echo' && update.review !== 'rejected';
    if (isNew && (await recordCaseUpdate(caseUpdates, caseUpdateOf(message, mail, update)))) updates++;
    if (message.revision > 1)
      await resolveCaseUpdate(caseUpdates, {
        ...update,
        _id: caseUpdateId(message, update),
        messageRef: message._id,
      });
  }
  return updates;
}
