/** Bombs among normal mail: time and memory stay bounded, and the rest of the folder continues. */
import { setTimeout as delay } from 'node:timers/promises';
import { openScriptedServer } from '../support/scripted-imap.ts';
import { bombs } from './bombs.ts';
import { compareStates, readEndState } from './end-state.ts';
import type { EndState } from './end-state.ts';
import { append } from './mailboxes.ts';
import { startProgram } from './program.ts';
import type { Figures, Program } from './program.ts';
import { rowOf } from './scenario.ts';
import type { Row, Scenario } from './scenario.ts';
import { untilSettled } from './settling.ts';
import { missingIn, openStage } from './stage.ts';
import type { Stage } from './stage.ts';

const MESSAGES = 40;
const LIMIT_MS = 300_000;

export const poison: Scenario = {
  name: 'poison',
  run: async (bench) => {
    const stage = await openStage(bench, MESSAGES);
    try {
      const without = await ingestFigures(stage, stage.sightings);
      const all = bombs();
      await append(
        bench.servers,
        stage.mailboxes[0].user,
        all.map(({ raw }) => ({ folder: 'INBOX', raw })),
      );
      return [await beside(stage, all.length, without), await hugeDeclared(stage)];
    } finally {
      await stage.close();
    }
  },
};

/** The ingest process alone, so that its memory and its loop are measured, not those of the poll. */
async function ingestFigures(
  stage: Stage,
  sightings: number,
  look: (ingest: Program) => Promise<void> = async () => {},
): Promise<Figures & { readonly seconds: number }> {
  const { installation, mailboxes } = stage;
  await installation.reset({ mailboxes, env: { LOG_LEVEL: 'info' } });
  const started = Date.now();
  const ingest = await startProgram(installation.env, { roles: ['ingest'], timing: 'real' });
  const poll = await startProgram(installation.env, { roles: ['poll'] });
  try {
    await untilSettled(installation, sightings, LIMIT_MS);
    const seconds = (Date.now() - started) / 1000;
    await look(ingest);
    return { ...(await ingest.measure()), seconds };
  } finally {
    await poll.stop();
    await ingest.stop();
  }
}

async function beside(stage: Stage, bombCount: number, without: Figures): Promise<Row> {
  const { installation, mailboxes, sightings, undisturbed } = stage;
  let slowest = 0;
  const figures = await ingestFigures(stage, sightings + bombCount, async (ingest) => {
    const durations = [...ingest.log().matchAll(/"durationMs":(\d+)/gu)].map(([, ms]) => Number(ms));
    slowest = Math.max(...durations);
  });
  const { lost, doubled } = compareStates(
    messagesOf(undisturbed),
    messagesOf(await readEndState(installation.database, installation.blobDir)),
  );
  const quarantined = await installation.database.messages.find({ state: 'quarantined' }).toArray();
  for (const { subject, error } of quarantined)
    console.log(`  in quarantine: ${subject.slice(0, 60)}: ${error ?? ''}`);
  const note = `${bombCount} bombs, ${quarantined.length} of them quarantined; ingest process: peak ${figures.peakRssMb.toFixed(0)} MB (${without.peakRssMb.toFixed(0)} MB without), longest event-loop delay ${figures.longestDelayMs.toFixed(0)} ms (${without.longestDelayMs.toFixed(0)} ms without), slowest message ${slowest} ms`;
  return rowOf(
    'bombs beside normal mail',
    sightings + bombCount,
    [{ lost, doubled, seconds: figures.seconds, missing: await missingIn(installation, mailboxes) }],
    note,
  );
}

/** The messages' communications and case updates: bombs come from no client. */
const messagesOf = (state: EndState): EndState =>
  state.filter((fact) => /^(?:communication|case update)/u.test(fact));

/** RFC822.SIZE says ten gigabytes: it is refused or fetched at its real size, and the message beside it continues. */
async function hugeDeclared({ installation }: Stage): Promise<Row> {
  const message = (n: number): Buffer =>
    Buffer.from(
      `From: Rosa de la Cruz <rosa@delacruz.example>\r\nTo: ines.larkin@larkin-voss.example\r\nSubject: Small ${n}\r\nDate: Tue, 03 Mar 2026 10:00:00 +0000\r\nMessage-ID: <small.${n}@delacruz.example>\r\n\r\nsmall\r\n`,
    );
  const server = await openScriptedServer({
    messages: [
      { uid: 1, raw: message(1) },
      { uid: 2, raw: message(2), size: 10_000_000_000 },
      { uid: 3, raw: message(3) },
    ],
  });
  const mailboxes = [
    { name: 'scripted', user: 'a@firm.test', role: 'capture', folders: ['INBOX'], port: server.port },
  ] as const;
  await installation.reset({ mailboxes });
  const started = Date.now();
  const program = await startProgram(installation.env);
  try {
    const wanted = ['small.1@delacruz.example', 'small.3@delacruz.example'];
    let found = 0;
    while (found < wanted.length && Date.now() - started < 60_000) {
      await delay(200);
      found = await installation.database.messages.countDocuments({
        messageId: { $in: wanted },
        state: 'stored',
      });
    }
    const { peakRssMb } = await program.measure();
    const huge = await installation.database.sightings.findOne({ uid: 2 });
    return rowOf(
      '10 GB declared',
      3,
      [
        {
          lost: found === wanted.length ? [] : ['a message beside it'],
          doubled: [],
          seconds: (Date.now() - started) / 1000,
        },
      ],
      `peak ${peakRssMb.toFixed(0)} MB; its row: ${huge?.state ?? 'none'}${huge?.error ? `, ${huge.error.slice(0, 80)}` : ''}`,
    );
  } finally {
    await program.stop();
    await server.close();
  }
}
