import type { Context } from 'hono';
import { mayDo, neededFor } from '../route-roles.ts';
import { callerOf } from '../who.ts';

/** Whether whoever asks may use a route, by the same table as the guard: what they may not is not offered. */
export function mayAsk(
  context: Context,
  route: { readonly method: 'GET' | 'POST'; readonly path: string },
): boolean {
  const caller = callerOf(context);
  const needed = neededFor(route);
  return needed === 'anyone' || (caller !== null && mayDo(caller.role, needed));
}
