import type { Hono } from 'hono';
import { z } from 'zod';
import { clientNamed, messageNamed } from '../../../triage/named.ts';
import { TriageError } from '../../../triage/triage-error.ts';
import { assign, ignore } from '../../../triage/triage.ts';
import type { Acted } from '../../../triage/triage.ts';
import { after, decider } from '../acts.ts';
import { BadForm, formOf, localPath, many } from '../forms.ts';
import type { PageTools } from '../page-deps.ts';
import { MAX_DONE } from '../toast.ts';

const bulkForm = z.object({
  id: many,
  act: z.enum(['assign', 'ignore']),
  client: z.string().trim().max(500).default(''),
  back: localPath,
});

/** One decision for each of several messages. A message that somebody else decided meanwhile is left out. */
export function mountBulk(app: Hono, { database, triage }: PageTools): void {
  app.post('/triage/bulk', async (context) => {
    const { id: ids, act, client, back } = await formOf(context, bulkForm);
    if (ids.length === 0) throw new BadForm('no message is ticked: go back, tick some and try again');
    if (ids.length > MAX_DONE)
      throw new BadForm(`more than ${MAX_DONE} messages are ticked: take fewer at once`);
    if (act === 'assign' && client === '')
      throw new BadForm('no client is named: go back and give the id or an address of one');
    const clients = act === 'assign' ? [(await clientNamed(database, client))._id] : [];
    const by = decider(context);
    const done: Acted[] = [];
    for (const id of ids) {
      try {
        const message = await messageNamed(database, id);
        if (message.state !== 'triage') continue;
        done.push(
          act === 'assign'
            ? await assign(triage, { message, by, clients, thread: false, instead: false })
            : await ignore(triage, { message, by, always: null }),
        );
      } catch (error) {
        if (!(error instanceof TriageError)) throw error;
      }
    }
    return after(
      context,
      back,
      done.map(({ decision }) => decision),
    );
  });
}
