import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { beginSession, endSession, newSessionId, SESSION_SECONDS, useSession } from '../../store/sessions.ts';
import type { SessionHolder } from '../../store/sessions.ts';
import type { Database } from '../../store/mongo.ts';
import { findUser } from '../../store/users.ts';
import type { UserDocument, UserRole } from '../../store/users.ts';
import type { Caller } from '../who.ts';

const NAME = 'docketmail-session';
const ID = /^[\w-]{43}$/u;

/** With the prefix no other site of the domain can set it, nor one without https. */
const nameOf = (isSecure: boolean): string => (isSecure ? `__Host-${NAME}` : NAME);

/** Whether the browser came by https, to us or to a proxy of ours. */
export type IsSecure = (context: Context) => boolean;

export interface SessionDeps {
  readonly database: Pick<Database, 'sessions' | 'users'>;
  readonly password: string | null;
  readonly hasOpenId: boolean;
  readonly isSecure: IsSecure;
}

export type Newcomer =
  | { readonly kind: 'user'; readonly user: UserDocument }
  | { readonly kind: 'shared'; readonly name: string | null }
  | { readonly kind: 'openid'; readonly name: string; readonly role: UserRole };

/** Always a new session, so that nobody is signed in with an id that somebody else has chosen. */
export async function signIn(context: Context, deps: SessionDeps, newcomer: Newcomer): Promise<void> {
  await signOut(context, deps);
  const id = newSessionId();
  await beginSession(deps.database.sessions, id, holderOf(newcomer, { id, password: deps.password }));
  const secure = deps.isSecure(context);
  setCookie(context, nameOf(secure), id, {
    httpOnly: true,
    secure,
    // Not Strict: links in the CRM and in mail lead here. Acts of other sites are refused by the guard.
    sameSite: 'Lax',
    path: '/',
    maxAge: SESSION_SECONDS,
  });
}

export async function signOut(context: Context, { database, isSecure }: SessionDeps): Promise<void> {
  const secure = isSecure(context);
  const id = idIn(context, secure);
  if (id !== null) await endSession(database.sessions, id);
  deleteCookie(context, nameOf(secure), { path: '/', secure });
}

/** Null without a session, or if it is over: the password, the role or the user has changed since. */
export async function callerInSession(context: Context, deps: SessionDeps): Promise<Caller | null> {
  const { database, password, hasOpenId, isSecure } = deps;
  const id = idIn(context, isSecure(context));
  const holder = id === null ? null : await useSession(database.sessions, id);
  if (id === null || holder === null) return null;
  if (holder.kind === 'user') {
    const user = await findUser(database.users, holder.user);
    return user?.stamp === holder.stamp
      ? { name: user.name, role: user.role, isNamed: true, by: 'session' }
      : null;
  }
  if (holder.kind === 'shared')
    return password !== null && isSame(holder.proof, proofOf(id, password))
      ? { name: holder.name, role: 'admin', isNamed: false, by: 'session' }
      : null;
  // Somebody who was added meanwhile has the role that they were given here.
  if (!hasOpenId || (await findUser(database.users, holder.name)) !== null) return null;
  return { name: holder.name, role: holder.role, isNamed: true, by: 'session' };
}

function holderOf(
  newcomer: Newcomer,
  { id, password }: { readonly id: string; readonly password: string | null },
): SessionHolder {
  if (newcomer.kind === 'user') return { kind: 'user', user: newcomer.user._id, stamp: newcomer.user.stamp };
  if (newcomer.kind === 'shared')
    return { kind: 'shared', name: newcomer.name, proof: proofOf(id, password ?? '') };
  return newcomer;
}

/** Shows that the session was begun with this password. Without the id, which is not stored, nobody can guess at it. */
const proofOf = (id: string, password: string): string =>
  createHmac('sha256', id).update(password).digest('hex');

const isSame = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

function idIn(context: Context, isSecure: boolean): string | null {
  const id = getCookie(context, nameOf(isSecure)) ?? '';
  return ID.test(id) ? id : null;
}
