import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { clientIds } from '../../demo/firm.ts';
import { demoBase, demoMessages } from '../../demo/messages.ts';
import { parseMessage } from '../../src/mime/parse.ts';

const messages = demoMessages();
const clients = z
  .array(
    z.object({
      _id: z.object({ $oid: z.string().regex(/^[0-9a-f]{24}$/) }),
      name: z.string(),
      email: z.string(),
    }),
  )
  .parse(JSON.parse(readFileSync(new URL('../../demo/clients.json', import.meta.url), 'utf8')));

/** Intentional defects. */
const defects: Readonly<Record<string, readonly string[]>> = {
  'no-message-id': ['message-id-missing'],
  'hostile-filename': ['bidi-in-filename', 'filename-unsafe'],
};

function unique(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}

describe('the messages of the demo', () => {
  it('are many, and no two of them are alike', () => {
    expect(messages.length).toBeGreaterThanOrEqual(44);
    expect(unique(messages.map(({ id }) => id))).toBe(true);
    expect(unique(messages.map(({ raw }) => raw.toString('base64')))).toBe(true);
    expect(unique(messages.map(({ description }) => description))).toBe(true);
  });

  it('are the same bytes on every run, and move with the base date', () => {
    expect(demoMessages(demoBase)).toEqual(messages);
    expect(demoMessages(new Date('2026-04-01T09:00:00Z'))[0]?.raw).not.toEqual(messages[0]?.raw);
  });

  it('belong to twelve clients of clients.json', () => {
    expect(clients).toHaveLength(12);
    expect(clients.map(({ _id }) => _id.$oid)).toEqual(Object.values(clientIds));
    const linked = new Set(messages.flatMap(({ expected }) => expected.clients));
    expect(Object.keys(clientIds).filter((key) => ![...linked].some((client) => client === key))).toEqual([
      'greta',
    ]);
  });

  it.each(messages.map((message) => [message.id, message] as const))(
    '%s is what it says',
    async (_, message) => {
      const parsed = await parseMessage({ raw: message.raw });
      const { expected } = message;
      expect(parsed.from?.address).toMatch(/^[^@\s]+@[^@\s]+\.(?:example|test)$/);
      expect(parsed.messageId).toBe(message.id === 'no-message-id' ? null : `${message.id}@demo.example`);
      expect(parsed.attachments).toHaveLength(expected.attachments);
      expect(parsed.warnings.map((warning) => warning.split(':', 1).join(''))).toEqual(
        defects[message.id] ?? [],
      );
      expect(message.places.length).toBeGreaterThan(0);
      expect(expected.clients.length > 0).toBe(expected.kind === 'matched');
      expect(expected.state).toBe(
        { matched: 'stored', ambiguous: 'triage', unmatched: 'triage', internal: 'ignored' }[expected.kind],
      );
      for (const update of expected.caseUpdates) expect(expected.clients).toContain(update.client);
    },
  );
});
