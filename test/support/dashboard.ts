import { onTestFinished } from 'vitest';
import { openDashboard } from '../../src/dashboard/server.ts';
import { createLog } from '../../src/log.ts';
import { createMetrics } from '../../src/metrics.ts';
import { mailboxServiceOf } from './mailbox-service.ts';
import { noWebhooks } from './no-webhooks.ts';
import { newQueues } from './servers.ts';
import type { Firm } from './servers.ts';

export interface Served {
  readonly origin: string;
  readonly get: (path: string, headers?: Record<string, string>) => Promise<Response>;
  /** Sends a form as a browser does that shows one of our pages. */
  readonly send: (
    path: string,
    fields: Readonly<Record<string, string | readonly string[]>>,
    headers?: Record<string, string>,
  ) => Promise<Response>;
}

type Settings = Parameters<typeof openDashboard>[0]['settings'];
type Pages = NonNullable<Parameters<typeof openDashboard>[0]['pages']>;

/** A dashboard of its own for a firm. */
export async function serve(
  firm: Firm,
  {
    settings = {},
    pages = { newClientUrl: null, shown: [] },
    names = ['office'],
    keyFile = null,
  }: {
    readonly settings?: Partial<Settings>;
    readonly pages?: Pages;
    readonly names?: readonly string[];
    readonly keyFile?: string | null;
  } = {},
): Promise<Served> {
  const dashboard = await openDashboard({
    settings: { host: '127.0.0.1', port: 0, password: null, token: null, publicUrl: null, ...settings },
    database: firm.database,
    blobs: firm.blobs,
    queues: newQueues(),
    triage: { ...firm, enqueue: firm.rejudgeSoon },
    mailboxService: await mailboxServiceOf(firm.database, { names, keyFile }),
    webhooks: noWebhooks(firm.database),
    metrics: createMetrics(),
    log: createLog('silent'),
    pages,
  });
  onTestFinished(() => dashboard.close());
  const { origin } = new URL(dashboard.url);
  return {
    origin,
    get: async (path, headers = {}) =>
      await fetch(origin + path, { headers: { accept: 'text/html', ...headers }, redirect: 'manual' }),
    send: async (path, fields, headers = {}) => {
      const body = new URLSearchParams();
      for (const [name, value] of Object.entries(fields))
        for (const one of [value].flat()) body.append(name, one);
      return await fetch(origin + path, {
        method: 'POST',
        body,
        headers: { accept: 'text/html', origin, 'sec-fetch-site': 'same-origin', ...headers },
        redirect: 'manual',
      });
    },
  };
}
