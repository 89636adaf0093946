import type { SmtpSession } from './smtp-session.ts';
import { readTrustedResults } from './authentication.ts';
import type { Authentication } from './authentication.ts';
import type { Mail } from '../mail.ts';
import type { DnsResolver } from './dns-answers.ts';
import type { OwnServers } from './own-relays.ts';
import { readRawHeader } from './raw-header.ts';

/** Dead name servers must not hold up the rest. */
const AUTHENTICATION_TIMEOUT_MS = 10_000;

/**
 * Who the sender is proven to be: from our own server's results, else from DNS; null if neither tells. `raw` is called for the
 * bytes only if needed.
 */
export async function authenticateSender({
  mail,
  raw,
  rules,
  smtp = null,
  resolver,
}: {
  readonly mail: Pick<Mail, 'from' | 'fromAll'>;
  readonly raw: () => Promise<Uint8Array>;
  readonly rules: OwnServers;
  readonly smtp?: SmtpSession | null;
  /** Null: no DNS queries. */
  readonly resolver: DnsResolver | null;
}): Promise<Authentication | null> {
  const { trustedAuthservIds, ownRelays } = rules;
  if (trustedAuthservIds.length === 0 && resolver === null) return null;
  const bytes = await raw();
  const shown = mail.fromAll.length === 1 ? (mail.from?.address ?? null) : null;
  const head = trustedAuthservIds.length === 0 ? null : readRawHeader(bytes);
  const trusted = head && readTrustedResults(head, { trustedAuthservIds, ownRelays, shown });
  if (trusted !== null || resolver === null) return trusted;
  // takes half a second to load, not needed if our own server's results are trusted
  const { verifyAuthentication } = await import('./verification.ts');
  const signal = AbortSignal.timeout(AUTHENTICATION_TIMEOUT_MS);
  return await verifyAuthentication({ raw: bytes, smtp, ownRelays, shown, resolver, signal });
}
