import type { Context } from 'hono';
import { html } from 'hono/html';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { callerOf } from '../who.ts';
import { layout } from './layout.ts';
import { signedInAs } from './signed-in-as.ts';

/** Programs get one line of text, as they always did. */
export const wantsPage = (context: Context): boolean =>
  /\btext\/html\b/u.test(context.req.header('accept') ?? '') &&
  !/^\/(?:api(?!\/reference$)|assets|files|health|metrics)\b/u.test(context.req.path);

export interface Refusal {
  readonly status: ContentfulStatusCode;
  readonly title: string;
  /** What is wrong, and what to do. */
  readonly says: string;
}

/** A page for browsers, which needs no server but this one. */
export function refuse(context: Context, { status, title, says }: Refusal): Response | Promise<Response> {
  if (!wantsPage(context)) return context.text(`${says}\n`, status);
  return context.html(
    layout({
      title,
      current: null,
      counts: null,
      caller: callerOf(context),
      person: signedInAs(context),
      toast: null,
      content: html`<h1>${title}</h1>
        <p class="lead">${says}</p>
        <p class="actions"><a role="button" href="/">To Today</a></p>`,
    }),
    status,
  );
}

export const noSuch = (context: Context, what: string): Response | Promise<Response> =>
  refuse(context, {
    status: 404,
    title: 'Not there',
    says: `There is no such ${what}. It may have been removed, or the address is mistyped.`,
  });
