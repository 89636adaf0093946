/** Runs one set of messages through `docketmail explain` and through ingestion on real servers. */
import { instantOf } from '../../src/mail/instant.ts';
import { recipientsKey } from '../../src/decide/facts-from-mail.ts';
import { explain } from '../../src/explain/explain.ts';
import { explainLine } from '../../src/explain/explain-line.ts';
import { rulesFromExplainConfig } from '../../src/explain/explain-config.ts';
import type { Explained } from '../../src/explain/explain.ts';
import { ingestAgain, ingestSighting } from '../../src/ingest/ingest.ts';
import type { MessageFile } from '../../src/mailbox/files/message-files.ts';
import type { ReadMessage } from '../../src/read/reader.ts';
import type { CaseUpdateDocument } from '../../src/store/case-updates.ts';
import type { ClientDocument } from '../../src/store/clients.ts';
import type { MessageDocument } from '../../src/store/message-document.ts';
import { openFirm } from './servers.ts';

export interface BothWays {
  readonly mail: readonly { readonly file: string; readonly raw: Buffer }[];
  readonly clients: readonly ClientDocument[];
  readonly config: Readonly<Record<string, unknown>>;
}

/** For each message, the contract's fields that the stored documents have, as each way reports them, by file. */
export async function bothWays({ mail, clients, config: json }: BothWays): Promise<{
  readonly explained: Readonly<Record<string, unknown>>;
  readonly ingested: Readonly<Record<string, unknown>>;
}> {
  const read = rulesFromExplainConfig(json);
  if (!read.ok) throw new Error(read.problems.join('\n'));
  const { config } = read;
  const firm = await openFirm({ rules: config.rules });
  await firm.addClients(...clients);
  async function* files(): AsyncGenerator<MessageFile> {
    for (const { file, raw } of mail) yield { kind: 'whole', file, raw };
  }
  const everybody = await firm.database.clients.find().toArray();
  const explained = await explain({ files: files(), clients: everybody, config, useDns: false });
  const byFile = new Map(mail.map(({ file, raw }) => [file, raw]));
  const inOrder = explained.toSorted((a, b) => a.facts.date.getTime() - b.facts.date.getTime());
  const authentications = new Map(explained.map((one) => [one.facts.fingerprint, one.authentication]));
  const deps = {
    ...firm,
    reader: {
      ...firm.reader,
      // The configuration's DNS answers, which the reading thread does not know.
      read: async (task: Parameters<typeof firm.reader.read>[0]): Promise<ReadMessage> => {
        const message = await firm.reader.read(task);
        const authentication = authentications.get(message.reading.mail.fingerprint) ?? null;
        return { ...message, authentication };
      },
    },
  };
  for (const { file, facts } of inOrder) {
    const raw = byFile.get(file);
    if (raw === undefined) throw new Error(`${file}: no such message`);
    const { role } = config.mailbox;
    await ingestSighting(deps, await firm.deliver(raw, { internalDate: facts.date, role }));
    for (let next = firm.waiting.messages.shift(); next !== undefined; next = firm.waiting.messages.shift())
      await ingestAgain(deps, next);
  }
  const [told, stored]: [Record<string, unknown>, Record<string, unknown>] = [{}, {}];
  for (const message of await firm.database.messages.find().toArray()) {
    // Of copies to several people, the one by which it was last judged.
    const copies = inOrder.filter(({ facts }) => facts.fingerprint === message.fingerprint);
    const one =
      copies.find(({ reading }) => recipientsKey(reading.mail) === message.judgedWith?.recipients) ??
      copies[0];
    if (one === undefined) throw new Error(`${message.subject}: was not explained`);
    const own = new Set(one.verdict.clients.map(({ clientId }) => clientId));
    const all = await firm.database.caseUpdates.find({ messageRef: message._id }).toArray();
    const updates = copies.length === 1 ? all : all.filter(({ clientId }) => own.has(String(clientId)));
    const communication = await firm.database.communications.findOne({ messageRef: message._id });
    told[one.file] = toldOf(one, { hasReply: communication !== null });
    stored[one.file] = plain(storedOf(message, updates, communication?.reply ?? null));
  }
  if (authentications.size === 0 || Object.keys(told).length < authentications.size)
    throw new Error('not every message was stored');
  return { explained: told, ingested: stored };
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** The contract's `forwarded` is the innermost message, the stored one is the one that counts: both are among the hops. */
const hopKey = ({
  via,
  from,
  subject,
  date,
  depth,
}: Omit<NonNullable<MessageDocument['forwarded']>, 'messageId'>) =>
  JSON.stringify([via, from, subject, date, depth]);

function toldOf(one: Explained, { hasReply }: { readonly hasReply: boolean }): unknown {
  const line = explainLine(one);
  const isFiled = one.verdict.forwardedBy !== null;
  const carried = one.facts.forwarded;
  const isAmongHops = carried !== null && one.reading.mail.forwards.map(hopKey).includes(hopKey(carried));
  return plain({
    messageId: line['messageId'],
    fingerprint: line['fingerprint'],
    date: one.reading.mail.date === null ? null : instantOf(one.reading.mail.date),
    subject: line['subject'],
    direction: line['direction'],
    reply: !hasReply || isFiled ? null : line['reply'],
    attachments: line['attachments'],
    automatic: line['automatic'],
    bounce: line['bounce'],
    forwarded: line['forwarded'] === null ? null : isAmongHops && carried,
    authentication: line['authentication'],
    caseTags: line['caseTags'],
    caseUpdates: sorted(line['caseUpdates'] as readonly Update[]),
    verdict: line['verdict'],
    evidence: line['evidence'],
    warnings: line['warnings'],
  });
}

type Update = Pick<CaseUpdateDocument, 'clientId' | 'title' | 'description' | 'status' | 'ref' | 'review'>;

function sorted(updates: readonly Update[]): unknown[] {
  return updates
    .map(({ clientId, title, description, status, ref, review }) => ({
      clientId: String(clientId),
      title,
      description,
      status,
      ref,
      review,
    }))
    .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

function storedOf(
  message: MessageDocument,
  updates: readonly CaseUpdateDocument[],
  reply: string | null,
): unknown {
  const { verdict, authentication } = message;
  if (verdict === null) throw new Error(`${message.subject}: was not judged`);
  const { spf = null, dkim = null, dmarc = null, arc = null, source = null } = authentication ?? {};
  return {
    messageId: message.messageId,
    fingerprint: message.fingerprint,
    date: message.date.getTime() === 0 ? null : message.date,
    subject: message.subject,
    direction: verdict.direction,
    reply: verdict.forwardedBy === null ? reply : null,
    attachments: message.attachments,
    automatic: message.automatic,
    bounce: message.bounce,
    forwarded: message.forwarded,
    authentication: { spf, dkim, dmarc, arc, source },
    caseTags: message.tags.map(({ raw, ref, status, statusText }) => ({ raw, ref, status, statusText })),
    caseUpdates: sorted(updates),
    verdict: {
      kind: verdict.kind,
      clients: verdict.clients,
      candidates: verdict.candidates,
      reason: verdict.reason,
    },
    evidence: verdict.evidence,
    warnings: message.warnings.filter((warning) => !warning.startsWith('date-in-future')),
  };
}
