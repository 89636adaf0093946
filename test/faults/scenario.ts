/** A scenario breaks something; its row shows the cost. */
import type { Services } from '../../services/services.ts';
import type { Difference } from './end-state.ts';

export interface Bench {
  /** Our own servers, which may be killed. */
  readonly services: Services;
  readonly servers: Readonly<Record<string, string>>;
  readonly say: (line: string) => void;
  /** The short form: fewer repetitions, no waiting for real time limits. */
  readonly short: boolean;
}

export interface Row {
  readonly name: string;
  readonly runs: number;
  readonly messages: number;
  readonly lost: number;
  readonly doubled: number;
  /** The longest of the runs. */
  readonly seconds: number;
  /** Unfinished messages. */
  readonly stuck?: number;
  /** The audit's result; null if there was none. */
  readonly missing: number | null;
  readonly note: string;
}

export interface Scenario {
  readonly name: string;
  readonly run: (bench: Bench) => Promise<readonly Row[]>;
}

export interface Run extends Difference {
  readonly seconds: number;
  readonly missing?: number;
  readonly stuck?: number;
}

export function rowOf(name: string, messages: number, runs: readonly Run[], note = ''): Row {
  const audited = runs.flatMap(({ missing }) => missing ?? []);
  return {
    name,
    runs: runs.length,
    messages: messages * runs.length,
    lost: runs.reduce((sum, { lost }) => sum + lost.length, 0),
    doubled: runs.reduce((sum, { doubled }) => sum + doubled.length, 0),
    stuck: runs.reduce((sum, { stuck = 0 }) => sum + stuck, 0),
    seconds: Math.max(0, ...runs.map(({ seconds }) => seconds)),
    missing: audited.length === 0 ? null : audited.reduce((sum, count) => sum + count, 0),
    note,
  };
}

export function tableOf(rows: readonly Row[]): string {
  const cells = [
    ['scenario', 'runs', 'messages', 'lost', 'doubled', 'stuck', 'recovered in', 'audit: missing', ''],
    ...rows.map((row) => [
      row.name,
      String(row.runs),
      String(row.messages),
      String(row.lost),
      String(row.doubled),
      String(row.stuck ?? 0),
      `${row.seconds.toFixed(1)} s`,
      row.missing === null ? '' : String(row.missing),
      row.note,
    ]),
  ];
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((line) => line[column]?.length ?? 0)),
  );
  return cells
    .map((line) =>
      line
        .map((cell, at) =>
          at === 0 || at === 8 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
