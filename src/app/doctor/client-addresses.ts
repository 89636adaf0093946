import { addressesOf } from '../../decide/client-addresses.ts';
import { isOurs } from '../../decide/parties.ts';
import type { Rules } from '../../decide/rules.ts';
import type { ClientDocument } from '../../store/clients.ts';
import type { Database } from '../../store/mongo.ts';
import { finding } from './finding.ts';
import type { Finding } from './finding.ts';

/** How many clients are named; the others are only counted. */
const NAMED = 10;
/** A field may contain a whole text; its start shows what is wrong. */
const MAX_SHOWN_CHARS = 60;
/** As long as a person waits for one line of the report. A million clients take about half of it. */
const TIME_MS = 30_000;

/** Names the clients whose mail no address will ever find: their fields have none that is readable, or only ours. */
export async function examineClientAddresses(
  { clients, addressBook }: Pick<Database, 'clients' | 'addressBook'>,
  rules: Rules,
): Promise<Finding> {
  const byAlias = new Set((await addressBook.distinct('clientId', { source: 'learned' })).map(String));
  const until = Date.now() + TIME_MS;
  const unread: string[] = [];
  const counts = { examined: 0, unread: 0, without: 0 };
  const fields = { _id: 1, name: 1, email: 1, emails: 1 };
  for await (const client of clients.find().project<ClientDocument>(fields).sort({ _id: 1 })) {
    if (Date.now() > until) break;
    counts.examined += 1;
    if (byAlias.has(String(client._id))) continue;
    const addresses = addressesOf(client);
    if (addresses.some((address) => !isOurs(address, rules))) continue;
    const written = writtenIn(client);
    if (written === '') {
      counts.without += 1;
      continue;
    }
    counts.unread += 1;
    const why = addresses.length === 0 ? '' : ', which is ours';
    if (unread.length < NAMED) unread.push(`${String(client._id)} (${written}${why})`);
  }
  return report(counts, unread);
}

function report(
  { examined, unread, without }: { examined: number; unread: number; without: number },
  named: readonly string[],
): Finding {
  const bare = without === 0 ? '' : `; without any: ${without}, whose mail only a person or a thread links`;
  const subject = 'client addresses';
  if (unread === 0)
    return finding(subject, 'ok', `${examined - without} of ${examined} clients have one${bare}`);
  const more = unread > named.length ? ` and ${unread - named.length} more` : '';
  return finding(
    subject,
    'warning',
    `no address finds ${unread} of ${examined} clients: ${named.join(', ')}${more}${bare}`,
    'correct email or emails in the CRM, or run docketmail triage learn ADDRESS CLIENT',
  );
}

/** The content of the fields, on one line. */
function writtenIn({ email, emails }: { readonly email?: unknown; readonly emails?: unknown }): string {
  const texts = [email, emails].flat().filter((text) => text !== null && text !== undefined && text !== '');
  return texts
    .map((text) => (typeof text === 'string' ? text : JSON.stringify(text)))
    .join('; ')
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_SHOWN_CHARS);
}
