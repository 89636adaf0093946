/** What the first reader cannot finish, and what two readers read differently: shown to a person, and decided by nobody else. */
import { expect, it, onTestFinished } from 'vitest';
import { file, multipart, text } from '../../demo/mime.ts';
import { defaultRules } from '../../src/decide/rules.ts';
import { ingestSighting } from '../../src/ingest/ingest.ts';
import type { IngestDeps, IngestOutcome } from '../../src/ingest/ingest-deps.ts';
import { openReader } from '../../src/read/reader.ts';
import { assign } from '../../src/triage/triage.ts';
import { detailOf } from '../../src/triage/waiting.ts';
import { client, rawMessage, newId, office } from '../support/messages.ts';
import { newFolder, openFirm } from '../support/servers.ts';
import type { Firm } from '../support/servers.ts';

/** Reads in a process that some subjects crash. */
async function withDeadlyReader(firm: Firm): Promise<IngestDeps> {
  const reader = openReader({
    blobs: firm.blobs,
    processes: 1,
    maxMessageBytes: 50_000_000,
    timeLimitMs: 3_000,
    spoolDir: await newFolder(),
    reading: { authenticate: false, trustedAuthservIds: [], ownRelays: [], caseTags: defaultRules },
    entry: new URL('../read/deadly-process.ts', import.meta.url),
  });
  onTestFinished(async () => await reader.close());
  return { ...firm, reader };
}

it.each([
  ['throw', 'reading failed: Invalid array length'],
  ['never answers', 'reading took longer than 3000 ms'],
  ['abort', 'the reading process ended (SIGABRT)'],
])(
  'a message that the first reader cannot finish (%s) is in quarantine as the second reader reads it',
  async (subject, reason) => {
    const firm = await openFirm();
    const deps = await withDeadlyReader(firm);
    const raw = rawMessage({
      subject,
      cc: 'Ann <ann@kline.test>',
      body: multipart('multipart/mixed', 'b', [
        text('The lease is signed.'),
        file({ name: 'lease.pdf', type: 'application/pdf', content: Buffer.from('%PDF-1.7') }),
      ]),
    });
    const id = await firm.deliver(raw);
    for (let death = 0; death < 3; death++) await expect(ingestSighting(deps, id)).rejects.toThrow(reason);
    const outcome: IngestOutcome = await ingestSighting(deps, id);
    expect(outcome.outcome).toBe('quarantined');

    const message = await firm.database.messages.findOne({ state: 'quarantined' });
    const read = {
      from: [{ address: client, name: 'Paula Kline' }],
      to: [{ address: office, name: '' }],
      cc: [{ address: 'ann@kline.test', name: 'Ann' }],
      subject,
      date: '2026-03-02T10:00:00.000Z',
      text: expect.stringContaining('The lease is signed.') as string,
      files: ['lease.pdf'],
      isCut: false,
    };
    expect(message).toMatchObject({ verdict: null, links: [], participants: [], secondReading: read });
    if (message === null) throw new Error('nothing is in quarantine');
    expect((await detailOf(firm.database, message)).secondReading).toEqual(read);
    expect(await firm.database.communications.countDocuments()).toBe(0);
    // Once its cause is gone it is read and decided like any other.
    expect(await firm.receive(rawMessage({ subject: 'Beside it' }))).toMatchObject({ state: 'stored' });
  },
);

it('a message that two readers read differently waits, and its case update does so after a person has linked it', async () => {
  const firm = await openFirm();
  const twice = rawMessage({
    subject: '[Case 7: Closed]',
    id: newId(),
    headers: ['X-Note: a\rReply-To: eve@evil.test'],
  });
  const message = await firm.receive(twice);
  expect(message).toMatchObject({
    state: 'triage',
    links: [],
    caseUpdates: [],
    verdict: {
      kind: 'unmatched',
      reason: 'readers-disagree',
      candidates: [{ clientId: 'paula', via: 'from' }],
    },
  });
  expect(message.verdict?.evidence).toContainEqual({
    rule: 'readers-disagree',
    outcome: 'rejected',
    detail: 'reply-to: "eve@evil.test", or "" to a second reader',
  });
  const deps = { ...firm, enqueue: async () => {} };
  await assign(deps, { message, by: 'ines', clients: ['paula'], thread: false, instead: false });
  firm.waiting.messages.push(message._id);
  await firm.ingestWaiting();
  expect(await firm.database.messages.findOne({ _id: message._id })).toMatchObject({
    state: 'stored',
    links: [{ clientId: 'paula', via: 'decision' }],
    caseUpdates: [{ ref: '7', review: 'unauthenticated' }],
  });
  expect(await firm.database.caseUpdates.findOne({})).toMatchObject({
    clientId: 'paula',
    review: 'unauthenticated',
  });
});
