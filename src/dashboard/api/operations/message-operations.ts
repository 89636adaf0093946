/** Every message that was read, and those that could not be. */
import { z } from 'zod';
import { PermanentError } from '../../../errors.ts';
import { readAgain } from '../../../rejudge/read-again.ts';
import type { MessageDocument } from '../../../store/message-document.ts';
import { findMessages } from '../../../triage/find-messages.ts';
import { placeIn } from '../../../triage/keyset.ts';
import { listMessages, STATES } from '../../../triage/list-messages.ts';
import { messageNamed } from '../../../triage/named.ts';
import { senderOf } from '../../../triage/queue.ts';
import { detailOf } from '../../../triage/waiting.ts';
import { cursor, cursorsOf, nextCursor } from '../cursor.ts';
import { operation } from '../operation.ts';
import { Problem } from '../problem.ts';
import { limit, moment } from '../request.ts';
import { clientId } from '../shapes/client-shapes.ts';
import { mailboxName } from '../shapes/mailbox-shapes.ts';
import { messageId, messageRowShape, messageShape, quarantinedShape } from '../shapes/message-shapes.ts';

const params = z.strictObject({ id: messageId });

const quarantinedFields = {
  subject: 1,
  participants: 1,
  receivedAt: 1,
  error: 1,
  size: 1,
  rawKey: 1,
  mailboxes: 1,
  secondReading: 1,
} as const;
type Quarantined = Pick<MessageDocument, '_id' | keyof typeof quarantinedFields>;

export const messageOperations = [
  operation({
    id: 'listMessages',
    method: 'get',
    path: '/api/messages',
    tag: 'Messages',
    summary: 'Messages, the one received last first',
    query: z.strictObject({
      state: z.enum(STATES).optional(),
      mailbox: mailboxName.optional(),
      client: clientId.optional().describe('Only on the record of the client with this id.'),
      address: z
        .string()
        .trim()
        .toLowerCase()
        .min(1)
        .max(400)
        .optional()
        .describe('A whole address, of the sender or a recipient.')
        .meta({ examples: ['otto@brandt.example'] }),
      since: moment.optional().describe('Received at or after this moment.'),
      until: moment.optional().describe('Received before this moment.'),
      limit,
      after: cursor,
    }),
    answer: z.strictObject({ rows: z.array(messageRowShape), next: nextCursor }).meta({ id: 'MessagePage' }),
    says: 'A page',
    refusals: ['bad-cursor'],
    work: async ({ triage: { database } }, { query: { limit: size, after, ...asked } }) => {
      const cursors = cursorsOf('messages', asked);
      const { state = null, mailbox = null, client = null, address = null, since, until } = asked;
      const { rows, next } = await findMessages(database, {
        state,
        mailbox,
        client,
        address,
        since: since ?? null,
        until: until ?? null,
        after: placeIn(cursors.open(after) ?? ''),
        limit: size,
      });
      return { rows, next: cursors.seal(next) };
    },
  }),
  operation({
    id: 'getMessage',
    method: 'get',
    path: '/api/messages/{id}',
    tag: 'Messages',
    summary: 'Everything needed to decide about one message',
    params,
    answer: messageShape,
    says: 'The message',
    refusals: ['no-such-message', 'unclear'],
    work: async ({ triage: { database } }, { params: { id } }) =>
      await detailOf(database, await messageNamed(database, id)),
  }),
  operation({
    id: 'listQuarantine',
    method: 'get',
    path: '/api/quarantine',
    tag: 'Messages',
    summary: 'Messages that could not be read, the latest first',
    query: z.strictObject({ limit, after: cursor }),
    answer: z
      .strictObject({ rows: z.array(quarantinedShape), next: nextCursor })
      .meta({ id: 'QuarantinePage' }),
    says: 'A page',
    refusals: ['bad-cursor'],
    work: async ({ triage: { database } }, { query: { limit: size, after } }) => {
      const cursors = cursorsOf('quarantine');
      const { rows, next } = await listMessages<Quarantined>(
        database,
        { state: 'quarantined', address: null, after: placeIn(cursors.open(after) ?? ''), limit: size },
        quarantinedFields,
      );
      return { rows: rows.map(quarantinedRow), next: cursors.seal(next) };
    },
  }),
  operation({
    id: 'replayMessage',
    method: 'post',
    path: '/api/messages/{id}/replay',
    tag: 'Messages',
    summary: 'Read a quarantined message again, as if it had just come',
    params,
    body: z.strictObject({}),
    answer: z
      .strictObject({ outcome: z.string().describe('What became of it.'), message: messageShape })
      .meta({ id: 'Replayed' }),
    says: 'The message as it stands now; once it can be read, its id may be another one',
    refusals: ['no-such-message', 'unclear', 'not-possible'],
    work: async ({ triage, mailboxService }, { params: { id } }) => {
      const message = await messageNamed(triage.database, id);
      if (message.state !== 'quarantined')
        throw new Problem('not-possible', 'the message is not in quarantine: it was read');
      const mailboxes = mailboxService.admin.directory.all().map(({ settings }) => settings.name);
      const { outcome, messageRef } = await readAgain(triage, message, mailboxes).catch((error: unknown) => {
        throw error instanceof PermanentError ? new Problem('not-possible', error.message) : error;
      });
      const now = await messageNamed(triage.database, messageRef.toHexString());
      return { outcome, message: await detailOf(triage.database, now) };
    },
  }),
];

function quarantinedRow(row: Quarantined) {
  const from = senderOf(row);
  return {
    id: row._id.toHexString(),
    subject: row.subject,
    from: from === null ? null : { address: from.address, name: from.name },
    receivedAt: row.receivedAt.toISOString(),
    error: row.error,
    size: row.size,
    mailboxes: row.mailboxes,
    rawKey: row.rawKey,
    secondReading: row.secondReading ?? null,
  };
}
