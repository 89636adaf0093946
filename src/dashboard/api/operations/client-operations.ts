/** Clients of the CRM, what is on record of each, and what the CRM reports about them. */
import { z } from 'zod';
import { clientChanged } from '../../../rejudge/address-book-sync.ts';
import { previewRematch, rematchOf } from '../../../rejudge/rematch.ts';
import { clientTimeline, MAX_TIMELINE_PAGE } from '../../../triage/client-timeline.ts';
import { lastContacts } from '../../../triage/last-contact.ts';
import {
  communicationDetail,
  communicationNamed,
  communicationRow,
  listCommunications,
} from '../../../triage/list-communications.ts';
import { idsMeant } from '../../../triage/named.ts';
import { cursor, cursorsOf, nextCursor } from '../cursor.ts';
import { operation } from '../operation.ts';
import { Problem } from '../problem.ts';
import { limit, moment, pageSize } from '../request.ts';
import {
  clientId,
  clientShape,
  communicationRowShape,
  communicationShape,
  timelineShape,
} from '../shapes/client-shapes.ts';
import { tallyShape } from '../shapes/decision-shapes.ts';
import { marked } from '../shapes/shape.ts';

const params = z.strictObject({ id: clientId });

const aboutClients = [
  operation({
    id: 'findClients',
    method: 'get',
    path: '/api/clients',
    tag: 'Clients',
    summary: 'Clients by part of a name, company or address, as the page /clients finds them',
    query: z.strictObject({
      q: z
        .string()
        .max(200)
        .default('')
        .describe('Beginnings of words, in any order. Without it the first ones by name.')
        .meta({ examples: ['brandt'] }),
      limit,
    }),
    answer: z
      .strictObject({
        rows: z.array(clientShape),
        isCut: z.boolean().describe('More match than are told: ask for more of the name.'),
        isPartial: z
          .boolean()
          .describe('There are so many clients that some are found by their address only.'),
      })
      .meta({ id: 'FoundClients' }),
    says: 'The clients',
    work: async ({ findClients, triage: { database } }, { query: { q, limit: size } }) => {
      const { clients, isCut, isPartial } = await findClients(q, size);
      const contacts = await lastContacts(
        database,
        clients.map(({ _id }) => _id),
      );
      const rows = clients.map(({ clientId: id, name, company, email }) => ({
        id,
        name,
        company,
        email,
        lastContactAt: contacts.get(id)?.toISOString() ?? null,
      }));
      return { rows, isCut, isPartial };
    },
  }),
  operation({
    id: 'getClient',
    method: 'get',
    path: '/api/clients/{id}',
    tag: 'Clients',
    summary: 'One client',
    params,
    answer: clientShape,
    says: 'The client',
    refusals: ['no-such-client'],
    work: async ({ triage: { database } }, { params: { id } }) => {
      const client = await database.clients.findOne(
        { _id: { $in: idsMeant(id) } },
        { projection: { name: 1, company: 1, email: 1 } },
      );
      if (client === null) throw new Problem('no-such-client', `${id}: no such client`);
      const contacts = await lastContacts(database, [client._id]);
      const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
      return {
        id: String(client._id),
        name: textOf(client.name),
        company: textOf(client.company),
        email: textOf(client.email),
        lastContactAt: contacts.get(String(client._id))?.toISOString() ?? null,
      };
    },
  }),
  operation({
    id: 'getTimeline',
    method: 'get',
    path: '/api/clients/{id}/timeline',
    tag: 'Clients',
    summary: "A client's record, newest first, as /clients/{id} shows it",
    params,
    query: z.strictObject({
      limit: pageSize({ max: MAX_TIMELINE_PAGE, usual: 40 }),
      after: cursor,
      direction: z.enum(['inbound', 'outbound', 'internal']).optional().describe('Only this way.'),
      case: z.string().min(1).max(200).optional().describe('Only mail with the tag of this case.'),
      files: z.literal('true').optional().describe('Only mail with files.'),
    }),
    answer: timelineShape,
    says: 'The record',
    refusals: ['no-such-client', 'bad-cursor'],
    work: async ({ triage: { database } }, { params: { id }, query: { limit: size, after, ...only } }) => {
      const cursors = cursorsOf('timeline', { id, ...only });
      const { direction = null, case: caseRef = null, files } = only;
      const page = await clientTimeline(database, {
        name: id,
        limit: size,
        after: cursors.open(after),
        only: { direction, caseRef, hasFiles: files === 'true' },
      });
      const { client, rows, otherCaseUpdates, next } = page;
      return { client, rows, otherCaseUpdates, next: cursors.seal(next) };
    },
  }),
  operation({
    id: 'reportClient',
    method: 'post',
    path: '/api/clients/{id}/changed',
    tag: 'Clients',
    summary: 'Report that the CRM added, changed or removed a client',
    description: 'Refreshes the client in the address book now and rematches its mail.',
    params,
    body: z.strictObject({ dryRun: z.boolean().default(false).describe('Only show what would follow.') }),
    answer: z
      .strictObject({
        found: z.boolean().describe('False if the CRM has no such client (any more).'),
        preview: tallyShape.nullable(),
        marked,
      })
      .meta({ id: 'ReportedClient' }),
    says: 'What follows',
    work: async ({ triage }, { params: { id: name }, body: { dryRun } }) => {
      const { database, rules, enqueue } = triage;
      const client = await database.clients.findOne(
        { _id: { $in: idsMeant(name) } },
        { projection: { _id: 1 } },
      );
      const id = client?._id ?? idsMeant(name).at(-1) ?? name;
      const rematch = await rematchOf(database, { clientId: id, rules });
      const preview = rematch === null || !dryRun ? null : await previewRematch(triage, rematch);
      const changed = dryRun ? null : await clientChanged(database, { clientId: id, rules, enqueue });
      return { found: rematch !== null, preview, marked: changed?.marked ?? 0 };
    },
  }),
];

const aboutCommunications = [
  operation({
    id: 'listCommunications',
    method: 'get',
    path: '/api/communications',
    tag: 'Clients',
    summary: "Communications on clients' records, newest first",
    query: z.strictObject({
      client: clientId.optional(),
      thread: z.string().min(1).max(1_000).optional().describe('`threadId` of a message or communication.'),
      since: moment.optional(),
      until: moment.optional().describe('Before this moment.'),
      limit,
      after: cursor,
    }),
    answer: z
      .strictObject({ rows: z.array(communicationRowShape), next: nextCursor })
      .meta({ id: 'CommunicationPage' }),
    says: 'A page',
    refusals: ['bad-cursor'],
    work: async ({ triage: { database } }, { query: { limit: size, after, ...asked } }) => {
      const cursors = cursorsOf('communications', asked);
      const { client = null, thread = null, since, until } = asked;
      const { rows, next } = await listCommunications(database, {
        client,
        thread,
        since: since ?? null,
        until: until ?? null,
        after: cursors.open(after),
        limit: size,
      });
      return { rows: rows.map(communicationRow), next: cursors.seal(next) };
    },
  }),
  operation({
    id: 'getCommunication',
    method: 'get',
    path: '/api/communications/{id}',
    tag: 'Clients',
    summary: 'One communication with its text',
    params: z.strictObject({ id: z.string().min(1).max(500).describe('Id of the communication.') }),
    answer: communicationShape,
    says: 'The communication',
    refusals: ['no-such-communication'],
    work: async ({ triage: { database } }, { params: { id } }) => {
      const found = await communicationNamed(database, id);
      if (found === null) throw new Problem('no-such-communication', `${id}: no such communication`);
      return communicationDetail(found);
    },
  }),
];

export const clientOperations = [...aboutClients, ...aboutCommunications];
