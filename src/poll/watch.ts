import { setTimeout as delay } from 'node:timers/promises';
import type { Collection } from 'mongodb';
import { describeError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { PolledMailbox } from './poll-run.ts';
import { releaseLease, takeLease } from '../store/leases.ts';
import type { LeaseDocument } from '../store/leases.ts';

const LEASE_MS = 60_000;
const RENEW_MS = 20_000;

/**
 * Keeps one IDLE connection for a mailbox while this process holds its watch lease, on the first of its folders, where new mail
 * arrives. Returns when the signal is aborted.
 */
export async function watchMailbox(input: {
  readonly mailbox: PolledMailbox;
  readonly leases: Collection<LeaseDocument>;
  readonly owner: string;
  readonly onArrival: () => void;
  readonly log: Log;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { mailbox, leases, owner, onArrival, log, signal } = input;
  const lease = { mailbox: mailbox.name, kind: 'watch', owner } as const;
  const [folder] = mailbox.folders;
  if (folder === undefined) return;
  while (!signal.aborted) {
    const held = await takeLease(leases, { ...lease, forMs: LEASE_MS }).catch(() => false);
    if (!held) {
      await delay(RENEW_MS, undefined, { signal }).catch(() => {});
      continue;
    }
    const lost = new AbortController();
    const watching = mailbox.source
      .watch({ folder, onArrival, signal: AbortSignal.any([signal, lost.signal]) })
      .catch((error: unknown) => {
        log.warn({ mailbox: mailbox.name, error: describeError(error) }, 'watch ended');
        lost.abort();
      });
    while (!signal.aborted && !lost.signal.aborted) {
      await delay(RENEW_MS, undefined, { signal: AbortSignal.any([signal, lost.signal]) }).catch(() => {});
      const renewed = await takeLease(leases, { ...lease, forMs: LEASE_MS }).catch(() => false);
      if (!renewed) lost.abort();
    }
    await watching;
  }
  await releaseLease(leases, lease).catch(() => {});
}
