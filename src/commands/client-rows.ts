import { normaliseAddress } from '../mime/addresses/addresses.ts';
import type { ClientDocument } from '../store/clients.ts';
import { addressesIn } from './client-file.ts';
import type { ClientRow } from './client-file.ts';

/** What bytes become that are not in the file's encoding. */
const UNREADABLE = '\uFFFD';
const TEXTS = ['name', 'email', 'phone', 'company', 'notes'] as const;

/**
 * The clients that can be imported. For the others it says their position, which column is wrong and what to do: an invalid address
 * would never find anyone, and a damaged name would replace a good one.
 */
export function sortRows(rows: readonly ClientRow[]): {
  readonly clients: readonly ClientDocument[];
  readonly problems: readonly string[];
} {
  const clients: ClientDocument[] = [];
  const problems: string[] = [];
  for (const { client, place } of rows) {
    const wrong = problemsOf(client);
    if (wrong.length === 0) clients.push(withEachAddress(client));
    else problems.push(...wrong.map((problem) => `${place}, ${problem}`));
  }
  return { clients, problems };
}

function problemsOf(client: ClientDocument): string[] {
  const damaged = TEXTS.filter((field) => client[field]?.includes(UNREADABLE)).map(
    (field) =>
      `column ${field}: "${shown(client[field] ?? '')}" has bytes that are not UTF-8. Fix: save the file as UTF-8 (it may be Latin-1 or Windows-1252 now)`,
  );
  const listed = (client.emails ?? []).flatMap(addressesIn);
  const columns = [
    ['email', addressesIn(client.email)],
    ['emails', listed.filter((address) => !addressesIn(client.email).includes(address))],
  ] as const;
  const noAddress = columns.flatMap(([column, addresses]) =>
    addresses
      .filter((address) => !address.includes(UNREADABLE) && normaliseAddress(address) === null)
      .map(
        (address) =>
          `column ${column}: "${shown(address)}" is not an email address. Fix: correct it, or leave it empty and give an _id`,
      ),
  );
  return [...damaged, ...noAddress];
}

/** An `email` with several addresses keeps the first, and `emails` gets them all. */
function withEachAddress(client: ClientDocument): ClientDocument {
  const all = [...new Set([...addressesIn(client.email), ...(client.emails ?? []).flatMap(addressesIn)])];
  const [email] = addressesIn(client.email);
  const { emails: _, ...rest } = client;
  return {
    ...rest,
    ...(email === undefined ? {} : { email }),
    ...(all.length > 1 || (all.length === 1 && email === undefined) ? { emails: all } : {}),
  };
}

/** A stranger's text, on a terminal. */
const shown = (text: string): string => text.replaceAll(/\p{Cc}/gu, ' ').slice(0, 80);
