import { readFile } from 'node:fs/promises';
import { ObjectId } from 'mongodb';
import type { Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { clientChanged } from '../rejudge/address-book-sync.ts';
import { previewRematch, rematchOf } from '../rejudge/rematch.ts';
import { assign, ignore, undo, unlink } from '../triage/triage.ts';
import type { Acted, TriageDeps } from '../triage/triage.ts';
import { confirmUpdates } from '../triage/held.ts';
import { addAlias } from '../triage/alias-rule.ts';
import { clientNamed, idsMeant, messageNamed } from '../triage/named.ts';
import { TriageError } from '../triage/triage-error.ts';
import { decisionRow, detailOf, listWaiting, MAX_PAGE } from '../triage/waiting.ts';

/** Far more than any request here needs. */
const MAX_BODY_BYTES = 64 * 1024;

const by = z.string().trim().min(1).max(200).optional();
const clients = z.array(z.string().min(1).max(500)).min(1).max(50);
const limit = z.coerce.number().int().min(1).max(MAX_PAGE).default(50);

const listQuery = z.strictObject({
  what: z.enum(['triage', 'held']).default('triage'),
  reason: z.string().min(1).max(100).nullable().default(null),
  limit,
  after: z.string().max(100).nullable().default(null),
});
const decisionsQuery = z.strictObject({ limit });
const assignBody = z.strictObject({
  clients,
  thread: z.boolean().default(false),
  instead: z.boolean().default(false),
  by,
});
const unlinkBody = z.strictObject({ clients, by });
const ignoreBody = z.strictObject({ always: z.enum(['sender', 'domain']).nullable().default(null), by });
const confirmBody = z.strictObject({
  client: z.string().min(1).max(500).nullable().default(null),
  case: z.string().min(1).max(200).nullable().default(null),
  status: z.string().min(1).max(200).nullable().default(null),
  by,
});
const lessonBody = z.strictObject({
  what: z.string().min(1).max(400),
  client: z.string().min(1).max(500),
  dryRun: z.boolean().default(false),
  by,
});
const undoBody = z.strictObject({ by });
const changedBody = z.strictObject({ dryRun: z.boolean().default(false) });

const STATUS = {
  'no-such-message': 404,
  'no-such-client': 404,
  'no-such-decision': 404,
  unclear: 409,
  'not-possible': 422,
} as const;

/** What was asked cannot be read. */
class BadRequest extends Error {
  override readonly name = 'BadRequest';
}

/** /api: triage as JSON, behind the dashboard's guard; docs/openapi.yaml is its contract. */
export function mountApi(app: Hono, deps: TriageDeps): void {
  const { database, rules } = deps;
  const answer = (work: (context: Context) => Promise<unknown>) => async (context: Context) => {
    try {
      return context.json((await work(context)) as object);
    } catch (error) {
      if (error instanceof TriageError)
        return context.json({ error: { code: error.code, message: error.message } }, STATUS[error.code]);
      if (error instanceof BadRequest)
        return context.json({ error: { code: 'bad-request', message: error.message } }, 400);
      throw error;
    }
  };
  const messageOf = async (context: Context) => await messageNamed(database, context.req.param('id') ?? '');
  const idsOf = async (names: readonly string[]) => {
    const ids = [];
    for (const name of names) ids.push((await clientNamed(database, name))._id);
    return ids;
  };
  const actedOn = async ({ decision, message, marked }: Acted) => ({
    decision: decisionRow(decision),
    message: message === null ? null : await detailOf(database, message),
    marked,
  });

  app.use('/api/*', bodyLimit({ maxSize: MAX_BODY_BYTES }));
  app.get('/api/openapi.yaml', async (context) => {
    const contract = await readFile(new URL('../../docs/openapi.yaml', import.meta.url), 'utf8');
    return context.body(contract, 200, { 'Content-Type': 'application/yaml; charset=utf-8' });
  });
  app.get(
    '/api/triage',
    answer(async (context) => await listWaiting(database, queryOf(context, listQuery))),
  );
  app.get(
    '/api/messages/:id',
    answer(async (context) => await detailOf(database, await messageOf(context))),
  );
  app.post(
    '/api/messages/:id/assign',
    answer(async (context) => {
      const { clients: names, thread, instead, by: who } = await bodyOf(context, assignBody);
      const message = await messageOf(context);
      return await actedOn(
        await assign(deps, {
          message,
          clients: await idsOf(names),
          thread,
          instead,
          by: whoAsks(context, who),
        }),
      );
    }),
  );
  app.post(
    '/api/messages/:id/unlink',
    answer(async (context) => {
      const { clients: names, by: who } = await bodyOf(context, unlinkBody);
      const message = await messageOf(context);
      // A client that has gone from the CRM can still be taken off.
      const linked = message.links.map(({ clientId }) => clientId);
      const ids = await Promise.all(
        names.map(
          async (name) => linked.find((id) => String(id) === name) ?? (await clientNamed(database, name))._id,
        ),
      );
      return await actedOn(await unlink(deps, { message, clients: ids, by: whoAsks(context, who) }));
    }),
  );
  app.post(
    '/api/messages/:id/ignore',
    answer(async (context) => {
      const { always, by: who } = await bodyOf(context, ignoreBody);
      return await actedOn(
        await ignore(deps, { message: await messageOf(context), always, by: whoAsks(context, who) }),
      );
    }),
  );
  app.post(
    '/api/messages/:id/confirm',
    answer(async (context) => {
      const body = await bodyOf(context, confirmBody);
      const known = rules.caseStatuses.find(
        ({ status }) => status.toLowerCase() === body.status?.toLowerCase(),
      );
      if (body.status !== null && known === undefined)
        throw new TriageError(
          'not-possible',
          `the settings know ${rules.caseStatuses.map(({ status }) => status).join(', ')}`,
        );
      const made = await confirmUpdates(database, {
        message: await messageOf(context),
        clientId: body.client === null ? null : String((await clientNamed(database, body.client))._id),
        ref: body.case,
        status: known?.status ?? null,
        by: whoAsks(context, body.by),
      });
      return {
        decisions: made.map(decisionRow),
        message: await detailOf(database, await messageOf(context)),
      };
    }),
  );
  app.post(
    '/api/lessons',
    answer(async (context) => {
      const { what, client, dryRun, by: who } = await bodyOf(context, lessonBody);
      const learned = await addAlias(deps, {
        what,
        client: await clientNamed(database, client),
        dryRun,
        by: whoAsks(context, who),
      });
      return { ...learned, decision: learned.decision === null ? null : decisionRow(learned.decision) };
    }),
  );
  app.get(
    '/api/decisions',
    answer(async (context) => {
      const { limit: rows } = queryOf(context, decisionsQuery);
      const found = await database.decisions.find().sort({ at: -1 }).limit(rows).toArray();
      return { rows: found.map(decisionRow) };
    }),
  );
  app.post(
    '/api/decisions/:id/undo',
    answer(async (context) => {
      const id = context.req.param('id') ?? '';
      const { by: who } = await bodyOf(context, undoBody);
      if (!/^[0-9a-f]{24}$/u.test(id))
        throw new TriageError('no-such-decision', `${id}: no id of a decision`);
      return await actedOn(
        await undo(deps, { id: ObjectId.createFromHexString(id), by: whoAsks(context, who) }),
      );
    }),
  );
  app.post(
    '/api/clients/:id/changed',
    answer(async (context) => {
      const { dryRun } = await bodyOf(context, changedBody);
      const name = context.req.param('id') ?? '';
      const client = await database.clients.findOne(
        { _id: { $in: idsMeant(name) } },
        { projection: { _id: 1 } },
      );
      const clientId = client?._id ?? idsMeant(name).at(-1) ?? name;
      const rematch = await rematchOf(database, { clientId, rules });
      const preview = rematch === null || !dryRun ? null : await previewRematch(deps, rematch);
      const heeded = dryRun
        ? null
        : await clientChanged(database, { clientId, rules, enqueue: deps.enqueue });
      return { found: rematch !== null, preview, marked: heeded?.marked ?? 0 };
    }),
  );
  app.all('/api/*', (context) =>
    context.json({ error: { code: 'no-such-path', message: 'see /api/openapi.yaml' } }, 404),
  );
}

function queryOf<T>(context: Context, schema: z.ZodType<T>): T {
  return checked(schema, context.req.query());
}

/** No body is an empty one. Only JSON: a form of another site cannot send it without asking first. */
async function bodyOf<T>(context: Context, schema: z.ZodType<T>): Promise<T> {
  const text = await context.req.text();
  if (text === '') return checked(schema, {});
  if (!/^application\/json\b/iu.test(context.req.header('content-type') ?? ''))
    throw new BadRequest('the body must be application/json');
  try {
    return checked(schema, JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) throw new BadRequest('the body is no JSON');
    throw error;
  }
}

function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  throw new BadRequest(
    read.error.issues.map(({ path, message }) => `${path.join('.') || 'request'}: ${message}`).join('; '),
  );
}

/** Whom the request names, else the user name that it was authenticated with. */
function whoAsks(context: Context, named: string | undefined): string {
  if (named !== undefined) return named;
  const [scheme = '', value = ''] = (context.req.header('authorization') ?? '').split(' ', 2);
  const user =
    scheme.toLowerCase() === 'basic' ? Buffer.from(value, 'base64').toString('utf8').split(':', 1)[0] : '';
  return user === undefined || user === '' ? 'api' : user.slice(0, 200);
}
