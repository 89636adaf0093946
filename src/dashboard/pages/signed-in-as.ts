import type { Context } from 'hono';
import { html } from 'hono/html';
import { callerOf } from '../who.ts';
import type { Html } from './layout.ts';

/** Who is signed in, at the top of every page, and how to sign out. */
export function signedInAs(context: Context): Html | string {
  const caller = callerOf(context);
  if (caller === null) return '';
  if (caller.by === 'open') return 'No password is set: this machine only.';
  const says = html`Signed in as ${caller.name ?? 'a program'}${caller.isNamed ? ` (${caller.role})` : ''}.`;
  if (caller.by !== 'session') return says;
  return html`${says}
    <form method="post" action="/sign-out"><button class="quiet small">Sign out</button></form>`;
}
