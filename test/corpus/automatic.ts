import { join } from 'node:path';
import { crispBounces, mailWithoutBounces, read, sisimai } from './bounces.ts';
import type { CorpusSuite, Metric } from './corpus.ts';
import { readRows, Tally } from './tally.ts';

/** Bounces, automatic replies and feedback reports in public corpora, compared with email-bounce-parser if it reads the same. */
export const automatic: CorpusSuite = async (corpusFolder) => [
  ...(await sisimai(join(corpusFolder, 'bounce-sisimai'))),
  ...(await crispBounces(join(corpusFolder, 'bounce-crisp/fixtures'))),
  ...(await headerTable(join(corpusFolder, 'autoreply-alphagov'))),
  ...(await mailWithoutBounces(corpusFolder)),
];

async function headerTable(folder: string): Promise<readonly Metric[]> {
  const set = 'autoreply-alphagov';
  const yes = new Tally({ set, metric: 'automatic' });
  const no = new Tally({ set, metric: 'not automatic' });
  interface Row {
    readonly headers: Readonly<Record<string, string>>;
    readonly expected_auto_reply: boolean;
  }
  for (const row of await readRows<Row>(join(folder, 'header-table.jsonl'))) {
    const fields = Object.entries(row.headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const raw = `From: ann@example.com\r\nTo: bob@example.org\r\n${fields.join('')}\r\nHello\r\n`;
    const { automatic: found } = await read(Buffer.from(raw));
    const right = (found !== null) === row.expected_auto_reply;
    (row.expected_auto_reply ? yes : no).count(JSON.stringify(row.headers), {
      right,
      detail: `${found?.kind}`,
    });
  }
  return [yes.metric(), no.metric()];
}
