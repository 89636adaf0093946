import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import type { MailboxReport } from '../../src/connect/report.ts';
import { publishMailboxes, typeOfMailbox } from '../../src/connect/publish-mailboxes.ts';
import { payloadOf } from '../../src/events/payload.ts';
import { createCursor, raiseEpoch } from '../../src/store/cursors.ts';
import { openFirm } from '../support/servers.ts';
import type { Firm } from '../support/servers.ts';

const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });

function report(state: string, rest: Partial<MailboxReport> = {}): MailboxReport {
  return {
    name: 'office',
    source: 'database',
    revision: 1,
    user: 'office@firm.test',
    host: 'imap.firm.test',
    role: 'capture',
    state,
    says: `says ${state}`,
    isWell: ['ok', 'paused', 'starting'].includes(state),
    since: new Date(),
    lastPollAt: null,
    lastSuccessAt: null,
    lastMessageAt: null,
    pending: 0,
    oldestPendingAt: null,
    parkedFolders: [],
    nextTryAt: null,
    error: null,
    fix: null,
    tokenExpiresAt: null,
    silenceHours: null,
    ...rest,
  };
}

async function publish({ database }: Firm, ...reports: readonly MailboxReport[]): Promise<void> {
  await publishMailboxes(database, { reports, downSeconds: 600 });
}

/** The published event types in order. Each event is validated against its schema. */
async function published({ database }: Firm): Promise<string[]> {
  const events = await database.events.find().sort({ entity: 1, revision: 1 }).toArray();
  return events.map((event) => {
    const schema = new URL(`../../docs/events/${event.type}.json`, import.meta.url);
    const payload = JSON.parse(JSON.stringify(payloadOf(event, ['subject', 'from']))) as object;
    if (!ajv.validate(JSON.parse(readFileSync(schema, 'utf8')) as object, payload))
      throw new Error(`${event.type}: ${ajv.errorsText()}`);
    ajv.removeSchema(`${event.type}.json`);
    return event.type;
  });
}

const write = async ({ database }: Firm, change: object): Promise<void> =>
  void (await database.mailboxes.updateOne(
    { _id: 'office' },
    { $set: { updatedAt: new Date(), ...change } },
    { upsert: true },
  ));

it('each change of a mailbox is published once, even by several processes at the same time', async () => {
  const firm = await openFirm();
  await write(firm, { desired: 'running', revision: 1 });
  const hour = new Date(Date.now() - 3_600_000);
  for (const reports of [
    [report('starting')],
    [report('ok')],
    [report('authentication-failed')],
    [report('needs-consent')],
    [report('ok')],
    [report('connection')],
    [report('connection', { since: hour })],
    [report('paused')],
    [report('ok')],
  ])
    await Promise.all([publish(firm, ...reports), publish(firm, ...reports), publish(firm, ...reports)]);
  await write(firm, { desired: 'removed', revision: 2 });
  await Promise.all([publish(firm), publish(firm)]);
  await write(firm, { desired: 'running', revision: 3 });
  await publish(firm, report('starting'));
  expect(await published(firm)).toEqual([
    'mailbox.added',
    'mailbox.failed',
    'mailbox.recovered',
    'mailbox.failed',
    'mailbox.paused',
    'mailbox.recovered',
    'mailbox.removed',
    'mailbox.added',
  ]);
});

it('without an earlier event, a working mailbox publishes nothing and a failing one does', async () => {
  const firm = await openFirm();
  await publish(
    firm,
    report('ok', { source: 'file' }),
    report('silent', { name: 'archive', source: 'file' }),
  );
  expect(await published(firm)).toEqual(['mailbox.failed']);
});

it('a folder reset is published once', async () => {
  const firm = await openFirm();
  const state = {
    path: 'INBOX',
    uidsAscend: true,
    uidValidity: '1',
    uidNext: 1,
    exists: 0,
    highestModseq: null,
    mailboxId: null,
  };
  const key = { mailbox: 'office', folder: 'INBOX' };
  const now = new Date().toISOString();
  await createCursor(firm.database.cursors, key, state);
  await raiseEpoch(firm.database.cursors, { ...key, from: 1, state, resets: [now] });
  for (let round = 0; round < 3; round += 1) await publish(firm);
  expect(await published(firm)).toEqual(['folder.reset']);
});

it.each([
  ['well', null, false, null],
  ['well', null, true, 'mailbox.added'],
  ['down', null, false, 'mailbox.failed'],
  ['down', 'removed', false, 'mailbox.added'],
  ['paused', 'well', false, 'mailbox.paused'],
  ['well', 'paused', false, 'mailbox.recovered'],
  ['removed', 'down', false, 'mailbox.removed'],
] as const)('now %s, last published as %s, new: %s: %s', (condition, before, isNew, type) => {
  expect(typeOfMailbox(condition, { before, isNew })).toBe(type);
});
