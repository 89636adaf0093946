import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ingestAgain } from '../../src/ingest/ingest.ts';
import { rawMessage } from '../support/messages.ts';
import { newFolder, openFirm, openTestResources, testEnvironment } from '../support/servers.ts';

const COUNT = 300;
const run = promisify(execFile);

it('of two processes deciding 300 held updates at the same time, the first decision on each stands, and no update comes back', async () => {
  const folder = await newFolder();
  const env = { ...testEnvironment(folder), AUTHENTICATION: 'off', LOG_LEVEL: 'silent' };
  const { database, blobs } = await openTestResources(env);
  const firm = await openFirm({ database, blobs });
  const raws = Array.from({ length: COUNT }, (_, number) =>
    rawMessage({
      id: `held-${number}@kline.test`,
      subject: `[Case #${number}: Closed] Lease`,
      headers: ['Reply-To: stranger@else.test'],
      date: new Date(Date.UTC(2026, 1, 1, 0, number)),
    }),
  );
  for (const raw of raws) await firm.deliver(raw);
  await firm.ingestWaiting();
  expect(await database.caseUpdates.countDocuments({ review: 'unauthenticated' })).toBe(COUNT);

  const program = fileURLToPath(new URL('decide-held.ts', import.meta.url));
  const decide = async (by: string, shift: number): Promise<{ made: number; late: number }> => {
    const { stdout } = await run(process.execPath, [program, by, String(shift)], { env });
    return JSON.parse(stdout) as { made: number; late: number };
  };
  const [ines, kofi] = await Promise.all([decide('ines', 0), decide('kofi', 1)]);
  expect(ines.made + kofi.made).toBe(COUNT);
  expect(ines.late + kofi.late).toBe(COUNT);
  expect(Math.min(ines.made, kofi.made)).toBeGreaterThan(0);

  const state = async (): Promise<unknown[]> =>
    (await database.caseUpdates.find().sort({ date: 1 }).toArray()).map(
      ({ ref, review = null, status }) => `${ref} ${review} ${status}`,
    );
  const decisions = await database.decisions.find().toArray();
  expect(decisions).toHaveLength(COUNT);
  const expected = decisions
    .toSorted((a, b) => Number(a.caseUpdate?.ref) - Number(b.caseUpdate?.ref))
    .map(({ act, caseUpdate }) =>
      act === 'reject'
        ? `${caseUpdate?.ref} rejected Closed`
        : `${caseUpdate?.ref} null ${caseUpdate?.chosen ?? 'Closed'}`,
    );
  expect(await state()).toEqual(expected);

  for await (const { _id } of database.messages.find()) await ingestAgain(firm, _id);
  for (const raw of raws) await firm.deliver(raw, { mailbox: 'restored' });
  await firm.ingestWaiting();
  expect(await state()).toEqual(expected);
  expect(await database.decisions.countDocuments()).toBe(COUNT);
  const held = await database.caseUpdates.countDocuments({ review: { $nin: [null, 'rejected'] } });
  expect(held).toBe(0);
}, 400_000);
