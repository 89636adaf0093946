/** A firm, its clients, and what `explain` decides about messages that are written in a line. */
import { dateHeader, text, wholeMessage, word } from '../../demo/mime.ts';
import type { Part } from '../../demo/mime.ts';
import { explain } from '../../src/explain/explain.ts';
import type { Explained } from '../../src/explain/explain.ts';
import type { MessageFile } from '../../src/mailbox/files/message-files.ts';
import { rulesFromExplainConfig } from '../../src/explain/explain-config.ts';
import type { ClientDocument } from '../../src/store/clients.ts';

export interface MessageSpec {
  readonly from: string;
  readonly to?: string;
  readonly cc?: string;
  readonly subject?: string;
  readonly body?: string | Part;
  /** Header lines as they are, above the rest. */
  readonly headers?: readonly string[];
  /** Null for none. */
  readonly id?: string | null;
  readonly answers?: readonly string[];
  /** Minutes after the first. */
  readonly minute?: number;
}

export const office = 'office@firm.test';
export const ada = 'Ada <ada@firm.test>';
export const crm = 'crm@firm.test';

/** Ids in the order of their age. */
export const people: readonly ClientDocument[] = [
  { _id: 'john', email: 'john@x.test' },
  { _id: 'mary', email: 'mary@y.test' },
  { _id: 'old', email: 'shared@house.test' },
  { _id: 'young', email: 'shared@house.test' },
];

export interface Setting {
  readonly clients?: readonly ClientDocument[];
  readonly config?: Readonly<Record<string, unknown>>;
}

const base = Date.parse('2026-02-02T08:00:00Z');

export function raw(message: MessageSpec, place: number): Buffer {
  const { id = `message-${place}@x.test`, answers = [], headers = [], body = 'Please see to it.' } = message;
  const ids = answers.map((answer) => `<${answer}>`);
  return wholeMessage(
    [
      ...headers,
      `From: ${message.from}`,
      ...(message.to === undefined ? [`To: ${office}`] : message.to === '' ? [] : [`To: ${message.to}`]),
      ...(message.cc === undefined ? [] : [`Cc: ${message.cc}`]),
      `Subject: ${word(message.subject ?? 'A message')}`,
      `Date: ${dateHeader(new Date(base + (message.minute ?? place) * 60_000))}`,
      ...(id === null ? [] : [`Message-ID: <${id}>`]),
      ...(ids.length === 0 ? [] : [`In-Reply-To: ${ids.at(-1)}`, `References: ${ids.join(' ')}`]),
    ],
    typeof body === 'string' ? text(body) : body,
  );
}

/** Judged together, in one empty store. */
export async function decideAll(
  messages: readonly (MessageSpec | Buffer)[],
  { clients = people, config = {} }: Setting = {},
): Promise<Explained[]> {
  const reading = rulesFromExplainConfig({
    ownAddresses: [office, crm],
    staffDomains: ['firm.test'],
    ...config,
  });
  if (!reading.ok) throw new Error(reading.problems.join('\n'));
  async function* files(): AsyncGenerator<MessageFile> {
    for (const [place, message] of messages.entries())
      yield {
        kind: 'whole',
        file: `${place}.eml`,
        raw: Buffer.isBuffer(message) ? message : raw(message, place),
      };
  }
  return await explain({ files: files(), clients, config: reading.config, useDns: false });
}

export async function decide(message: MessageSpec | Buffer, setting: Setting = {}): Promise<Explained> {
  const [only] = await decideAll([message], setting);
  if (only === undefined) throw new Error('nothing was decided');
  return only;
}

/** `john from`, one per client; the kind if there is none. */
export function outcome({ verdict }: Explained): string {
  const links = verdict.clients.map(({ clientId, via }) => `${clientId} ${via}`).join(', ');
  return links === '' ? verdict.kind : links;
}

export async function outcomeOf(message: MessageSpec | Buffer, setting: Setting = {}): Promise<string> {
  return outcome(await decide(message, setting));
}

export const dropbox: Setting = { config: { mailbox: { name: 'crm', role: 'dropbox' } } };

/** As Gmail prints a forwarded message. */
export function gmail(from: string, inside = 'The wall has a crack.', subject = 'Wall'): string {
  return `---------- Forwarded message ---------\nFrom: ${from}\nDate: Mon, 2 Feb 2026 at 09:05\nSubject: ${subject}\nTo: <ada@firm.test>\n\n${inside}`;
}

/** As Outlook prints it. */
export function outlook(
  from: string,
  words: readonly [string, string, string, string] = ['From', 'Sent', 'To', 'Subject'],
): string {
  const [fromWord, sent, to, subject] = words;
  return `For the file.\n\n________________________________\n${fromWord}: ${from}\n${sent}: Monday, February 2, 2026 9:05 AM\n${to}: Ada <ada@firm.test>\n${subject}: Wall\n\nThe wall has a crack.`;
}
