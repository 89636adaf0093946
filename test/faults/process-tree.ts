/** Resources used by a process and all its descendants, from /proc. */
import { readFile, readdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

export interface TreeWatch {
  /** The peak of all processes together, shared pages counted once; and the peak of one child. */
  readonly peakMb: () => number;
  readonly peakChildMb: () => number;
  readonly stop: () => Promise<void>;
}

const LOOK_EVERY_MS = 250;

export function watchTree(root: () => number): TreeWatch {
  let peak = 0;
  let peakChild = 0;
  const stopping = new AbortController();
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      const pids = await treeOf(root());
      const sizes = await Promise.all(pids.map(sizeMb));
      peak = Math.max(
        peak,
        sizes.reduce((sum, size) => sum + size, 0),
      );
      peakChild = Math.max(peakChild, ...sizes.slice(1));
      await delay(LOOK_EVERY_MS);
    }
  })();
  return {
    peakMb: () => peak,
    peakChildMb: () => peakChild,
    stop: async () => {
      stopping.abort();
      await watching;
    },
  };
}

/** The process and its descendants; itself first. */
async function treeOf(root: number): Promise<number[]> {
  const children = new Map<number, number[]>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/u.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    // The name before it may contain brackets and blanks.
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree;
}

async function sizeMb(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB$/mu.exec(rollup)?.[1] ?? 0) / 1024;
}
