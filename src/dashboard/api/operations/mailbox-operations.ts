/** Mailboxes and OAuth apps at run time. */
import type { Context } from 'hono';
import { z } from 'zod';
import { discover } from '../../../connect/discovery/discover.ts';
import type { ConfiguredMailbox } from '../../../connect/directory.ts';
import { addMailbox, deleteMailbox, editMailbox, pauseMailbox } from '../../../connect/mailbox-admin.ts';
import { mailboxFields, MailboxRequestError } from '../../../connect/mailbox-input.ts';
import { startUrl } from '../../../connect/oauth/sign-in.ts';
import { operation } from '../operation.ts';
import { Problem } from '../problem.ts';
import {
  auditedFolderShape,
  mailboxName,
  mailboxShape,
  proposalShape,
  reportedMailboxShape,
  reportRow,
  reportShape,
  stepShape,
} from '../shapes/mailbox-shapes.ts';

const params = z.strictObject({ name: mailboxName });
/** The words of the settings check these, so that the file, the command line and the API take the same. */
const asked = (type: string | readonly string[], description: string) =>
  z.unknown().optional().meta({ type, description });
const fields = mailboxFields.extend({
  name: mailboxFields.shape.name.describe('Cannot be changed later. Defaults to the user.'),
  host: asked('string', 'Name of the IMAP server.').meta({ examples: ['imap.firm.example'] }),
  port: asked(['integer', 'string', 'null'], '1 to 65535; by default 993, or 143 without `tls`.'),
  security: asked(['string', 'null'], '`tls`, `starttls` or `none`.'),
  user: asked('string', 'The login, usually the address.'),
  pass: mailboxFields.shape.pass.describe('Written and never shown.').meta({ writeOnly: true }),
  role: asked(['string', 'null'], '`capture` or `dropbox`.'),
  folders: asked(['array', 'string', 'null'], 'Paths, or special uses such as `\\Inbox`.'),
  since: asked(['string', 'null'], 'A date: older mail is back-fill.'),
  pollIntervalSeconds: asked(['integer', 'string', 'null'], '1 to 86400.'),
  silenceHours: asked(['integer', 'string', 'null'], '1 to 8760; null: however long.'),
  authority: asked(
    ['string', 'null'],
    'Whose case tags take effect by themselves: `both`, `staff` or `clients`.',
  ),
  ca: mailboxFields.shape.ca.describe('PEM certificates to trust besides the public ones.'),
});
const revision = z.int().min(0).optional().describe('The revision that was seen; If-Match says the same.');
const revised = z.strictObject({ revision });
const steps = z.strictObject({ steps: z.array(stepShape) }).meta({ id: 'Steps' });

/** Without anything secret: a password is written and never shown. */
function shown({ settings, source, isPaused, revision: seen }: ConfiguredMailbox) {
  const { auth, ca, since, ...connection } = settings;
  return {
    ...connection,
    since: since?.toISOString() ?? null,
    hasOwnAuthority: ca !== null,
    auth:
      auth.kind === 'oauth'
        ? { kind: auth.kind, app: auth.app, grant: auth.grant, signInAs: auth.signInAs }
        : { kind: 'password' as const },
    source,
    isPaused,
    revision: seen,
  };
}

/** `If-Match` says which revision was seen, or the body does. RFC 9110 §13.1.1: a precondition that fails is 412. */
async function atRevision<T>(
  context: Context,
  seen: number | undefined,
  work: (revision: number | null) => Promise<T>,
): Promise<T> {
  const header = context.req.header('if-match')?.trim();
  if (header === undefined || header === '*') return await work(seen ?? null);
  const [, tag] = /^"(\d{1,15})"$/u.exec(header) ?? [];
  if (tag === undefined)
    throw new Problem(
      'invalid-request',
      'If-Match: expected one ETag as GET answered it, such as "3", or *',
      [{ in: 'header', pointer: '#/if-match', detail: 'expected one ETag, such as "3", or *' }],
    );
  if (seen !== undefined && seen !== Number(tag))
    throw new Problem('invalid-request', 'revision: is another one than If-Match says; give one of them', [
      { in: 'body', pointer: '#/revision', detail: 'is another one than If-Match says' },
    ]);
  try {
    return await work(Number(tag));
  } catch (error) {
    if (error instanceof MailboxRequestError && error.code === 'changed-meanwhile')
      throw new Problem('precondition-failed', error.message);
    throw error;
  }
}

const aboutMailboxes = [
  operation({
    id: 'listMailboxes',
    method: 'get',
    path: '/api/mailboxes',
    tag: 'Mailboxes',
    summary: 'Every configured mailbox with its state, the same from any process',
    answer: z.strictObject({ mailboxes: z.array(reportShape) }).meta({ id: 'MailboxReports' }),
    says: 'The mailboxes',
    work: async ({ mailboxService }) => ({ mailboxes: (await mailboxService.reports()).map(reportRow) }),
  }),
  operation({
    id: 'addMailbox',
    method: 'post',
    path: '/api/mailboxes',
    tag: 'Mailboxes',
    summary: 'Add a mailbox; every process reads it within RECONCILE_SECONDS',
    body: fields,
    answer: mailboxShape,
    says: 'The mailbox, without its secrets',
    refusals: ['already-there', 'changed-meanwhile', 'no-key'],
    work: async ({ mailboxService: { admin } }, { body }) => shown(await addMailbox(admin, body)),
  }),
  operation({
    id: 'testNewMailbox',
    method: 'post',
    path: '/api/mailboxes/test',
    tag: 'Mailboxes',
    summary: 'Connect to a described mailbox step by step; nothing is stored',
    body: fields,
    answer: steps,
    says: 'Each step with its outcome',
    work: async ({ mailboxService }, { body }) => ({
      steps: await mailboxService.test({ name: null, fields: body }),
    }),
  }),
  operation({
    id: 'discoverMailbox',
    method: 'get',
    path: '/api/mailboxes/discover',
    tag: 'Mailboxes',
    summary: 'Probable servers of an address; a person must confirm them',
    query: z.strictObject({
      address: z
        .string()
        .min(3)
        .max(320)
        .describe('A whole address.')
        .meta({ examples: ['ann@gmail.com'] }),
    }),
    answer: z.strictObject({ proposals: z.array(proposalShape) }).meta({ id: 'Proposals' }),
    says: 'Proposals, the most trusted first',
    work: async (_deps, { query: { address } }) => ({ proposals: await discover(address) }),
  }),
  operation({
    id: 'getMailbox',
    method: 'get',
    path: '/api/mailboxes/{name}',
    tag: 'Mailboxes',
    summary: 'One mailbox, without its secrets; ETag is its revision',
    params,
    answer: reportedMailboxShape,
    says: 'The mailbox',
    headers: { ETag: 'The revision, for If-Match.' },
    refusals: ['no-such-mailbox'],
    work: async ({ mailboxService }, { params: { name }, context }) => {
      const { directory } = mailboxService.admin;
      await directory.refresh();
      const found = directory.named(name);
      if (found === null) throw new Problem('no-such-mailbox', `there is no mailbox ${name}`);
      context.header('ETag', `"${found.revision}"`);
      const report = (await mailboxService.reports()).find((one) => one.name === found.settings.name);
      return { ...shown(found), report: report === undefined ? null : reportRow(report) };
    },
  }),
  operation({
    id: 'changeMailbox',
    method: 'patch',
    path: '/api/mailboxes/{name}',
    tag: 'Mailboxes',
    summary: 'Change the given fields. If-Match or revision prevents overwriting a newer change',
    params,
    takesIfMatch: true,
    body: fields.extend({ revision }),
    answer: mailboxShape,
    says: 'The mailbox, without its secrets',
    refusals: ['no-such-mailbox', 'read-only', 'changed-meanwhile', 'no-key'],
    work: async ({ mailboxService: { admin } }, { params: { name }, body, context }) => {
      const { revision: seen, ...changes } = body;
      return await atRevision(context, seen, async (at) =>
        shown(await editMailbox(admin, name, { revision: at, fields: changes })),
      );
    },
  }),
  operation({
    id: 'removeMailbox',
    method: 'delete',
    path: '/api/mailboxes/{name}',
    tag: 'Mailboxes',
    summary: 'Remove the mailbox and delete its secrets; stored messages and the ledger stay',
    params,
    takesIfMatch: true,
    body: z.strictObject({ revision, storedMail: z.literal('keep').default('keep') }),
    answer: z.strictObject({ removed: z.string(), storedMail: z.literal('keep') }),
    says: 'The mailbox was removed',
    refusals: ['no-such-mailbox', 'read-only', 'changed-meanwhile'],
    work: async ({ mailboxService: { admin } }, { params: { name }, body, context }) => {
      await atRevision(context, body.revision, async (at) => await deleteMailbox(admin, name, at));
      return { removed: name, storedMail: body.storedMail };
    },
  }),
];

const pausing = ([act, isPaused, summary]: readonly ['pause' | 'resume', boolean, string]) =>
  operation({
    id: `${act}Mailbox`,
    method: 'post',
    path: `/api/mailboxes/{name}/${act}`,
    tag: 'Mailboxes',
    summary,
    params,
    takesIfMatch: true,
    body: revised,
    answer: mailboxShape,
    says: 'The mailbox, without its secrets',
    refusals: ['no-such-mailbox', 'read-only', 'changed-meanwhile'],
    work: async ({ mailboxService: { admin } }, { params: { name }, body, context }) =>
      await atRevision(context, body.revision, async (at) =>
        shown(await pauseMailbox(admin, name, { revision: at, isPaused })),
      ),
  });

const actsOnMailboxes = [
  pausing(['pause', true, 'Poll it no more until it is resumed']),
  pausing(['resume', false, 'Poll it again']),
  operation({
    id: 'testMailbox',
    method: 'post',
    path: '/api/mailboxes/{name}/test',
    tag: 'Mailboxes',
    summary: 'Connect to it step by step, with or without changes; nothing is stored',
    params,
    body: fields,
    answer: steps,
    says: 'Each step with its outcome',
    refusals: ['no-such-mailbox'],
    work: async ({ mailboxService }, { params: { name }, body }) => ({
      steps: await mailboxService.test({ name, fields: body }),
    }),
  }),
  operation({
    id: 'pollMailbox',
    method: 'post',
    path: '/api/mailboxes/{name}/poll',
    tag: 'Mailboxes',
    summary: 'Poll it now',
    params,
    body: z.strictObject({}),
    answer: z.strictObject({ queued: z.literal(true) }),
    says: 'The poll is queued',
    refusals: ['no-such-mailbox', 'not-possible'],
    work: async ({ mailboxService }, { params: { name } }) => {
      await mailboxService.pollNow(name);
      return { queued: true as const };
    },
  }),
  operation({
    id: 'auditMailbox',
    method: 'post',
    path: '/api/mailboxes/{name}/audit',
    tag: 'Mailboxes',
    summary: 'Compare it with the ledger, message by message',
    description: 'Lists every message of its folders, which takes seconds for each hundred thousand.',
    params,
    body: z.strictObject({
      fix: z.boolean().default(false).describe('Whether what is missing is fetched by the next poll.'),
    }),
    answer: z.strictObject({ folders: z.array(auditedFolderShape) }),
    says: 'Each folder',
    refusals: ['no-such-mailbox'],
    work: async ({ mailboxService }, { params: { name }, body: { fix } }) => ({
      folders: await mailboxService.audit(name, { fix }),
    }),
  }),
  operation({
    id: 'authoriseMailbox',
    method: 'post',
    path: '/api/mailboxes/{name}/authorise',
    tag: 'Mailboxes',
    summary: 'The address at which a person signs in for it',
    params,
    body: z.strictObject({}),
    answer: z.strictObject({ open: z.string() }),
    says: 'What to open in a browser',
    refusals: ['no-such-mailbox', 'not-possible'],
    work: async ({ mailboxService: { admin, signIn } }, { params: { name } }) => {
      if ((await signIn.find(name)) !== null) return { open: startUrl(signIn, name) };
      await admin.directory.refresh();
      if (admin.directory.named(name) === null)
        throw new Problem('no-such-mailbox', `there is no mailbox ${name}`);
      throw new Problem('not-possible', `mailbox ${name} does not sign in by OAuth`);
    },
  }),
  operation({
    id: 'verifyOAuthApp',
    method: 'post',
    path: '/api/oauth-apps/{app}/verify',
    tag: 'Mailboxes',
    summary: 'Try an OAuth app step by step: credentials, token, what it allows, login; nothing is stored',
    params: z.strictObject({ app: z.string().min(1).max(200).describe('Name of the app.') }),
    body: z.strictObject({
      mailbox: z
        .string()
        .min(1)
        .max(200)
        .nullable()
        .default(null)
        .describe('Log in to this one; the first that signs in by the app otherwise.'),
    }),
    answer: z.strictObject({ app: z.string(), steps: z.array(stepShape) }).meta({ id: 'VerifiedApp' }),
    says: 'The steps',
    refusals: ['no-such-app', 'no-such-mailbox'],
    work: async ({ mailboxService }, { params: { app }, body: { mailbox } }) => ({
      app,
      steps: await mailboxService.verifyApp({ app, mailbox }),
    }),
  }),
];

export const mailboxOperations = [...aboutMailboxes, ...actsOnMailboxes];
