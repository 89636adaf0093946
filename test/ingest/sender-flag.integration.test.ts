/** Unproven senders are flagged on the record; later proof removes the flag. */
import { describe, expect, it } from 'vitest';
import { ingestSighting } from '../../src/ingest/ingest.ts';
import type { IngestDeps } from '../../src/ingest/ingest-deps.ts';
import { client, rawMessage } from '../support/messages.ts';
import { office } from '../support/messages.ts';
import { openFirm } from '../support/servers.ts';
import type { Firm } from '../support/servers.ts';

const checking = (firm: Firm, authentication: 'flag' | 'require'): IngestDeps => ({
  ...firm,
  rules: { ...firm.rules, authentication },
});

async function flagsOf({ database }: Firm) {
  const messages = await database.messages.find().toArray();
  const communications = await database.communications.find().toArray();
  return {
    messages: messages.map(({ flags, state }) => [state, ...flags]),
    communications: communications.map(({ flags }) => flags),
  };
}

describe('a message whose sender is not proven', () => {
  it('is recorded with a flag', async () => {
    const firm = await openFirm();
    await ingestSighting(checking(firm, 'flag'), await firm.deliver(rawMessage()));
    expect(await flagsOf(firm)).toEqual({
      messages: [['stored', 'unauthenticated']],
      communications: [['unauthenticated']],
    });
  });

  it('waits in triage if that is required, flagged as well', async () => {
    const firm = await openFirm();
    await ingestSighting(checking(firm, 'require'), await firm.deliver(rawMessage()));
    expect(await flagsOf(firm)).toEqual({ messages: [['triage', 'unauthenticated']], communications: [] });
  });

  it('bears none if nobody checks', async () => {
    const firm = await openFirm();
    await ingestSighting(firm, await firm.deliver(rawMessage()));
    expect(await flagsOf(firm)).toEqual({ messages: [['stored']], communications: [[]] });
  });

  it('is flagged in our own name, until a copy in our Sent folder proves it', async () => {
    const firm = await openFirm();
    const deps = checking(firm, 'flag');
    const sent = rawMessage({ from: office, to: client, id: 'sent@firm.test' });
    await ingestSighting(deps, await firm.deliver(sent));
    expect(await flagsOf(firm)).toEqual({
      messages: [['stored', 'unauthenticated']],
      communications: [['unauthenticated']],
    });
    await ingestSighting(deps, await firm.deliver(sent, { folder: 'Sent', inOwnSent: true }));
    expect(await flagsOf(firm)).toEqual({ messages: [['stored']], communications: [[]] });
  });
});
