import { z } from 'zod';
import { decisionShape } from './decision-shapes.ts';
import { time, whole } from './shape.ts';

export const caseSummaryShape = z
  .strictObject({
    ref: z.string(),
    status: z.string().nullable().describe('From the latest effective update.'),
    clients: z.array(z.string()),
    updates: whole,
    held: whole.describe('Updates held for review.'),
    latest: time,
    mergedInto: z.string().nullable(),
  })
  .meta({ id: 'CaseSummary' });

const stepShape = z
  .strictObject({
    id: z.string(),
    clientId: z.string(),
    ref: z.string().nullable(),
    date: time,
    title: z.string(),
    status: z.string(),
    statusText: z.string().nullable(),
    review: z
      .string()
      .nullable()
      .describe('Why it is held; `rejected`: a person rejected it; null: it is effective.'),
    message: z
      .strictObject({
        id: z.string(),
        messageId: z.string().nullable(),
        subject: z.string(),
        sender: z.string().nullable(),
        mailboxes: z.array(z.string()),
      })
      .nullable()
      .describe('Null if a person or another program wrote the update.'),
    decisions: z.array(decisionShape),
  })
  .meta({ id: 'CaseStep' });

export const caseShape = z
  .strictObject({
    ref: z.string(),
    status: z.string().nullable(),
    clients: z.array(z.string()),
    mergedInto: z.string().nullable().describe('The surviving case, if it was merged.'),
    mergedFrom: z.array(z.string()),
    steps: z.array(stepShape).describe('By date, oldest first; at most 1,000.'),
    isCut: z.boolean(),
  })
  .meta({ id: 'Case' });

export const mergeShape = z
  .strictObject({
    ref: z.string(),
    mergedInto: z.string().nullable(),
    livesIn: z.string().describe('The surviving case, where later tags are recorded.'),
  })
  .meta({ id: 'Merge' });
