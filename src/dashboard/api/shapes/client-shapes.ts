import { z } from 'zod';
import { directions, via } from './message-shapes.ts';
import { address, time, whole } from './shape.ts';

export const clientId = z.string().min(1).max(500).describe('Id of the client in the CRM.');

export const clientShape = z
  .strictObject({
    id: z.string(),
    name: z.string().nullable(),
    company: z.string().nullable(),
    email: z.string().nullable(),
    lastContactAt: time.nullable().describe('Of the latest communication on record.'),
  })
  .meta({ id: 'Client' });

const timelineCaseUpdate = z
  .strictObject({
    id: z.string(),
    date: time,
    ref: z.string().nullable(),
    title: z.string(),
    status: z.string(),
    review: z.string().nullable().describe('Why it is held, or `rejected`; null: it counts.'),
  })
  .meta({ id: 'TimelineCaseUpdate' });

const fileShape = z.strictObject({
  filename: z.string().nullable(),
  size: whole,
  key: z.string().describe('Its path under /files/.'),
});

const timelineEntry = z
  .strictObject({
    id: z.string().describe('Id of the communication.'),
    date: time,
    type: z.string(),
    direction: z.string().nullable().describe('Null where the CRM wrote the entry.'),
    subject: z.string(),
    preview: z.string().describe('The first 500 characters of what was written then.'),
    from: address.nullable(),
    to: z.array(address).describe('At most 20.'),
    files: z.array(fileShape),
    threadId: z.string().nullable(),
    forwardedBy: z.string().nullable().describe('Address of the colleague who forwarded it.'),
    messageId: z.string().nullable().describe('Id of the message.'),
    via: via.nullable().describe('How the client was found.'),
    address: z.string().nullable().describe('The address by which the client was found.'),
    caseUpdates: z.array(timelineCaseUpdate),
  })
  .meta({ id: 'TimelineEntry' });

export const timelineShape = z
  .strictObject({
    client: z.strictObject({
      id: z.string(),
      name: z.string().nullable(),
      company: z.string().nullable(),
      email: z.string().nullable(),
    }),
    rows: z.array(timelineEntry),
    otherCaseUpdates: z
      .array(timelineCaseUpdate)
      .describe('Of the time of these rows, not made by one of them; at most 200.'),
    next: z.string().nullable().describe('`after` of the next page; null on the last one.'),
  })
  .meta({ id: 'Timeline' });

const communication = {
  id: z.string(),
  clientId: z.string(),
  date: time.nullable().describe('Null where the CRM wrote none.'),
  type: z.string(),
  direction: z.enum(directions).nullable().describe('Null where the CRM wrote it.'),
  subject: z.string(),
  preview: z.string().describe('The first 500 characters of what was written then.'),
  from: address.nullable(),
  to: z.array(address),
  files: z.array(fileShape),
  threadId: z.string().nullable(),
  caseRef: z.string().nullable(),
  forwardedBy: z.string().nullable(),
  messageId: z.string().nullable().describe('Id of the message; null where the CRM wrote it.'),
};

export const communicationRowShape = z.strictObject(communication).meta({ id: 'CommunicationRow' });

export const communicationShape = z
  .strictObject({
    ...communication,
    cc: z.array(address),
    text: z.string().describe('All of the text, with what it quotes.'),
    reply: z.string().describe('What was written then, without what it quotes.'),
    html: z.string().nullable().describe("The sender's HTML as it came: sanitise it before it is shown."),
  })
  .meta({ id: 'Communication' });
