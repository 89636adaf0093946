import { html, raw } from 'hono/html';
import { pageStyle } from './page-style.ts';

type Html = ReturnType<typeof html>;

/** The frame of our own pages: no scripts, nothing external. The `html` tag escapes every value. */
export function page(title: string, content: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} – docketmail</title>
        ${raw(`<style>${pageStyle}</style>`)}
      </head>
      <body>
        <nav><a href="/">Overview</a><a href="/queues">Queues</a><a href="/metrics">Metrics</a></nav>
        <h1>${title}</h1>
        ${content}
      </body>
    </html>`;
}
