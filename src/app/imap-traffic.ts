import { Counter, Gauge } from 'prom-client';
import { createLoginPace } from '../mailbox/imap/login-pace.ts';
import type { LoginRates } from '../mailbox/imap/login-pace.ts';
import { connectionStates } from '../mailbox/imap/traffic.ts';
import type { ConnectionState, ImapTraffic } from '../mailbox/imap/traffic.ts';
import type { Metrics } from '../metrics.ts';

/** The IMAP connections of this process, in its metrics. */
export function imapTraffic(rates: LoginRates, { registry }: Pick<Metrics, 'registry'>): ImapTraffic {
  const states = new Map<object, ConnectionState>();
  const logins = new Counter({
    name: 'docketmail_imap_logins_total',
    help: 'Logins of this process at IMAP servers, by outcome',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const gauge = new Gauge({
    name: 'docketmail_imap_connections',
    help: 'IMAP connections of this process, by what they do',
    labelNames: ['state'],
    registers: [registry],
    collect: () => {
      for (const state of connectionStates)
        gauge.set({ state }, [...states.values()].filter((one) => one === state).length);
    },
  });
  return {
    pace: createLoginPace(rates),
    starts: createLoginPace(rates),
    onLogin: (outcome) => logins.inc({ outcome }),
    onConnection: (connection, state) => {
      if (state === null) states.delete(connection);
      // One that has ended stays so.
      else if (state === 'connecting' || states.has(connection)) states.set(connection, state);
    },
  };
}
