import type { ClientKey } from './firm.ts';
import { dateHeader, wholeMessage, word } from './mime.ts';
import type { Part } from './mime.ts';
import { traceOf } from './receiving-server.ts';

/** Where a message is delivered: INBOX by LMTP, Sent by IMAP APPEND. */
export type Place = 'capture INBOX' | 'capture Sent' | 'dropbox INBOX';

export interface ExpectedCaseUpdate {
  readonly client: ClientKey;
  readonly ref: string | null;
  /** Omitted if the case keeps its status. */
  readonly status?: string;
  readonly review: string | null;
}

/** What the design says about the message once all have arrived. */
export interface Expected {
  readonly state: 'stored' | 'triage' | 'ignored';
  readonly kind: 'matched' | 'ambiguous' | 'unmatched' | 'internal';
  readonly direction: 'inbound' | 'outbound' | 'internal';
  readonly clients: readonly ClientKey[];
  readonly automatic: string | null;
  readonly caseUpdates: readonly ExpectedCaseUpdate[];
  /** Files of the message: images shown in the text, reports and invitations included, because nothing is dropped. */
  readonly attachments: number;
}

export interface DemoMessage {
  readonly id: string;
  readonly description: string;
  /** One sighting each. */
  readonly places: readonly Place[];
  /** As its sender wrote it, and as it is in a Sent folder. */
  readonly raw: Buffer;
  /** As the firm's mail server delivers it. */
  readonly delivered: Buffer;
  readonly expected: Expected;
}

export interface Draft {
  readonly id: string;
  readonly description: string;
  readonly places: readonly Place[];
  /** Minutes after the base date. Threads and case tags are written in this order. */
  readonly minute: number;
  readonly from: string;
  readonly to?: string;
  readonly cc?: string;
  readonly subject?: string;
  readonly body: Part;
  /** Ids of demo messages that this one answers, oldest first. */
  readonly answers?: readonly string[];
  readonly headers?: readonly string[];
  readonly withoutMessageId?: boolean;
  readonly expected: Expected;
}

export function messageIdOf(id: string): string {
  return `${id}@demo.example`;
}

/** The bytes of a draft; deterministic for a base date. */
export function compose(draft: Draft, base: Date): DemoMessage {
  const { id, description, places, expected, answers = [] } = draft;
  const ids = answers.map((answer) => `<${messageIdOf(answer)}>`);
  const date = new Date(base.getTime() + draft.minute * 60_000);
  const headers = [
    ...(draft.headers ?? []),
    `From: ${address(draft.from)}`,
    ...(draft.to === undefined ? [] : [`To: ${address(draft.to)}`]),
    ...(draft.cc === undefined ? [] : [`Cc: ${address(draft.cc)}`]),
    ...(draft.subject === undefined ? [] : [`Subject: ${word(draft.subject)}`]),
    `Date: ${dateHeader(date)}`,
    ...(draft.withoutMessageId ? [] : [`Message-ID: <${messageIdOf(id)}>`]),
    ...(ids.length === 0 ? [] : [`In-Reply-To: ${ids.at(-1)}`, `References: ${ids.join(' ')}`]),
  ];
  const raw = wholeMessage(headers, draft.body);
  const trace = `${traceOf(draft.from, date).join('\r\n')}\r\n`;
  return { id, description, places, raw, delivered: Buffer.concat([Buffer.from(trace), raw]), expected };
}

/** A message of a known client: the usual outcome. */
export function matched(clients: readonly ClientKey[], more: Partial<Expected> = {}): Expected {
  return {
    state: 'stored',
    kind: 'matched',
    direction: 'inbound',
    clients,
    automatic: null,
    caseUpdates: [],
    attachments: 0,
    ...more,
  };
}

/** A message that waits for a person. */
export function waiting(kind: 'ambiguous' | 'unmatched', more: Partial<Expected> = {}): Expected {
  return { ...matched([]), state: 'triage', kind, ...more };
}

/** "Ольга <olga@petrova.example>, b@c.example": non-ASCII names become encoded words. */
function address(list: string): string {
  return list
    .split(', ')
    .map((one) => {
      const angle = one.lastIndexOf(' <');
      return angle < 0 ? one : `${word(one.slice(0, angle))}${one.slice(angle)}`;
    })
    .join(', ');
}
