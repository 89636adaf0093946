/** Finding mail by its words. */
import { z } from 'zod';
import { MAX_FOUND, search } from '../../../search/find.ts';
import { countMissing } from '../../../search/index-messages.ts';
import { MAX_QUERY_CHARS } from '../../../search/query.ts';
import { STATES } from '../../../triage/list-messages.ts';
import { idsMeant } from '../../../triage/named.ts';
import { cursor, cursorsOf, nextCursor } from '../cursor.ts';
import { operation } from '../operation.ts';
import { clientId } from '../shapes/client-shapes.ts';
import { address, time, whole } from '../shapes/shape.ts';

const foundShape = z
  .strictObject({
    messageId: z.string(),
    clientId: z.string().nullable().describe("On whose record it is; null on nobody's."),
    date: time,
    subject: z.string(),
    from: address.nullable(),
    snippet: z
      .array(z.strictObject({ text: z.string(), isMatch: z.boolean() }))
      .describe('Plain text around the first word that was asked for.'),
    files: whole,
    state: z.enum(STATES),
  })
  .meta({ id: 'FoundMessage' });

export const searchOperations = [
  operation({
    id: 'search',
    method: 'get',
    path: '/api/search',
    tag: 'Messages',
    summary: 'Mail by words, people, files, mailbox, case and date, newest first',
    query: z.strictObject({
      q: z
        .string()
        .min(1)
        .max(MAX_QUERY_CHARS)
        .describe(
          'Words must all be found, quoted ones one behind the other; -word leaves out, wor* finds what begins so. from: to: subject: file: in: case: has:attachment is:triage is:held after: before: narrow it.',
        )
        .meta({ examples: ['invoice from:rosa after:2026-03-01'] }),
      client: clientId.optional().describe("Only on this client's record."),
      limit: z.coerce.number().int().min(1).max(MAX_FOUND).default(25).describe('Rows of a page.'),
      after: cursor,
    }),
    answer: z
      .strictObject({
        rows: z.array(foundShape),
        isCut: z
          .boolean()
          .describe('There may be more, but too much was looked through: add a word or a date.'),
        missing: whole.describe('Messages that search does not know yet.'),
        next: nextCursor,
      })
      .meta({ id: 'SearchResult' }),
    says: 'What was found',
    refusals: ['bad-query', 'bad-cursor'],
    work: async ({ triage: { database } }, { query: { q, client, limit, after } }) => {
      const cursors = cursorsOf('search', { q, client });
      const within =
        client === undefined
          ? undefined
          : (await database.clients.findOne({ _id: { $in: idsMeant(client) } }, { projection: { _id: 1 } }))
              ?._id;
      const missing = await countMissing(database);
      const place = cursors.open(after);
      if (client !== undefined && within === undefined)
        return { rows: [], isCut: false, missing, next: null };
      const { rows, next, isCut } = await search(database, {
        text: q,
        ...(within !== undefined && { clientId: within }),
        after: place,
        limit,
      });
      return { rows, isCut, missing, next: cursors.seal(next) };
    },
  }),
] as const;
