import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { MailboxService } from '../connect/mailbox-service.ts';
import type { MailboxReport } from '../connect/report.ts';

/** Timestamps, not ages: Prometheus has a clock. */
const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);

/** One series for each state that a mailbox was seen in, so that one that is left reads 0. */
const seenStates = new Set<string>(['ok']);

/** Figures of mailboxes, from the database: the same from any process. */
export function addMailboxGauges(mailboxService: MailboxService, registry: Registry): void {
  const add = (
    name: string,
    help: string,
    {
      labels = ['mailbox'],
      read,
    }: { readonly labels?: readonly string[]; readonly read: (gauge: Gauge) => Promise<void> },
  ) =>
    new Gauge({
      name: `docketmail_${name}`,
      help,
      labelNames: [...labels],
      registers: [registry],
      async collect() {
        this.reset();
        // A database that does not answer takes away its own figures; /health/ready names it.
        await read(this).catch(() => {});
      },
    });
  const each = (value: (report: MailboxReport) => number | null) => async (gauge: Gauge) => {
    for (const report of await mailboxService.reports()) {
      const given = value(report);
      if (given !== null) gauge.set({ mailbox: report.name }, given);
    }
  };
  const at = (date: Date | null): number | null => (date === null ? null : seconds(date));

  add(
    'mailbox_up',
    '1 while the mailbox is read, 0 while it is not; absent before the first try and while it is paused',
    {
      read: each(({ state, isWell }) => (state === 'starting' || state === 'paused' ? null : isWell ? 1 : 0)),
    },
  );
  add('mailbox_state', '1 for the state of the mailbox, 0 for others that were seen', {
    labels: ['mailbox', 'state'],
    read: async (gauge) => {
      const reports = await mailboxService.reports();
      for (const { state } of reports) seenStates.add(state);
      for (const { name, state } of reports)
        for (const one of seenStates) gauge.set({ mailbox: name, state: one }, one === state ? 1 : 0);
    },
  });
  add('mailbox_last_poll_success_timestamp_seconds', 'When the mailbox was read last', {
    read: each(({ lastSuccessAt }) => at(lastSuccessAt)),
  });
  add('mailbox_last_message_timestamp_seconds', 'When new mail was listed last', {
    read: each(({ lastMessageAt }) => at(lastMessageAt)),
  });
  add('mailbox_silence_limit_seconds', 'How long without mail counts as a fault', {
    read: each(({ silenceHours }) => (silenceHours === null ? null : silenceHours * 3600)),
  });
  add('oldest_pending_timestamp_seconds', 'When the oldest pending sighting was listed', {
    read: each(({ oldestPendingAt }) => at(oldestPendingAt)),
  });
  add(
    'oauth_token_expiry_timestamp_seconds',
    'When the access token of the mailbox ends; it is refreshed before',
    {
      read: each(({ tokenExpiresAt }) => at(tokenExpiresAt)),
    },
  );
  add('oauth_app_secret_expiry_timestamp_seconds', 'When the secret of the app ends, where that is noted', {
    labels: ['app'],
    read: async (gauge) => {
      for (const { name, secretExpires } of mailboxService.apps)
        if (secretExpires !== null) gauge.set({ app: name }, seconds(secretExpires));
    },
  });
}
