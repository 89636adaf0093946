/** What counts as a death caused by a message, and what only looks like one (invariant 8). */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { ingestSighting } from '../../src/ingest/ingest.ts';
import type { IngestDeps } from '../../src/ingest/ingest-deps.ts';
import { ReadingDied } from '../../src/read/reader-process.ts';
import { createSelf } from '../../src/store/processes.ts';
import { rawMessage } from '../support/messages.ts';
import { deadProcesses } from '../support/dead-processes.ts';
import { openFirm } from '../support/servers.ts';
import type { Firm } from '../support/servers.ts';

async function openWith(marks: (firm: Firm) => Promise<readonly string[]> = async () => []) {
  const firm = await openFirm();
  const id = await firm.deliver(rawMessage());
  await firm.database.sightings.updateOne({ _id: id }, { $set: { attemptsBy: [...(await marks(firm))] } });
  const self = createSelf(firm.database.processes);
  const deps: IngestDeps = { ...firm, self };
  const marksNow = async () => (await firm.database.sightings.findOne({ _id: id }))?.attemptsBy;
  return { firm, id, self, deps, marksNow };
}

describe('not counted as a death:', () => {
  it('an attempt of a process that is alive, even if its writes failed', async () => {
    const { deps, id } = await openWith(async (firm) => await deadProcesses(firm, 5, { beatAt: new Date() }));
    expect(await ingestSighting(deps, id)).toMatchObject({ outcome: 'stored' });
  });

  it('an attempt of a process that stopped cleanly', async () => {
    const { deps, id } = await openWith(async ({ database }) => {
      const others = Array.from({ length: 5 }, () => createSelf(database.processes));
      for (const other of others) {
        await other.beat();
        await other.leave();
      }
      return others.map((other) => other.id);
    });
    expect(await ingestSighting(deps, id)).toMatchObject({ outcome: 'stored' });
  });

  it('an attempt whose report was lost during a database outage', async () => {
    const { firm, deps, id } = await openWith();
    for (let outages = 0; outages < 5; outages += 1) {
      const { sightings } = firm.database;
      const updateOne = sightings.updateOne.bind(sightings);
      const failing = async () => {
        sightings.updateOne = async () => Promise.reject(new Error('connection closed'));
        throw new Error('connection closed');
      };
      await expect(
        ingestSighting({ ...deps, reader: { ...firm.reader, read: failing } }, id),
      ).rejects.toThrow('connection closed');
      sightings.updateOne = updateOne;
    }
    expect(await ingestSighting(deps, id)).toMatchObject({ outcome: 'stored' });
  });

  it('an attempt aborted by shutdown, and its mark is withdrawn', async () => {
    const { firm, deps, id, marksNow } = await openWith();
    for (let stops = 0; stops < 5; stops += 1) {
      const stopping = new AbortController();
      const read: Firm['reader']['read'] = async (raw, signal) => {
        stopping.abort();
        return await firm.reader.read(raw, signal);
      };
      await expect(
        ingestSighting({ ...deps, reader: { ...firm.reader, read } }, id, stopping.signal),
      ).rejects.toThrow(/abort/iu);
      expect(await marksNow()).toEqual([]);
    }
    expect(await ingestSighting(deps, id)).toMatchObject({ outcome: 'stored' });
  });
});

describe('counted as a death:', () => {
  it('the end of the process that reads it; three are enough', async () => {
    const { firm, deps, id } = await openWith();
    const dying: IngestDeps = {
      ...deps,
      reader: { ...firm.reader, read: async () => Promise.reject(new ReadingDied('too long')) },
    };
    for (let deaths = 0; deaths < 3; deaths += 1)
      await expect(ingestSighting(dying, id)).rejects.toThrow('too long');
    expect(await ingestSighting(dying, id)).toMatchObject({ outcome: 'quarantined' });
  });

  it('the end of a worker on this machine, at once', async () => {
    const { firm, deps, id } = await openWith();
    const self = createSelf(firm.database.processes);
    await self.beat();
    const place = (await firm.database.processes.findOne({ _id: self.id }))?.place ?? '';
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    const names = ['a', 'b', 'c'];
    await firm.database.processes.insertMany(
      names.map((_id) => ({ _id, pid: child.pid ?? 0, place, beatAt: new Date() })),
    );
    await firm.database.sightings.updateOne({ _id: id }, { $set: { attemptsBy: names } });
    expect(await ingestSighting(deps, id)).toMatchObject({ outcome: 'quarantined' });
  });
});
