import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { authentication } from './authentication.ts';
import { automatic } from './automatic.ts';
import { findCorpus } from './corpus.ts';
import type { Metric } from './corpus.ts';
import { forward } from './forward.ts';
import { mime } from './mime.ts';
import { reply } from './reply.ts';

const USAGE = `npm run corpus [-- --failures] [-- --record]
  Reads the mail corpora (MAIL_CORPUS, else ../shared/mail) and prints how many cases of each set are right, beside the best
  library on the same cases. --failures lists what was missed; --record keeps today's scores as those below which this fails.`;

const recordedPath = fileURLToPath(new URL('recorded.json', import.meta.url));

async function run(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) return console.log(USAGE);
  const folder = findCorpus();
  if (folder === null) throw new Error('No corpus: set MAIL_CORPUS to a folder of mail corpora.');
  const metrics: Metric[] = [];
  for (const suite of [mime, reply, forward, automatic, authentication])
    metrics.push(...(await suite(folder)));

  const recorded = JSON.parse(readFileSync(recordedPath, 'utf8')) as Record<string, number>;
  const fallen: string[] = [];
  console.log(row('set', 'metric', 'n', 'right', '%', 'best library'));
  for (const { set, metric, n, right, library } of metrics) {
    const beside = library === null ? '–' : `${percent(library.right, n)} ${library.name}`;
    console.log(row(set, metric, String(n), String(right), percent(right, n), beside));
    const before = recorded[`${set}: ${metric}`];
    if (before !== undefined && right < before)
      fallen.push(`${set}: ${metric}: ${right} of ${n}, was ${before}`);
  }
  if (args.includes('--failures'))
    for (const { set, metric, failures } of metrics)
      for (const { id, detail } of failures) console.log(`\n${set}: ${metric}: ${id}\n  ${detail}`);
  if (args.includes('--record')) {
    const scores = Object.fromEntries(metrics.map(({ set, metric, right }) => [`${set}: ${metric}`, right]));
    writeFileSync(recordedPath, `${JSON.stringify(scores, null, 2)}\n`);
  }
  if (fallen.length > 0) throw new Error(`Scores fell below the recorded ones:\n${fallen.join('\n')}`);
}

const percent = (right: number, n: number): string => (n === 0 ? '–' : ((100 * right) / n).toFixed(1));

function row(...cells: readonly [string, string, string, string, string, string]): string {
  const [set, metric, n, right, score, library] = cells;
  return [
    set.padEnd(22),
    metric.padEnd(44),
    n.padStart(5),
    right.padStart(6),
    score.padStart(6),
    ` ${library}`,
  ].join(' ');
}

await run(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
