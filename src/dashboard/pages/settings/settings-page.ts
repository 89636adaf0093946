import type { Hono } from 'hono';
import { html } from 'hono/html';
import type { ShownSetting } from '../../../config/shown-settings.ts';
import type { PageTools } from '../page-deps.ts';

/** /settings: as they take effect in this process. Of a secret only whether it is set. */
export function mountSettings(app: Hono, tools: PageTools): void {
  app.get('/settings', async (context) => {
    const groups = Map.groupBy(tools.pages.shown, ({ group }) => group);
    return await tools.show(context, {
      title: 'Settings',
      current: 'settings',
      content: html`<h1>Settings</h1>
        <p class="muted">
          As they take effect. They come from the environment or <code>.env</code>; change them there and
          restart. Figures for Prometheus are at <a href="/metrics">/metrics</a>, the API is described at
          <a href="/api/reference">/api/reference</a>.
        </p>
        ${[...groups].map(
          ([group, rows]) =>
            html`<h2>${group}</h2>
              ${table(rows)}`,
        )}`,
    });
  });
}

const table = (rows: readonly ShownSetting[]) =>
  html`<div class="table">
    <table>
      <tbody>
        ${rows.map(
          ({ name, value, isDefault, doc }) =>
            html`<tr>
              <th scope="row"><code>${name}</code></th>
              <td>
                ${value === '' ? '–' : value} ${isDefault ? '' : html`<span class="badge note">set</span>`}
              </td>
              <td><small>${doc}</small></td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
