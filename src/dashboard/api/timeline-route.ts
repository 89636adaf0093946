import type { Hono } from 'hono';
import { z } from 'zod';
import { clientTimeline, isTimelinePlace, MAX_TIMELINE_PAGE } from '../../triage/client-timeline.ts';
import type { TriageDeps } from '../../triage/triage-deps.ts';
import { answer } from './answer.ts';
import { queryOf } from './request.ts';

const timelineQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(MAX_TIMELINE_PAGE).default(40),
  after: z
    .string()
    .refine(isTimelinePlace, 'is not a cursor; give `next` of the previous page')
    .nullable()
    .default(null),
});

/** A client's record, as its page shows it. */
export function mountTimelineRoute(app: Hono, { database }: TriageDeps): void {
  app.get(
    '/api/clients/:id/timeline',
    answer(
      async (context) =>
        await clientTimeline(database, {
          name: context.req.param('id') ?? '',
          ...queryOf(context, timelineQuery),
        }),
    ),
  );
}
