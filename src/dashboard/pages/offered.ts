/** Nobody is offered what they may not do: controls are disabled and links lead nowhere, by the same table as the guard. */
import type { Context } from 'hono';
import { html, raw } from 'hono/html';
import { mayDo, neededAt } from '../route-roles.ts';
import { callerOf } from '../who.ts';
import type { Html } from './layout.ts';

const FORM = /<form\b([^>]*)>/gu;
const FORM_END = '</form>';
const LINK = /<a\b([^>]*?)\shref="(\/[^"]*)"/gu;

/**
 * Works on the text of our own pages, in which whatever comes from elsewhere is escaped and no form stands in another. So a page
 * cannot forget it, and need not know who looks.
 */
export async function offered(context: Context, content: Html): Promise<Html> {
  const caller = callerOf(context);
  if (caller === null) return content;
  const refused = (method: string, path: string): string | null => {
    const needed = neededAt(method, path.replace(/[?#].*$/su, ''));
    return needed === null || needed === 'anyone' || mayDo(caller.role, needed) ? null : needed;
  };
  const roles = new Set<string>();
  const forms = new Set<string>();
  const parts = String(await content).split(FORM_END);
  const disabled = parts.map((part) => {
    let ends = FORM_END;
    const text = part.replaceAll(FORM, (all, attributes: string) => {
      const method = /\bmethod="post"/u.test(attributes) ? 'POST' : 'GET';
      const needed = refused(method, valueOf(attributes, 'action') ?? '');
      if (needed === null) return all;
      roles.add(needed);
      forms.add(valueOf(attributes, 'id') ?? '');
      ends = `</fieldset>${FORM_END}`;
      return `${all}<fieldset class="plain" disabled title="needs the role ${needed}">`;
    });
    return { text, ends };
  });
  let whole = disabled.map(({ text, ends }, at) => (at === parts.length - 1 ? text : text + ends)).join('');
  forms.delete('');
  // Controls may stand outside of their form.
  for (const id of forms) whole = whole.replaceAll(` form="${id}"`, ` form="${id}" disabled`);
  whole = whole.replaceAll(LINK, (all, attributes: string, path: string) => {
    const needed = refused('GET', path);
    return needed === null ? all : `<a${attributes} title="needs the role ${needed}"`;
  });
  if (roles.size === 0) return html`${raw(whole)}`;
  return html`${raw(whole)}
    <p class="muted">
      What is greyed out needs the role ${[...roles].join(' or ')}; yours is ${caller.role}.
    </p>`;
}

const valueOf = (attributes: string, name: string): string | null =>
  new RegExp(`\\b${name}="([^"]*)"`, 'u').exec(attributes)?.[1] ?? null;
