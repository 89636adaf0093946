import type { Context } from 'hono';
import type { UserRole } from '../store/users.ts';

/** The person or program that a request comes from. */
export interface Caller {
  /** Null if nobody said. */
  readonly name: string | null;
  readonly role: UserRole;
  /** Proven, so that no request may name another. The shared password and an open dashboard leave it to whoever asks. */
  readonly isNamed: boolean;
  /** `open`: no password is set, and it is this machine. `session`: signed in with the form, and able to sign out. */
  readonly by: 'open' | 'header' | 'session' | 'program';
}

/** Not by the request: a limit of its body replaces that. */
const callers = new WeakMap<Context, Caller>();

/** Only the guard says who it is. */
export function noteCaller(context: Context, caller: Caller): void {
  callers.set(context, caller);
}

/** Null for outsiders, who see what is open to everybody. */
export function callerOf(context: Context): Caller | null {
  return callers.get(context) ?? null;
}

/** What acts are recorded under; null if nobody said. */
export function whoActs(context: Context): string | null {
  return callerOf(context)?.name ?? null;
}
