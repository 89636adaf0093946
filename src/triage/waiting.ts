import type { Filter } from 'mongodb';
import type { SecondReading } from '../mail/second-reading.ts';
import type { Address } from '../mime/parsed-message.ts';
import { caseUpdateId } from '../ingest/record.ts';
import type { DecisionDocument } from '../store/decisions.ts';
import type { MessageDocument } from '../store/message-document.ts';
import type { Database } from '../store/mongo.ts';
import type { SightingDocument } from '../store/sightings.ts';
import type { Evidence, Via } from '../decide/verdict.ts';
import { heldMessages, heldRows, REVIEWS } from '../store/held-updates.ts';
import { addressesOf } from '../decide/client-addresses.ts';
import { companyDomain, withoutSubAddress } from '../decide/parties.ts';
import { lookUpAddresses } from '../store/book-answers.ts';
import { beyond, placeIn, placeText } from './keyset.ts';
import { idsMeant } from './named.ts';
import { TriageError } from './triage-error.ts';

/** A client that a message may be about, with what identifies it to a person. */
export interface NamedLink {
  readonly clientId: string;
  readonly via: Via;
  readonly address: string | null;
  readonly name: string | null;
  readonly email: string | null;
}

/** A message in a list. Values that survive JSON. */
export interface TriageRow {
  readonly id: string;
  readonly state: MessageDocument['state'];
  readonly receivedAt: string;
  readonly date: string;
  readonly from: Address | null;
  readonly subject: string;
  readonly preview: string;
  readonly kind: string | null;
  readonly direction: string | null;
  readonly reason: string | null;
  readonly clients: readonly NamedLink[];
  readonly candidates: readonly NamedLink[];
  /** Case updates that wait for a person. */
  readonly held: readonly HeldUpdate[];
}

export interface HeldUpdate {
  readonly clientId: string;
  readonly ref: string | null;
  readonly title: string;
  readonly status: string | null;
  readonly statusText: string | null;
  readonly review: string;
}

/** A client that the CRM might create. docketmail never writes clients. */
export interface ClientSuggestion {
  readonly name: string;
  readonly email: string;
  /** A company's domain; null at a free-mail provider. */
  readonly domain: string | null;
}

export interface TriageDetail extends TriageRow {
  readonly messageId: string | null;
  readonly threadId: string;
  readonly participants: MessageDocument['participants'];
  readonly evidence: readonly Evidence[];
  readonly automatic: string | null;
  readonly attachments: readonly {
    readonly filename: string | null;
    readonly contentType: string;
    readonly size: number;
  }[];
  readonly warnings: readonly string[];
  readonly rawKey: string;
  /** For a quarantined message: an independent parser's reading. */
  readonly secondReading: SecondReading | null;
  readonly sightings: readonly Pick<SightingDocument, 'mailbox' | 'folder' | 'uid' | 'state'>[];
  readonly decisions: readonly DecisionRow[];
  readonly suggestion: ClientSuggestion | null;
}

export interface DecisionRow {
  readonly id: string;
  readonly subject: string;
  readonly act: DecisionDocument['act'];
  readonly clients: readonly string[];
  readonly by: string;
  readonly at: string;
  readonly undoneAt: string | null;
  readonly undoneBy: string | null;
  /** Of `reject`. */
  readonly reason: string | null;
  /** Of `confirm` and `reject`: the case, and the status that was chosen in place of the tag's. */
  readonly caseUpdate: {
    readonly id: string;
    readonly ref: string | null;
    readonly status: string | null;
  } | null;
}

export interface ListRequest {
  /** `triage`: no client found. `held`: a case update waits for a person. */
  readonly what: 'triage' | 'held';
  readonly reason: string | null;
  readonly limit: number;
  /** `next` of the previous page. */
  readonly after: string | null;
}

export const MAX_PAGE = 200;

/** The review queue, oldest first. `next` is null on the last page; `total` counts all. */
export async function listWaiting(
  database: Database,
  { what, reason, limit, after }: ListRequest,
): Promise<{ rows: TriageRow[]; next: string | null; total: number }> {
  const { messages } = database;
  if (what === 'held' && reason !== null && !(REVIEWS as readonly string[]).includes(reason))
    throw new TriageError('not-possible', `${reason}: updates are held for ${REVIEWS.join(', ')}`);
  const waiting: Filter<MessageDocument> =
    what === 'triage'
      ? { state: 'triage', ...(reason === null ? {} : { 'verdict.reason': reason }) }
      : { _id: { $in: await heldMessages(database.caseUpdates, reason) } };
  const size = Math.min(limit, MAX_PAGE);
  const found = await messages
    .find({ $and: [waiting, laterThan(after)] })
    .sort({ receivedAt: 1, _id: 1 })
    .limit(size + 1)
    .toArray();
  const page = found.slice(0, size);
  const last = page.at(-1);
  const next = found.length > size && last !== undefined ? placeText(last.receivedAt, last._id) : null;
  return { rows: await rowsOf(database, page), next, total: await messages.countDocuments(waiting) };
}

export const isCursor = (text: string): boolean => placeIn(text) !== null;

/** @throws TriageError for a value that no page returned. */
function laterThan(after: string | null): Filter<MessageDocument> {
  if (after === null) return {};
  const place = placeIn(after);
  if (place === null)
    throw new TriageError(
      'not-possible',
      `${after}: is not a cursor; give the one at the end of the previous page`,
    );
  return beyond(place, { field: 'receivedAt', way: 1 });
}

/** Everything that a person needs to decide about one message. */
export async function detailOf(database: Database, message: MessageDocument): Promise<TriageDetail> {
  const [row] = await rowsOf(database, [message]);
  if (row === undefined) throw new Error('a message without a row');
  const sightings = await database.sightings.find({ messageRef: message._id }).limit(50).toArray();
  const senders = message.participants
    .filter(({ role }) => role === 'from')
    .flatMap(({ address }) => address ?? []);
  const subjects = [
    `message:${message.fingerprint}`,
    `thread:${message.threadId}`,
    ...senders.flatMap((address) => [`address:${address}`, `domain:${companyDomain(address) ?? ''}`]),
  ];
  const decisions = await database.decisions
    .find({ subject: { $in: subjects } })
    .sort({ at: 1 })
    .limit(200)
    .toArray();
  return {
    ...row,
    messageId: message.messageId,
    threadId: message.threadId,
    participants: message.participants,
    evidence: message.verdict?.evidence ?? [],
    automatic: message.automatic?.kind ?? null,
    attachments: message.attachments.map(({ filename, contentType, size }) => ({
      filename,
      contentType,
      size,
    })),
    warnings: message.warnings,
    rawKey: message.rawKey,
    secondReading: message.secondReading ?? null,
    sightings: sightings.map(({ mailbox, folder, uid, state }) => ({ mailbox, folder, uid, state })),
    decisions: decisions.map(decisionRow),
    suggestion: await suggestionFor(database, message),
  };
}

export function decisionRow({
  _id,
  subject,
  act,
  clients,
  by,
  at,
  undoneAt,
  undoneBy,
  reason,
  caseUpdate,
}: DecisionDocument): DecisionRow {
  return {
    id: _id.toHexString(),
    subject,
    act,
    clients: clients.map(String),
    by,
    at: at.toISOString(),
    undoneAt: undoneAt?.toISOString() ?? null,
    undoneBy: undoneBy ?? null,
    reason: reason ?? null,
    caseUpdate:
      caseUpdate === undefined
        ? null
        : { id: caseUpdate.id.toHexString(), ref: caseUpdate.ref, status: caseUpdate.chosen ?? null },
  };
}

/** A message to more strangers than this is a circular. */
const MAX_PARTIES = 50;

/** From the other party: the sender inside a forward, a recipient of our message, else the sender; the first who is not a client. */
async function suggestionFor(
  database: Pick<Database, 'clients' | 'addressBook'>,
  { participants, verdict, forwarded }: Pick<MessageDocument, 'participants' | 'verdict' | 'forwarded'>,
): Promise<ClientSuggestion | null> {
  const roles =
    forwarded !== null && verdict?.forwardedBy
      ? ['forwarded-from']
      : verdict?.direction === 'outbound'
        ? ['to', 'cc']
        : ['from'];
  const parties = participants
    .flatMap(({ role, address, name }) =>
      roles.includes(role) && address !== null ? [{ address, name }] : [],
    )
    .slice(0, MAX_PARTIES);
  const asked = parties.flatMap(({ address }) => [address, withoutSubAddress(address) ?? address]);
  const { entries } = await lookUpAddresses(database, [...new Set(asked)]);
  const isClient = (address: string): boolean =>
    entries.has(address) || entries.has(withoutSubAddress(address) ?? '');
  const party = parties.find(({ address }) => !isClient(address));
  if (party === undefined) return null;
  const { address, name } = party;
  return {
    name: name === '' ? address.slice(0, address.lastIndexOf('@')) : name,
    email: address,
    domain: companyDomain(address),
  };
}

/** Messages as rows of a list. */
export async function rowsOf(
  { clients, caseUpdates }: Pick<Database, 'clients' | 'caseUpdates'>,
  messages: readonly MessageDocument[],
): Promise<TriageRow[]> {
  const idsOf = (message: MessageDocument) =>
    message.caseUpdates.map((update) => caseUpdateId(message, update));
  const heldUpdates = await heldRows(caseUpdates, messages.flatMap(idsOf));
  const ids = new Set(
    messages.flatMap(({ links, verdict }) => [
      ...links.map(({ clientId }) => String(clientId)),
      ...(verdict?.candidates ?? []).map(({ clientId }) => clientId),
    ]),
  );
  const found = await clients
    .find({ _id: { $in: [...ids].flatMap(idsMeant) } })
    .project<{ _id: unknown; name?: string; email?: unknown }>({ name: 1, email: 1 })
    .toArray();
  const known = new Map(found.map((client) => [String(client._id), client]));
  const named = (link: { clientId: unknown; via: Via; address: string | null }): NamedLink => {
    const clientId = String(link.clientId);
    const client = known.get(clientId);
    return {
      clientId,
      via: link.via,
      address: link.address,
      name: client?.name ?? null,
      email: typeof client?.email === 'string' ? client.email : (addressesOf(client ?? {})[0] ?? null),
    };
  };
  return messages.map((message) => {
    const { verdict } = message;
    const from = message.participants.find(({ role }) => role === 'from');
    return {
      id: message._id.toHexString(),
      state: message.state,
      receivedAt: message.receivedAt.toISOString(),
      date: message.date.toISOString(),
      from: from === undefined ? null : { address: from.address, name: from.name },
      subject: message.subject,
      preview: message.preview,
      kind: verdict?.kind ?? null,
      direction: verdict?.direction ?? null,
      reason: verdict?.reason ?? null,
      clients: message.links.map(named),
      candidates: (verdict?.candidates ?? []).map(named),
      held: message.caseUpdates.flatMap((update) => {
        const { clientId, ref, title, status, statusText } = update;
        const id = caseUpdateId(message, update).toHexString();
        const review = update.review === 'echo' ? undefined : heldUpdates.get(id);
        return review === undefined
          ? []
          : [{ clientId: String(clientId), ref, title, status, statusText, review }];
      }),
    };
  });
}
