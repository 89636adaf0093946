/** What a person does to one message, by the same functions as the API. */
import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { PermanentError } from '../../../errors.ts';
import { readAgain } from '../../../rejudge/read-again.ts';
import type { DecisionDocument } from '../../../store/decisions.ts';
import type { MessageDocument } from '../../../store/message-document.ts';
import type { Database } from '../../../store/mongo.ts';
import { addAlias } from '../../../triage/alias-rule.ts';
import { confirmUpdates, rejectUpdates } from '../../../triage/held.ts';
import { judgeNow } from '../../../triage/judge-now.ts';
import { clientNamed, messageNamed } from '../../../triage/named.ts';
import { nextToDecide } from '../../../triage/queue.ts';
import { TriageError } from '../../../triage/triage-error.ts';
import { assign, ignore, unlink } from '../../../triage/triage.ts';
import { after, decider } from '../acts.ts';
import { formOf, localPath, pathWith } from '../forms.ts';
import type { PageTools } from '../page-deps.ts';

const clientName = z.string().trim().min(1).max(500);
/** Of the queue that the message was opened from. */
const reason = z.string().max(100).default('');
const ticked = z.literal('on').optional();

const assignForm = z.object({ client: clientName, thread: ticked, instead: ticked, reason });
const rememberForm = z.object({ client: clientName, what: z.string().min(1).max(400), reason });
const ignoreForm = z.object({ always: z.enum(['', 'sender', 'domain']).default(''), reason });
const unlinkForm = z.object({ client: clientName });
const heldForm = z.object({ client: clientName, case: z.string().max(200), back: localPath });
const confirmForm = heldForm.extend({ status: z.string().max(200).default('') });
const rejectForm = heldForm.extend({ reason: z.string().trim().min(1).max(1_000) });

export function mountMessageActs(app: Hono, tools: PageTools): void {
  const { database, triage } = tools;
  app.post('/messages/:id/assign', async (context) => {
    const { client, thread, instead, reason: queue } = await formOf(context, assignForm);
    const message = await messageOf(context, database);
    const next = await pathAfter(database, message, queue);
    const { decision } = await assign(triage, {
      message,
      clients: [(await clientNamed(database, client))._id],
      thread: thread === 'on',
      instead: instead === 'on',
      by: decider(context),
    });
    return after(context, next, [decision]);
  });
  app.post('/messages/:id/remember', async (context) => await rememberFor(context, tools));
  app.post('/messages/:id/ignore', async (context) => {
    const { always, reason: queue } = await formOf(context, ignoreForm);
    const message = await messageOf(context, database);
    const next = await pathAfter(database, message, queue);
    const by = decider(context);
    const { decision } = await ignore(triage, { message, always: always === '' ? null : always, by });
    return after(context, next, [decision]);
  });
  app.post('/messages/:id/unlink', async (context) => {
    const { client } = await formOf(context, unlinkForm);
    const message = await messageOf(context, database);
    // A client deleted from the CRM can still be unlinked.
    const linked = message.links.find(({ clientId }) => String(clientId) === client)?.clientId;
    const clients = [linked ?? (await clientNamed(database, client))._id];
    const { decision } = await unlink(triage, { message, clients, by: decider(context) });
    return after(context, pathOf(message), [decision]);
  });
  app.post('/messages/:id/replay', async (context) => {
    const message = await messageOf(context, database);
    if (message.state !== 'quarantined')
      throw new TriageError('not-possible', 'the message is not in quarantine: it was read');
    const mailboxes = tools.mailboxService.admin.directory.all().map(({ settings }) => settings.name);
    const { messageRef } = await readAgain(triage, message, mailboxes).catch((error: unknown) => {
      if (error instanceof PermanentError) throw new TriageError('not-possible', error.message);
      throw error;
    });
    return context.redirect(pathWith(`/messages/${messageRef.toHexString()}`, { did: 'replayed' }), 303);
  });
  mountHeldActs(app, tools);
}

function mountHeldActs(app: Hono, { database, triage }: PageTools): void {
  app.post('/messages/:id/confirm', async (context) => {
    const { client, case: ref, status, back } = await formOf(context, confirmForm);
    const known = triage.rules.caseStatuses.find((one) => one.status === status);
    if (status !== '' && known === undefined)
      throw new TriageError('not-possible', `${status}: is none of the statuses in the settings`);
    const message = await messageOf(context, database);
    const held = { message, clientId: client, ref: ref === '' ? null : ref, by: decider(context) };
    return after(context, back, await confirmUpdates(triage, { ...held, status: known?.status ?? null }));
  });
  app.post('/messages/:id/reject', async (context) => {
    const { client, case: ref, reason: why, back } = await formOf(context, rejectForm);
    const message = await messageOf(context, database);
    const held = { message, clientId: client, ref: ref === '' ? null : ref, by: decider(context) };
    return after(context, back, await rejectUpdates(triage, { ...held, reason: why }));
  });
}

/** Assigns the message, and from now on whatever comes from its sender or the sender's company. */
async function rememberFor(context: Context, { database, triage }: PageTools): Promise<Response> {
  const { client, what, reason: queue } = await formOf(context, rememberForm);
  const message = await messageOf(context, database);
  const next = await pathAfter(database, message, queue);
  const by = decider(context);
  const named = await clientNamed(database, client);
  const added = await addAlias(triage, { what, client: named, by, dryRun: false });
  const done: DecisionDocument[] = added.decision === null ? [] : [added.decision];
  // Messages that follow are judged by the worker; this one at once, for the person who looks at it.
  const now = await judgeNow(triage, message._id);
  // An address alone does not answer every doubt, and the person has decided.
  if (now?.state === 'triage') {
    const clients = [named._id];
    done.push((await assign(triage, { message: now, clients, thread: false, instead: false, by })).decision);
  }
  return after(context, next, done);
}

const messageOf = async (context: Context, database: Database): Promise<MessageDocument> =>
  await messageNamed(database, context.req.param('id') ?? '');

const pathOf = ({ _id }: MessageDocument): string => `/messages/${_id.toHexString()}`;

/** From a message in triage on to the next; found before the decision, which takes the message out of the queue. */
async function pathAfter(database: Database, message: MessageDocument, queue: string): Promise<string> {
  if (message.state !== 'triage') return pathOf(message);
  const next = await nextToDecide(database, message, queue === '' ? null : queue);
  if (next === null) return '/triage';
  return queue === '' ? `/messages/${next}` : `/messages/${next}?reason=${encodeURIComponent(queue)}`;
}
