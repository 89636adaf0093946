import { Command } from 'commander';
import { mkdir } from 'node:fs/promises';
import { createBackpressure, openMailbox, openStores } from '../app/open.ts';
import { loadConfig } from '../config/config.ts';
import { describeError } from '../errors.ts';
import { pollMailbox } from '../poll/poll.ts';
import { addIngestJobs, openQueues } from '../queue/queues.ts';
import { inspectRedis } from '../queue/redis.ts';
import { createProgress } from './progress.ts';
import { UsageError } from './usage.ts';

export function pollCommand(): Command {
  return new Command('poll')
    .description('poll one mailbox now and queue new messages')
    .argument('<mailbox>', 'its name in the settings')
    .action(poll);
}

async function poll(name: string): Promise<void> {
  const config = loadConfig(process.env);
  const wanted = config.mailboxes.find((mailbox) => mailbox.name === name);
  if (wanted === undefined)
    throw new UsageError(
      `no mailbox ${name}; the settings name ${config.mailboxes.map((mailbox) => mailbox.name).join(', ')}`,
    );
  await mkdir(config.ingest.spoolDir, { recursive: true });
  const stores = await openStores(config);
  await inspectRedis(config.redis.url);
  const queues = openQueues(config.redis);
  const mailbox = openMailbox(wanted);
  const progress = createProgress('fetched');
  try {
    const total = { listed: 0, fetched: 0, vanished: 0 };
    const signal = new AbortController().signal;
    for (let outcome = 'more'; outcome === 'more' || outcome === 'waiting';) {
      const round = await pollMailbox(
        {
          ...stores,
          spoolDir: config.ingest.spoolDir,
          enqueue: async (ids) => await addIngestJobs(queues, 'sighting', ids),
          remember: () => {},
          hasRoom: createBackpressure(queues, config.poll.backpressure),
          batch: config.poll.batch,
          budgetMs: config.poll.budgetSeconds * 1000,
          checkParked: true,
        },
        mailbox,
        signal,
      );
      outcome = round.outcome;
      total.listed += round.listed;
      total.fetched += round.fetched;
      total.vanished += round.vanished;
      progress.show(total.fetched);
      for (const { folder, error } of round.problems) console.error(`${folder}: ${describeError(error)}`);
      if (round.problems.length > 0) process.exitCode = 1;
      if (outcome === 'leased') console.log('another process polls this mailbox now');
      if (outcome === 'waiting') {
        console.error('ingest is behind (BACKPRESSURE_HIGH): start more ingest workers, then poll again');
        break;
      }
    }
    progress.end();
    console.log(
      `${name}: ${total.listed} listed, ${total.fetched} fetched and queued, ${total.vanished} vanished`,
    );
  } finally {
    await mailbox.source.close();
    await queues.close();
    await stores.close();
  }
}
