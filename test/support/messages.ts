/** Invented messages for tests that need whole ones. */
import { randomBytes } from 'node:crypto';
import { dateHeader, text, wholeMessage } from '../../demo/mime.ts';
import type { Part } from '../../demo/mime.ts';

export interface MessageSpec {
  readonly from?: string;
  readonly to?: string;
  readonly cc?: string;
  readonly subject?: string;
  readonly date?: Date;
  /** Without angle brackets; null: none. One of its own where it is left out. */
  readonly id?: string | null;
  /** Ids of the thread, oldest first. */
  readonly answers?: readonly string[];
  readonly headers?: readonly string[];
  readonly body?: string | Part;
}

export const office = 'office@firm.test';
export const client = 'paula@kline.test';

export function rawMessage(given: MessageSpec = {}): Buffer {
  const id = given.id === undefined ? newId() : given.id;
  const headers = [
    `From: ${given.from ?? `Paula Kline <${client}>`}`,
    `To: ${given.to ?? office}`,
    ...(given.cc === undefined ? [] : [`Cc: ${given.cc}`]),
    `Subject: ${given.subject ?? 'The lease'}`,
    `Date: ${dateHeader(given.date ?? new Date('2026-03-02T10:00:00Z'))}`,
    ...(id === null ? [] : [`Message-ID: <${id}>`]),
    ...(given.answers === undefined
      ? []
      : [
          `In-Reply-To: <${given.answers.at(-1) ?? ''}>`,
          `References: ${given.answers.map((answered) => `<${answered}>`).join(' ')}`,
        ]),
    ...(given.headers ?? []),
  ];
  const { body = 'Please have a look at the lease.' } = given;
  return wholeMessage(headers, typeof body === 'string' ? text(body) : body);
}

export function newId(): string {
  return `${randomBytes(8).toString('hex')}@kline.test`;
}
