/** What the pages offer to each role: no link and no button of theirs leads to a refusal. */
import { expect, it } from 'vitest';
import { beginSession, newSessionId } from '../../src/store/sessions.ts';
import { addUser, findUser, userRoles } from '../../src/store/users.ts';
import type { UserRole } from '../../src/store/users.ts';
import { makeBusy } from '../support/busy-office.ts';
import { serve } from '../support/dashboard.ts';
import { openFirm } from '../support/servers.ts';
import type { Firm } from '../support/servers.ts';

async function cookieOf({ database }: Firm, role: UserRole): Promise<string> {
  await addUser(database.users, { name: role, role, password: null });
  const user = await findUser(database.users, role);
  const id = newSessionId();
  await beginSession(database.sessions, id, { kind: 'user', user: role, stamp: user?.stamp ?? '' });
  return `docketmail-session=${id}`;
}

const unescaped = (text: string): string =>
  text.replaceAll('&amp;', '&').replaceAll('&#39;', "'").replaceAll('&quot;', '"');
const linksIn = (page: string): string[] =>
  [...page.matchAll(/<a\b[^>]*\shref="(\/[^"#]*)/gu)].map(([, path = '']) => unescaped(path));

/** Of forms that somebody could send. */
function actionsIn(page: string): string[] {
  return [...page.matchAll(/<form\b([^>]*)>(\s*<fieldset class="plain" disabled)?/gu)].flatMap(
    ([, attributes = '', isDisabled]) => {
      const action = /action="([^"]*)"/u.exec(attributes)?.[1];
      return isDisabled === undefined && attributes.includes('method="post"') && action !== undefined
        ? [unescaped(action)]
        : [];
    },
  );
}

const REFUSED = /This needs the role/u;

it('no link and no form of any page leads a role to a refusal, and an admin is denied nothing', async () => {
  const firm = await openFirm();
  const { richId, quarantinedId, hostileId } = await makeBusy(firm);
  const { get, send } = await serve(firm, { names: ['office'] });
  const wrong: string[] = [];
  const counts: Record<string, number> = {};
  for (const role of userRoles) {
    const cookie = await cookieOf(firm, role);
    const pages = ['/', `/messages/${richId}`, `/messages/${quarantinedId}`, `/messages/${hostileId}/ignore`];
    const actions = new Map<string, string>();
    const seen = new Set<string>();
    // Links that are new on the first pages are pages, too; those of lists go on without end.
    for (let at = 0; at < pages.length && at < 60; at++) {
      const path = pages[at] ?? '';
      const answer = await get(path, { cookie });
      const page = await answer.text();
      if (answer.status === 403) wrong.push(`${role}: a link to ${path}`);
      for (const action of actionsIn(page)) actions.set(action.replaceAll(/[0-9a-f]{24}/gu, 'ID'), action);
      for (const link of linksIn(page)) {
        const kind = link.replace(/\?.*$/su, '').replaceAll(/[0-9a-f]{24,64}/gu, 'ID');
        if (seen.has(kind) || link.startsWith('/oauth/start') || link.startsWith('/queues/')) continue;
        seen.add(kind);
        pages.push(link);
      }
    }
    for (const action of actions.values()) {
      if (action === '/sign-out') continue;
      // Nothing is in the form, so nothing is done.
      const answer = await send(action, { nothing: '' }, { cookie });
      if (answer.status === 403 && REFUSED.test(await answer.text()))
        wrong.push(`${role}: a form to ${action}`);
    }
    counts[role] = actions.size;
  }
  expect(wrong).toEqual([]);
  console.log(counts);
  const { reader = 0, decider = 0, operator = 0, admin = 0 } = counts;
  expect([reader < decider, decider < operator, operator < admin]).toEqual([true, true, true]);
});
