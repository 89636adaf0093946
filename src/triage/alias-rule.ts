import { normaliseAddress } from '../mime/addresses/addresses.ts';
import { previewRematch, rematchPreviews, startRematch } from '../rejudge/rematch.ts';
import type { Rematch } from '../rejudge/rematch.ts';
import type { Tally } from '../rejudge/preview.ts';
import { addAliasRow, aliasRow, removeAliasRow } from '../store/address-book.ts';
import type { ClientDocument } from '../store/clients.ts';
import { decide, endContrary } from '../store/decisions.ts';
import type { DecisionDocument } from '../store/decisions.ts';
import { followLater, sentFrom } from './followers.ts';
import type { TriageDeps } from './triage-deps.ts';
import { companyDomain, domainOf, isAtOurs, isFreeMail } from '../decide/parties.ts';
import { TriageError } from './triage-error.ts';

export interface AliasRule {
  /** An address, or a domain with or without "@". */
  readonly what: string;
  readonly client: Pick<ClientDocument, '_id'>;
  readonly by: string;
  /** Only report what would follow. */
  readonly dryRun: boolean;
}

export interface AliasAdded {
  /** The normalised address, or `@domain`. */
  readonly address: string;
  readonly decision: DecisionDocument | null;
  /** What would change in stored messages. */
  readonly preview: Tally;
  /** Messages queued; 0 in a dry run. */
  readonly marked: number;
  /** Earlier decisions to ignore the same address or domain, which this one ended. */
  readonly replaced: readonly DecisionDocument[];
}

/**
 * Adds an alias or a company domain of a client to the address book, and rematches waiting messages. @throws TriageError for our
 * own addresses, free-mail domains, and unreadable ones.
 */
export async function addAlias(
  deps: TriageDeps,
  { what, client, by, dryRun }: AliasRule,
): Promise<AliasAdded> {
  const address = aliasNamed(deps, what);
  const row = aliasRow(address, client._id);
  const rematch: Rematch = { gained: [address], lost: [], gainer: client._id, supposed: [row] };
  const preview = await previewRematch(deps, rematch);
  if (dryRun) return { address, decision: null, preview, marked: 0, replaced: [] };
  const subject = subjectOf(address);
  const decision = await decide(deps.database.decisions, { subject, act: 'link', clients: [client._id], by });
  const replaced = await endContrary(deps.database.decisions, { subject, act: 'ignore', by });
  await addAliasRow(deps.database.addressBook, row);
  const released =
    replaced.length > 0 ? await followLater(deps, { ...sentFrom(subject), state: 'ignored' }) : 0;
  const marked = released + (await startRematch(deps.database, rematch, deps.enqueue));
  return { address, decision, preview, marked, replaced };
}

/** More messages than these are counted no further: a person waits for the preview. */
const MAX_PREVIEWED = 200;

/** What an alias would do to stored messages. @throws TriageError as `addAlias`. */
export async function previewAlias(
  deps: TriageDeps,
  { what, client }: Pick<AliasRule, 'what' | 'client'>,
): Promise<{
  readonly address: string;
  readonly follow: number;
  readonly cases: number;
  readonly isCut: boolean;
}> {
  const address = aliasNamed(deps, what);
  const supposed = [aliasRow(address, client._id)];
  let [follow, cases, isCut] = [0, 0, false];
  const changes = rematchPreviews(deps, { gained: [address], lost: [], gainer: client._id, supposed });
  let examined = 0;
  for await (const { kinds } of changes) {
    if (kinds.includes('links')) follow += 1;
    if (kinds.includes('case-updates')) cases += 1;
    examined += 1;
    isCut = examined >= MAX_PREVIEWED;
    if (isCut) break;
  }
  return { address, follow, cases, isCut };
}

/** Removes it from the book, and retracts the links made only by it. */
export async function removeAlias(deps: TriageDeps, { subject, clients }: DecisionDocument): Promise<number> {
  const bare = subject.slice(subject.indexOf(':') + 1);
  const address = subject.startsWith('domain:') ? `@${bare}` : bare;
  for (const clientId of clients)
    await removeAliasRow(deps.database.addressBook, aliasRow(address, clientId));
  const lost = clients.map((clientId) => ({ clientId, address: bare }));
  return await startRematch(deps.database, { gained: [], lost }, deps.enqueue);
}

export const subjectOf = (address: string): string =>
  address.startsWith('@') ? `domain:${address.slice(1)}` : `address:${address}`;

function aliasNamed({ rules }: TriageDeps, what: string): string {
  const text = what.trim();
  if (text.includes('@') && !text.startsWith('@')) {
    const address = normaliseAddress(text);
    if (address === null) throw new TriageError('not-possible', `${text}: is not an address`);
    if (isAtOurs(address, rules)) throw new TriageError('not-possible', `${address} is ours`);
    return address;
  }
  const domain = domainNamed(text);
  if (isOurDomain(domain, rules)) throw new TriageError('not-possible', `${domain} is ours`);
  return `@${domain}`;
}

/** Also a parent domain of ours: it would give the client everything we send. */
function isOurDomain(domain: string, { staffDomains, ownAddresses }: TriageDeps['rules']): boolean {
  const ours = [...staffDomains, ...ownAddresses.map(domainOf)].filter((own) => !isFreeMail(own));
  return ours.some(
    (own) => own === domain || own.endsWith(`.${domain}`) || companyDomain(`x@${own}`) === domain,
  );
}

/** @throws TriageError if the text is not a company domain. */
export function domainNamed(text: string): string {
  const named = normaliseAddress(`x@${text.replace(/^@/u, '')}`);
  const domain = named === null ? null : domainOf(named);
  if (domain === null) throw new TriageError('not-possible', `${text}: is not a domain`);
  if (isFreeMail(domain))
    throw new TriageError('not-possible', `${domain} is a provider where anyone can have an address`);
  const company = companyDomain(`x@${domain}`);
  if (company === null) throw new TriageError('not-possible', `${domain} is not a company's domain`);
  if (company !== domain)
    throw new TriageError('not-possible', `${domain}: mail is matched by the whole domain; say ${company}`);
  return domain;
}
