/** /users: who may sign in, and the tokens of programs. A token is shown once, a password never. */
import type { Context, Hono } from 'hono';
import { html } from 'hono/html';
import { z } from 'zod';
import type { ApiTokenDocument } from '../../../store/api-tokens.ts';
import { userKey, userRoles } from '../../../store/users.ts';
import type { UserDocument, UserRole } from '../../../store/users.ts';
import {
  AccountError,
  addPerson,
  addToken,
  changePassword,
  changeRole,
  keepAnAdmin,
  removePerson,
  revokeToken,
} from '../../sign-in/accounts.ts';
import { whoActs } from '../../who.ts';
import { decider } from '../acts.ts';
import { formOf } from '../forms.ts';
import type { Html } from '../layout.ts';
import type { PageTools } from '../page-deps.ts';
import { empty, timeOf } from '../words.ts';

const MAX_SHOWN = 1_000;
const role = z.enum(userRoles);
const passwordForm = z.object({ password: z.string().max(1_000).default('') });
const newUser = passwordForm.extend({ name: z.string().trim().max(200), role });
const newToken = z.object({ name: z.string().trim().max(200), role });

export function mountUsers(app: Hono, tools: PageTools): void {
  const { database } = tools;
  const done = (context: Context, did: string): Response => context.redirect(`/users?did=${did}`, 303);
  app.get('/users', async (context) => await showUsers(context, tools));
  app.post('/users', async (context) => {
    const { name, role: given, password } = await formOf(context, newUser);
    await addPerson(database, { name, role: given, password: password === '' ? null : password });
    return done(context, 'user-added');
  });
  app.post('/users/:name/role', async (context) => {
    const name = another(context);
    const { role: given } = await formOf(context, z.object({ role }));
    if (given !== 'admin') await keepAnAdmin(database, name);
    await changeRole(database, name, given);
    return done(context, 'user-changed');
  });
  app.post('/users/:name/password', async (context) => {
    const { password } = await formOf(context, passwordForm);
    await changePassword(database, context.req.param('name'), password);
    return done(context, 'user-changed');
  });
  app.post('/users/:name/remove', async (context) => {
    const name = another(context);
    await keepAnAdmin(database, name);
    await removePerson(database, name);
    return done(context, 'user-removed');
  });
  mountTokens(app, tools);
}

function mountTokens(app: Hono, tools: PageTools): void {
  app.post('/users/tokens', async (context) => {
    const { name, role: given } = await formOf(context, newToken);
    const token = await addToken(tools.database, { name, role: given, by: decider(context) });
    return await tools.show(context, {
      title: 'Token made',
      current: 'users',
      content: html`<h1>Token made</h1>
        <p>${name} acts as ${given} with this token, which is not shown again:</p>
        <p><code>${token}</code></p>
        <p><a href="/users">← Users</a></p>`,
    });
  });
  app.post('/users/tokens/:name/revoke', async (context) => {
    await revokeToken(tools.database, context.req.param('name'));
    return context.redirect('/users?did=revoked', 303);
  });
}

/** Nobody locks himself out by a slip. @throws AccountError. */
function another(context: Context): string {
  const name = context.req.param('name') ?? '';
  if (userKey(whoActs(context) ?? '') === userKey(name))
    throw new AccountError(
      'invalid-request',
      'that is yourself: another admin does it, or docketmail user on the machine',
    );
  return name;
}

async function showUsers(context: Context, tools: PageTools): Promise<Response> {
  const { users, apiTokens } = tools.database;
  const [people, tokens] = await Promise.all([
    users.find().sort({ _id: 1 }).limit(MAX_SHOWN).toArray(),
    apiTokens.find().sort({ _id: 1 }).limit(MAX_SHOWN).toArray(),
  ]);
  const self = userKey(whoActs(context) ?? '');
  return await tools.show(context, {
    title: 'Users',
    current: 'users',
    content: html`<h1>Users</h1>
      <p class="muted">
        Each role may do what those before it may: readers see, deciders assign and confirm, operators run
        mailboxes and queues, admins do everything.
      </p>
      ${
        people.length === 0
          ? empty('Nobody is a user yet.', 'Add yourself first, as admin.')
          : html`<div class="cards">${people.map((one) => userCard(one, { isSelf: one._id === self }))}</div>`
      }
      <h2>Add a person</h2>
      <form method="post" action="/users" class="narrow">
        <label>Name <input name="name" required maxlength="100" autocomplete="off" /></label>
        <label>Role ${roleChoice('reader')}</label>
        <label>
          Password
          <input type="password" name="password" autocomplete="new-password" />
          <small>Twelve characters at least. Empty: signs in at your proxy or OpenID provider.</small>
        </label>
        <button>Add</button>
      </form>
      <h2>API tokens</h2>
      ${
        tokens.length === 0
          ? empty('No program has a token.', 'Make one below: it is shown once.')
          : html`<div class="table">
              <table>
                <tbody>
                  ${tokens.map(tokenRow)}
                </tbody>
              </table>
            </div>`
      }
      <form method="post" action="/users/tokens" class="narrow">
        <label>Program <input name="name" required maxlength="100" autocomplete="off" /></label>
        <label>Role ${roleChoice('reader')}</label>
        <button>Make a token</button>
      </form>`,
  });
}

const roleChoice = (chosen: UserRole): Html =>
  html`<select name="role" aria-label="Role">
    ${userRoles.map((one) =>
      one === chosen
        ? html`<option value="${one}" selected>${one}</option>`
        : html`<option value="${one}">${one}</option>`,
    )}
  </select>`;

function userCard(
  { name, role: has, password, createdAt }: UserDocument,
  { isSelf }: { readonly isSelf: boolean },
): Html {
  const path = `/users/${encodeURIComponent(name)}`;
  return html`<article data-row>
    <header>
      <h2>${name} <span class="badge note">${has}</span></h2>
    </header>
    <p class="muted">
      ${password === null ? 'signs in elsewhere' : 'signs in with a password'}, since ${timeOf(createdAt)}
    </p>
    ${
      isSelf
        ? html`<p><small>That is you: another admin changes your role.</small></p>`
        : html`<form method="post" action="${path}/role" class="actions">
              ${roleChoice(has)}
              <button class="quiet small" aria-label="Change the role of ${name}">Change</button>
            </form>
            <details class="folded">
              <summary>Remove</summary>
              <form method="post" action="${path}/remove">
                <button class="danger small" aria-label="Remove, and end all sessions: ${name}">
                  Remove, and end all sessions
                </button>
              </form>
            </details>`
    }
    <details class="folded">
      <summary>Another password</summary>
      <form method="post" action="${path}/password" class="actions">
        <input
          type="password"
          name="password"
          required
          autocomplete="new-password"
          aria-label="New password of ${name}"
        />
        <button class="quiet small">Set</button>
      </form>
    </details>
  </article>`;
}

const tokenRow = ({ _id: name, role: has, createdAt, createdBy, lastUsedAt }: ApiTokenDocument): Html =>
  html`<tr>
    <th scope="row">${name}</th>
    <td><span class="badge note">${has}</span></td>
    <td>
      <small>
        made by ${createdBy} ${timeOf(createdAt)},
        ${lastUsedAt === null ? 'never used' : html`last used ${timeOf(lastUsedAt)}`}
      </small>
    </td>
    <td>
      <form method="post" action="/users/tokens/${encodeURIComponent(name)}/revoke" class="inline">
        <button class="danger small" aria-label="Revoke the token of ${name}">Revoke</button>
      </form>
    </td>
  </tr>`;
