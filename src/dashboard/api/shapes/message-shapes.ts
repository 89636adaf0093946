import { z } from 'zod';
import { STATES } from '../../../triage/list-messages.ts';
import { decisionShape, replaced } from './decision-shapes.ts';
import { address, marked, time, whole } from './shape.ts';

export const messageId = z
  .string()
  .min(1)
  .max(1_000)
  .describe('Id, fingerprint or Message-ID of a message.')
  .meta({ examples: ['65f0c1d2e3a4b5c6d7e8f901'] });

export const via = z.enum([
  'from',
  'list-original',
  'reply-to',
  'to',
  'cc',
  'forwarded',
  'thread',
  'sub-address',
  'domain',
  'alias',
  'decision',
]);

export const directions = ['inbound', 'outbound', 'internal'] as const;

const linkShape = z
  .strictObject({
    clientId: z.string(),
    via,
    address: z.string().nullable(),
    name: z.string().nullable(),
    email: z.string().nullable(),
  })
  .meta({ id: 'Link', description: 'A client, and how it was found.' });

const row = {
  id: z.string(),
  state: z.enum(STATES),
  receivedAt: time,
  date: time,
  from: address.nullable(),
  subject: z.string(),
  preview: z.string().describe('The first 500 characters of what the sender wrote.'),
  kind: z
    .string()
    .nullable()
    .describe('`matched`, `ambiguous`, `unmatched`, `internal` or `ignored`; null: not judged.'),
  direction: z.string().nullable().describe('`inbound`, `outbound` or `internal`; null: not judged.'),
  reason: z.string().nullable().describe('Why it waits, or is ignored.'),
  clients: z.array(linkShape),
  candidates: z.array(linkShape),
  held: z
    .array(
      z.strictObject({
        clientId: z.string(),
        ref: z.string().nullable(),
        title: z.string(),
        status: z.string().nullable(),
        statusText: z.string().nullable(),
        review: z.string(),
      }),
    )
    .describe('Case updates that wait to be confirmed.'),
};

export const messageRowShape = z.strictObject(row).meta({ id: 'MessageRow' });

const secondReadingShape = z
  .strictObject({
    from: z.array(address),
    to: z.array(address),
    cc: z.array(address),
    subject: z.string(),
    date: time.nullable(),
    text: z.string().describe('At most 100,000 characters.'),
    files: z.array(z.string()).describe('Names of files, or their types; at most 100.'),
    isCut: z.boolean().describe('Part of the message, or of its text, was left out.'),
  })
  .meta({
    id: 'SecondReading',
    description:
      'What a second parser (mailparser) reads in a message that docketmail could not read and keeps in quarantine. Show it as such: nothing is decided by it.',
  });

export const messageShape = z
  .strictObject({
    ...row,
    messageId: z.string().nullable(),
    threadId: z.string(),
    participants: z.array(
      z.strictObject({
        address: z.string().nullable(),
        name: z.string(),
        role: z.enum([
          'from',
          'sender',
          'list-original',
          'reply-to',
          'to',
          'cc',
          'bcc',
          'delivered-to',
          'forwarded-from',
          'forwarded-to',
        ]),
      }),
    ),
    evidence: z.array(
      z.strictObject({
        rule: z.string(),
        outcome: z.enum(['found', 'nothing', 'rejected', 'skipped']),
        detail: z.string(),
      }),
    ),
    automatic: z.string().nullable(),
    attachments: z.array(
      z.strictObject({ filename: z.string().nullable(), contentType: z.string(), size: whole }),
    ),
    warnings: z.array(z.string()),
    rawKey: z.string().describe('The raw message is at `/files/` followed by this key.'),
    secondReading: secondReadingShape
      .nullable()
      .describe(
        'Null for every message that is not quarantined, and if the second parser cannot read it either.',
      ),
    sightings: z.array(
      z.strictObject({ mailbox: z.string(), folder: z.string(), uid: whole, state: z.string() }),
    ),
    decisions: z.array(decisionShape),
    suggestion: z
      .strictObject({ name: z.string(), email: z.string(), domain: z.string().nullable() })
      .nullable()
      .describe('A client that the CRM might create; docketmail never writes clients.'),
  })
  .meta({ id: 'Message' });

export const quarantinedShape = z
  .strictObject({
    id: z.string(),
    subject: z.string(),
    from: address.nullable(),
    receivedAt: time,
    error: z.string().nullable().describe('Why it could not be read.'),
    size: whole,
    mailboxes: z.array(z.string()),
    rawKey: z.string().describe('The raw message is at `/files/` followed by this key.'),
    secondReading: secondReadingShape.nullable(),
  })
  .meta({ id: 'Quarantined' });

export const actedShape = z
  .strictObject({
    decision: decisionShape,
    message: messageShape.nullable(),
    marked,
    replaced,
  })
  .meta({ id: 'Acted', description: 'The decision, and the message as it stands now.' });

export const decidedUpdatesShape = z
  .strictObject({ decisions: z.array(decisionShape), message: messageShape })
  .meta({ id: 'DecidedUpdates' });
