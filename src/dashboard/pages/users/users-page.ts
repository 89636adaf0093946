/** /users: who may sign in, and the tokens of programs. A token is shown once, a password never. */
import type { Context, Hono } from 'hono';
import { html } from 'hono/html';
import { z } from 'zod';
import { weaknessOf } from '../../../config/secret-strength.ts';
import { addApiToken, revokeApiToken } from '../../../store/api-tokens.ts';
import type { ApiTokenDocument } from '../../../store/api-tokens.ts';
import { endSessionsOf } from '../../../store/sessions.ts';
import {
  addUser,
  findUser,
  isUserName,
  removeUser,
  setPassword,
  setRole,
  userKey,
  userRoles,
} from '../../../store/users.ts';
import type { UserDocument, UserRole } from '../../../store/users.ts';
import { whoActs } from '../../who.ts';
import { decider } from '../acts.ts';
import { formOf } from '../forms.ts';
import type { Html } from '../layout.ts';
import type { PageTools } from '../page-deps.ts';
import { empty, timeOf } from '../words.ts';
import { UserRequestError } from './user-request-error.ts';

const MAX_SHOWN = 1_000;
const role = z.enum(userRoles);
const passwordForm = z.object({ password: z.string().max(1_000).default('') });
const newUser = passwordForm.extend({ name: z.string().trim().max(200), role });
const newToken = z.object({ name: z.string().trim().max(200), role });

export function mountUsers(app: Hono, tools: PageTools): void {
  const { users, sessions } = tools.database;
  app.get('/users', async (context) => await showUsers(context, tools));
  app.post('/users', async (context) => {
    const { name, role: given, password } = await formOf(context, newUser);
    mustBeName(name);
    if (password !== '') mustBeStrong(password);
    if (!(await addUser(users, { name, role: given, password: password === '' ? null : password })))
      throw new UserRequestError(`there is somebody of the name ${name} already`);
    return context.redirect('/users?did=user-added', 303);
  });
  const changing = (work: (context: Context, name: string) => Promise<boolean>, did: string) =>
    async function change(context: Context): Promise<Response> {
      const name = context.req.param('name') ?? '';
      if (!(await work(context, name)))
        throw new UserRequestError(`there is nobody of the name ${name}: look at the list again`);
      await endSessionsOf(sessions, userKey(name));
      return context.redirect(`/users?did=${did}`, 303);
    };
  app.post(
    '/users/:name/role',
    changing(async (context, name) => {
      mustBeAnother(context, name);
      return await setRole(users, name, (await formOf(context, z.object({ role }))).role);
    }, 'user-changed'),
  );
  app.post(
    '/users/:name/password',
    changing(async (context, name) => {
      const { password } = await formOf(context, passwordForm);
      mustBeStrong(password);
      return await setPassword(users, name, password);
    }, 'user-changed'),
  );
  app.post(
    '/users/:name/remove',
    changing(async (context, name) => {
      mustBeAnother(context, name);
      return await removeUser(users, name);
    }, 'user-removed'),
  );
  mountTokens(app, tools);
}

function mountTokens(app: Hono, tools: PageTools): void {
  const { users, apiTokens } = tools.database;
  app.post('/users/tokens', async (context) => {
    const { name, role: given } = await formOf(context, newToken);
    mustBeName(name);
    if ((await findUser(users, name)) !== null)
      throw new UserRequestError(`${name} is a person: give the program a name of its own`);
    const token = await addApiToken(apiTokens, { name, role: given, by: decider(context) });
    if (token === null)
      throw new UserRequestError(`there is a token of the name ${name} already: revoke it first`);
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
    const name = context.req.param('name');
    if (!(await revokeApiToken(apiTokens, name)))
      throw new UserRequestError(`there is no token of the name ${name}`);
    return context.redirect('/users?did=revoked', 303);
  });
}

function mustBeName(name: string): void {
  if (!isUserName(name)) throw new UserRequestError('a name has up to 100 letters, digits and . _ @ + -');
}

function mustBeStrong(password: string): void {
  const why = weaknessOf(password);
  if (why !== null) throw new UserRequestError(`the password cannot be used: ${why}`);
}

/** Nobody locks himself out: the last one who could mend it would be gone. */
function mustBeAnother(context: Context, name: string): void {
  if (userKey(whoActs(context) ?? '') === userKey(name))
    throw new UserRequestError('that is yourself: another admin does it, or docketmail user on the machine');
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
