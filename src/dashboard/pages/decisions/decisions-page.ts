import type { Context, Hono } from 'hono';
import { html } from 'hono/html';
import { ObjectId } from 'mongodb';
import { z } from 'zod';
import type { DecisionDocument } from '../../../store/decisions.ts';
import type { MessageDocument } from '../../../store/message-document.ts';
import type { Database } from '../../../store/mongo.ts';
import { beyond, placeIn, placeText } from '../../../triage/keyset.ts';
import { TriageError } from '../../../triage/triage-error.ts';
import { undo } from '../../../triage/triage.ts';
import { decisionRow } from '../../../triage/waiting.ts';
import { decider } from '../acts.ts';
import { namesOfClients } from '../client-names.ts';
import { formOf, localPath, many, pathWith, pathWithout } from '../forms.ts';
import type { Html } from '../layout.ts';
import type { PageTools } from '../page-deps.ts';
import { MAX_DONE } from '../toast.ts';
import { empty, subjectOf } from '../words.ts';
import { decisionLine } from './decision-line.ts';

const PAGE = 50;
const undoForm = z.object({ id: many, back: localPath });

/** /decisions: what people decided, newest first. /decisions/undo takes some back. */
export function mountDecisions(app: Hono, tools: PageTools): void {
  app.get('/decisions', async (context) => await showDecisions(context, tools));
  app.post('/decisions/undo', async (context) => {
    const { id: ids, back } = await formOf(context, undoForm);
    let undone = 0;
    for (const id of ids.slice(0, MAX_DONE)) {
      if (!/^[0-9a-f]{24}$/u.test(id)) continue;
      try {
        await undo(tools.triage, { id: ObjectId.createFromHexString(id), by: decider(context) });
        undone += 1;
      } catch (error) {
        // Somebody else was faster.
        if (!(error instanceof TriageError) || error.code !== 'no-such-decision') throw error;
      }
    }
    return context.redirect(pathWith(back, { did: undone > 0 ? 'undone' : 'nothing' }), 303);
  });
}

async function showDecisions(context: Context, tools: PageTools): Promise<Response> {
  const { database } = tools;
  const after = placeIn(context.req.query('after') ?? '');
  const found = await database.decisions
    .find(after === null ? {} : beyond<DecisionDocument>(after, { field: 'at', way: -1 }))
    .sort({ at: -1, _id: -1 })
    .limit(PAGE + 1)
    .toArray();
  const page = found.slice(0, PAGE);
  const last = page.at(-1);
  const [names, abouts] = await Promise.all([
    namesOfClients(
      database,
      page.flatMap(({ clients }) => clients.map(String)),
    ),
    subjectsOf(database, page),
  ]);
  const back = pathWithout(context, ['done', 'did']);
  return await tools.show(context, {
    title: 'Decisions',
    current: 'decisions',
    content: html`<h1>Decisions</h1>
      <p class="muted">What people decided, newest first. Each can be undone, and its effects with it.</p>
      ${
        page.length === 0
          ? empty('Nobody decided anything yet.', html`<a href="/triage">See what waits</a>`)
          : html`<article class="flush">
              <ul class="rows">
                ${page.map(
                  (decision) =>
                    html`<li data-row>
                      ${decisionLine(decisionRow(decision), {
                        names,
                        back,
                        about: abouts.get(decision._id.toHexString()) ?? null,
                      })}
                    </li>`,
                )}
              </ul>
            </article>`
      }
      ${
        found.length > PAGE && last !== undefined
          ? html`<a rel="next" href="/decisions?after=${placeText(last.at, last._id)}">Earlier decisions</a>`
          : ''
      }`,
  });
}

type Subject = Pick<MessageDocument, '_id' | 'subject' | 'fingerprint' | 'threadId'>;

/** What each decision is about: the subject of its message or thread, an address, a domain. */
async function subjectsOf(
  { messages }: Pick<Database, 'messages'>,
  decisions: readonly DecisionDocument[],
): Promise<ReadonlyMap<string, Html | string>> {
  const keysOf = (about: string): string[] =>
    decisions.flatMap(({ subject }) =>
      subject.startsWith(`${about}:`) ? [subject.slice(about.length + 1)] : [],
    );
  const projection = { subject: 1, fingerprint: 1, threadId: 1 };
  const [byFingerprint, byThread] = await Promise.all([
    messages
      .find({ fingerprint: { $in: keysOf('message') } })
      .project<Subject>(projection)
      .toArray(),
    Promise.all(
      keysOf('thread').map(async (threadId) => await messages.findOne<Subject>({ threadId }, { projection })),
    ),
  ]);
  const found = new Map<string, Subject>([
    ...byFingerprint.map((message) => [`message:${message.fingerprint}`, message] as const),
    ...byThread.flatMap((message) =>
      message === null ? [] : [[`thread:${message.threadId}`, message] as const],
    ),
  ]);
  return new Map(
    decisions.map(({ _id, subject }) => {
      const message = found.get(subject);
      const key = subject.slice(subject.indexOf(':') + 1);
      const isThread = subject.startsWith('thread:');
      const words =
        message === undefined
          ? subject.startsWith('domain:')
            ? `everything from @${key}`
            : subject.startsWith('address:')
              ? key
              : 'a message that is no longer stored'
          : html`${isThread ? 'the thread ' : ''}<a href="/messages/${message._id.toHexString()}"
                >${subjectOf(message.subject)}</a
              >`;
      return [_id.toHexString(), words];
    }),
  );
}
