/** How the installation fares, its settings, and who may sign in. */
import { z } from 'zod';
import { userRoles } from '../../../store/users.ts';
import {
  addPerson,
  addToken,
  changeRole,
  keepAnAdmin,
  listTokens,
  listUsers,
  removePerson,
  revokeToken,
} from '../../sign-in/accounts.ts';
import { readSituation } from '../../today/situation.ts';
import { headline, troublesOf } from '../../today/troubles.ts';
import type { Words } from '../../today/troubles.ts';
import { operation } from '../operation.ts';
import { by, whoAsks } from '../request.ts';
import { time, whole } from '../shapes/shape.ts';

const role = z.enum(userRoles).describe('Each may do what those before it may.');
const name = z.string().min(1).max(100).describe('What acts are recorded under.');
const params = z.strictObject({ name });
const hours = z.array(whole).length(24).describe('Of the last 24 hours, the oldest first.');

const userShape = z
  .strictObject({
    name: z.string(),
    role,
    hasPassword: z.boolean().describe('False: signs in at the proxy or OpenID provider.'),
    createdAt: time,
  })
  .meta({ id: 'User' });

const tokenShape = z
  .strictObject({
    name: z.string(),
    role,
    createdAt: time,
    createdBy: z.string(),
    lastUsedAt: time.nullable().describe('To the minute; null: never.'),
  })
  .meta({ id: 'Token' });

const settingShape = z
  .strictObject({
    name: z.string(),
    group: z.string(),
    value: z.string().describe('Of a secret only whether it is set.'),
    isDefault: z.boolean(),
    doc: z.string(),
  })
  .meta({ id: 'Setting' });

const todayShape = z
  .strictObject({
    sentence: z.string().describe('Whether everything is all right.'),
    isWell: z.boolean(),
    tiles: z.strictObject({
      hours: z.strictObject({ in: hours, stored: hours, waiting: hours, quarantined: hours }),
      waiting: whole.describe('In the review queue; counted up to 1,000, as are quarantined ones.'),
      held: whole.describe('Case updates that wait to be confirmed.'),
      quarantined: whole,
      backlog: whole.describe('Messages that are listed and not at their end.'),
      oldestPendingAt: time.nullable(),
      jobs: whole.nullable().describe('Null while Redis does not answer.'),
    }),
    troubles: z.array(
      z.strictObject({
        title: z.string(),
        says: z.array(z.string()),
        fix: z.string().nullable(),
        mailbox: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'Today' });

const textOf = (words: Words): string =>
  words
    .map((part) => (typeof part === 'string' ? part : part.toISOString()))
    .join('')
    .trim();

const aboutInstallation = [
  operation({
    id: 'getToday',
    method: 'get',
    path: '/api/today',
    tag: 'Administration',
    summary: 'Is everything all right? As the page / says it',
    answer: todayShape,
    says: 'One sentence, what is wrong with what helps, and the day in figures',
    work: async ({ triage: { database }, mailboxService, readFigures }) => {
      const situation = await readSituation({ database, mailboxService, readFigures });
      const { oldestPending, ...figures } = situation.figures;
      const troubles = troublesOf(situation);
      return {
        sentence: textOf(headline(situation)),
        isWell: troubles.length === 0,
        tiles: { ...figures, oldestPendingAt: oldestPending?.toISOString() ?? null },
        troubles: troubles.map(({ title, says, fix, mailbox }) => ({
          title,
          says: says.map(textOf),
          fix,
          mailbox: mailbox?.name ?? null,
        })),
      };
    },
  }),
  operation({
    id: 'listSettings',
    method: 'get',
    path: '/api/settings',
    tag: 'Administration',
    summary: 'Settings as they take effect in this process, without secrets',
    answer: z.strictObject({ rows: z.array(settingShape) }).meta({ id: 'Settings' }),
    says: 'The settings',
    work: async ({ shown }) => ({ rows: shown }),
  }),
];

const aboutPeople = [
  operation({
    id: 'listUsers',
    method: 'get',
    path: '/api/users',
    tag: 'Administration',
    summary: 'People who may sign in',
    answer: z.strictObject({ rows: z.array(userShape) }).meta({ id: 'Users' }),
    says: 'All of them',
    work: async ({ triage: { database } }) => ({ rows: await listUsers(database) }),
  }),
  operation({
    id: 'addUser',
    method: 'post',
    path: '/api/users',
    tag: 'Administration',
    summary: 'Let a person sign in',
    body: z.strictObject({
      name,
      role: role.default('reader'),
      password: z
        .string()
        .max(1_000)
        .nullable()
        .default(null)
        .describe('At least 12 characters; null: signs in at the proxy or OpenID provider.')
        .meta({ writeOnly: true }),
    }),
    answer: z.strictObject({ name: z.string(), role }).meta({ id: 'AddedUser' }),
    says: 'The person was added',
    refusals: ['already-there'],
    work: async ({ triage: { database } }, { body }) => {
      await addPerson(database, body);
      return { name: body.name.normalize('NFC'), role: body.role };
    },
  }),
  operation({
    id: 'changeUser',
    method: 'patch',
    path: '/api/users/{name}',
    tag: 'Administration',
    summary: 'Change what a person may do, which ends all sessions of the person',
    params,
    body: z.strictObject({ role }),
    answer: z.strictObject({ name: z.string(), role }).meta({ id: 'ChangedUser' }),
    says: 'The role was changed',
    refusals: ['no-such-user', 'last-admin'],
    work: async ({ triage: { database } }, { params: { name: who }, body }) => {
      if (body.role !== 'admin') await keepAnAdmin(database, who);
      await changeRole(database, who, body.role);
      return { name: who, role: body.role };
    },
  }),
  operation({
    id: 'removeUser',
    method: 'delete',
    path: '/api/users/{name}',
    tag: 'Administration',
    summary: 'Let a person sign in no more; what they decided stays',
    params,
    body: z.strictObject({}),
    answer: z.strictObject({ removed: z.string() }),
    says: 'The person was removed',
    refusals: ['no-such-user', 'last-admin'],
    work: async ({ triage: { database } }, { params: { name: who } }) => {
      await keepAnAdmin(database, who);
      await removePerson(database, who);
      return { removed: who };
    },
  }),
];

const aboutTokens = [
  operation({
    id: 'listTokens',
    method: 'get',
    path: '/api/tokens',
    tag: 'Administration',
    summary: 'Tokens with which programs sign in, and when each was last used',
    answer: z.strictObject({ rows: z.array(tokenShape) }).meta({ id: 'Tokens' }),
    says: 'All of them',
    work: async ({ triage: { database } }) => ({ rows: await listTokens(database) }),
  }),
  operation({
    id: 'addToken',
    method: 'post',
    path: '/api/tokens',
    tag: 'Administration',
    summary: 'Make a token for a program',
    body: z.strictObject({ name, role: role.default('reader'), by }),
    answer: z.strictObject({ name: z.string(), role, token: z.string() }).meta({ id: 'AddedToken' }),
    says: 'The token, which is only returned here',
    refusals: ['already-there'],
    work: async ({ triage: { database } }, { body, context }) => {
      const made = { name: body.name, role: body.role };
      return { ...made, token: await addToken(database, { ...made, by: whoAsks(context, body.by) }) };
    },
  }),
  operation({
    id: 'revokeToken',
    method: 'delete',
    path: '/api/tokens/{name}',
    tag: 'Administration',
    summary: 'Let a token count no more',
    params,
    body: z.strictObject({}),
    answer: z.strictObject({ revoked: z.string() }),
    says: 'The token is revoked',
    refusals: ['no-such-token'],
    work: async ({ triage: { database } }, { params: { name: of } }) => {
      await revokeToken(database, of);
      return { revoked: of };
    },
  }),
];

export const adminOperations = [...aboutInstallation, ...aboutPeople, ...aboutTokens];
