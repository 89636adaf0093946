import type { Context, Hono } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { html } from 'hono/html';
import { OAuthError } from '../connect/oauth/request.ts';
import { beginInBrowser, finishInBrowser, SignInError } from '../connect/oauth/sign-in.ts';
import type { SignInDeps } from '../connect/oauth/sign-in.ts';
import type { Log } from '../log.ts';
import { whoAsks } from './api/request.ts';
import { layout } from './pages/layout.ts';
import type { Html } from './pages/layout.ts';
import { signedInAs } from './pages/signed-in-as.ts';
import { callerOf } from './who.ts';

/** The PKCE verifier: only this browser can finish what it began. */
const COOKIE = 'docketmail-sign-in';
const COOKIE_SECONDS = 10 * 60;

/** /oauth/start and /oauth/callback: a person signs in with the provider of a mailbox. */
export function mountOAuth(
  app: Hono,
  { signIn, log }: { readonly signIn: SignInDeps; readonly log: Log },
): void {
  const secure = signIn.publicUrl?.startsWith('https:') === true;
  app.get('/oauth/start', async (context) => {
    const mailbox = context.req.query('mailbox') ?? '';
    try {
      const { url, verifier } = await beginInBrowser(signIn, { mailbox, by: whoAsks(context, undefined) });
      setCookie(context, COOKIE, verifier, {
        httpOnly: true,
        secure,
        sameSite: 'Lax',
        path: '/',
        maxAge: COOKIE_SECONDS,
      });
      context.header('Cache-Control', 'no-store');
      return context.redirect(url, 302);
    } catch (error) {
      return refuse(context, { error, mailbox });
    }
  });
  app.get('/oauth/callback', async (context) => {
    const verifier = getCookie(context, COOKIE) ?? null;
    deleteCookie(context, COOKIE, { path: '/' });
    context.header('Cache-Control', 'no-store');
    // The code in the address is of no use to others, and not their business.
    context.header('Referrer-Policy', 'no-referrer');
    const query = new URL(context.req.url).search;
    try {
      const { mailbox, warning } = await finishInBrowser(signIn, {
        query,
        verifier,
        by: whoAsks(context, undefined),
      });
      log.info({ mailbox }, 'someone signed in for the mailbox');
      return context.html(
        page(
          context,
          'Signed in',
          html`<p>${mailbox} is signed in and is polled within its interval.</p>
            ${warning === null ? '' : html`<p>It does not open yet: ${warning}</p>`}`,
        ),
      );
    } catch (error) {
      return refuse(context, { error, mailbox: null });
    }
  });
}

function refuse(
  context: Context,
  { error, mailbox }: { readonly error: unknown; readonly mailbox: string | null },
): Response | Promise<Response> {
  if (!(error instanceof SignInError) && !(error instanceof OAuthError)) throw error;
  const fix = error instanceof OAuthError ? `. Fix: ${error.failure.fix}` : '';
  return context.html(
    page(
      context,
      'Not signed in',
      html`<p>${error.message}${fix}</p>
        ${mailbox === null ? '' : html`<p>Nothing was changed for ${mailbox}.</p>`}`,
    ),
    400,
  );
}

/** Without what waits beside its links: the person comes from another site. */
const page = (context: Context, title: string, content: Html): Html =>
  layout({
    title,
    current: 'mailboxes',
    counts: null,
    caller: callerOf(context),
    person: signedInAs(context),
    toast: null,
    content: html`<h1>${title}</h1>
      ${content}
      <p><a href="/mailboxes">← Mailboxes</a></p>`,
  });
