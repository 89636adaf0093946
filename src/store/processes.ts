/**
 * Who of the processes lives? Each writes a heartbeat, stamped by the database's clock, and takes its row away when it stops in
 * good order. Only a process whose heartbeats ended without that has died: a write that is missing proves nothing.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Collection } from 'mongodb';

export interface ProcessDocument {
  readonly _id: string;
  readonly pid: number;
  /** Where `pid` means something: machine, boot and namespace of process ids. */
  readonly place: string;
  readonly beatAt: Date;
}

export const BEAT_EVERY_MS = 10_000;
/** A busy machine, a frozen one or a database that fails over is silent for less. */
const DEAD_AFTER_MS = 90_000;
/** Nobody's attempts bear the mark of one that ended so long ago. */
const FORGET_AFTER_MS = 90 * 24 * 60 * 60_000;

/** This process as an owner of attempts. */
export interface Self {
  /** Of this start, not of this process id, which is given out again. */
  readonly id: string;
  /** @throws what the database throws. */
  beat(): Promise<void>;
  /** Those of the owners that died. */
  deadAmong(owners: readonly string[]): Promise<ReadonlySet<string>>;
  /** The process ends in good order: what it leaves unfinished was not its death. */
  leave(): Promise<void>;
}

export function createSelf(processes: Collection<ProcessDocument>): Self {
  const id = randomUUID();
  const { pid } = process;
  const place = placeOf();
  let hasLeft = false;
  const beatAndTell = async (): Promise<Date> => {
    const row = await processes.findOneAndUpdate(
      { _id: id },
      { $set: { pid, place }, $currentDate: { beatAt: true } },
      { upsert: true, returnDocument: 'after' },
    );
    // A beat that was under way when the process left must not stay behind.
    if (hasLeft) await processes.deleteOne({ _id: id });
    return row?.beatAt ?? new Date();
  };
  return {
    id,
    beat: async () => {
      const now = await beatAndTell();
      await processes.deleteMany({ beatAt: { $lt: new Date(now.getTime() - FORGET_AFTER_MS) } });
    },
    deadAmong: async (owners) => {
      const others = owners.filter((owner) => owner !== id);
      if (others.length === 0) return new Set();
      const now = await beatAndTell();
      const rows = await processes.find({ _id: { $in: others } }).toArray();
      const dead = rows.filter(
        (row) => now.getTime() - row.beatAt.getTime() > DEAD_AFTER_MS || hasEnded(row, { pid, place }),
      );
      return new Set(dead.map((row) => row._id));
    },
    leave: async () => {
      hasLeft = true;
      await processes.deleteOne({ _id: id });
    },
  };
}

/** On this machine the heartbeat need not be waited for. */
function hasEnded(row: ProcessDocument, self: Pick<ProcessDocument, 'pid' | 'place'>): boolean {
  if (row.place !== self.place) return false;
  // The id was given out again, to this process.
  if (row.pid === self.pid) return true;
  try {
    process.kill(row.pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

/** Containers of one machine may share its name and not its process ids. Unknown places are nobody's, and wait for the heartbeat. */
function placeOf(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${hostname()} ${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return `unknown ${randomUUID()}`;
  }
}
