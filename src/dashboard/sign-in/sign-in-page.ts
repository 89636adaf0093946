import type { Hono } from 'hono';
import { html } from 'hono/html';
import pLimit from 'p-limit';
import { z } from 'zod';
import type { Log } from '../../log.ts';
import { userWithPassword } from '../../store/users.ts';
import { assetPath } from '../assets/assets.ts';
import { limitBody } from '../limit-body.ts';
import { formOf, localPath } from '../pages/forms.ts';
import { callerOf } from '../who.ts';
import { mountOpenId } from './openid.ts';
import { isSame } from './identify.ts';
import type { IdentifyDeps } from './identify.ts';
import { signIn, signOut } from './session-cookie.ts';
import type { Newcomer } from './session-cookie.ts';

/** Each password costs memory and a second: one at a time, and no queue that grows. */
const MAX_WAITING = 30;

const form = z.object({
  name: z.string().max(200).default(''),
  password: z.string().max(1_000).default(''),
  to: localPath,
});

type Outcome =
  | { readonly kind: 'right'; readonly newcomer: Newcomer }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'later'; readonly seconds: number };

/** /sign-in and /sign-out: a plain form, for people. */
export function mountSignIn(app: Hono, deps: IdentifyDeps & { readonly log: Log }): void {
  const { openid = null, publicUrl } = deps.settings;
  if (openid !== null && publicUrl !== null) mountOpenId(app, { ...deps, openid, publicUrl });
  const page = pageFor({ hasOpenId: openid !== null && publicUrl !== null });
  const oneByOne = pLimit(1);
  app.use('/sign-in', limitBody);
  app.get('/sign-in', async (context) => {
    const to = localPath.parse(context.req.query('to') ?? '/');
    if (callerOf(context) !== null) return context.redirect(to, 303);
    return await context.html(page({ to, name: '', says: null }));
  });
  app.post('/sign-in', async (context) => {
    const { name, password, to } = await formOf(context, form);
    const place = deps.placeOf(context);
    const ofSettings = deps.settings.password;
    const check = async (): Promise<Outcome> => {
      // Looked up and written down before the next one is: many at once are no way around the limit.
      const seconds = deps.guesses.secondsToWait(place);
      if (seconds > 0) return { kind: 'later', seconds };
      const newcomer = await newcomerWith(deps, { name: name.trim(), password, ofSettings });
      if (newcomer === null) deps.guesses.wrong(place);
      else deps.guesses.right(place);
      return newcomer === null ? { kind: 'wrong' } : { kind: 'right', newcomer };
    };
    const outcome: Outcome =
      oneByOne.pendingCount >= MAX_WAITING ? { kind: 'later', seconds: MAX_WAITING } : await oneByOne(check);
    if (outcome.kind === 'right') {
      await signIn(context, deps, outcome.newcomer);
      deps.log.info('somebody signed in to the dashboard');
      return context.redirect(to, 303);
    }
    if (outcome.kind === 'wrong')
      return await context.html(page({ to, name, says: 'That name and password do not fit together.' }), 401);
    context.header('Retry-After', String(outcome.seconds));
    const says = `Too many wrong passwords. Try again in ${outcome.seconds} seconds.`;
    return await context.html(page({ to, name, says }), 429);
  });
  app.post('/sign-out', async (context) => {
    await signOut(context, deps);
    return context.redirect('/sign-in', 303);
  });
}

/** A user, or anybody with the shared password, which takes as long to find out. */
async function newcomerWith(
  { database }: IdentifyDeps,
  given: { readonly name: string; readonly password: string; readonly ofSettings: string | null },
): Promise<Newcomer | null> {
  const { name, password, ofSettings } = given;
  const user = await userWithPassword(database.users, { name, password });
  if (user !== null) return { kind: 'user', user };
  if (ofSettings === null || !isSame(password, ofSettings)) return null;
  return { kind: 'shared', name: name === '' ? null : name };
}

/** Without anything that only those who are signed in should see. */
const pageFor =
  ({ hasOpenId }: { readonly hasOpenId: boolean }) =>
  ({ to, name, says }: { readonly to: string; readonly name: string; readonly says: string | null }) =>
    html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <title>Sign in – docketmail</title>
          <link rel="icon" href="${assetPath('icon.svg')}" />
          <link rel="stylesheet" href="${assetPath('pico.css')}" />
          <link rel="stylesheet" href="${assetPath('docketmail.css')}" />
        </head>
        <body>
          <main id="content">
            <h1>Sign in to docketmail</h1>
            ${says === null ? '' : html`<p role="alert">${says}</p>`}
            ${
              hasOpenId
                ? html`<p>
                    <a role="button" href="/sign-in/openid?${new URLSearchParams({ to }).toString()}"
                      >Sign in with your organisation</a
                    >
                  </p>`
                : ''
            }
            <form method="post" action="/sign-in">
              <input type="hidden" name="to" value="${to}" />
              <label for="name">Name</label>
              <input
                id="name"
                name="name"
                value="${name}"
                autocomplete="username"
                autocapitalize="none"
                spellcheck="false"
                autofocus
              />
              <label for="password">Password</label>
              <input id="password" name="password" type="password" autocomplete="current-password" required />
              <button>Sign in</button>
            </form>
            <p>Without an account? Your administrator adds you with <code>docketmail user add</code>.</p>
          </main>
        </body>
      </html>`;
