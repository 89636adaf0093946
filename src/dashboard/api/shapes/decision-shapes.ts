import { z } from 'zod';
import { time } from './shape.ts';

export const acts = ['link', 'unlink', 'ignore', 'confirm', 'reject'] as const;

export const decisionShape = z
  .strictObject({
    id: z.string(),
    subject: z.string().describe('`message:`, `thread:`, `address:` or `domain:` and its key.'),
    act: z.enum(acts),
    clients: z.array(z.string()),
    by: z.string(),
    at: time,
    undoneAt: time.nullable(),
    undoneBy: z.string().nullable(),
    reason: z.string().nullable().describe('Of `reject`.'),
    caseUpdate: z
      .strictObject({
        id: z.string(),
        ref: z.string().nullable(),
        status: z.string().nullable().describe("The status chosen instead of the tag's."),
      })
      .nullable()
      .describe('Of `confirm` and `reject`.'),
  })
  .meta({ id: 'Decision' });

export const replaced = z
  .array(decisionShape)
  .describe('Earlier contradicting decisions about the same sender or domain, which this one ended.');

export const tallyShape = z
  .strictObject({
    examined: z.int(),
    changes: z.strictObject({
      links: z.int(),
      unlinks: z.int(),
      'case-updates': z.int(),
      verdict: z
        .int()
        .describe('Would be judged differently today; automatic judging leaves the record unchanged.'),
      unreadable: z.int(),
      nothing: z.int(),
    }),
  })
  .meta({ id: 'Tally', description: 'What would change, by kind; a message may count under several.' });
