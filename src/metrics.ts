import { readFileSync } from 'node:fs';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

export interface Metrics {
  readonly registry: Registry;
  readonly jobs: Counter<'queue' | 'outcome'>;
  readonly verdicts: Counter<'kind'>;
  readonly pollSeconds: Histogram<'mailbox'>;
  readonly ingestSeconds: Histogram;
  /** From INTERNALDATE to stored, for mail that was seen on arrival. */
  readonly lagSeconds: Histogram<'mailbox'>;
  readonly folderProblems: Counter<'mailbox'>;
  readonly folderResets: Counter<'mailbox'>;
  readonly revivedJobs: Counter;
  readonly webhookDeliveries: Counter<'endpoint' | 'outcome'>;
  readonly oauthRefreshes: Counter<'app' | 'outcome'>;
  readonly wrongPasswords: Counter<'outcome'>;
}

const DURATIONS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const LAGS = [0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600, 86_400];

/** One registry per process, so that tests may have several. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: 'docketmail_' });
  addBuildInfo(registry);
  return {
    registry,
    jobs: new Counter({
      name: 'docketmail_jobs_total',
      help: 'Jobs by outcome',
      labelNames: ['queue', 'outcome'],
      registers,
    }),
    verdicts: new Counter({
      name: 'docketmail_verdicts_total',
      help: 'Verdicts by kind',
      labelNames: ['kind'],
      registers,
    }),
    pollSeconds: new Histogram({
      name: 'docketmail_poll_duration_seconds',
      help: 'Duration of a poll',
      labelNames: ['mailbox'],
      buckets: DURATIONS,
      registers,
    }),
    ingestSeconds: new Histogram({
      name: 'docketmail_ingest_duration_seconds',
      help: 'Duration of an ingest job',
      buckets: DURATIONS,
      registers,
    }),
    lagSeconds: new Histogram({
      name: 'docketmail_lag_seconds',
      help: 'From arrival in the mailbox to stored',
      labelNames: ['mailbox'],
      buckets: LAGS,
      registers,
    }),
    folderProblems: new Counter({
      name: 'docketmail_folder_problems_total',
      help: 'Folders or mailboxes that could not be polled',
      labelNames: ['mailbox'],
      registers,
    }),
    folderResets: new Counter({
      name: 'docketmail_folder_resets_total',
      help: 'Folders that were reset and read again',
      labelNames: ['mailbox'],
      registers,
    }),
    webhookDeliveries: new Counter({
      name: 'docketmail_webhook_deliveries_total',
      help: 'Attempts to deliver an event, by endpoint and outcome',
      labelNames: ['endpoint', 'outcome'],
      registers,
    }),
    revivedJobs: new Counter({
      name: 'docketmail_revived_jobs_total',
      help: 'Ingest jobs that were lost or stuck and added again',
      registers,
    }),
    oauthRefreshes: new Counter({
      name: 'docketmail_oauth_refresh_total',
      help: 'Access tokens requested by this process, by outcome',
      labelNames: ['app', 'outcome'],
      registers,
    }),
    wrongPasswords: new Counter({
      name: 'docketmail_wrong_passwords_total',
      help: 'Wrong passwords and tokens for the dashboard (checked), and attempts not checked because there were too many (refused)',
      labelNames: ['outcome'],
      registers,
    }),
  };
}

function addBuildInfo(registry: Registry): void {
  new Gauge({
    name: 'docketmail_build_info',
    help: '1, with the versions of the program and of Node.js as labels',
    labelNames: ['version', 'node'],
    registers: [registry],
  }).set({ version, node: process.versions.node }, 1);
}
