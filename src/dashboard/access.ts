import type { Context, MiddlewareHandler } from 'hono';
import { describeError } from '../errors.ts';
import type { Log } from '../log.ts';
import { answerProblem, isApi } from './api/problem.ts';
import { refuse, wantsPage } from './pages/errors.ts';
import { mayDo, neededIn } from './route-roles.ts';
import type { Needed } from './route-roles.ts';
import { identify } from './sign-in/identify.ts';
import type { Identified, IdentifyDeps } from './sign-in/identify.ts';
import { noteCaller } from './who.ts';
import type { Caller } from './who.ts';

const FOREIGN =
  'Refused: this request does not come from a page of this dashboard. A program sends application/json.\n';

/**
 * Who may do what: the only place that decides it, by the table of route-roles.ts. Requests that change something must come from
 * one of our pages, which guards the forms of our pages and Bull Board alike.
 */
export function guardAccess(deps: IdentifyDeps & { readonly log?: Log }): MiddlewareHandler {
  const { publicUrl } = deps.settings;
  const publicOrigin = publicUrl === null ? null : new URL(publicUrl).origin;
  return async (context, next) => {
    const needed = neededIn(context);
    const identified =
      needed === 'anyone' ? await identifyIfPossible(context, deps) : await identify(context, deps);
    if (identified.kind === 'known') noteCaller(context, identified.caller);
    if (needed !== 'anyone') {
      if (identified.kind !== 'known') return await turnAway(context, identified);
      if (!mayDo(identified.caller.role, needed))
        return await forbid(context, { caller: identified.caller, needed });
    }
    if (changesSomething(context.req.method) && isForeign(context, publicOrigin))
      return isApi(context)
        ? answerProblem(context, 'foreign-site', { detail: FOREIGN.trim() })
        : context.text(FOREIGN, 403);
    return await next();
  };
}

/** What is open to everybody answers while the database does not: a probe asks just then. */
async function identifyIfPossible(
  context: Context,
  deps: IdentifyDeps & { readonly log?: Log },
): Promise<Identified> {
  try {
    return await identify(context, deps);
  } catch (error) {
    deps.log?.debug({ error: describeError(error) }, 'cannot tell who asks');
    return { kind: 'stranger' };
  }
}

/** People are led to the form; programs learn what they need, and a browser asks for no password of its own. */
async function turnAway(
  context: Context,
  identified: Exclude<Identified, { kind: 'known' }>,
): Promise<Response> {
  if (identified.kind === 'refused') {
    context.header('Retry-After', String(identified.secondsToWait));
    const detail = `Too many wrong passwords. Try again in ${identified.secondsToWait} seconds.`;
    return isApi(context)
      ? answerProblem(context, 'too-many-attempts', { detail })
      : context.text(`${detail}\n`, 429);
  }
  if (identified.kind === 'unlisted') {
    const says = `You are signed in as ${identified.name}, who may not see this dashboard. Ask your administrator: docketmail user add.`;
    if (isApi(context)) return answerProblem(context, 'forbidden', { detail: says });
    return await refuse(context, { status: 403, title: 'Not a user yet', says });
  }
  if (identified.kind === 'outside') {
    const says = 'Reachable on this machine only: set DASHBOARD_PASSWORD or DASHBOARD_TOKEN, or add a user.';
    return isApi(context)
      ? answerProblem(context, 'forbidden', { detail: says })
      : context.text(`${says}\n`, 403);
  }
  if (context.req.header('hx-request') !== undefined) {
    context.header('HX-Redirect', '/sign-in');
    return context.text('Sign in first.\n', 401);
  }
  if (wantsPage(context)) {
    const { pathname, search } = new URL(context.req.url);
    const to = changesSomething(context.req.method) ? '/' : pathname + search;
    return context.redirect(`/sign-in?${new URLSearchParams({ to }).toString()}`, 303);
  }
  if (context.req.header('sec-fetch-mode') === undefined)
    context.header('WWW-Authenticate', 'Basic realm="docketmail", charset="UTF-8"');
  return isApi(context)
    ? answerProblem(context, 'unauthenticated', {
        detail:
          'Password or token needed: send Authorization with a token of docketmail token add, or with name and password.',
      })
    : context.text('Password or token needed.\n', 401);
}

async function forbid(
  context: Context,
  { caller, needed }: { readonly caller: Caller; readonly needed: Needed },
): Promise<Response> {
  const message = `This needs the role ${needed}, and yours is ${caller.role}. An administrator can change it.`;
  if (isApi(context)) return answerProblem(context, 'forbidden', { detail: message });
  return await refuse(context, { status: 403, title: 'Not allowed', says: message });
}

const changesSomething = (method: string): boolean => method !== 'GET' && method !== 'HEAD';

/** Any site can make a browser send a form, with the password or session that the browser keeps for us. The API reads none. */
const isForm = (context: Context): boolean =>
  !isApi(context) && !/^application\/json\b/iu.test(context.req.header('content-type') ?? 'application/json');

/**
 * Every browser says where a form comes from, in one of these fields. What says nothing is a program, whose JSON no form can send; a
 * form that says nothing is refused.
 */
function isForeign(context: Context, publicOrigin: string | null): boolean {
  const site = context.req.header('sec-fetch-site');
  if (site !== undefined) return site !== 'same-origin' && (site !== 'none' || isForm(context));
  const origin = context.req.header('origin');
  if (origin === undefined) return isForm(context);
  if (origin === publicOrigin) return false;
  // "null": a sandboxed frame or a file, of anyone.
  return !URL.canParse(origin) || new URL(origin).host !== context.req.header('host');
}
