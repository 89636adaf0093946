import { Command } from 'commander';
import { withResources } from '../app/open.ts';
import { pollIntoQueue } from '../app/queue-jobs.ts';
import { loadConfig } from '../config/config.ts';
import { describeError } from '../errors.ts';
import { pollMailbox } from '../poll/poll.ts';
import type { PollDeps, PolledMailbox } from '../poll/poll-run.ts';
import { mailboxNamed } from './mailbox-named.ts';
import { createProgress } from './progress.ts';
import { exitStatus } from './usage.ts';

export function pollCommand(): Command {
  return new Command('poll')
    .description('poll one mailbox now and queue new messages')
    .argument('<mailbox>', 'its name in the settings')
    .action(poll);
}

async function poll(name: string): Promise<void> {
  await withResources(loadConfig(process.env, { mailboxes: 'optional' }), async (resources) => {
    const wanted = mailboxNamed(resources.directory, name);
    const queues = await resources.queues();
    const deps = { ...pollIntoQueue(resources, queues), checkParked: true };
    await pollToEnd(deps, resources.mailbox(wanted));
  });
}

/** Until the mailbox has nothing more, or another process or a full queue is in the way. */
async function pollToEnd(deps: PollDeps, mailbox: PolledMailbox): Promise<void> {
  const progress = createProgress('fetched');
  const total = { listed: 0, fetched: 0, vanished: 0 };
  const { signal } = new AbortController();
  for (let outcome = 'more'; outcome === 'more';) {
    const run = await pollMailbox(deps, mailbox, signal);
    outcome = run.outcome;
    total.listed += run.listed;
    total.fetched += run.fetched;
    total.vanished += run.vanished;
    progress.show(total.fetched);
    for (const { folder, error } of run.problems) console.error(`${folder}: ${describeError(error)}`);
    if (run.problems.length > 0) process.exitCode = exitStatus.failed;
    if (outcome === 'leased') console.log('another process polls this mailbox now');
    if (outcome === 'waiting') {
      console.error('ingest is behind (BACKPRESSURE_HIGH): start more ingest workers, then poll again');
      process.exitCode = exitStatus.failed;
    }
  }
  progress.end();
  console.log(
    `${mailbox.name}: ${total.listed} listed, ${total.fetched} fetched and queued, ${total.vanished} vanished`,
  );
}
