import type { Config } from '../config/config.ts';
import type { TokenEvents } from '../connect/oauth/tokens.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';

/** Token events, in the log and the metrics. */
export function sayTokenEvents({
  config,
  log,
  metrics,
}: {
  readonly config: Config;
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
      const mailboxes = config.mailboxes.flatMap(({ name, auth }) =>
        auth.kind === 'oauth' && auth.app === app ? [name] : [],
      );
      log.error(
        { app, error, fix, mailboxes },
        'the provider refuses the OAuth app; all its mailboxes are paused',
      );
    },
  };
}
