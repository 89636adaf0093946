import type { Context } from 'hono';
import { REVIEWS } from '../../store/held-updates.ts';
import type { Database } from '../../store/mongo.ts';
import { callerOf } from '../who.ts';
import { COUNT_LIMIT, layout } from './layout.ts';
import type { WaitingCounts } from './layout.ts';
import { offered } from './offered.ts';
import type { Page, PageDeps, ShowPage } from './page-deps.ts';
import { signedInAs } from './signed-in-as.ts';
import { toastFor } from './toast.ts';

/** Shows a page with what waits beside its links, and what was just done at its foot. */
export function pageShower(deps: Pick<PageDeps, 'database'>): ShowPage {
  return async (context: Context, { title, current, content }: Page) => {
    const [counts, toast] = await Promise.all([
      countWaiting(deps.database),
      toastFor(context, deps.database),
    ]);
    return await context.html(
      layout({
        title,
        current,
        counts,
        caller: callerOf(context),
        person: signedInAs(context),
        toast: toast === null ? null : await offered(context, toast),
        content: await offered(context, content),
      }),
    );
  };
}

/** From indexes, and never further than the limit. */
async function countWaiting({ messages, caseUpdates }: Database): Promise<WaitingCounts> {
  const limit = { limit: COUNT_LIMIT };
  const [triage, held, quarantined] = await Promise.all([
    messages.countDocuments({ state: 'triage' }, limit),
    caseUpdates.countDocuments({ review: { $in: [...REVIEWS] }, messageRef: { $exists: true } }, limit),
    messages.countDocuments({ state: 'quarantined' }, limit),
  ]);
  return { triage, held, quarantined };
}
