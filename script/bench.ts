/**
 * All benches, one table of ratios: `npm run bench [-- --quick] [--out FOLDER] [name …]`. Starts the servers it needs. Each figure is
 * compared with another of the same run, because a machine is never as fast as another, nor as itself an hour later. Writes
 * result.json and chart.svg to FOLDER, .data/bench without one.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openServices } from '../services/services.ts';
import { chartOf } from './bench-chart.ts';
import { ratioOf, RESULT_FILE, type BenchRow } from './bench-report.ts';

interface Bench {
  readonly script: string;
  /** One run each, with these arguments. */
  readonly runs: readonly (readonly string[])[];
  readonly quick: readonly (readonly string[])[];
  readonly needsServers: boolean;
}

const benches: Readonly<Record<string, Bench>> = {
  import: {
    script: 'test/faults/throughput.ts',
    runs: [['600', '3']],
    quick: [['200', '1']],
    needsServers: true,
  },
  reading: {
    script: 'script/bench-reading.ts',
    runs: [['6']],
    quick: [['3']],
    needsServers: false,
  },
  explain: {
    script: 'script/bench-explain.ts',
    runs: [['2000', '3']],
    quick: [['400', '1']],
    needsServers: false,
  },
  'idle-poll': {
    script: 'script/bench-idle-poll.ts',
    runs: [
      ['1000', '2'],
      ['100000', '2'],
      ['1000000', '2'],
    ],
    quick: [
      ['1000', '1'],
      ['20000', '1'],
    ],
    needsServers: true,
  },
  'address-book': {
    script: 'script/bench-address-book.ts',
    runs: [['1000000']],
    quick: [['20000']],
    needsServers: true,
  },
  latency: {
    script: 'test/faults/latency.ts',
    runs: [['100', '10000']],
    quick: [['30', '1000']],
    needsServers: true,
  },
  pages: {
    script: 'script/bench-pages.ts',
    runs: [['100000', '10000', '2000']],
    quick: [['2000', '200', '100']],
    needsServers: true,
  },
  rematch: {
    script: 'script/bench-rematch.ts',
    runs: [['10000']],
    quick: [['1000']],
    needsServers: true,
  },
};

const { values, positionals } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    out: { type: 'string', default: '.data/bench' },
  },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !(name in benches));
if (unknown.length > 0)
  throw new Error(`no bench is called ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}`);
const chosen = Object.entries(benches).filter(
  ([name]) => positionals.length === 0 || positionals.includes(name),
);

const folder = await mkdtemp(join(tmpdir(), 'dm-'));
const resultFile = join(folder, 'result.jsonl');
const services = await openServices({ folder: join(folder, 's'), settings: {} });
try {
  await writeFile(resultFile, '');
  const loads = [loadavg()[0] ?? 0];
  for (const [name, { script, runs, quick, needsServers }] of chosen)
    for (const args of values.quick ? quick : runs) {
      console.log(`\n== ${name} ${args.join(' ')}`);
      await runBench(script, args, needsServers);
      loads.push(loadavg()[0] ?? 0);
    }
  const rows = besideSmallest((await readFile(resultFile, 'utf8')).split('\n').filter(Boolean).map(readRow));
  await writeResult(rows, loads);
  printTable(rows, loads);
} finally {
  await services.down();
  await rm(folder, { recursive: true, force: true });
}
process.exit();

async function runBench(script: string, args: readonly string[], needsServers: boolean): Promise<void> {
  const child = spawn(process.execPath, [script, ...args], {
    stdio: 'inherit',
    env: {
      ...process.env,
      [RESULT_FILE]: resultFile,
      DOCKETMAIL_FAULT_SERVICES: join(folder, 's'),
      ...(needsServers && services.env()),
    },
  });
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`${script} ${args.join(' ')} failed`);
}

function readRow(line: string): BenchRow {
  // Its own benches wrote it. oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return JSON.parse(line) as BenchRow;
}

/** An idle poll is compared with that of the smallest folder. */
function besideSmallest(rows: readonly BenchRow[]): BenchRow[] {
  return rows.map((row) => {
    if (row.bench !== 'idle poll') return row;
    const [name = ''] = row.what.split(', ');
    const smallest = rows.find(({ bench, what }) => bench === row.bench && what.startsWith(`${name}, `));
    return smallest === undefined || smallest === row
      ? row
      : { ...row, beside: { what: smallest.what, value: smallest.value } };
  });
}

async function writeResult(rows: readonly BenchRow[], loads: readonly number[]): Promise<void> {
  await mkdir(values.out, { recursive: true });
  const machine = {
    processor: cpus()[0]?.model ?? '',
    cores: availableParallelism(),
    node: process.version,
    load: { least: Math.min(...loads), most: Math.max(...loads) },
    quick: values.quick,
  };
  const result = { machine, rows: rows.map((row) => ({ ...row, ratio: ratioOf(row) })) };
  await writeFile(join(values.out, 'result.json'), `${JSON.stringify(result, null, 2)}\n`);
  const chart = chartOf(rows);
  if (chart !== null) await writeFile(join(values.out, 'chart.svg'), chart);
}

function printTable(rows: readonly BenchRow[], loads: readonly number[]): void {
  const range = `${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}`;
  console.log(`\n${availableParallelism()} cores, Node.js ${process.version}, load ${range}\n`);
  console.log('| bench | what | docketmail | beside | ratio |\n|---|---|---|---|---|');
  for (const row of rows) {
    const { bench, what, value, unit, beside } = row;
    const other = beside === undefined ? '' : `${beside.value.toFixed(2)} (${beside.what})`;
    console.log(
      `| ${bench} | ${what} | ${`${value.toFixed(2)} ${unit}`.trim()} | ${other} | ${ratioOf(row)?.toFixed(2) ?? ''} |`,
    );
  }
}
