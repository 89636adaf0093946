import type { ConfiguredMailbox } from '../connect/directory.ts';
import type { TokenEvents } from '../connect/oauth/tokens.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';

/** Token events, in the log and the metrics. */
export function sayTokenEvents({
  mailboxes: all,
  log,
  metrics,
}: {
  readonly mailboxes: () => readonly ConfiguredMailbox[];
  readonly log: Log;
  readonly metrics: Metrics;
}): TokenEvents {
  /** What is wrong with each app, as last logged. */
  const said = new Map<string, string>();
  return {
    onRefresh: ({ app, outcome }) => {
      metrics.oauthRefreshes.inc({ app, outcome });
      if (outcome === 'ok') said.delete(app);
    },
    onConsentNeeded: (event) => log.error(event, 'mailbox is paused until someone signs in again'),
    onAppBroken: ({ app, error, fix }) => {
      if (said.has(app)) return;
      said.set(app, error);
      const mailboxes = all().flatMap(({ settings: { name, auth } }) =>
        auth.kind === 'oauth' && auth.app === app ? [name] : [],
      );
      log.error(
        { app, error, fix, mailboxes },
        'the provider refuses the OAuth app; all its mailboxes are paused',
      );
    },
  };
}
