import type { Context, Hono } from 'hono';
import { z } from 'zod';
import type { MailboxService } from '../../connect/mailbox-service.ts';
import type { ConfiguredMailbox } from '../../connect/directory.ts';
import { addMailbox, deleteMailbox, editMailbox, pauseMailbox } from '../../connect/mailbox-admin.ts';
import { discover } from '../../connect/discovery/discover.ts';
import { mailboxFields, MailboxRequestError } from '../../connect/mailbox-input.ts';
import { SignInError, startUrl } from '../../connect/oauth/sign-in.ts';
import { answer } from './answer.ts';
import { BadRequest, bodyOf } from './request.ts';

const STATUS = {
  'bad-request': 400,
  'no-such-mailbox': 404,
  'no-such-app': 404,
  'already-there': 409,
  'changed-meanwhile': 409,
  'read-only': 403,
  'no-key': 422,
} as const;

const revised = z.strictObject({ revision: z.number().int().optional() });
const editBody = mailboxFields.extend({ revision: z.number().int().optional() });
const removeBody = z.strictObject({
  revision: z.number().int().optional(),
  storedMail: z.literal('keep').default('keep'),
});

const verifyBody = z.strictObject({ mailbox: z.string().min(1).max(200).nullable().default(null) });

/** What the request says, with the reasons of mailboxes beside those of the other routes. */
const answering = (work: (context: Context) => Promise<unknown>) => async (context: Context) => {
  const response = await answer(async (asked) => {
    try {
      return await work(asked);
    } catch (error) {
      if (error instanceof SignInError) throw new BadRequest(error.message);
      if (!(error instanceof MailboxRequestError)) throw error;
      return { error: { code: error.code, message: error.message } };
    }
  })(context);
  const said = (await response.clone().json()) as { readonly error?: { readonly code: string } };
  const status = STATUS[said.error?.code as keyof typeof STATUS] as number | undefined;
  if (status === undefined || response.status !== 200) return response;
  return new Response(response.body, { status, headers: response.headers });
};

/** Without anything secret: a password is written and never shown. */
function shown({ settings, source, isPaused, revision }: ConfiguredMailbox): object {
  const { auth, ca, ...connection } = settings;
  const { kind } = auth;
  return {
    ...connection,
    hasOwnAuthority: ca !== null,
    auth:
      kind === 'oauth'
        ? { kind, app: auth.app, grant: auth.grant, signInAs: auth.signInAs }
        : { kind: 'password' },
    source,
    isPaused,
    revision,
  };
}

const nameOf = (context: Context): string => context.req.param('name') ?? '';
/** `If-Match` or the body says which revision was seen. */
const revisionOf = (context: Context, body: { readonly revision?: number | undefined }): number | null => {
  const header = (context.req.header('if-match') ?? '').replaceAll('"', '');
  return body.revision ?? (/^\d{1,15}$/u.test(header) ? Number(header) : null);
};

/** /api/mailboxes. */
export function mountMailboxRoutes(app: Hono, mailboxService: MailboxService): void {
  const { admin } = mailboxService;
  app.get(
    '/api/mailboxes',
    answering(async () => ({ mailboxes: await mailboxService.reports() })),
  );
  app.post(
    '/api/mailboxes',
    answering(async (context) => shown(await addMailbox(admin, await bodyOf(context, mailboxFields)))),
  );
  app.post(
    '/api/mailboxes/test',
    answering(async (context) => ({
      steps: await mailboxService.test({ name: null, fields: await bodyOf(context, mailboxFields) }),
    })),
  );
  app.get(
    '/api/mailboxes/discover',
    answering(async (context) => ({ proposals: await discover(context.req.query('address') ?? '') })),
  );
  app.get(
    '/api/mailboxes/:name',
    answering(async (context) => {
      await admin.directory.refresh();
      const found = admin.directory.named(nameOf(context));
      if (found === null)
        throw new MailboxRequestError('no-such-mailbox', `there is no mailbox ${nameOf(context)}`);
      context.header('ETag', `"${found.revision}"`);
      const report =
        (await mailboxService.reports()).find(({ name }) => name === found.settings.name) ?? null;
      return { ...shown(found), report };
    }),
  );
  app.patch(
    '/api/mailboxes/:name',
    answering(async (context) => {
      const { revision, ...fields } = await bodyOf(context, editBody);
      return shown(
        await editMailbox(admin, nameOf(context), { revision: revisionOf(context, { revision }), fields }),
      );
    }),
  );
  app.delete(
    '/api/mailboxes/:name',
    answering(async (context) => {
      await deleteMailbox(admin, nameOf(context), revisionOf(context, await bodyOf(context, removeBody)));
      return { removed: nameOf(context), storedMail: 'keep' };
    }),
  );
  mountActs(app, mailboxService);
}

/** /api/oauth-apps. */
export function mountOAuthAppRoutes(app: Hono, mailboxService: MailboxService): void {
  app.post(
    '/api/oauth-apps/:app/verify',
    answering(async (context) => {
      const { mailbox } = await bodyOf(context, verifyBody);
      const name = context.req.param('app') ?? '';
      return { app: name, steps: await mailboxService.verifyApp({ app: name, mailbox }) };
    }),
  );
}

/** What is done to one that is there. */
function mountActs(app: Hono, mailboxService: MailboxService): void {
  const { admin } = mailboxService;
  for (const [act, isPaused] of [
    ['pause', true],
    ['resume', false],
  ] as const)
    app.post(
      `/api/mailboxes/:name/${act}`,
      answering(async (context) => {
        const revision = revisionOf(context, await bodyOf(context, revised));
        return shown(await pauseMailbox(admin, nameOf(context), { revision, isPaused }));
      }),
    );
  app.post(
    '/api/mailboxes/:name/test',
    answering(async (context) => ({
      steps: await mailboxService.test({
        name: nameOf(context),
        fields: await bodyOf(context, mailboxFields),
      }),
    })),
  );
  app.post(
    '/api/mailboxes/:name/poll',
    answering(async (context) => {
      await mailboxService.pollNow(nameOf(context));
      return { queued: true };
    }),
  );
  app.post(
    '/api/mailboxes/:name/authorise',
    answering(async (context) => {
      if ((await mailboxService.signIn.find(nameOf(context))) === null)
        throw new MailboxRequestError('bad-request', `no mailbox ${nameOf(context)} signs in by OAuth`);
      return { open: startUrl(mailboxService.signIn, nameOf(context)) };
    }),
  );
}
