import { createHash } from 'node:crypto';
import { Resolver } from 'node:dns/promises';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Authentication } from '../mail/authentication/authentication.ts';
import { dnsMapResolver } from '../mail/authentication/dns-answers.ts';
import type { DnsResolver } from '../mail/authentication/dns-answers.ts';
import { authenticateSender } from '../mail/authentication/sender.ts';
import { readMail } from '../mail/read.ts';
import type { ReadMail } from '../mail/read.ts';
import type { Disagreement } from '../mail/second-reading.ts';
import type { MessageFile } from '../mailbox/files/message-files.ts';
import { fileMark } from '../mailbox/files/file-mark.ts';
import { unsentSign } from '../mail/unsent.ts';
import { asUnsent } from '../decide/unsent.ts';
import { messageFactsOf } from '../decide/facts-from-mail.ts';
import { compareWithSecond, findDisagreements } from '../read/find-disagreements.ts';
import type { ExplainConfig } from './explain-config.ts';
import type { MessageFacts } from '../decide/message-facts.ts';

/** A message that was read; independent of all others. */
export interface Unjudged {
  readonly file: string;
  readonly reading: ReadMail;
  readonly facts: MessageFacts;
  readonly authentication: Authentication;
  /** Where a second reader differs, for a message that needs a second reading. */
  readonly disagreements: readonly Disagreement[];
  /** The same for any message; null if not requested. */
  readonly compared: readonly Disagreement[] | null;
}

const UNKNOWN: Authentication = {
  spf: null,
  dkim: null,
  dmarc: null,
  arc: null,
  source: null,
  alignedPass: false,
};
/** Messages without any date are judged first, as if they were the oldest. */
const NO_DATE = new Date(0);

const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

export function resolverOf({
  config,
  useDns,
}: {
  config: ExplainConfig;
  useDns: boolean;
}): DnsResolver | null {
  if (config.dns !== null) return dnsMapResolver(config.dns);
  if (!useDns) return null;
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  return async (name, type) => (await resolver.resolve(name, type)) as readonly unknown[];
}

export async function readFile(
  file: MessageFile,
  {
    config,
    resolver,
    compare,
  }: { readonly config: ExplainConfig; readonly resolver: DnsResolver | null; readonly compare: boolean },
): Promise<Unjudged> {
  const raw = file.kind === 'unreadable' ? Buffer.alloc(0) : file.kind === 'whole' ? file.raw : null;
  const open = (): Readable =>
    raw === null
      ? (file as Extract<MessageFile, { kind: 'stream' }>).open()
      : Readable.from(raw.length === 0 ? [] : [raw]);
  const read = await readMail({ raw: open() });
  const reading =
    file.kind === 'unreadable'
      ? { ...read, mail: { ...read.mail, warnings: [`unreadable: ${file.error}`, ...read.mail.warnings] } }
      : read;
  const facts = messageFactsOf(reading, {
    rawKey: '',
    internalDate: null,
    now: NO_DATE,
    rules: config.rules,
  });
  const unsent = unsentSign(reading.mail, fileMark(file.file));
  const date = reading.mail.date === null ? NO_DATE : new Date(reading.mail.date);
  const authentication =
    (await authenticateSender({
      mail: reading.mail,
      rules: config.rules,
      smtp: config.smtp,
      resolver,
      raw: async () => raw ?? (await buffer(open())),
    })) ?? UNKNOWN;
  const disagreements = await findDisagreements(reading.mail, config.rules, open);
  const compared = compare ? await compareWithSecond(reading.mail, open) : null;
  return {
    file: file.file,
    reading,
    facts:
      unsent === null
        ? { ...facts, date }
        : asUnsent({ ...facts, date }, { unsent, key: raw === null ? file.file : sha256Of(raw) }),
    authentication,
    disagreements,
    compared,
  };
}
