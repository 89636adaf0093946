import { z } from 'zod';

/** ISO 8601 in UTC, as JavaScript writes it. */
export const time = z.string().meta({ format: 'date-time' });
export const address = z
  .strictObject({ address: z.string().nullable(), name: z.string() })
  .meta({ id: 'Address' });
export const marked = z.int().min(0).describe('Messages queued to be judged again.');
export const whole = z.int().min(0);
