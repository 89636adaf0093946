import { z } from 'zod';
import { eventTypes } from '../../../store/events.ts';
import { time, whole } from './shape.ts';

export const eventType = z.enum(eventTypes).meta({ id: 'EventType' });

export const eventShape = z
  .strictObject({
    id: z.string(),
    seq: whole,
    type: eventType,
    timestamp: time,
    data: z.record(z.string(), z.unknown()).describe('By type: see docs/events.md.'),
  })
  .meta({ id: 'Event' });

export const webhookShape = z
  .strictObject({
    id: z.string(),
    url: z.string(),
    types: z.array(eventType).nullable().describe('Null: all.'),
    mailboxes: z.array(z.string()).nullable(),
    include: z.array(z.enum(['subject', 'from'])),
    enabled: z.boolean(),
    disabledFor: z
      .string()
      .nullable()
      .describe('Why docketmail disabled it. `gone`: it answered 410; `failing`: it failed for five days.'),
    failingSince: time.nullable(),
    createdAt: time,
    createdBy: z.string(),
  })
  .meta({ id: 'Webhook' });

export const deliveryShape = z
  .strictObject({
    id: z.string(),
    event: z.string(),
    state: z.enum(['pending', 'delivered', 'failed']),
    attempts: whole,
    replays: whole,
    nextAt: time.nullable(),
    createdAt: time,
    deliveredAt: time.nullable(),
    last: z
      .strictObject({
        at: time,
        code: z.int().nullable().describe('Null if there was no response.'),
        answer: z.string().describe('The first 1,024 bytes of the response, or why there was none.'),
        durationMs: whole,
      })
      .nullable(),
  })
  .meta({ id: 'Delivery' });
