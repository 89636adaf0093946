/**
 * Tracks which processes are alive. Each writes a heartbeat, stamped by the database's clock, and removes its row on a clean stop.
 * Only a process whose heartbeats ended without that has died: a missing write proves nothing.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Collection } from 'mongodb';

export interface ProcessDocument {
  readonly _id: string;
  readonly pid: number;
  /** Where `pid` is valid: machine, boot and pid namespace. */
  readonly place: string;
  readonly beatAt: Date;
}

export const BEAT_EVERY_MS = 10_000;
/** A busy or frozen machine, or a database failover, is silent for less. */
const DEAD_AFTER_MS = 90_000;
/** No attempt is marked with a process that ended this long ago. */
const FORGET_AFTER_MS = 90 * 24 * 60 * 60_000;

/** This process as an owner of attempts. */
export interface Self {
  /** Identifies this start, not the process id, which is reused. */
  readonly id: string;
  /** @throws what the database throws. */
  beat(): Promise<void>;
  /** Those of the owners that died. */
  deadAmong(owners: readonly string[]): Promise<ReadonlySet<string>>;
  /** The process ends cleanly: what it leaves unfinished was not its death. */
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
    // A beat in progress when the process left must not stay behind.
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

/** On this machine there is no need to wait for the heartbeat. */
function hasEnded(row: ProcessDocument, self: Pick<ProcessDocument, 'pid' | 'place'>): boolean {
  if (row.place !== self.place) return false;
  // The id was reused for this process.
  if (row.pid === self.pid) return true;
  try {
    process.kill(row.pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

/** Containers of one machine may share its name but not its process ids. Unknown places match nobody, and wait for the heartbeat. */
function placeOf(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${hostname()} ${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return `unknown ${randomUUID()}`;
  }
}
